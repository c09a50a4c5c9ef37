# SPDX-License-Identifier: GPL-2.0-or-later
# The robot lies, stops, or leaves a cartridge in its hand.
bats_require_minimum_version 1.5.0
load trouble

setup() { trouble; tapes ROB001L8 ROB002L8; }
teardown() { stop; }

@test "the bar code of another cartridge: the newcomer is found out by its memory, both are told, and it heals" {
	start
	free_tapes ROB001L8 ROB002L8
	fault 'element@ROB001L8 * tag=LIE001L8'
	run -1 read_elements
	[[ $output == *ERROR_UNEXPECTED_OMID* ]]
	until_ok settled
	is_in ROB001L8 offline
	is_asked "disappeared.*ROB001L8"
	rsm show LIE001L8 -n -o FLAGS | grep -q quarantined
	is_asked "LIE001L8.*ROB001L8"
	healed
	read_elements
	until_ok settled
	is_in ROB001L8 "Slot 1"
	run -1 rsm show LIE001L8 # nobody ever read one of that name
	nothing_asked
	rsm list operator-requests --all -n -o MESSAGE,STATE | grep "LIE001L8.*Its record is gone" | grep -q complete
}

@test "an element full and empty at once: its medium stays, unproven, and the operator is told" {
	start
	fault 'element@1024 * empty'
	read_elements
	is_in ROB001L8 "Slot 1"
	rsm show ROB001L8 -n -o FLAGS | grep -q unverified
	is_asked "Slot 1: called empty"
	healed
	read_elements
	! is_asked "called empty"
	! rsm show ROB001L8 -n -o FLAGS | grep -q unverified
}

