# SPDX-License-Identifier: GPL-2.0-or-later
# Drives and media of several generations, WORM, write protection, cleaning cartridges.
bats_require_minimum_version 1.5.0
load trouble

teardown() { stop; }

mounted_in() {
	rsm mount "${@:2}" --quiet --timeout 20s >/dev/null
	where "$1"
	rsm dismount "$2" --wait --timeout 20s
}

@test "a mount takes a drive that can read, or write, that generation" {
	trouble 'generations = 9 7'; tapes GEN009L9 GEN008L8 GEN007L7 GEN006L6
	start
	[ "$(rsm list drives -n -o TYPE)" = "LTO-9
LTO-7" ]
	free_tapes GEN009L9 GEN008L8 GEN007L7 GEN006L6
	nine=$(take GEN009L9 LTO-9)
	eight=$(take GEN008L8 LTO-8)
	six=$(take GEN006L6 LTO-6)
	for i in 1 2; do
		[ "$(mounted_in GEN009L9 "$nine" --write)" = "Drive 1" ]
		[ "$(mounted_in GEN008L8 "$eight" --write)" = "Drive 1" ]
		[ "$(mounted_in GEN006L6 "$six" --write)" = "Drive 2" ]
	done
}

@test "what a drive can only read isn't mounted in it for writing" {
	trouble 'generations = 9 7'; tapes GEN005L5
	start
	[ "$(state GEN005L5)" = unrecognized ] # the LTO-7 drive could read it
	run -1 rsm media free GEN005L5 --wait --timeout 20s
	rsm list library-requests --all -n -o WHY,ERROR | grep -q "no drive of this library can take LTO-5 media for writing"
}

@test "WORM and write protection are known and shown" {
	trouble; tapes ONCE01LY; tapes PROT01L8 --write-protected
	start
	rsm show ONCE01LY -n -o FLAGS | grep -q WORM
	rsm show PROT01L8 -n -o FLAGS | grep -q write-protected
	[ "$(rsm show ONCE01LY -n -o TYPE)" = "LTO-8 WORM" ]
}

@test "cleaning cartridges are known by bar code, by the robot's word, by their memory; and never mounted" {
	trouble; tapes CLN001L8 CLN002L8 CLN003L8
	fault 'element@CLN002L8 * tag=DAT002L8' 'element@CLN003L8 * tag=DAT003L8' 'element@CLN003L8 * type=0'
	start
	rsm show CLN001L8 -n -o FLAGS | grep -q cleaner
	rsm show DAT002L8 -n -o FLAGS | grep -q cleaner
	rsm show DAT003L8 -n -o FLAGS | grep -q cleaner
	# only the third was ever tried
	[ "$(rsm list library-requests --all -n -o OPERATION,MEDIUM | grep -c identify)" = 1 ]
	until_ok is_in DAT003L8 "Slot 3"
	rsm inventory lib --full --wait --timeout 20s
	[ "$(rsm list library-requests --all -n -o OPERATION,MEDIUM | grep -c identify)" = 1 ]
	drive_is 1 ready && drive_is 2 ready
}

pool() { rsm show "$1" -n -o POOL; }
type_of() { rsm show "$1" -n -o TYPE; }

@test "a cartridge whose generation nobody told: its memory tells it, though the first drive can't take it" {
	trouble 'generations = 9 7' 'suffix = no'; tapes GEN007L7
	start
	[ "$(state GEN007)" = unrecognized ]
	[ "$(type_of GEN007)" = LTO-7 ]
	pool GEN007 | grep -q LTO-7
	nothing_asked
	free_tapes GEN007
	lmid=$(take GEN007 LTO-7)
	[ "$(mounted_in GEN007 "$lmid" --write)" = "Drive 2" ]
}

@test "a cartridge with the wrong media identifier: without a memory to read, it is tried in drives of other generations" {
	trouble 'drives = 3' 'generations = 9 9 6'; tapes GEN006L6
	fault 'element@GEN006L6 * tag=GEN006L9' 'attribute * 5/24/00'
	start
	[ "$(state GEN006L9)" = unrecognized ]
	[ "$(type_of GEN006L9)" = LTO-6 ]
	is_in GEN006L9 "Slot 1"
	[ "$(rsm list drives -J -o MOUNTS,READY | jq -r '[.drives[].ready] | unique[]')" = ready ]
	nothing_asked
}

@test "a cartridge that no drive takes: it is incompatible, the operator is told, no drive is blamed" {
	trouble 'generations = 9 8' 'suffix = no'; tapes GEN003L3
	fault 'attribute * 5/24/00'
	start
	[ "$(state GEN003)" = incompatible ]
	is_in GEN003 "Slot 1"
	is_asked "GEN003 failed.*does not suit"
	drive_is 1 ready && drive_is 2 ready
	rsm enable GEN003
	until_ok settled
	nothing_asked
}

@test "a bar code that gains its media identifier corrects the guess" {
	trouble 'generations = 9' 'suffix = no'; tapes GEN008L8
	fault 'mode@256 * 5/24/00' 'mode@257 * 5/24/00' 'attribute * 5/24/00'
	start
	[ "$(type_of GEN008)" = LTO-9 ]
	kill_rsmd
	sed -i 's/^suffix.*/suffix = yes/' "$T/lib/library.ini"
	start
	[ "$(type_of GEN008L8)" = LTO-8 ]
	pool GEN008L8 | grep -q LTO-8
}
