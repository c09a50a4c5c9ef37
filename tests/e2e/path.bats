# SPDX-License-Identifier: GPL-2.0-or-later
# A tgt library over iSCSI behind a proxy that spoils it: rsmd says what is wrong, loses nothing, and goes on by itself.
bats_require_minimum_version 1.5.0
load live

RIG=$BATS_TEST_DIRNAME/../rig

setup_file() {
	local port path
	live_path
	command -v tgtd >/dev/null || PATH=$PATH:/usr/sbin:/sbin command -v tgtd >/dev/null || skip "tgt is not installed"
	LIVE=$(mktemp -d /tmp/rsm-path.XXXXXX)
	export LIVE RSM_SERVER=unix:$LIVE/rsmd.sock
	unset RSM_TOKEN_FILE
	"$RIG/tgt-library.sh" start -d "$LIVE/tgt" -s 4 -m 1 -n 2 -t 2 -z 1 3>&-
	IFS=/ read -r port path < <("$RIG/tgt-library.sh" url -d "$LIVE/tgt" | sed -n 's|^changer *iscsi://127.0.0.1:||p')
	mkfifo "$LIVE/rules"
	"$(find "${BUILD_DIR:-$BATS_TEST_DIRNAME/../../build}" -type f -name tcpproxy)" 127.0.0.1 "$port" \
		<>"$LIVE/rules" >"$LIVE/proxy" 3>&- &
	echo $! >"$LIVE/proxy.pid"
	until_ok test -s "$LIVE/proxy"
	mkdir "$LIVE/state"
	printf '[rsmd]\nstate = %s\nstore = sqlite:%s\nlisten = %s\n\n[library lib]\nchanger = iscsi://127.0.0.1:%s/%s\n' \
		"$LIVE/state" "$LIVE/rsm.db" "$RSM_SERVER" "$(head -1 "$LIVE/proxy")" "$path" >"$LIVE/rsmd.conf"
	rsmd --config "$LIVE/rsmd.conf" >"$LIVE/log" 2>&1 3>&- &
	echo $! >"$LIVE/pid"
	rsm status --wait --timeout 20s --quiet || { cat "$LIVE/log" >&2; return 1; }
	rsm inventory lib --wait --timeout 30s
	rsm pool create Path --type Tape --from-free --to-free
	rsm media free RIG00001L5 RIG00002L5 --wait --timeout 30s
}

teardown_file() {
	local pid
	[ -n "${LIVE:-}" ] || return 0
	for pid in "$(cat "$LIVE/pid")" "$(cat "$LIVE/proxy.pid")"; do
		kill "$pid"
		wait "$pid" || true
	done
	"$RIG/tgt-library.sh" stop -d "$LIVE/tgt"
	rm -rf "$LIVE"
}

proxy() { printf '%s\n' "$@" >"$LIVE/rules"; }
struck() { [ "$(grep -c "^struck $1" "$LIVE/proxy")" -ge "$2" ]; }
state() { rsm list libraries -J -o NAME,STATE | jq -r '.libraries[] | select(.name == "lib").state'; }
in_state() { [ "$(state)" = "$1" ]; }
why() { rsm show lib; }
# What tgt itself says lies in its slots and drives, against what rsmd says: read anew, nothing changes.
at_rest() { [ -z "$(rsm list library-requests -n)" ] && ! rsm list media -n -o WHERE | grep -i drive; }
nothing_moves() {
	local before
	until_ok at_rest # a medium given back gets its free label
	before=$(rsm list media -n -o NAME,WHERE)
	rsm inventory lib --wait --timeout 30s
	diff <(echo "$before") <(rsm list media -n -o NAME,WHERE)
}

@test "the session drops in the middle of a move: settled by what the robot shows, and the mount goes on" {
	for how in after before; do
		n=$(grep -c '^struck a5' "$LIVE/proxy" || true)
		lmid=$(rsm media allocate Path --quiet)
		proxy "$how a5"
		run -0 rsm mount "$lmid" --write --timeout 60s
		struck a5 $((n + 1))
		rsm dismount "$lmid" --wait --timeout 60s
		rsm media deallocate "$lmid"
		until_ok in_state ready
		nothing_moves
	done
}

@test "a robot that tells nonsense needs service, with the reason; it comes back by itself" {
	proxy "spoil b8" "spoil b8" "spoil b8"
	rsm inventory lib || true
	until_ok in_state "needs service"
	[[ $(why) == *"read element status"* ]]
	until_ok in_state ready
	nothing_moves
}

@test "a target that is gone isn't present, with the reason; it comes back by itself" {
	"$RIG/tgt-library.sh" kill -d "$LIVE/tgt"
	until_ok in_state "not present"
	[[ $(why) == *"127.0.0.1"* ]]
	"$RIG/tgt-library.sh" restart -d "$LIVE/tgt" 3>&-
	until_ok in_state ready
	lmid=$(rsm media allocate Path --quiet)
	rsm mount "$lmid" --read --timeout 60s
	rsm dismount "$lmid" --wait --timeout 60s
}
