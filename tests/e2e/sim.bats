# SPDX-License-Identifier: GPL-2.0-or-later
# The command line of rsm-sim.

setup() {
	sim=$BUILD_DIR/sim/rsm-sim
	cat >"$BATS_TEST_TMPDIR/s.ini" <<-END
	[scenario]
	about = a small one
	model = autoloader-24
	days = 0.2
	[library]
	media = 12
	allocated = 10
	[load]
	rate = 6
	END
}

@test "lists scenarios and models" {
	run "$sim" --list
	[ "$status" -eq 0 ]
	[[ $output == *busy-month* && $output == *ts4500-18-2* ]]
}

@test "prints the same for the same seed, other things for another" {
	"$sim" -s 4 "$BATS_TEST_TMPDIR/s.ini" >"$BATS_TEST_TMPDIR/a" 2>/dev/null
	"$sim" -s 4 "$BATS_TEST_TMPDIR/s.ini" >"$BATS_TEST_TMPDIR/b" 2>/dev/null
	"$sim" -s 5 "$BATS_TEST_TMPDIR/s.ini" >"$BATS_TEST_TMPDIR/c" 2>/dev/null
	cmp "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
	! cmp -s "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/c"
}

@test "prints JSON and draws SVG" {
	"$sim" --check --json --svg "$BATS_TEST_TMPDIR/p.svg" "$BATS_TEST_TMPDIR/s.ini" >"$BATS_TEST_TMPDIR/j" 2>/dev/null
	python3 -c 'import json,sys; j=json.load(open(sys.argv[1])); assert j["mounts"]>0 and j["violations"]==0' "$BATS_TEST_TMPDIR/j"
	python3 -c 'import xml.dom.minidom,sys; xml.dom.minidom.parse(sys.argv[1])' "$BATS_TEST_TMPDIR/p.svg"
}

@test "says what is wrong with a file, and with its arguments" {
	echo "colour = blue" >>"$BATS_TEST_TMPDIR/s.ini"
	run "$sim" "$BATS_TEST_TMPDIR/s.ini"
	[ "$status" -eq 2 ]
	[[ $output == *"s.ini:10: [load] colour"* ]]
	run "$sim" nothing-of-this-name
	[ "$status" -eq 2 ]
	run "$sim"
	[ "$status" -eq 2 ]
}
