# SPDX-License-Identifier: MIT
# make fuzz: runs each target for FUZZ_SECONDS; make fuzz FUZZ="name config" only these.
# What a target finds worth keeping goes to $(BUILD)/fuzz/corpus; the seeds in fuzz/corpus stay few.

FUZZ_SECONDS ?= 60
FUZZ_TARGETS  = $(patsubst fuzz/%.c,%,$(filter-out fuzz/file.c,$(wildcard fuzz/*.c)))
FUZZ         ?= $(FUZZ_TARGETS)
FUZZ_FLAGS    = -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=undefined

# The targets that read saved traces are linked with the tool too.
FUZZ_OF_TOOL  = $(filter ring json,$(FUZZ_TARGETS))
FUZZ_OBJ_DIR  = $(BUILD)/fuzz/obj
FUZZ_LIB_OBJ  = $(patsubst %,$(FUZZ_OBJ_DIR)/%.o,fuzz/file gen/tables gen/profiles $(ASN_GEN) $(LIB_SRC:.c=))
FUZZ_TOOL_OBJ = $(patsubst %.c,$(FUZZ_OBJ_DIR)/%.o,$(filter-out cli/main.c,$(wildcard cli/*.c)))

fuzz: $(FUZZ:%=$(BUILD)/fuzz/%)
	@for target in $(FUZZ); do fuzz/run.sh $(BUILD)/fuzz/$$target $(FUZZ_SECONDS) || exit 1; done

$(FUZZ_OBJ_DIR)/%.o: %.c $(GEN)
	@mkdir -p $(@D)
	@echo "FUZZ $<"
	@$(CLANG) $(FLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link,address,undefined -c -o $@ $<

$(FUZZ_OBJ_DIR)/gen/%.o: $(BUILD)/gen/%.c $(GEN)
	@mkdir -p $(@D)
	@$(CLANG) $(FLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link,address,undefined -c -o $@ $<

fuzz_link = mkdir -p $(@D) && echo "LINK $@" && \
	$(CLANG) $(FUZZ_FLAGS) $(FUZZ_LINK) -fsanitize=fuzzer,address,undefined -o $@

$(BUILD)/fuzz/capture: FUZZ_LINK = -Wl,--wrap=p11l_readable
$(FUZZ_OF_TOOL:%=$(BUILD)/fuzz/%): FUZZ_LINK = -Wl,--wrap=cli_error

$(FUZZ_OF_TOOL:%=$(BUILD)/fuzz/%): $(BUILD)/fuzz/%: $(FUZZ_OBJ_DIR)/fuzz/%.o $(FUZZ_LIB_OBJ) $(FUZZ_TOOL_OBJ)
	@$(fuzz_link) $^ -ljson-c -linih -ltasn1 -ldl -lpthread
$(BUILD)/fuzz/%: $(FUZZ_OBJ_DIR)/fuzz/%.o $(FUZZ_LIB_OBJ)
	@$(fuzz_link) $^ -linih -ltasn1 -ldl -lpthread

.PHONY: fuzz
.SECONDARY: $(FUZZ_LIB_OBJ) $(FUZZ_TOOL_OBJ) $(FUZZ_TARGETS:%=$(FUZZ_OBJ_DIR)/fuzz/%.o)
-include $(FUZZ_LIB_OBJ:.o=.d) $(FUZZ_TOOL_OBJ:.o=.d) $(FUZZ_TARGETS:%=$(FUZZ_OBJ_DIR)/fuzz/%.d)
