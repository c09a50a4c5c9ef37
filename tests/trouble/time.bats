# SPDX-License-Identifier: GPL-2.0-or-later
# What takes long is a state, not an error.
bats_require_minimum_version 1.5.0
load trouble

setup() { trouble 'generation = 9' 'calibrate_ms = 4000'; }
teardown() { stop; }
drive_calibrates() { rsm show "lib:Drive 1" -n -o PROGRESS,UNTIL,REASON | grep -q '/100 .*(in .*calibration'; }

calibrates() { rsm list library-requests -n -o OPERATION,STATE,PROGRESS,UNTIL,WHY | grep -i "$1" | grep 'in process' |
	grep -q '/100.*(in .*calibration'; }

@test "a new LTO-9 cartridge calibrates: progress, expected end, and no failure" {
	tapes NEW001L9
	start &
	until_ok calibrates identify
	drive_calibrates
	rsm list library-requests -J -o PROGRESS,UNTIL | jq -e '.["library-requests"][0].until != ""'
	wait
	until_ok settled
	[ "$(state NEW001L9)" = unrecognized ]
	is_in NEW001L9 "Slot 1"
	nothing_asked
	[ -z "$(rsm show "lib:Drive 1" -n -o PROGRESS,UNTIL,REASON | tr -d ' ')" ]
	# once in its life
	rsm inventory lib --full --wait --timeout 3s
}

@test "rsmd starts anew while a cartridge calibrates: it waits for the end, and no drive is blamed" {
	tapes NEW001L9
	start &
	until_ok calibrates identify
	kill_rsmd
	start
	until_ok is_in NEW001L9 "Slot 1"
	drive_is 1 ready
	nothing_asked
}

# the new cartridge is taken as known, so that a mount is the first to load it
adopted() {
	rsm inventory lib --pause
	tapes NEW001L9
	until_ok is_in NEW001L9 "Slot 1"
	printf 'NEW001L9\n' | rsm media adopt - --quiet
	rsm pool create Work --type LTO-9 --quiet
	lmid=$(rsm media allocate Work --medium NEW001L9 --quiet)
}

@test "a mount of a cartridge that calibrates shows progress and end; one that isn't mounted yet can't be dismounted" {
	start
	adopted
	rsm mount "$lmid" --read --quiet --timeout 60s >"$T/path" &
	mount=$!
	until_ok calibrates mount
	drive_calibrates
	rsm list library-requests -J -o OPERATION,PROGRESS,UNTIL |
		jq -e '.["library-requests"][] | select(.operation == "mount") | .until != "" and (.progress | endswith("/100"))'
	run -1 rsm dismount "$lmid"
	[[ $output == *ERROR_INVALID_STATE*"isn't mounted"* ]]
	wait $mount
	[ -e "$(cat "$T/path")" ]
	rsm dismount "$lmid" --wait --timeout 20s
	is_in NEW001L9 "Slot 1"
	nothing_asked
}

@test "a mount is given up while the cartridge calibrates: its dismount waits for the end, and is no error" {
	start
	adopted
	run -1 rsm mount "$lmid" --read --timeout 1s
	[[ $output == *ERROR_TIMEOUT* ]]
	drive_calibrates
	is_in NEW001L9 "Drive 1"
	until_ok is_in NEW001L9 "Slot 1"
	until_ok settled
	rsm list library-requests --all -n -o OPERATION,STATE | grep -q '^dismount *passed'
	drive_is 1 ready && drive_is 2 ready
	nothing_asked
}

@test "rsmd is killed while a mounted cartridge calibrates: the dismount waits for the end with progress, then it can be mounted" {
	start
	adopted
	rsm mount "$lmid" --read --timeout 60s >"$T/why" 2>&1 &
	mount=$!
	until_ok calibrates mount
	kill_rsmd
	! wait $mount
	begin
	until_ok calibrates dismount
	drive_calibrates
	until_ok is_in NEW001L9 "Slot 1"
	drive_is 1 ready && drive_is 2 ready
	nothing_asked
	rsm mount "$lmid" --read --quiet --timeout 20s
}
