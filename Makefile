# A thin front for meson and ninja.
B = build
all: $(B)/build.ninja
	@ninja -C $(B)
$(B)/build.ninja:
	@meson setup $(B) >/dev/null
install: all
	@meson install -C $(B) --no-rebuild
clean:
	rm -rf build build-*
.PHONY: all install clean
