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
