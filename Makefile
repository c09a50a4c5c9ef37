# A thin front for meson and ninja. Sanitizers have build directories of their own.
B = build
ASAN = build-asan
TSAN = build-tsan
# more than 28 random bits in addresses are too many for ThreadSanitizer
FIXED = $(shell [ "$$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 0)" -le 28 ] || echo setarch -R)

all: $(B)/build.ninja
	@ninja -C $(B)
install: all
	@meson install -C $(B) --no-rebuild
clean:
	rm -rf $(B) $(B)-*

# Each ends with "N passed, N failed", counting test cases.
check: $(B)/build.ninja
	@tests/run $(B) --no-suite long
check-long: $(B)/build.ninja
	@tests/run $(B) --suite long
check-asan: $(ASAN)/build.ninja
	@RSM_CRASH_POINTS=40 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 ASAN_OPTIONS=detect_stack_use_after_return=1 \
		tests/run $(ASAN) --suite unit --suite conformance --suite crash-small --timeout-multiplier 4
check-tsan: $(TSAN)/build.ninja
	@RSM_CRASH_POINTS=40 TSAN_OPTIONS="halt_on_error=1 suppressions=$(CURDIR)/tests/tsan.supp" \
		$(FIXED) tests/run $(TSAN) --suite unit --suite conformance --suite crash-small --timeout-multiplier 6
bench: $(B)/build.ninja
	@ninja -C $(B) && tests/bench/run $(B)

format:
	@tests/sources | xargs clang-format -i
format-check:
	@tests/sources | xargs clang-format --dry-run -Werror
tidy: all
	@tests/sources | grep '\.c$$' | xargs -n 4 -P 2 clang-tidy -p $(B) --quiet

$(B)/build.ninja:
	@meson setup $(B) >/dev/null
# gcc warns falsely of what it instruments; the plain build has the warnings
SANITIZED = -Db_lundef=false -Dwerror=false -Dwarning_level=0
$(ASAN)/build.ninja:
	@meson setup $(ASAN) -Db_sanitize=address,undefined $(SANITIZED) >/dev/null
$(TSAN)/build.ninja:
	@meson setup $(TSAN) -Db_sanitize=thread $(SANITIZED) >/dev/null
.PHONY: all install clean check check-long check-asan check-tsan bench format format-check tidy
