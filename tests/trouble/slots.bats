# SPDX-License-Identifier: GPL-2.0-or-later
# Slots that the robot can't use.
bats_require_minimum_version 1.5.0
load trouble

setup() { trouble; tapes SLT001L8 SLT002L8; }
teardown() { stop; }

mount_of() { rsm mount "$1" --read --quiet --timeout 60s; }
slot_state() { rsm show "lib:Slot $1" -n -o STATE; }

@test "an empty slot is disabled: nothing is put there, the operator is told, and it is used again when it is enabled" {
	start_with SLT001L8
	mount_of "$lmid"
	fault 'element@1024 * disabled'
	read_elements
	[ "$(slot_state 1)" = "not present" ]
	is_asked "Slot 1: disabled"
	rsm dismount "$lmid" --wait --timeout 20s
	is_in SLT001L8 "Slot 3"
	healed
	read_elements
	[ "$(slot_state 1)" = empty ]
	nothing_asked
}

@test "the slot of a medium is out of reach: its mount waits without a drive, tells why, and goes on by itself" {
	start_with SLT001L8 SLT002L8
	other=$(take SLT002L8)
	fault 'element@1024 * noaccess'
	read_elements
	is_asked "Slot 1: out of the robot's reach"
	[ "$(slot_state 1)" = full ]
	mount_of "$lmid" &
	mount=$!
	until_ok waits_for mount "Slot 1: out of the robot's reach"
	[ "$(rsm list drives -n -o STATE | sort -u)" = empty ]
	mount_of "$other"
	healed
	read_elements
	wait $mount
	nothing_asked
}

@test "a move to a slot is refused (5/3B/18), which the status doesn't tell: another slot is taken, no drive is blamed" {
	start_with SLT001L8
	mount_of "$lmid"
	fault 'move@1024 * 5/3B/18'
	rsm dismount "$lmid" --wait --timeout 20s
	is_in SLT001L8 "Slot 3"
	drive_is 1 ready && drive_is 2 ready
	until_ok is_asked "Slot 1: .*element is disabled"
	[ "$(slot_state 1)" = "not present" ]
	# told: try again
	healed
	read_elements
	[ "$(slot_state 1)" = empty ]
	nothing_asked
	mount_of "$lmid"
	rsm dismount "$lmid" --wait --timeout 20s
}

@test "a move from a slot is refused: the mount waits, and goes on when the robot tells that the element is enabled" {
	start_with SLT001L8
	fault 'move@1024 * 5/3B/18'
	mount_of "$lmid" &
	mount=$!
	until_ok waits_for mount "Slot 1: .*element is disabled"
	is_asked "Slot 1: .*element is disabled"
	[ "$(rsm list drives -n -o STATE,READY | sort -u)" = "empty ready" ]
	fault 'tur 1 6/3B/19'
	wait $mount
	until_ok nothing_asked
}

@test "a drive's element is disabled, and the status tells: the drive is not present, no slot is blamed, another drive is taken" {
	start_with SLT001L8
	fault 'element@256 * disabled' 'element@257 * disabled' 'move * 5/3B/18'
	run -1 mount_of "$lmid"
	[[ $output == *"is disabled or needs service"* ]]
	until_ok drive_is 1 "not present"
	rsm show "lib:Drive 1" -n -o REASON | grep -q "the robot reports: disabled"
	[ "$(slot_state 1)" = full ]
	fault 'element@256 * disabled' 'move@256 * 5/3B/18' 'tur 1 6/3B/19'
	until_ok drive_is 2 ready
	drive_is 1 "not present"
	mount_of "$lmid"
	is_in SLT001L8 "Drive 2"
	fault 'tur 1 6/3B/19'
	until_ok drive_is 1 ready
	nothing_asked
}

@test "a drive's element is disabled, and nothing tells: another drive is taken, then it is found out; no slot is blamed" {
	start
	free_tapes SLT001L8 SLT002L8
	one=$(take SLT001L8)
	two=$(take SLT002L8)
	read -r _ bad < <(rsm list drives -n -o MOUNTS,NUMBER | sort -k1n -k2n) # the next one to be used
	fault "move@$((255 + bad)) * 5/3B/18"
	mount_of "$one"
	is_in SLT001L8 "Drive $((3 - bad))"
	nothing_asked
	mount_of "$two" & # the other is in use, and this one can't be
	mount=$!
	until_ok drive_is "$bad" "needs service"
	is_asked "Drive $bad needs service: .*element is disabled"
	! is_asked "Slot"
	[ "$(slot_state 2)" = full ]
	healed
	rsm enable "lib:Drive $bad"
	wait $mount
	is_in SLT002L8 "Drive $bad"
	nothing_asked
}

@test "... while it holds a medium: no slot is blamed for it" {
	start_with SLT001L8
	mount_of "$lmid"
	is_in SLT001L8 "Drive 1" && n=256 || n=257
	fault "move@$n * 5/3B/18"
	run -1 rsm dismount "$lmid" --wait --timeout 20s
	is_asked "needs service: .*element is disabled"
	! is_asked Slot
	[ "$(rsm list slots -n -o STATE | sort | uniq -c | tr -s ' \n' ' ')" = " 7 empty 1 full " ]
	healed
	rsm enable "lib:$(where SLT001L8)"
	until_ok is_in SLT001L8 "Slot 1"
	nothing_asked
}

@test "a robot that never tells access to slots is believed otherwise" {
	fault 'element@1024 * noaccess' 'element@1025 * noaccess' 'element@1026 * noaccess' 'element@1027 * noaccess' \
		'element@1028 * noaccess' 'element@1029 * noaccess' 'element@1030 * noaccess' 'element@1031 * noaccess'
	start
	nothing_asked
	free_tapes SLT001L8
	mount_of "$(take SLT001L8)"
}

@test "the robot refuses a move for its bar code (5/53/05): the mount waits, the operator is told, and it goes on" {
	start_with SLT001L8
	fault 'move@1024 * 5/53/05'
	mount_of "$lmid" &
	mount=$!
	until_ok waits_for mount "bar code invalid"
	is_asked "look at the cartridge's label"
	healed
	wait $mount
	nothing_asked
}
