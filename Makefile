# Autoconf writes config.mk and config.h; all else is here. Targets:
#   all check check-asan torture lint bench demo fuzz install dist distcheck clean
# VARIANT=default|asan|cov|fuzz names the build folder, build/$(VARIANT).

VARIANT ?= default
B := build/$(VARIANT)

ifeq ($(filter clean distclean,$(MAKECMDGOALS)),)
include config.mk
endif

WARN := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes $(WERROR)
MK_CPPFLAGS = -I. -Ilibmark -I$(B)/gen -DHAVE_CONFIG_H -include config.h \
	-DMK_DATADIR='"$(datadir)/mk"' $(DEP_CFLAGS) $(CPPFLAGS)
MK_CFLAGS = -std=c11 $(WARN) $(CFLAGS) $(VARIANT_FLAGS)
# What is C++ (CXX_SRC: one file) goes with the C compiler in use.
MK_CXX = $(if $(findstring clang,$(CC)),clang++,$(CXX))
MK_CXXFLAGS = -std=c++17 -Wall -Wextra $(WERROR) $(CXXFLAGS) $(VARIANT_FLAGS) \
	$(if $(findstring undefined,$(VARIANT_FLAGS)),-fno-sanitize=vptr)

# Instrumented code leads gcc's flow analysis astray; the default build has those warnings.
ifeq ($(VARIANT),asan)
VARIANT_FLAGS := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
	$(if $(findstring clang,$(CC)),,-Wno-maybe-uninitialized -Wno-format-truncation)
endif
ifeq ($(VARIANT),cov)
VARIANT_FLAGS := -O0 -g --coverage
endif
ifeq ($(VARIANT),fuzz)
VARIANT_FLAGS := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
endif

# Each program loads what it uses: starting is most of what a question costs.
LINK_LIBS = -Wl,--as-needed $(DEP_LIBS)

