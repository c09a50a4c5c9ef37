# SPDX-License-Identifier: GPL-2.0-or-later
# Drives that don't load or let go, and media that don't load.
bats_require_minimum_version 1.5.0
load trouble

setup() { trouble; tapes DRV001L8 DRV002L8; }
teardown() { stop; }

other_works() {
	lmid=$(take DRV002L8)
	mount_and_back "$lmid"
}

@test "a drive won't unload: it needs service, the other one works on, and it heals when enabled" {
	start
	free_tapes DRV001L8 DRV002L8
	fault 'unload@256 * 4/53/01' 'unload@257 * 4/53/01' 'alert@256 1 flag=56' 'alert@257 1 flag=56'
	lmid=$(take DRV001L8)
	rsm mount "$lmid" --read --quiet --timeout 20s
	at=$(where DRV001L8)
	run -1 rsm dismount "$lmid" --wait --timeout 30s
	until_ok is_asked "$at needs service.*did not unload"
	is_in DRV001L8 "$at"
	healed
	other_works
	rsm enable "lib:$at"
	until_ok is_in DRV001L8 "Slot 1"
	until_ok settled
	nothing_asked
}

@test "a drive that can't load: the other one is taken, the operator is told what TapeAlert says" {
	start
	free_tapes DRV001L8 DRV002L8
	drive=$(rsm list drives -J | jq -r '.drives | map(.name)[0]')
	fault 'tur@256 * 4/53/09' 'alert@256 1 flag=30'
	lmid=$(take DRV001L8)
	for i in 1 2; do # whichever is tried first
		rsm mount "$lmid" --read --quiet --timeout 30s
		is_in DRV001L8 "Drive 2"
		rsm dismount "$lmid" --wait --timeout 20s
	done
	healed
	if ! drive_is 1 ready; then
		is_asked "Drive 1 needs service.*TapeAlert 30"
		rsm enable "lib:Drive 1"
	fi
	until_ok drive_is 1 ready
	nothing_asked
}

@test "a medium that won't load: it is blamed, not the drive, and put away" {
	start_with DRV001L8 DRV002L8
	fault 'tur@DRV001L8 * 3/53/00'
	run -1 rsm mount "$lmid" --read --timeout 30s
	[[ $output == *ERROR_UNABLE_TO_LOAD_MEDIUM* ]] || [[ $output == *"load"* ]]
	until_ok is_in DRV001L8 "Slot 1"
	is_asked "DRV001L8 failed"
	drive_is 1 ready && drive_is 2 ready
	healed
	rsm enable DRV001L8
	until_ok settled
	nothing_asked
	rsm mount "$lmid" --read --quiet --timeout 20s
}

@test "the robot reports that the load failed, and the cartridge is in the drive: it goes on" {
	start_with DRV001L8
	fault 'move 1 done,4/53/00'
	rsm mount "$lmid" --read --quiet --timeout 30s
	rsm dismount "$lmid" --wait --timeout 20s
	until_ok is_in DRV001L8 "Slot 1"
}

@test "cleaning requested is no failure" {
	start_with DRV001L8
	fault 'alert@256 * flag=20' 'alert@257 * flag=21' 'read 1 done,1/00/17' 'load 1 done,0/00/17'
	mount_and_back "$lmid"
	drive_is 1 ready && drive_is 2 ready
}

@test "a mounted cartridge is pulled out of its drive by hand" {
	start_with DRV001L8
	rsm mount "$lmid" --read --quiet --timeout 20s
	mv "$T"/lib/drives/*/DRV001L8 "$T/lib/shelf/"
	until_ok is_asked "disappeared.*DRV001L8"
	is_in DRV001L8 offline
	[ "$(rsm list drives -n -o STATE | sort -u)" = empty ]
	mv "$T/lib/shelf/DRV001L8" "$T/lib/slots/0003/"
	until_ok is_in DRV001L8 "Slot 3"
	rsm mount "$lmid" --read --quiet --timeout 20s
}