@test "an element called full that is empty: nothing is tried for ever" {
	fault 'element@1027 * full'
	start
	until_ok is_asked "source element empty"
	until_ok settled
	count=$(rsm list library-requests --all -n -o OPERATION | wc -l)
	read_elements
	until_ok settled
	[ "$(rsm list library-requests --all -n -o OPERATION | wc -l)" -le $((count + 1)) ]
	is_in ROB001L8 "Slot 1"
	is_asked "failed: .*source element empty"
	healed
	read_elements
	[ "$(rsm list media -n -o WHERE)" = "Slot 1
Slot 2" ]
	nothing_asked
}

@test "a cartridge that nobody has read yet is taken out: it is missed, not forgotten" {
	start
	rsm inventory lib --pause
	vtl add "$T/lib" NEW001L8 --slot 5
	until_ok is_in NEW001L8 "Slot 5"
	mv "$T/lib/slots/0005/NEW001L8" "$T/lib/shelf/"
	until_ok is_asked "disappeared.*NEW001L8"
	mv "$T/lib/shelf/NEW001L8" "$T/lib/slots/0006/"
	until_ok is_in NEW001L8 "Slot 6"
	nothing_asked
}

@test "a wrong source address: the medium goes home all the same" {
	start_with ROB002L8
	fault 'element@256 * source=1030' 'element@257 * source=1030'
	rsm mount "$lmid" --read --quiet --timeout 20s
	read_elements
	rsm dismount "$lmid" --wait --timeout 20s
	is_in ROB002L8 "Slot 2"
}

@test "unit attentions at any point: nobody notices" {
	start_with ROB001L8
	fault 'move 1 6/28/00' 'tur 3 6/29/00' 'inventory 2 6/3F/03' 'load 1 6/28/00' 'read 2 6/29/00' 'mode 1 6/2A/01' 'unload 1 6/29/00'
	mount_and_back "$lmid"
	until_ok settled
	is_in ROB001L8 "Slot 1"
	nothing_asked
	library_is ready
}

# that attention, at each command of the robot and of the drives that a mount, an inventory and the dismount need, the first and the second time
struck() { [ "$(grep -c "fault ${1%@*} $2\$" "$T/lib/trace")" -ge 2 ] || { echo "not struck twice: $1 $2"; cat "$T/lib/trace"; return 1; }; }
@test "6/28, 6/29, 6/2A, 6/3F at each command of a mount, an inventory and a dismount: nobody notices" {
	local what code n
	start_with ROB001L8
	for what in tur@256 move inventory attribute@256 mode@256 read@256 rewind@256 unload@256; do
		for code in 6/28/00 6/29/00 6/2A/01 6/3F/03; do
			: >"$T/lib/trace"
			fault "$what 1 $code" "${what/256/257} 1 $code" "$what 2 $code" "${what/256/257} 2 $code"
			rsm mount "$lmid" --read --quiet --timeout 20s >/dev/null || { echo "mount: $what $code"; return 1; }
			[ $what != inventory ] || read_elements
			rsm dismount "$lmid" --wait --timeout 20s || { echo "dismount: $what $code"; return 1; }
			struck "$what" "$code"
		done
		until_ok is_in ROB001L8 "Slot 1"
	done
	until_ok settled
	nothing_asked
	until_ok library_is ready
	drive_is 1 ready && drive_is 2 ready
}

@test "the door is opened in the middle of a move: the mount waits, says why, and goes on when it is closed" {
	start_with ROB001L8
	fault 'move 1 door'
	rsm mount "$lmid" --read --quiet --timeout 60s >"$T/path" &
	mount=$!
	until_ok library_is "needs service"
	until_ok is_asked "door"
	until_ok waits_for mount "door\|service"
	[ -d "$T/lib/hand/ROB001L8" ]
	healed
	rm "$T/lib/door"
	wait $mount
	[ -e "$(cat "$T/path")" ]
	until_ok library_is ready
	! is_asked door
}

@test "a cartridge left in the hand is put down by itself" {
	start_with ROB001L8
	fault 'move@ROB001L8 1 hand,4/15/83'
	rsm mount "$lmid" --read --quiet --timeout 30s
	rsm dismount "$lmid" --wait --timeout 20s
	is_in ROB001L8 "Slot 1"
}

@test "a cartridge stuck in the hand: an operator is asked, and takes it out" {
	start_with ROB001L8
	fault 'move@ROB001L8 1 hand,4/15/83' 'move@1 * 4/15/83' 'alert@1 * flag=12'
	rsm mount "$lmid" --read --timeout 60s >"$T/path" 2>&1 &
	mount=$!
	until_ok is_asked "ROB001L8 is in the robot's hand"
	! wait $mount # it isn't kept waiting for a person who may come tomorrow
	rsm list library-requests --all -n -o WHY | grep -q "TapeAlert 12"
	until_ok settled
	is_in ROB001L8 "Changer 1"
	mv "$T/lib/hand/ROB001L8" "$T/lib/slots/0005/"
	until_ok is_in ROB001L8 "Slot 5"
	healed
	asked_no_more() { ! is_asked "robot's hand"; }
	until_ok asked_no_more
	rsm mount "$lmid" --read --quiet --timeout 20s
}

@test "a magazine is taken out and comes back: its slots aren't used, its media are missing, then they are back" {
	start
	fault 'element@1024 * empty' 'element@1024 * tag=' 'element@1024 * except=3B/12' 'element@1025 * empty' 'element@1025 * tag=' \
		'element@1025 * except=3B/12' 'tur 1 6/3B/12'
	until_ok is_asked "2 media have disappeared.*ROB001L8, ROB002L8"
	[ "$(rsm show "lib:Slot 1" -n -o STATE)" = "not present" ]
	fault 'tur 1 6/3B/13'
	until_ok is_in ROB001L8 "Slot 1"
	until_ok is_in ROB002L8 "Slot 2"
	! is_asked disappeared
}

@test "the answer to a move is lost: the elements are read, and what happened counts" {
	start_with ROB001L8
	fault 'move 1 lost'
	rsm mount "$lmid" --read --quiet --timeout 30s
	rsm dismount "$lmid" --wait --timeout 20s
	is_in ROB001L8 "Slot 1"
	until_ok library_is ready
}

@test "the robot takes longer than its time limit: the move is in doubt, the elements are read, and it goes on" {
	sed -i 's/look_s=0/look_s=0 move_s=2/' "$T/rsmd.conf"
	start_with ROB001L8
	fault 'move 1 hang'
	rsm mount "$lmid" --read --quiet --timeout 60s >"$T/path" &
	mount=$!
	until_ok library_is "not present"
	rsm status | grep -q "^lib: .*move medium"
	is_asked "lib can't be reached: .*move medium"
	waits_for mount "move medium\|can't be reached"
	wait $mount
	[ -e "$(cat "$T/path")" ]
	until_ok library_is ready
	rsm dismount "$lmid" --wait --timeout 20s
	is_in ROB001L8 "Slot 1"
	nothing_asked
}
