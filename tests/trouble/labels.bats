# SPDX-License-Identifier: GPL-2.0-or-later
# Bar codes: missing, unreadable, twice, with and without the media identifier.
bats_require_minimum_version 1.5.0
load trouble

teardown() { stop; }

@test "no bar code: known by a number and its label, unproven until it was read" {
	trouble; tapes LAB001L8 --unlabelled; tapes LAB002L8
	start
	name=$(rsm list media -J -o NAME,BARCODE | jq -r '.media[] | select((.barcode // "") == "").name')
	[[ $name =~ ^[0-9]+$ ]]
	is_asked "Slot 1: .*bar code"
	free_tapes "$name"
	lmid=$(take "$name")
	mount_and_back "$lmid"
	! rsm show "$name" -n -o FLAGS | grep -q unverified
	# somebody sticks one on
	sed -i 's/^label = no/label = yes/' "$T"/lib/slots/0001/*/cartridge.ini
	read_elements
	[ "$(rsm show "$name" -n -o BARCODE)" = LAB001L8 ]
	nothing_asked
}

@test "a bar code gets unreadable: the medium stays where it is, and is proven by its label at the next mount" {
	trouble; tapes LAB001L8
	start_with LAB001L8
	fault 'element@LAB001L8 * tag=' 'element@LAB001L8 * except=83/01'
	read_elements
	until_ok settled
	is_in LAB001L8 "Slot 1"
	is_asked "Slot 1: "
	rsm mount "$lmid" --read --quiet --timeout 20s
	! rsm show LAB001L8 -n -o FLAGS | grep -q unverified
	healed
	rsm dismount "$lmid" --wait --timeout 20s
	read_elements
	nothing_asked
}

@test "the same bar code twice: both are known, told apart by their labels, the operator is told" {
	trouble; tapes LAB001L8; vtl add "$T/lib" LAB001L8 --slot 5
	start
	[ "$(rsm list media -J -o BARCODE | jq '[.media[] | select(.barcode == "LAB001L8")] | length')" = 2 ]
	is_asked "The bar code LAB001L8 is on 2 cartridges"
	a=$(rsm list media -J -o ID,WHERE | jq -r '.media[] | select(.where == "Slot 1").id')
	b=$(rsm list media -J -o ID,WHERE | jq -r '.media[] | select(.where == "Slot 5").id')
	free_tapes "$a" "$b"
	rsm pool create Work --type LTO-8 --from-free --quiet
	lmid=$(rsm media allocate Work --medium "$a" --quiet)
	mount_and_back "$lmid"
	# somebody exchanges the two
	mv "$T/lib/slots/0001/LAB001L8" "$T/lib/shelf/" && mv "$T/lib/slots/0005/LAB001L8" "$T/lib/slots/0001/" &&
		mv "$T/lib/shelf/LAB001L8" "$T/lib/slots/0005/"
	run -1 rsm mount "$lmid" --read --timeout 20s
	until_ok is_asked "serial number\|label"
	rsm show "$a" -n -o FLAGS | grep -q quarantined
	# one gets another bar code: it is taken out, labelled and put in again
	mv "$T/lib/slots/0005/LAB001L8" "$T/lib/shelf/LAB005L8"
	read_elements
	mv "$T/lib/shelf/LAB005L8" "$T/lib/slots/0005/"
	no_more_twice() { ! is_asked "is on 2 cartridges"; }
	until_ok no_more_twice
}

@test "with and without its L8: the same medium" {
	trouble 'suffix = no'; tapes LAB001L8 LAB002L8
	start
	[ "$(rsm show LAB001 -n -o BARCODE)" = LAB001 ]
	free_tapes LAB001 LAB002
	id=$(rsm show LAB001 -n -o ID)
	kill_rsmd
	sed -i 's/^suffix.*/suffix = yes/' "$T/lib/library.ini"
	start
	[ "$(rsm list media -n -o NAME | wc -l)" = 2 ]
	[ "$(rsm show "$id" -n -o BARCODE)" = LAB001L8 ]
	kill_rsmd
	sed -i 's/^suffix.*/suffix = no/' "$T/lib/library.ini"
	start
	[ "$(rsm list media -n -o NAME | wc -l)" = 2 ]
	[ "$(rsm show "$id" -n -o BARCODE)" = LAB001L8 ]
	nothing_asked
}
