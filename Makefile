# The front door; meson does the work, in $(BUILD). Each command installs what is missing first (tools/setup).
BUILD ?= build
PREFIX ?= /usr/local
export BUILD

all: setup
	@test -e $(BUILD)/build.ninja || meson setup $(BUILD) $(MESON_FLAGS)
	@ninja -C $(BUILD)
demo: all # PLANT=folder: on that plant instead of the examples
	@tools/demo $(PLANT)
test: all
	@meson test -C $(BUILD) --no-rebuild --print-errorlogs
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
	@tools/deb
web: # the page, into web/dist
	@command -v npm >/dev/null || { echo "web: npm is missing; on Debian: apt-get install nodejs npm"; exit 1; }
	@cd web && { [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund; } && npm run --silent build
setup:
	@tools/setup build
clean:
	rm -rf $(BUILD)
.PHONY: all demo test check soak bench install deb web setup clean
