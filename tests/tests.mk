# SPDX-License-Identifier: MIT
# What is built for the tests; included by the Makefile. Everything lies in $(BUILD)/tests.

TEST_DIR = $(BUILD)/tests
SPEC_OBJ = $(BUILD)/obj/shim/spec.o $(BUILD)/obj/gen/tables.o

# The mock vendor, and the same with fewer symbols: tests/mock/README.md.
MOCK_OBJ = $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/mock/*.c)) $(SPEC_OBJ)
MOCKS    = $(patsubst tests/mock/%.map,$(TEST_DIR)/%.so,$(wildcard tests/mock/*.map)) \
	$(TEST_DIR)/mock.so $(TEST_DIR)/mock-dependent.so

# The vendor that misbehaves in front of a real module: tests/twist/README.md.
TWIST_OBJ = $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/twist/*.c)) $(SPEC_OBJ)
TWISTS    = $(TEST_DIR)/twist.so $(patsubst tests/twist/%,$(TEST_DIR)/%,$(wildcard tests/twist/vendors/*.twist))

PERSONALITIES = $(patsubst tests/mock/%,$(TEST_DIR)/%,$(wildcard tests/mock/personalities/*.mock))

# One program for each file: tests/shim works through the built module, tests/unit links the
# objects that the module is made of.
SHIM_TESTS = $(patsubst tests/shim/%.c,$(TEST_DIR)/shim-%,$(wildcard tests/shim/*.c))
RULE_TESTS = $(patsubst tests/rules/%.c,$(TEST_DIR)/rules-%,\
	$(filter-out tests/rules/rules.c,$(wildcard tests/rules/*.c)))
UNIT_TESTS = $(patsubst tests/unit/%.c,$(TEST_DIR)/unit-%,$(wildcard tests/unit/*.c))
CODEC_TESTS = $(patsubst tests/codec/%.c,$(TEST_DIR)/codec-%,\
	$(filter-out tests/codec/codec_test.c,$(wildcard tests/codec/*.c)))
HIGH_TESTS = $(patsubst tests/highlevel/%.c,$(TEST_DIR)/highlevel-%,\
	$(filter-out tests/highlevel/highlevel.c,$(wildcard tests/highlevel/*.c)))
TEST_HOST  = $(TEST_DIR)/helpers/host
TEST_LIBS  = -lcmocka -ldl -lpthread
HARNESS    = $(BUILD)/obj/tests/harness.o $(BUILD)/obj/tests/leaks.o $(SPEC_OBJ)

TEST_OBJ = $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/shim/*.c tests/unit/*.c \
	tests/mock/*.c tests/twist/*.c tests/rules/*.c tests/helpers/*.c tests/normalise/*.c \
	tests/codec/*.c tests/highlevel/*.c tests/*.c))

# The programs that tests/normalise/run.sh runs on real vendors.
NORMALISE      = $(addprefix $(TEST_DIR)/normalise/,same defaults locking fuzz_templates)
NORMALISE_USES = $(BUILD)/obj/tests/normalise/facts.o $(SPEC_OBJ)

build-tests: $(BUILD)/pkcs11-lens.so $(MOCKS) $(PERSONALITIES) $(SHIM_TESTS) $(UNIT_TESTS) $(CODEC_TESTS) $(HIGH_TESTS) $(TEST_DIR)/helpers/again $(TWISTS) $(RULE_TESTS) $(TEST_HOST) \
	$(NORMALISE)

$(BUILD)/obj/tests/%.o: FLAGS += -Itests

$(TEST_DIR)/personalities/%: tests/mock/personalities/%
	@mkdir -p $(@D)
	@cp $< $@

$(TEST_DIR)/vendors/%: tests/twist/vendors/%
	@mkdir -p $(@D)
	@cp $< $@

link_mock = mkdir -p $(TEST_DIR) && echo "LINK $@" && \
	$(CC) -shared $(CFLAGS) $(LDFLAGS) -o $@ $(MOCK_OBJ)

$(TEST_DIR)/mock.so: $(MOCK_OBJ)
	@$(link_mock) -ldl -lpthread
$(TEST_DIR)/mock-dependent.so: $(MOCK_OBJ) tests/mock/mock-2.40.map $(TEST_DIR)/mock.so
	@$(link_mock) -Wl,--version-script=tests/mock/mock-2.40.map -Wl,--no-as-needed \
		-L$(TEST_DIR) -l:mock.so -Wl,-rpath,'$$ORIGIN' -ldl -lpthread
$(TEST_DIR)/%.so: $(MOCK_OBJ) tests/mock/%.map
	@$(link_mock) -Wl,--version-script=tests/mock/$*.map -ldl -lpthread

$(TEST_DIR)/twist.so: $(TWIST_OBJ)
	@mkdir -p $(@D) && echo "LINK $@"
	@$(CC) -shared $(CFLAGS) $(LDFLAGS) -o $@ $^ -Wl,-Bsymbolic -ldl -lpthread

link_test = mkdir -p $(@D) && echo "LINK $@" && $(CC) $(CFLAGS) $(LDFLAGS) -o $@

$(TEST_DIR)/shim-%: $(BUILD)/obj/tests/shim/%.o $(HARNESS)
	@$(link_test) $^ $(TEST_LIBS)
$(TEST_DIR)/rules-%: $(BUILD)/obj/tests/rules/%.o $(BUILD)/obj/tests/rules/rules.o $(HARNESS) \
		$(TWISTS) $(BUILD)/pkcs11-lens
	@$(link_test) $(filter %.o,$^) $(TEST_LIBS)
# The high-level functions are tested through the public header, with OpenSSL as the other party.
$(TEST_DIR)/highlevel-%: $(BUILD)/obj/tests/highlevel/%.o $(BUILD)/obj/tests/highlevel/highlevel.o $(HARNESS)
	@$(link_test) $^ -lcrypto $(TEST_LIBS)
$(TEST_HOST): $(BUILD)/obj/tests/helpers/host.o
	@$(link_test) $^ -ldl

$(TEST_DIR)/normalise/same: $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/normalise/same_*.c))
$(TEST_DIR)/normalise/fuzz_templates: $(patsubst %,$(BUILD)/obj/tests/normalise/%.o,fuzz_make fuzz_judge fuzz_read)
$(TEST_DIR)/normalise/%: $(BUILD)/obj/tests/normalise/%.o $(NORMALISE_USES)
	@$(link_test) $^ -ldl -lpthread

# The configuration is tested with a system folder that a test can write to.
$(BUILD)/obj/tests/system_config.o: shim/config.c $(GEN)
	@mkdir -p $(@D)
	@echo "CC   $< (for tests)"
	@$(CC) $(FLAGS) -UP11L_SYSCONFDIR -DP11L_SYSCONFDIR='"etc"' -fPIC $(CFLAGS) -c -o $@ $<
$(TEST_DIR)/unit-%: $(BUILD)/obj/tests/unit/%.o $(BUILD)/obj/tests/harness.o \
		$(BUILD)/obj/tests/system_config.o $(LIB_OBJ)
	@$(link_test) $(filter-out $(BUILD)/obj/shim/config.o,$^) -linih -ltasn1 $(TEST_LIBS)

# OpenSSL is the other party of the codecs, which need nothing of the lens but facts.
CODEC_OBJ = $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard highlevel/codec/*.c) \
	$(addprefix highlevel/,attributes.c buffer.c capabilities.c entered.c error/record.c error/meaning.c) \
	$(addprefix shim/normalise/,curve.c der.c point.c) \
	logging/render/name.c logging/render/text.c logging/render/text_escape.c) \
	$(ASN_GEN:%=$(BUILD)/obj/%.o) $(SPEC_OBJ)
$(TEST_DIR)/codec-%: $(BUILD)/obj/tests/codec/%.o $(BUILD)/obj/tests/codec/codec_test.o $(CODEC_OBJ)
	@$(link_test) $^ -lcrypto -ltasn1 $(TEST_LIBS)
$(TEST_DIR)/helpers/again: $(BUILD)/obj/tests/helpers/again.o $(CODEC_OBJ)
	@$(link_test) $^ -ltasn1

.PHONY: build-tests
.SECONDARY: $(TEST_OBJ)
-include $(TEST_OBJ:.o=.d)

# Real programs, each with the vendor's module and through the lens.
check-clients:
	@tools/need.sh --build --test --clients
	@$(MAKE) --no-print-directory all
	@tests/clients/run.sh $(BUILD)

.PHONY: check-clients