LIB_SRC := $(wildcard libmark/*/*.c)
FONTS := $(wildcard libmark/layout/fonts/*.jhf)
GEN_SRC := $(patsubst libmark/layout/fonts/%.jhf,$(B)/gen/font_%.c,$(FONTS))
LIB_OBJ := $(patsubst %.c,$(B)/%.o,$(LIB_SRC)) $(patsubst %.cpp,$(B)/%.o,$(CXX_SRC)) $(GEN_SRC:.c=.o)
CMD_OBJ := $(patsubst %.c,$(B)/%.o,$(filter-out cmd/mk-%,$(wildcard cmd/*.c)))
# A tool is cmd/mk-NAME.c, or, when it is large, the folder cmd/mk-NAME.
TOOL_FILES := $(patsubst cmd/%.c,$(B)/%,$(wildcard cmd/mk-*.c))
TOOL_DIRS := $(patsubst cmd/%/main.c,$(B)/%,$(wildcard cmd/mk-*/main.c))
TOOLS := $(TOOL_FILES) $(TOOL_DIRS)
UNITS := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,$(B)/tests/fuzz/%,$(filter-out tests/fuzz/replay.c,$(wildcard tests/fuzz/*.c)))
# What tests talk to: NAME.c is a program, NAME-shim.c is preloaded into the tools.
SHIMS := $(patsubst tests/sim/%.c,$(B)/tests/sim/%.so,$(wildcard tests/sim/*-shim.c))
SIMS := $(patsubst tests/sim/%.c,$(B)/tests/sim/%,$(filter-out %-shim.c,$(wildcard tests/sim/*.c))) \
	$(if $(UMOCKDEV_LIBS),$(B)/tests/sim/lmcboard)
BENCHES := $(patsubst tests/bench/%.c,$(B)/tests/bench/%,$(wildcard tests/bench/*.c))
MAN := $(wildcard man/*.[1-9])
DATA := libmark/ident/gs1-syntax-dictionary.txt libmark/ident/gs1-syntax-dictionary.LICENSE \
	$(wildcard libmark/port/profiles/*.profile)
RULES := $(wildcard scripts/*.rules)
udevdir = $(prefix)/lib/udev/rules.d

.PHONY: all check check-asan torture lint bench demo fuzz install uninstall dist distcheck clean distclean tests
.DELETE_ON_ERROR:
.SECONDARY:

all: $(TOOLS)

# ---- configuration bootstraps itself ----
configure: configure.ac VERSION
	autoheader -f && autoconf -f && touch config.h.in $@
config.h.in: configure
	@:
# make -s keeps configure silent, too
config.mk config.h: configure config.mk.in
	./configure $(if $(findstring s,$(filter-out -%,$(firstword $(MAKEFLAGS)))),--quiet) $(CONFIGURE_ARGS)
	@touch config.mk config.h

# A build folder is of one compiler and one set of flags.
$(B)/.flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(MK_CPPFLAGS) $(MK_CFLAGS) $(LDFLAGS)' | cmp -s - $@ || \
		echo '$(CC) $(MK_CPPFLAGS) $(MK_CFLAGS) $(LDFLAGS)' > $@
FORCE:

$(B)/%.o: %.c $(B)/.flags
	@mkdir -p $(@D)
	$(CC) $(MK_CPPFLAGS) $(MK_CFLAGS) -MMD -MP -c -o $@ $<
$(B)/%.o: %.cpp $(B)/.flags
	@mkdir -p $(@D)
	$(MK_CXX) $(MK_CPPFLAGS) $(MK_CXXFLAGS) -MMD -MP -c -o $@ $<
$(B)/gen/%.o: $(B)/gen/%.c
	$(CC) $(MK_CPPFLAGS) $(MK_CFLAGS) -MMD -MP -c -o $@ $<

# A font becomes a string of C; the .jhf stays the one source.
$(B)/gen/font_%.c: libmark/layout/fonts/%.jhf scripts/embed $(B)/.flags
	@mkdir -p $(@D)
	sh scripts/embed mk_font_$* $< > $@

$(B)/libmark.a: $(LIB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(TOOL_FILES): $(B)/%: $(B)/cmd/%.o $(CMD_OBJ) $(B)/libmark.a
	$(CC) $(MK_CFLAGS) $(LDFLAGS) -o $@ $^ $(LINK_LIBS)
.SECONDEXPANSION:
$(TOOL_DIRS): $(B)/%: $$(addprefix $(B)/,$$(addsuffix .o,$$(basename $$(wildcard cmd/$$*/*.c)))) $(CMD_OBJ) $(B)/libmark.a
	$(CC) $(MK_CFLAGS) $(LDFLAGS) -o $@ $^ $(LINK_LIBS)

$(B)/tests/unit/%: $(B)/tests/unit/%.o $(B)/libmark.a
	$(CC) $(MK_CFLAGS) $(LDFLAGS) -o $@ $^ $(LINK_LIBS)
$(B)/tests/bench/%: $(B)/tests/bench/%.o $(B)/libmark.a
	$(CC) $(MK_CFLAGS) $(LDFLAGS) -o $@ $^ $(LINK_LIBS)
$(B)/tests/sim/%: $(B)/tests/sim/%.o $(B)/libmark.a
	$(CC) $(MK_CFLAGS) $(LDFLAGS) -o $@ $^ $(LINK_LIBS)
