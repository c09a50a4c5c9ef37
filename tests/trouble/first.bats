# SPDX-License-Identifier: GPL-2.0-or-later
# First contact with a library of many unknown cartridges.
bats_require_minimum_version 1.5.0
load trouble

teardown() { stop; }

progress() { rsm show lib -n -o PROGRESS; }
under_way() { [[ $(progress) =~ ^[1-9][0-9]*/12$ ]]; }
many() { for i in 01 02 03 04 05 06 07 08 09 10 11 12; do tapes NEW0${i}L8; done; }

@test "identification shows how far it is and until when, pauses, goes on, and gives way to a mount" {
	trouble 'slots = 14' 'move_ms = 120' 'load_ms = 200'; many
	begin
	until_ok under_way
	rsm show lib -n -o UNTIL | grep -q 'in [0-9]'
	rsm inventory lib --pause
	rsm show lib -n -o FLAGS | grep -q paused
	idle() { [ "$(rsm list library-requests -J -o OPERATION,STATE | jq '[.["library-requests"][] | select(.state == "in process")] | length')" = 0 ]; }
	until_ok idle
	before=$(progress)
	waits_for identify paused
	# a mount runs while it is paused
	name=$(rsm list media -J -o NAME,STATE | jq -r '[.media[] | select(.state == "unrecognized")][0].name')
	rsm media free "$name"
	until_ok eval '[ "$(state '"$name"')" = available ]'
	[ "$(progress)" = "$before" ]
	lmid=$(take "$name")
	rsm inventory lib --resume
	rsm mount "$lmid" --read --quiet --timeout 20s
	[ -n "$(progress)" ] # it didn't have to wait for the end of the identifications
	until_ok settled
	[ -z "$(progress)" ]
	[ "$(rsm list media -n -o STATE | sort -u | tr '\n' ' ')" = "allocated unrecognized " ]
}

@test "adopt: a list of bar codes is known without being mounted" {
	trouble 'slots = 14' 'move_ms = 300'; many
	begin
	rsm inventory lib --pause
	printf '# from the old catalogue\nNEW010L8\nNEW011L8, full\n\nNEW012L8 full\nNOT001L8\n' >"$T/list"
	cp "$T/list" "$T/wrong" && echo '	NEW010L8' >>"$T/wrong"
	run -1 rsm media adopt "$T/wrong"
	[[ $output == *"wrong:6: NOT001L8: no medium has that bar code"* && $output == *"wrong:7: NEW010L8: stands in line 2 already"* ]]
	[[ $output == *"2 of 5 bar codes are wrong; nothing was done"* ]]
	[ "$(state NEW011L8)" = "$(state NEW012L8)" ] && [ "$(state NEW011L8)" != import ]
	# a cleaning cartridge is found out by rsmd, after others were adopted in the same job
	tapes CLN001L8
	until_ok rsm show CLN001L8
	run -1 rsm media adopt <(grep -v NOT "$T/list"; echo CLN001L8)
	[[ $output == *"CLN001L8 is a cleaning cartridge"* ]]
	[ "$(state NEW012L8)" != import ]
	[ "$(grep -v NOT "$T/list" | rsm media adopt -)" = "3 adopted" ]
	[ "$(state NEW011L8)" = import ]
	rsm inventory lib --resume
	until_ok settled
	! rsm list library-requests --all -n -o OPERATION,STATE,MEDIUM | grep 'passed' | grep -q 'NEW01[12]L8'
	# what is on it shows at the first mount
	rsm pool create Work --type LTO-8 --quiet
	lmid=$(rsm media allocate Work --medium NEW011L8 --quiet)
	rsm mount "$lmid" --read --quiet --timeout 20s
}

done_of() { local p; p=$(progress); echo "${p%/*}"; }
reached() { local p; p=$(progress); [ "${p%/*}" -ge "$1" ] && [ "${p%/*}" -lt 300 ] && [ "${p#*/}" = 300 ]; }
nobody_works() { ! rsm list library-requests -n -o OPERATION,STATE | grep -q '^identify.*in process'; }

@test "300 unknown cartridges: rate and end are shown; it goes on after kill -9, stays paused over one, and a mount comes in between" {
	trouble 'slots = 310' 'drives = 4'
	seq -f 'NEW%03.0fL8' 300 | xargs vtl add "$T/lib"
	begin
	until_ok reached 20
	rsm status | grep -q '^lib: [0-9]*/300 media identified, [0-9]* an hour, until .*(in [0-9]* s)'
	rsm show lib -n -o RATE | grep -q 'an hour'
	was=$(done_of)
	kill_rsmd
	begin
	until_ok reached "$was"
	# paused, it stays so
	rsm inventory lib --pause
	until_ok nobody_works
	was=$(progress)
	rsm status | grep -q "^lib: $was media identified, paused"
	kill_rsmd
	begin
	[ "$(progress)" = "$was" ]
	rsm show lib -n -o FLAGS | grep -q paused
	until_ok eval '[ "$(rsm list drives -n -o STATE | sort -u)" = empty ]'
	# a mount while it goes on
	name=$(rsm list media -J -o NAME,STATE | jq -r '[.media[] | select(.state == "unrecognized")][0].name')
	rsm media free "$name"
	until_ok eval '[ "$(state '"$name"')" = available ]'
	lmid=$(take "$name")
	rsm inventory lib --resume
	rsm mount "$lmid" --read --quiet --timeout 20s
	[ -n "$(progress)" ]
	rsm dismount "$lmid"
	for _ in 1 2 3; do until_ok settled && break; done
	[ -z "$(progress)" ]
	[ "$(rsm list media -n -o STATE | sort | uniq -c | tr -s '\n ' ' ')" = " 1 allocated 299 unrecognized " ]
	# not all again: what was under way when rsmd died, and no more
	[ "$(rsm list library-requests --all -n -o OPERATION,STATE | grep -c '^identify.*passed')" -le 308 ]
}

@test "adopt: 3000 bar codes at once, none is mounted, and the lists of them are whole" {
	trouble 'slots = 3000'
	begin
	rsm inventory lib --pause
	seq -f 'NEW%04.0fL8' 3000 | tee "$T/list" | xargs vtl add "$T/lib"
	until_ok eval '[ "$(rsm list media -n -o NAME | wc -l)" = 3000 ]'
	[ "$(rsm media adopt "$T/list")" = "3000 adopted" ]
	[ "$(rsm list media -n -o STATE | sort | uniq -c | tr -s ' ')" = " 3000 import" ]
	rsm inventory lib --resume
	until_ok settled
	! rsm list library-requests --all -n -o OPERATION,STATE | grep -q '^identify.*passed'
	rsm pool create Work --type LTO-8 --quiet
	for n in $(seq 30); do rsm media allocate Work --medium "$(printf 'NEW%04dL8' "$n")" --quiet; done >"$T/lmids"
	[ "$(rsm list logical-media -n -o MEDIUM,STATE | tr -s ' ' | sort)" = "$(seq -f 'NEW%04.0fL8 allocated' 30)" ]
	[ "$(rsm list logical-media --pool Work -n -o MEDIUM | tr -d ' ' | sort)" = "$(seq -f 'NEW%04.0fL8' 30)" ]
}
