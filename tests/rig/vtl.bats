#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The tool vtl: libraries and cartridges are made as asked, and mistakes are named.

setup() {
	PATH=$(cd "${BUILD_DIR:-build}" && pwd)/device:$PATH
	cd "$BATS_TEST_TMPDIR"
}

@test "a library of the usual size, and its picture" {
	vtl create lib
	[ "$(ls lib/slots | wc -l)" = 24 ]
	[ "$(ls lib/drives | wc -l)" = 2 ]
	vtl add lib TAPE01L8 TAPE02L8
	vtl add lib MAIL01L8 --place mailslots/02
	vtl add lib SHELF1L8 --place shelf
	mv lib/slots/0001/TAPE01L8 lib/slots/0005/
	touch lib/slots/0009/note
	run vtl ls lib
	[[ $output == *"slots/0005      1028  TAPE01L8"* ]]
	[[ $output == *"slots/0009      1032  not a cartridge"* ]]
	[[ $output == *"mailslots/02      17  MAIL01L8"* ]]
	[ -f lib/shelf/SHELF1L8/side1 ]
}

@test "settings on the command line" {
	vtl create lib --slots 3 --drives 1 --mailslots 0 --generation 5 --sides 2 --set 'move_ms = 7'
	grep -qx 'move_ms = 7' lib/library.ini
	grep -qx 'generation = 5' lib/library.ini
	vtl add lib BOTH01L5
	[ -f lib/slots/0001/BOTH01L5/side2 ]
	grep -qx 'generation = 5' lib/slots/0001/BOTH01L5/cartridge.ini
}

@test "what a new cartridge holds" {
	vtl create lib --slots 3
	echo hello >data
	vtl add lib DATA01L8 --data data
	cmp data lib/slots/0001/DATA01L8/side1
	vtl add lib ANSI01L8 --ansi ABC123 --slot 2
	[ "$(head -c 10 lib/slots/0002/ANSI01L8/side1)" = VOL1ABC123 ]
	[ "$(stat -c %s lib/slots/0002/ANSI01L8/side1)" = 160 ]
	vtl add lib JUNK01L8 --garbage --write-protected
	grep -qx 'write_protected = yes' lib/slots/0003/JUNK01L8/cartridge.ini
}

@test "a mail slot is opened and closed by hand" {
	vtl create lib
	vtl open lib 2
	[[ $(vtl ls lib) == *"mailslots/02      17   (open)"* ]]
	vtl close lib 2
	[[ $(vtl ls lib) != *open* ]]
}

@test "mistakes have a reason, and leave nothing behind" {
	run vtl create lib --set 'colour = red'
	[ "$status" = 1 ] && [[ $output == *'library.ini:'*'"colour" is unknown'* ]]
	[ ! -e lib/library.ini ]
	vtl create lib --slots 1
	run vtl create lib
	[ "$status" = 1 ] && [[ $output == *"File exists"* ]]
	vtl add lib TAPE01L8
	run vtl add lib TAPE02L8
	[ "$status" = 1 ] && [[ $output == *"no slot is empty"* ]]
	run vtl add lib TAPE01L8 --slot 1
	[ "$status" = 1 ]
	run vtl add lib 'a b' --place shelf
	[ "$status" = 1 ] && [[ $output == *"can't be a bar code"* ]]
	run vtl add lib DATA01L8 --place shelf --data nowhere
	[ "$status" = 1 ] && [[ $output == *nowhere* ]]
	[ -z "$(ls -A lib/shelf)" ]
	run vtl add nowhere TAPE01L8
	[ "$status" = 1 ] && [[ $output == *nowhere* ]]
	run vtl open lib 9
	[ "$status" = 1 ]
	run vtl dance
	[ "$status" = 2 ]
}