# without the sanitizers: it comes before their library
# An emulated board behind the real libusb.
LMCBOARD := $(patsubst %.c,$(B)/%.o,$(wildcard tests/sim/board/*.c))
$(LMCBOARD): MK_CPPFLAGS += $(UMOCKDEV_CFLAGS)
$(B)/tests/sim/lmcboard: $(LMCBOARD)
	$(CC) $(MK_CFLAGS) $(LDFLAGS) -o $@ $^ $(UMOCKDEV_LIBS) -lm
$(B)/tests/sim/%-shim.so: tests/sim/%-shim.c $(B)/.flags
	@mkdir -p $(@D)
	$(CC) $(WARN) $(CFLAGS) -fPIC -shared -o $@ $< -ldl
# Under libFuzzer the fuzzer has its own main; elsewhere replay.c runs a corpus.
ifeq ($(VARIANT),fuzz)
$(B)/tests/fuzz/%: $(B)/tests/fuzz/%.o $(B)/libmark.a
	$(CC) $(MK_CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LINK_LIBS)
else
$(B)/tests/fuzz/%: $(B)/tests/fuzz/%.o $(B)/tests/fuzz/replay.o $(B)/libmark.a
	$(CC) $(MK_CFLAGS) $(LDFLAGS) -o $@ $^ $(LINK_LIBS)
endif

tests: all $(UNITS) $(FUZZERS) $(SIMS) $(SHIMS)

PROVE = prove --timer -j2
check: tests
	MK_BUILD=$(abspath $(B)) $(PROVE) $(UNITS) tests/cli/*.t
check-asan:
	$(MAKE) VARIANT=asan check
torture: tests
	MK_BUILD=$(abspath $(B)) MK_TORTURE=1 $(PROVE) -v $(B)/tests/unit/damaged tests/cli/crash-*.t tests/cli/readback.t
bench: all $(BENCHES) $(B)/tests/unit/order
	MK_BUILD=$(abspath $(B)) sh tests/bench/run
demo: all
	MK_BUILD=$(abspath $(B)) bash scripts/demo
fuzz:
	$(MAKE) VARIANT=fuzz CC=clang fuzz-run
fuzz-run: $(FUZZERS)
	MK_BUILD=$(abspath $(B)) sh tests/fuzz/run

lint: $(B)/libmark.a
	@MK_BUILD=$(abspath $(B)) sh scripts/lint

install: all
	$(INSTALL) -d $(DESTDIR)$(bindir) $(DESTDIR)$(datadir)/mk $(addprefix $(DESTDIR)$(mandir)/man,1 5 7)
	$(INSTALL) -m 755 $(TOOLS) $(DESTDIR)$(bindir)
	$(INSTALL) -m 644 $(DATA) $(DESTDIR)$(datadir)/mk
	$(INSTALL) -d $(DESTDIR)$(udevdir)
	$(INSTALL) -m 644 $(RULES) $(DESTDIR)$(udevdir)
	for m in $(MAN); do $(INSTALL) -m 644 $$m $(DESTDIR)$(mandir)/man$${m##*.}/ || exit 1; done
uninstall:
	rm -f $(addprefix $(DESTDIR)$(bindir)/,$(notdir $(TOOLS)))
	rm -rf $(DESTDIR)$(datadir)/mk
	rm -f $(addprefix $(DESTDIR)$(udevdir)/,$(notdir $(RULES)))
	for m in $(MAN); do rm -f $(DESTDIR)$(mandir)/man$${m##*.}/$${m##*/}; done

DIST = mk-tools-$(VERSION)
dist: configure
	rm -rf build/$(DIST)
	mkdir -p build/$(DIST)
	{ git ls-files 2>/dev/null || find . -type f ! -path './build/*' ! -path './.git/*'; } | \
		tar cf - -T - | tar xf - -C build/$(DIST)
	cp configure config.h.in build/$(DIST)
	tar czf $(DIST).tar.gz -C build $(DIST)
	rm -rf build/$(DIST)

# The tarball builds elsewhere, passes its tests, installs and leaves nothing behind.
distcheck: dist
	rm -rf build/distcheck && mkdir -p build/distcheck
	tar xzf $(DIST).tar.gz -C build/distcheck
	cd build/distcheck/$(DIST) && ./configure --prefix=/usr CC='$(CC)' && $(MAKE) CC='$(CC)' check && \
		$(MAKE) CC='$(CC)' DESTDIR="$$PWD/root" install && \
		for t in $(notdir $(TOOLS)); do root/usr/bin/$$t --version || exit 1; done && \
		$(MAKE) CC='$(CC)' DESTDIR="$$PWD/root" uninstall && \
		test -z "$$(find root -type f)"
	rm -rf build/distcheck
	@echo "distcheck: $(DIST).tar.gz is good"

clean:
	rm -rf build
distclean: clean
	rm -rf configure config.mk config.h config.h.in config.log config.status autom4te.cache

-include $(shell find $(B) -name '*.d' 2>/dev/null)
