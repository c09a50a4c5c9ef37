# SPDX-License-Identifier: GPL-2.0-or-later
# For bats files that want a running rsmd with a virtual library of its own:
#     setup_file() { live_start; }      teardown_file() { live_stop; }
# $LIVE is the directory; $LIVE/lib the library: 8 slots, 2 drives, 2 mail slots; CLI001L8 .. CLI006L8, the last written
# by tar. BUILD_DIR is the build directory (default: build).

live_path() {
	local build
	build=$(cd "${BUILD_DIR:-$BATS_TEST_DIRNAME/../../build}" && pwd)
	PATH=$(find "$build" -type f -perm -u+x \( -name rsm -o -name rsmd -o -name vtl \) -printf '%h\n' | sort -u | tr '\n' ':')$PATH
	export PATH
}

# Until a command succeeds; another process makes it so.
until_ok() {
	for _ in $(seq 200); do
		if "$@" >/dev/null 2>&1; then return 0; fi
		sleep 0.1
	done
	echo "not after 20 seconds: $*" >&2
	return 1
}

# A directory, and in it what "vtl create" makes of the arguments.
live_library() {
	live_path
	LIVE=$(mktemp -d /tmp/rsm-e2e.XXXXXX)
	export LIVE RSM_SERVER=unix:$LIVE/rsmd.sock
	unset RSM_TOKEN_FILE
	vtl create "$LIVE/lib" "$@"
}

live_rsmd() {
	mkdir "$LIVE/state"
	printf '[rsmd]\nstate = %s\nstore = sqlite:%s\nlisten = %s\n\n[library lib]\nchanger = virtual:%s\n' \
		"$LIVE/state" "$LIVE/rsm.db" "$RSM_SERVER" "$LIVE/lib" >"$LIVE/rsmd.conf"
	rsmd --config "$LIVE/rsmd.conf" >"$LIVE/log" 2>&1 3>&- &
	echo $! >"$LIVE/pid"
	rsm status --wait --timeout 20s --quiet || { cat "$LIVE/log" >&2; return 1; }
	rsm inventory lib --wait --timeout 30s
}

live_start() {
	live_library --slots 8 --drives 2 --mailslots 2
	echo 'written by tar' >"$LIVE/note"
	tar cf "$LIVE/note.tar" -C "$LIVE" note
	vtl add "$LIVE/lib" CLI001L8 CLI002L8 CLI003L8 CLI004L8 CLI005L8
	vtl add "$LIVE/lib" CLI006L8 --data "$LIVE/note.tar"
	live_rsmd
}

live_stop() {
	local pid
	pid=$(cat "$LIVE/pid")
	kill "$pid"
	wait "$pid" || true
	rm -rf "$LIVE"
}
