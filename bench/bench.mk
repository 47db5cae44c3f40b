# SPDX-License-Identifier: MIT
# make bench: what a call costs, against the other tracers installed here; then the targets.

BENCH_SRC = client operations measure counters
BENCH_OBJ = $(BENCH_SRC:%=$(BUILD)/obj/bench/%.o) $(BUILD)/obj/bench/null_vendor.o

$(BUILD)/bench/client: $(BENCH_SRC:%=$(BUILD)/obj/bench/%.o)
	@mkdir -p $(@D)
	@echo "LINK $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -rdynamic -o $@ $^ -ldl -lpthread

$(BUILD)/bench/null-vendor.so: $(BUILD)/obj/bench/null_vendor.o
	@mkdir -p $(@D)
	@echo "LINK $@"
	@$(CC) -shared $(CFLAGS) $(LDFLAGS) -o $@ $^

bench-build: $(BUILD)/bench/client $(BUILD)/bench/null-vendor.so $(BUILD)/pkcs11-lens.so

bench: bench-build
	@bench/run.sh --json $(BUILD)/bench/results.json --markdown $(BUILD)/bench/results.md $(BUILD)
	@bench/targets.sh $(BUILD)/bench/results.tsv || true

.PHONY: bench bench-build

-include $(BENCH_OBJ:.o=.d)

# The high-level functions on SoftHSM, beside a program that calls it by hand.
HIGHLEVEL_SRC = $(wildcard bench/highlevel*.c)
HIGHLEVEL_OBJ = $(HIGHLEVEL_SRC:%.c=$(BUILD)/obj/%.o)

$(BUILD)/bench/highlevel: $(HIGHLEVEL_OBJ)
	@mkdir -p $(@D)
	@echo "LINK $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -ldl -lpthread

bench-highlevel: $(BUILD)/bench/highlevel $(BUILD)/pkcs11-lens.so $(BUILD)/tests/twist.so
	@bench/highlevel.sh $(BUILD) || true

.PHONY: bench-highlevel

-include $(HIGHLEVEL_OBJ:.o=.d)
