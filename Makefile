# The front door; meson does the work, in $(BUILD). Each command installs what is missing first (tools/setup).
BUILD ?= build
PREFIX ?= /usr/local
export BUILD
# Many tests wait (living floors, Slurm, browsers): one more at a time than there are processors.
TESTS_AT_ONCE ?= $(shell expr $$(nproc) + 1)

all: setup # with the page where Node.js is there, else without
	@tools/page --try
	@test -e $(BUILD)/build.ninja || meson setup $(BUILD) $(MESON_FLAGS)
	@ninja -C $(BUILD)
demo: try_web try_demo all # PLANT=folder: that plant instead of the examples; ONCE=1: ends when all was seen
	@test "$(PLANT)" || tools/gateway --try
	@tools/demo $(PLANT)
test: try_test all
	@tools/gateway --try
	@for folder in peers onnx; do tools/packages tests/$$folder || echo "make: going on without these"; done
	@meson test -C $(BUILD) --no-rebuild --print-errorlogs --num-processes $(TESTS_AT_ONCE)
check: # PARTS='format asan': only these
	@tools/setup check
	@tools/check $(PARTS)
soak: all # hours: the long tests, then long fuzzing
	@tools/setup check
	@meson test -C $(BUILD) --no-rebuild --print-errorlogs --setup soak --suite soak
	@FUZZ_SECONDS=3600 tools/check fuzz
bench: all
	@bench/run.sh
install: setup # DESTDIR for packages
	@test -e $(BUILD)/build.ninja || meson setup $(BUILD) $(MESON_FLAGS)
	@meson configure $(BUILD) -Dprefix=$(PREFIX)
	@DESTDIR=$(DESTDIR) meson install -C $(BUILD)
deb: # a Debian package, $(BUILD)/deb/maru_*.deb
	@tools/setup deb
	@tools/page --try
	@tools/deb
web: # the page, into web/dist, from where the build puts it into the program
	@tools/setup web
	@tools/page
setup:
	@tools/setup build
try_web try_demo try_test: # what can be done without is no reason to stop
	@tools/setup $(@:try_%=%) || echo "make: going on without these"
clean:
	rm -rf $(BUILD)
.PHONY: all demo test check soak bench install deb web setup try_web try_test clean
