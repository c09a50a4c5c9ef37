# SPDX-License-Identifier: GPL-2.0-or-later
# `fence = yes`: two hosts, each with its own rsmd and state, at one library. A host is a name in the URL
# (docs/virtual-library.md).
bats_require_minimum_version 1.5.0
load trouble

# The first host's rsmd is the one of trouble.bash; the second has its state and socket in $T/b.
setup() {
	trouble
	printf 'fence = yes\n' >>"$T/rsmd.conf"
	by_path a
	tapes FNC001L8 FNC002L8
	mkdir -p "$T/b/state"
	sed "s,state = .*,state = $T/b/state,; s,store = .*,store = sqlite:$T/b/rsm.db,; s,listen = .*,listen = unix:$T/b/rsmd.sock,; s,initiator=a,initiator=b," \
		"$T/rsmd.conf" >"$T/b/rsmd.conf"
}
teardown() {
	if [ -n "${second-}" ]; then kill "$second" && wait "$second" || true; fi
	stop
}
by_path() { sed -i "s,^changer = .*,changer = virtual:$T/lib?initiator=$1," "$T/rsmd.conf"; }
start_second() {
	rsmd --config "$T/b/rsmd.conf" >>"$T/b/log" 2>&1 3>&- &
	second=$!
}
b() { RSM_SERVER=unix:$T/b/rsmd.sock "$@"; }
log_says() { grep -q -- "$1" "$T/log"; }
keys() { awk 'NR > 1 { print $1 }' "$T/lib/.reservation"; }

@test "a second host is refused with the reason, and the first goes on unharmed" {
	start
	key=$(keys)
	start_second
	until_ok b is_asked "reserved by another rsmd with the key $key (exclusive access, registrants only, type 6)"
	b library_is "needs service"
	[ "$(keys)" = "$key" ]
	library_is ready
	nothing_asked
	free_tapes FNC001L8
	lmid=$(take FNC001L8)
	mount_and_back "$lmid"
	# when the first host is gone for good, somebody clears it
	kill_rsmd
	rm "$T/lib/.reservation" "$T"/lib/drives/*/.reservation
	until_ok b library_is ready
	[ -z "$(b asked)" ]
	launch
	until_ok is_asked "another rsmd"
}

@test "killed and started again, rsmd has its fence back: by the same path, and by another" {
	start
	before=$(keys)
	kill_rsmd
	start
	library_is ready
	again=$(keys)
	[ "$(echo "$again" | wc -l)" = 1 ]
	[ "$again" != "$before" ]
	kill_rsmd
	by_path c
	start
	library_is ready
	log_says "library lib: its reservation was still that of an earlier run (key $again)"
	[ "$(awk 'NR > 1 { print $2, $3 }' "$T/lib/.reservation")" = "6 c" ]
	until_ok grep -q "6 c" "$T/lib/drives/01/.reservation"
	nothing_asked
}

@test "the reservation is taken away while rsmd runs: the library waits for a person, and comes back" {
	start
	sed -i 's/^[0-9a-f]* 6 a$/cafe000000000001 3 b/' "$T/lib/.reservation"
	until_ok is_asked "reserved by another host with the key cafe000000000001 (exclusive access, type 3)"
	library_is "needs service"
	rm "$T/lib/.reservation"
	until_ok library_is ready
	nothing_asked
}

@test "another host reserves a drive: it needs service with what it held, the other drive serves" {
	start
	free_tapes FNC001L8 FNC002L8
	first=$(take FNC001L8)
	second_lmid=$(take FNC002L8)
	until_ok test -e "$T/lib/drives/01/.reservation"
	sed -i 's/^[0-9a-f]* 6 a$/cafe000000000001 3 b/' "$T/lib/drives/01/.reservation"
	run ! rsm mount "$first" --read --quiet --timeout 20s
	drive_is 1 "needs service"
	is_asked "Drive 1.*cafe000000000001"
	rsm mount "$second_lmid" --read --quiet --timeout 20s
	is_in FNC002L8 "Drive 2"
	rm "$T/lib/drives/01/.reservation"
	rsm enable "lib:Drive 1"
	until_ok is_in FNC001L8 "Slot 1"
	until_ok drive_is 1 ready
}
