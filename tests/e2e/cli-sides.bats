# SPDX-License-Identifier: GPL-2.0-or-later
# Media with two sides, in a library that turns them over, by the command.
bats_require_minimum_version 1.5.0
load live

setup_file() {
	live_library --slots 4 --drives 1 --mailslots 1 --sides 2
	vtl add "$LIVE/lib" TWO1 TWO2 --sides 2
	live_rsmd
}
teardown_file() { live_stop; }

@test "one owner takes both sides of a medium, writes each, reads each back" {
	rsm media free TWO1 TWO2 --wait --timeout 30s
	[ "$(rsm list media -n -o NAME,STATE)" = "TWO1 available, available
TWO2 available, available" ]
	rsm pool create Both --type "$(rsm show TWO1 -n -o TYPE)" --from-free --to-free
	first=$(rsm media allocate Both --new --quiet --no-request)
	name=$(rsm show "$first" -n -o MEDIUM)
	[ "$(rsm show "$name" -n -o STATE)" = "allocated, reserved" ]
	second=$(rsm media allocate Both --next "$first" --quiet --no-request)
	[ "$(rsm show "$name" -n -o STATE)" = "allocated, allocated" ]
	run -1 rsm media allocate Both --next "$second" --no-request
	[[ $output == *ERROR_MEDIA_UNAVAILABLE* ]]

	run -1 rsm mount "$name"
	[[ $output == *"has 2 sides; say which with --side"* ]]
	run -1 rsm mount "$name" --side 2
	[[ $output == *"has no side 2"* ]]
	for side in 0 1; do
		path=$(rsm mount "$name" --side $side --quiet --timeout 30s)
		echo "side $side" >"$path"
		rsm dismount "$name" --side $side --wait --timeout 30s
	done
	[ "$(cat "$(rsm mount "$first" --quiet --timeout 30s)")" = "side 0" ]
	run -1 rsm mount "$second" --if-available --timeout 5s
	rsm dismount "$first" --wait --timeout 30s
	[ "$(cat "$(rsm mount "$second" --quiet --timeout 30s)")" = "side 1" ]
	rsm dismount "$second" --wait --timeout 30s
	rsm media deallocate "$name" --side 0
	rsm media deallocate "$second"
	rsm show "$name" -n -o POOL | grep -q '^.Free'
}
