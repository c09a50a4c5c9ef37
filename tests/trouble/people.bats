# SPDX-License-Identifier: GPL-2.0-or-later
# People and other programs move cartridges behind our back.
bats_require_minimum_version 1.5.0
load trouble

teardown() { stop; }
gone() { ! is_asked "nobody asked"; }
given_and_taken_back() {
	vtl add "$T/lib" GIFT01L8 --place mailslots/01 && until_ok is_asked "nobody asked" &&
		mv "$T/lib/mailslots/01/GIFT01L8" "$T/lib/shelf/" && until_ok gone
}

@test "somebody fills the mail slot: it is left alone, the operator is told, an insert takes it in" {
	trouble; tapes PPL001L8
	start
	vtl add "$T/lib" GIFT01L8 --place mailslots/01
	until_ok is_asked "nobody asked for (GIFT01L8) lies in mail slot 1"
	rsm inject start lib --quiet --wait --timeout 20s
	until_ok is_in GIFT01L8 "Slot 2"
	until_ok settled
	nothing_asked
}

@test "somebody fills the mail slot and takes it back" {
	trouble; tapes PPL001L8
	start
	given_and_taken_back
	run -1 rsm show GIFT01L8
}

@test "another program moves a cartridge to another slot, and the robot doesn't tell" {
	trouble 'attentions = no'; tapes PPL001L8 PPL002L8
	start_with PPL001L8
	mv "$T/lib/slots/0001/PPL001L8" "$T/lib/slots/0007/"
	mount_and_back "$lmid"
	nothing_asked
}

@test "another program puts a cartridge into a drive: it is found there, and put away" {
	trouble; tapes PPL001L8 PPL002L8
	start
	mv "$T/lib/slots/0002/PPL002L8" "$T/lib/drives/01/"
	until_ok test -d "$T/lib/slots/0002/PPL002L8"
	until_ok is_in PPL002L8 "Slot 2"
	until_ok settled
}

@test "another program fills the drive that we were about to use" {
	trouble 'attentions = no'; tapes PPL001L8 PPL002L8
	start_with PPL001L8
	mv "$T/lib/slots/0002/PPL002L8" "$T/lib/drives/01/"
	rsm mount "$lmid" --read --quiet --timeout 20s
	until_ok is_in PPL002L8 "Slot 2"
}

@test "another program fills the home slot of a mounted medium" {
	trouble 'attentions = no'; tapes PPL001L8 PPL002L8
	start_with PPL001L8
	rsm mount "$lmid" --read --quiet --timeout 20s
	mv "$T/lib/slots/0002/PPL002L8" "$T/lib/slots/0001/"
	rsm dismount "$lmid" --wait --timeout 20s
	until_ok settled
	[[ $(where PPL001L8) == Slot* ]]
	is_in PPL002L8 "Slot 1"
}

@test "the mail slot is opened by hand in the middle of an eject" {
	trouble; tapes PPL001L8
	start
	vtl open "$T/lib" 1
	rsm eject PPL001L8 --wait --timeout 60s >"$T/eject" 2>&1 &
	eject=$!
	until_ok waits_for eject "mail slot\|open"
	until_ok is_asked "close the mail slot"
	vtl close "$T/lib" 1
	until_ok test -d "$T/lib/mailslots/01/PPL001L8"
	mv "$T/lib/mailslots/01/PPL001L8" "$T/lib/shelf/"
	wait $eject
	until_ok nothing_asked
}

# What was asked of the robot since `traced`: READ ELEMENT STATUS by element type (2 slots, 3 mail slots).
traced() { : >"$T/lib/trace"; }
reads() { grep -c "^changer b8 .$1" "$T/lib/trace" || true; }
looks() { [ "$(grep -c '^changer 00' "$T/lib/trace")" -ge "$1" ]; }

@test "a robot that tells of its mail slot: nothing is read until it does, and then the mail slot alone" {
	trouble; tapes PPL001L8
	start
	given_and_taken_back
	traced
	rsm inject start lib --quiet --no-wait
	until_ok looks 30
	[ "$(reads 3)" -le 2 ]
	mv "$T/lib/shelf/GIFT01L8" "$T/lib/mailslots/01/"
	until_ok is_in GIFT01L8 "Slot 2"
	[ "$(reads 2)" = 0 ]
	until_ok settled
	traced
	until_ok looks 30
	[ "$(reads .)" = 0 ]
}

@test "a robot that doesn't tell: its mail slots are read now and then, they alone" {
	trouble 'attentions = no'; tapes PPL001L8
	echo 'limit = "*" "*" ports_s=1' >>"$T/rsmd.conf"
	start
	traced
	vtl add "$T/lib" GIFT01L8 --place mailslots/01
	until_ok is_asked "nobody asked for (GIFT01L8) lies in mail slot 1"
	mv "$T/lib/mailslots/01/GIFT01L8" "$T/lib/shelf/"
	until_ok gone
	[ "$(reads 3)" -ge 2 ]
	[ "$(reads 2)" = 0 ]
}
