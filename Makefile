# SPDX-License-Identifier: MIT
# pkcs11-lens. Everything that is built lies in $(BUILD); every variable can be overridden.

VERSION = 0.1.0
BUILD  ?= build

CC      ?= cc
HOSTCC  ?= $(CC)
CFLAGS  ?= -O2 -g
LDFLAGS ?=

prefix     ?= /usr/local
bindir     ?= $(prefix)/bin
libdir     ?= $(prefix)/lib
includedir ?= $(prefix)/include
sysconfdir ?= /etc
mandir     ?= $(prefix)/share/man
docdir     ?= $(prefix)/share/doc/pkcs11-lens
moduledir  ?= $(libdir)/pkcs11

WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wcast-qual -Wmissing-prototypes \
	-Wstrict-prototypes -Wundef -Wpointer-arith -Wwrite-strings
FLAGS    = -std=c11 $(WARNINGS) -I. -Iinclude -I$(BUILD) -fvisibility=hidden -fno-plt \
	-DP11L_VERSION='"$(VERSION)"' -DP11L_SYSCONFDIR='"$(sysconfdir)"' \
	-DP11L_MODULEDIR='"$(moduledir)"' -MMD -MP

# make CRYPTOKI_DIR=/dir builds against a genuine OASIS-style 3.2 pkcs11.h found there.
ifdef CRYPTOKI_DIR
FLAGS := -I$(CRYPTOKI_DIR) -DP11L_FOREIGN_CRYPTOKI $(FLAGS)
endif

