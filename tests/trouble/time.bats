# SPDX-License-Identifier: GPL-2.0-or-later
# What takes long is a state, not an error.
bats_require_minimum_version 1.5.0
load trouble

setup() { trouble 'generation = 9' 'calibrate_ms = 4000'; }
teardown() { stop; }

calibrates() { rsm list library-requests -n -o OPERATION,STATE,PROGRESS,UNTIL,WHY | grep -i "$1" | grep 'in process' |
	grep -q '/100.*(in .*calibration'; }

@test "a new LTO-9 cartridge calibrates: progress, expected end, and no failure" {
	tapes NEW001L9
	start &
	until_ok calibrates identify
	rsm show "lib:Drive 1" | grep -q calibration
	rsm list library-requests -J -o PROGRESS,UNTIL | jq -e '.["library-requests"][0].until != ""'
	wait
	until_ok settled
	[ "$(state NEW001L9)" = unrecognized ]
	[ "$(where NEW001L9)" = "Slot 1" ]
	[ -z "$(asked)" ]
	! rsm show "lib:Drive 1" | grep -q calibration
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
	[ -z "$(asked)" ]
}
