# SPDX-License-Identifier: GPL-2.0-or-later
# ./demo, as a reader runs it: it succeeds, and leaves nothing behind.
bats_require_minimum_version 1.5.0
load live

setup() {
	live_path
	export RSM_BUILD=${BUILD_DIR:-$BATS_TEST_DIRNAME/../../build}
	DEMO=$BATS_TEST_DIRNAME/../../demo
	BEFORE=$(ls -d /tmp/rsm-demo.* 2>/dev/null || true)
}

nothing_left() { [ "$(ls -d /tmp/rsm-demo.* 2>/dev/null || true)" = "$BEFORE" ]; }

@test "./demo --fast" {
	run -0 timeout 300 "$DEMO" --fast
	[[ $output == *"That was it."* ]]
	nothing_left
}

@test "./demo --fast --library tgt" {
	command -v tgtd >/dev/null || PATH=$PATH:/usr/sbin:/sbin command -v tgtd >/dev/null || skip "tgt is not installed"
	run -0 timeout 300 "$DEMO" --fast --library tgt
	[[ $output == *"That was it."* ]]
	nothing_left
}

@test "./demo: a wrong option is told, and nothing is started" {
	run -2 "$DEMO" --library nonsense
	run -2 "$DEMO" --nonsense
	run -0 "$DEMO" --help
	[[ $output == *--library* ]]
	nothing_left
}

@test "the tour of the README works when pasted" {
	root=$BATS_TEST_DIRNAME/../..
	awk '/^```sh$/ { on = 1; next } /^```$/ { on = 0 } on' "$root/README.md" |
		sed "s#\$PWD/build#$(cd "$RSM_BUILD" && pwd)#g" >"$BATS_TEST_TMPDIR/tour"
	grep -q 'rsm mount' "$BATS_TEST_TMPDIR/tour"
	cd "$root"
	run -0 timeout 120 bash -eu "$BATS_TEST_TMPDIR/tour"
	[[ $output == *AAA003L8*"tar 'README.md'"* && $output == *"AAA001L8 is in Drive"* ]]
	! ls -d /tmp/tour.????
}