ASN_GEN = $(patsubst highlevel/%.asn,gen/asn_%,$(wildcard highlevel/*.asn))
SPEC    = $(wildcard spec/*.spec spec/rules/*.spec)
GEN     = $(addprefix $(BUILD)/gen/,ids.h tables.c exports.inc getters.inc stubs.inc wrap.inc layers.h hooks.inc \
	arguments.inc shim.map mock.inc profiles.c api_table.inc api_entries.inc) $(ASN_GEN:%=$(BUILD)/%.c)
LIB_SRC = $(wildcard shim/*.c shim/normalise/*.c logging/*.c logging/*/*.c highlevel/*.c highlevel/*/*.c)
LIB_OBJ = $(LIB_SRC:%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/gen/tables.o $(BUILD)/obj/gen/profiles.o \
	$(ASN_GEN:%=$(BUILD)/obj/%.o)
CLI_SRC = $(wildcard cli/*.c)
# The tool reads what the module writes, and renders it in the same way.
CLI_USE = $(addprefix shim/,config config_attributes config_file config_keys config_octets config_values message readable spec) \
	$(addprefix shim/normalise/,profile rules) gen/tables gen/profiles \
	$(addprefix logging/,control_text filter shape stats stats_report record/record) \
	$(patsubst %.c,%,$(filter-out logging/render/format.c,$(wildcard logging/render/*.c)))
CLI_OBJ = $(CLI_SRC:%.c=$(BUILD)/obj/%.o) $(CLI_USE:%=$(BUILD)/obj/%.o)

ATTACH_SRC = $(wildcard attach/*.c)
ATTACH_OBJ = $(ATTACH_SRC:%.c=$(BUILD)/obj/%.o)

all: $(BUILD)/pkcs11-lens.so $(BUILD)/pkcs11-lens-attach.so $(BUILD)/pkcs11-lens

$(BUILD)/pkcs11-lens.so: $(LIB_OBJ) $(BUILD)/gen/shim.map
	@echo "LINK $@"
	@$(CC) -shared $(CFLAGS) $(LDFLAGS) -o $@ $(LIB_OBJ) -Wl,--version-script=$(BUILD)/gen/shim.map \
		-Wl,-soname,pkcs11-lens.so -Wl,-Bsymbolic -Wl,-z,defs,-z,relro,-z,now \
		-linih -ltasn1 -ldl -lpthread

# The dynamic linker loads it into every program that is run under it: libc, and nothing else. Into
# its namespace no sanitizer follows.
$(ATTACH_OBJ): override CFLAGS := $(filter-out -fsanitize% -fno-sanitize%,$(CFLAGS))
$(BUILD)/pkcs11-lens-attach.so: $(ATTACH_OBJ)
	@echo "LINK $@"
	@$(CC) -shared $(filter-out -fsanitize% -fno-sanitize%,$(CFLAGS) $(LDFLAGS)) -o $@ $(ATTACH_OBJ) \
		-Wl,-soname,pkcs11-lens-attach.so -Wl,-z,defs,-z,relro,-z,now -Wl,--as-needed -ldl

$(BUILD)/pkcs11-lens: $(CLI_OBJ)
	@echo "LINK $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(CLI_OBJ) -linih -ljson-c -ltasn1 -ldl -lpthread

$(BUILD)/obj/%.o: %.c $(GEN)
	@mkdir -p $(@D)
	@echo "CC   $<"
	@$(CC) $(FLAGS) -fPIC $(CFLAGS) -c -o $@ $<

$(BUILD)/obj/gen/%.o: $(BUILD)/gen/%.c $(GEN)
	@mkdir -p $(@D)
	@echo "CC   $<"
	@$(CC) $(FLAGS) -fPIC $(CFLAGS) -c -o $@ $<

# --- The generator, and what it writes out of spec/

$(BUILD)/specgen: $(wildcard tools/specgen/*.c tools/specgen/*.h)
	@mkdir -p $(@D)
	@echo "CC   tools/specgen"
	@$(HOSTCC) -std=c11 $(WARNINGS) -O1 -g -o $@ $(filter %.c,$^)

generate = @mkdir -p $(@D) && echo "GEN  $@" && $(BUILD)/specgen $(1) > $@.tmp && mv $@.tmp $@

$(BUILD)/gen/ids.h: $(BUILD)/specgen $(SPEC)
	$(call generate,ids)
$(BUILD)/gen/tables.c: $(BUILD)/specgen $(SPEC)
	$(call generate,tables)
$(BUILD)/gen/exports.inc: $(BUILD)/specgen $(SPEC)
	$(call generate,exports)
$(BUILD)/gen/getters.inc: $(BUILD)/specgen $(SPEC)
	$(call generate,getters)
$(BUILD)/gen/stubs.inc: $(BUILD)/specgen $(SPEC)
	$(call generate,stubs)
$(BUILD)/gen/wrap.inc: $(BUILD)/specgen $(SPEC)
	$(call generate,wrappers)
$(BUILD)/gen/layers.h: $(BUILD)/specgen $(SPEC)
	$(call generate,layers)
$(BUILD)/gen/hooks.inc: $(BUILD)/specgen $(SPEC)
	$(call generate,hooks)
$(BUILD)/gen/arguments.inc: $(BUILD)/specgen $(SPEC)
	$(call generate,arguments)
$(BUILD)/gen/shim.map: $(BUILD)/specgen $(SPEC)
	$(call generate,map)
$(BUILD)/gen/mock.inc: $(BUILD)/specgen $(SPEC)
	$(call generate,mock)

# Vendor profiles are built in, so that they are there wherever the module is put.
PROFILES = $(sort $(wildcard config/profiles/*.conf))

$(BUILD)/gen/profiles.c: tools/embed.sh $(PROFILES) $(wildcard config/profiles)
	@mkdir -p $(@D) && echo "GEN  $@" && tools/embed.sh $(PROFILES) > $@.tmp && mv $@.tmp $@

# What libtasn1 knows of the structures that keys and certificates have.
$(BUILD)/gen/asn_%.c: highlevel/%.asn
	@mkdir -p $(@D) && echo "GEN  $@" && asn1Parser -n p11l_asn_$* -o $@.all $< >$@.log 2>&1 || { cat $@.log; exit 1; }
	@sed '/HAVE_CONFIG_H/,/endif/d' $@.all > $@

# The high-level functions are declared once; their order here is the order of the table.
API = $(addprefix highlevel/api/,error.h buffer.h attributes.h module.h session.h object.h mechanism.h \
	key.h operation.h codec.h)

$(BUILD)/gen/api_table.inc: tools/api.sh $(API)
	@mkdir -p $(@D) && echo "GEN  $@" && tools/api.sh table $(API) > $@.tmp && mv $@.tmp $@
$(BUILD)/gen/api_entries.inc: tools/api.sh $(API)
	@mkdir -p $(@D) && echo "GEN  $@" && tools/api.sh entries $(API) > $@.tmp && mv $@.tmp $@

api-files:
	@echo $(API)

# The public header is committed; this writes it anew after a change of spec/.
header: $(BUILD)/specgen
	$(BUILD)/specgen header > include/pkcs11.h
	tools/api.sh header $(API) | clang-format > include/pkcs11-lens.h

# So is the document of the rules.
quirks: $(BUILD)/specgen
	$(BUILD)/specgen quirks > docs/QUIRKS.md

# --- Trying it

demo:
	@tools/need.sh --build --demo
	@$(MAKE) --no-print-directory all
	@tools/demo.sh $(BUILD)

# --- Tests. The sanitizers and the coverage of foreign headers build into folders of their own.

-include tests/tests.mk bench/bench.mk fuzz/fuzz.mk

check:
	@tools/need.sh --build --test
	@$(MAKE) --no-print-directory all build-tests
	@tests/run.sh $(BUILD)

header-check: $(BUILD)/specgen
	@tools/need.sh --test
	@CC="$(CC)" tests/headers/check.sh $(BUILD) $(HDR)

gates: all
	@CC="$(CC)" tests/gates/run.sh $(BUILD)

LINT_SRC = $(wildcard shim/*.c shim/normalise/*.c logging/*.c logging/*/*.c highlevel/*.c highlevel/*/*.c cli/*.c attach/*.c \
	tools/specgen/*.c)
LINT_ALL = $(LINT_SRC) $(wildcard tests/*/*.c bench/*.c)
CLANG   ?= clang

LINT_JOBS = -P "$$(nproc)" -n 4
LINT_FLAGS = $(filter-out -MMD -MP,$(FLAGS))

lint: $(GEN)
	@tools/need.sh --build --lint --test
	@echo "LINT clang-format" && clang-format --dry-run --Werror $(LINT_ALL) \
		$(wildcard shim/*.h shim/normalise/*.h logging/*.h logging/*/*.h highlevel/*.h highlevel/*/*.h cli/*.h attach/*.h tools/specgen/*.h tests/*/*.h bench/*.h)
	@for cc in gcc $(CLANG); do echo "LINT $$cc -Werror"; \
		echo $(LINT_SRC) | xargs $(LINT_JOBS) $$cc $(LINT_FLAGS) -Werror -O2 -fPIC -fsyntax-only || exit 1; done
	@echo "LINT clang-tidy" && echo $(LINT_SRC) | xargs $(LINT_JOBS) \
		clang-tidy --quiet $(LINT_FLAGS:%=--extra-arg=%) 2>/dev/null
	@echo "LINT cppcheck" && cppcheck --std=c11 --enable=warning,performance,portability --quiet --error-exitcode=1 \
		-j "$$(nproc)" --inline-suppr --suppress='*:$(BUILD)/*' --suppress=nullPointerRedundantCheck \
		--suppress=arrayIndexOutOfBoundsCond -I. -Iinclude -I$(BUILD) $(LINT_SRC)

SANITIZE = CFLAGS="-O1 -g -fno-omit-frame-pointer -fsanitize=$(1)" LDFLAGS="-fsanitize=$(1)"

sanitize:
	@tools/need.sh --build --test
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/asan $(call SANITIZE,address$(comma)undefined -fno-sanitize-recover=undefined) all build-tests
	@tests/run.sh $(BUILD)/asan sanitize
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/tsan $(call SANITIZE,thread -Wno-tsan) all build-tests
	@tests/run.sh $(BUILD)/tsan threads

comma := ,

# --- Installing

bashcompdir  ?= $(prefix)/share/bash-completion/completions
pkgconfigdir ?= $(libdir)/pkgconfig
headerdir    ?= $(includedir)/pkcs11-lens

# Files that name the folders that are chosen here.
FILLED = $(addprefix $(BUILD)/install/,pkcs11-lens.pc pkcs11-lens.module)

# Paths below the prefix are written so that pkg-config can move them.
below_prefix = $(patsubst $(prefix)/%,$${prefix}/%,$(1))

$(BUILD)/install/pkcs11-lens.pc: pkcs11-lens.pc.in FORCE
	@mkdir -p $(@D)
	@sed -e '/SPDX/d' -e 's|@prefix@|$(prefix)|' -e 's|@libdir@|$(call below_prefix,$(libdir))|' \
		-e 's|@includedir@|$(call below_prefix,$(headerdir))|' \
		-e 's|@moduledir@|$(call below_prefix,$(moduledir))|' -e 's|@version@|$(VERSION)|' $< > $@
$(BUILD)/install/pkcs11-lens.module: config/pkcs11-lens.module.in FORCE
	@mkdir -p $(@D)
	@sed 's|@moduledir@|$(moduledir)|' $< > $@

# The folders are compiled in: with other ones, what names them is compiled anew.
$(BUILD)/gen/folders: FORCE
	@mkdir -p $(@D)
	@echo '$(sysconfdir) $(moduledir) $(VERSION)' | cmp -s - $@ || echo '$(sysconfdir) $(moduledir) $(VERSION)' > $@
NAMES_FOLDERS = $(shell grep -lE 'P11L_(SYSCONFDIR|MODULEDIR|VERSION)' $(LIB_SRC) $(CLI_SRC))
$(NAMES_FOLDERS:%.c=$(BUILD)/obj/%.o): $(BUILD)/gen/folders

# What is installed: folder, mode, files. The argument is what happens to each row.
define each_installed
$(call $(1),$(moduledir),644,$(BUILD)/pkcs11-lens.so $(BUILD)/pkcs11-lens-attach.so)
$(call $(1),$(bindir),755,$(BUILD)/pkcs11-lens)
$(call $(1),$(headerdir),644,$(wildcard include/pkcs11*.h))
$(call $(1),$(pkgconfigdir),644,$(BUILD)/install/pkcs11-lens.pc)
$(call $(1),$(bashcompdir),644,tools/completion/pkcs11-lens)
$(call $(1),$(mandir)/man1,644,$(wildcard docs/man/*.1))
$(call $(1),$(mandir)/man3,644,$(wildcard docs/man/*.3))
$(call $(1),$(mandir)/man5,644,$(wildcard docs/man/*.5))
$(call $(1),$(docdir),644,README.md CHANGELOG.md LICENSE)
$(call $(1),$(docdir)/docs,644,$(wildcard docs/*.md docs/*.json docs/*.svg))
$(call $(1),$(docdir)/examples,644,config/pkcs11-lens.conf $(BUILD)/install/pkcs11-lens.module)
endef

put  = $(if $(3),install -d $(DESTDIR)$(1) && install -m $(2) $(3) $(DESTDIR)$(1)/)
take = $(if $(3),rm -f $(addprefix $(DESTDIR)$(1)/,$(notdir $(3))))

install: all $(FILLED)
	$(call each_installed,put)

# Folders that others use too stay when something is in them.
uninstall:
	$(call each_installed,take)
	for folder in $(docdir)/docs $(docdir)/examples $(docdir) $(headerdir) $(moduledir); do \
		test ! -d $(DESTDIR)$$folder || rmdir --ignore-fail-on-non-empty $(DESTDIR)$$folder; done

# --- Packages for Debian and Ubuntu, in $(BUILD)/deb, and a look at them in a system of their own

deb:
	@tools/need.sh --build --deb
	@tools/deb.sh $(BUILD)

check-deb: deb
	@tests/deb/check.sh $(BUILD)

FORCE:

clean:
	rm -rf $(BUILD)

.PHONY: all api-files header quirks demo check header-check gates lint sanitize install uninstall deb check-deb clean FORCE
.DELETE_ON_ERROR:

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(ATTACH_OBJ:.o=.d)
