# SPDX-License-Identifier: GPL-2.0-or-later
# For bats files that play one trouble after the other to a running rsmd, each test with a library of its own:
#     setup() { trouble 'library.ini line' ...; tapes NAME...; start; }      teardown() { stop; }
# $T is the directory, $T/lib the library: 8 slots, 2 drives, 1 mail slot (addresses: hand 1, mail slot 16, drives 256,
# 257, slots 1024...). rsmd looks at the robot ten times a second.

load ../e2e/live

trouble() {
	local set=() line
	live_path
	T=$(mktemp -d /tmp/rsm-trouble.XXXXXX)
	export T RSM_SERVER=unix:$T/rsmd.sock
	for line; do set+=(--set "$line"); done
	vtl create "$T/lib" --slots 8 --drives 2 --mailslots 1 "${set[@]}"
	mkdir "$T/state"
	printf '[rsmd]\nstate = %s\nstore = sqlite:%s\nlisten = %s\n\n[library lib]\nchanger = virtual:%s\nlimit = "*" "*" look_s=0\n' \
		"$T/state" "$T/rsm.db" "$RSM_SERVER" "$T/lib" >"$T/rsmd.conf"
}
tapes() { vtl add "$T/lib" "$@"; }

# rsmd; until its library can work; until all that lies in it is identified
launch() {
	rsmd --config "$T/rsmd.conf" >>"$T/log" 2>&1 3>&- &
	echo $! >"$T/pid"
}
begin() { launch && rsm status --wait --timeout 20s --quiet || { cat "$T/log" >&2; return 1; }; }
start() { begin && until_ok settled; }
# ... and these have their free labels; the first is ours: $lmid
start_with() { start && free_tapes "$@" && lmid=$(take "$1"); }
kill_rsmd() {
	kill -9 "$(cat "$T/pid")"
	wait "$(cat "$T/pid")" || true
}
stop() {
	[ -n "$BATS_TEST_COMPLETED" ] || { echo "--- log"; tail -n 60 "$T/log"; rsm list requests --all; rsm status; vtl ls "$T/lib"; } >&2
	kill "$(cat "$T/pid")" && wait "$(cat "$T/pid")" || true
	rm -rf "$T"
}

# nothing is queued or runs
settled() { [ -z "$(rsm list library-requests -n -o REQUEST)" ]; }
fault() { printf '%s\n' "$@" >"$T/lib/faults.new" && mv "$T/lib/faults.new" "$T/lib/faults"; }
healed() { rm -f "$T/lib/faults"; }
library() { rsm show lib -n -o STATE; }
library_is() { [ "$(library)" = "$1" ]; }
drive_is() { [ "$(rsm show "lib:Drive $1" -n -o READY)" = "$2" ]; }
# where a medium is: "Slot 3", "Drive 1", "offline"
where() { rsm show "$1" -n -o WHERE; }
is_in() { [ "$(where "$1")" = "$2" ]; }
state() { rsm show "$1" -n -o STATE; }
# what an operator is asked
asked() { rsm list operator-requests -n -o MESSAGE; }
nothing_asked() { [ -z "$(asked)" ]; }
is_asked() { asked | grep -qi -- "$1"; }
waits_for() { rsm list library-requests -n -o OPERATION,WHY | grep -i "^$1" | grep -qi -- "$2"; }
read_elements() { rsm inventory lib --fast --wait --timeout 20s; }
mount_and_back() { rsm mount "$1" --read --quiet --timeout 20s && rsm dismount "$1" --wait --timeout 20s; }
# gives media their free labels
free_tapes() { rsm media free "$@" --wait --timeout 30s && until_ok settled; }
# allocates that very free medium (of a type, LTO-8 if not said); prints its LMID
take() {
	rsm pool create "Work ${2:-LTO-8}" --type "${2:-LTO-8}" --from-free --exist-ok --quiet >/dev/null
	rsm media allocate "Work ${2:-LTO-8}" --medium "$1" --quiet --no-request
}
