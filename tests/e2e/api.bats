# SPDX-License-Identifier: GPL-2.0-or-later
# The HTTP API from outside, by curl and by hand: sessions and the connections that carry them, bad input, tokens, start and stop.
bats_require_minimum_version 1.5.0
load live

setup_file() {
	live_path
	API=$(mktemp -d /tmp/rsm-api.XXXXXX)
	PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	export API PORT
	vtl create "$API/lib" --slots 4 --drives 1
	mkdir "$API/state"
	(umask 077; echo "$(id -un) secret-of-mine" >"$API/tokens")
	cat >"$API/rsmd.conf" <<-CONF
		[rsmd]
		state  = $API/state
		listen = unix:$API/sock
		listen = http://127.0.0.1:$PORT
		tokens = $API/tokens
		[library lib]
		changer = virtual:$API/lib
	CONF
	api_start
}
teardown_file() {
	api_stop
	rm -rf "$API"
}
teardown() { exec 5>&- 6>&-; }

api_start() {
	rsmd --config "$API/rsmd.conf" >>"$API/log" 2>&1 3>&- &
	echo $! >"$API/pid"
	disown
	until_ok ready
}
api_stop() {
	kill "$(cat "$API/pid")"
	until_ok stopped
}
stopped() { ! kill -0 "$(cat "$API/pid")"; }
api() { # METHOD PATH [CURL ARGUMENT]...: the status in $status, the body in $output
	run curl -sS -X "$1" --unix-socket "$API/sock" -w '\n%{http_code}' "http://rsmd$2" "${@:3}"
	status=${lines[-1]}
	output=${output%$'\n'*}
}
field() { jq -r "$1" <<<"$output"; }
ready() { [ "$(curl -sS --unix-socket "$API/sock" http://rsmd/v1/status | jq .ready)" = 1 ]; }
problem() { # STATUS NAME: the last answer is that error
	[ "$status" = "$1" ] && [ "$(field .name)" = "$2" ] && [ "$(field .status)" = "$1" ] && [ -n "$(field .detail)" ]
}

# A connection of our own, held open: dial FD; ask FD METHOD PATH [SESSION [BODY]]
dial() { eval "exec $1<>/dev/tcp/127.0.0.1/$PORT"; }
send() {
	printf '%s %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret-of-mine\r\n%sContent-Length: %d\r\n\r\n%s' "$2" "$3" \
		"${4:+RSM-Session: $4$'\r\n'}" "${#5}" "$5" >&"$1"
}
answer() {
	local line length=0
	read -r -u "$1" _ status _ || return 1
	while read -r -u "$1" line && line=${line%$'\r'} && [ -n "$line" ]; do
		[[ $line != Content-Length:* ]] || length=${line#*: }
	done
	output=
	[ "$length" = 0 ] || read -r -u "$1" -N "$length" output
}
ask() { send "$@" && answer "$1"; }
# Another writer on the database: rsmd's writer waits for it.
lock() {
	coproc LOCK { sqlite3 "$API/state/rsm.db" 2>&1; }
	echo 'BEGIN IMMEDIATE; SELECT 1;' >&"${LOCK[1]}"
	read -r -u "${LOCK[0]}"
}
unlock() {
	echo 'COMMIT;' >&"${LOCK[1]}"
	exec {LOCK[1]}>&-
}
raw() { # what comes back for these bytes on the unix socket, which closes then
	python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.settimeout(20)
s.connect(sys.argv[1])
s.sendall(sys.stdin.buffer.read())
while True:
    d = s.recv(65536)
    if not d: break
    sys.stdout.buffer.write(d)' "$API/sock"
}

@test "status needs no session" {
	api GET /v1/status
	[ "$status" = 200 ]
	field . | jq -e '.ready == 1 and .apiVersion == 1 and (.incarnation | length == 36)'
}

@test "a session: opened, used from other connections, closed; then it is no more" {
	dial 5
	ask 5 POST /v1/sessions "" '{"application":"bats"}'
	[ "$status" = 200 ]
	session=$(field .session)
	api GET "/v1/objects?type=9" -H "RSM-Session: $session"
	[ "$status" = 200 ] && [ "$(field .count)" -ge 1 ]
	api DELETE "/v1/sessions/$session"
	[ "$status" = 204 ] && [ -z "$output" ]
	api GET "/v1/objects?type=9" -H "RSM-Session: $session"
	problem 440 ERROR_INVALID_HANDLE
	ask 5 GET "/v1/objects?type=9" "$session"
	[ "$status" = 440 ]
}

@test "a session ends with its connection" {
	dial 5
	ask 5 POST /v1/sessions
	session=$(field .session)
	exec 5>&-
	gone() { api GET "/v1/objects?type=9" -H "RSM-Session: $session"; [ "$status" = 440 ]; }
	until_ok gone
}

@test "another user's session is none of ours" {
	[ "$(id -u)" = 0 ] || skip "needs root"
	dial 5
	ask 5 POST /v1/sessions
	chmod 755 "$API"
	run setpriv --reuid 65534 --regid 65534 --clear-groups curl -sS --unix-socket "$API/sock" \
		-H "RSM-Session: $(field .session)" "http://rsmd/v1/objects?type=9"
	[ "$(field .name)" = ERROR_INVALID_HANDLE ]
}

@test "objects are read: the list, one, its detail" {
	api GET "/v1/objects?type=9"
	id=$(field '.objects[0]')
	api GET "/v1/objects/$id"
	[ "$status" = 200 ] && [ "$(field .info.id)" = "$id" ] && [ "$(field .info.type)" = 9 ]
	api GET "/v1/objects/$id/detail"
	[ "$status" = 200 ] && [ "$(field .type)" = 9 ]
	api GET "/v1/objects/11111111-2222-3333-4444-555555555555"
	problem 404 ERROR_OBJECT_NOT_FOUND
}

@test "arguments that are unknown, missing, twice or of another type are named" {
	for case in 'typ=9|"typ"' 'type=9&type=9|"type"' 'type=x|"type"' 'type=-1|"type"' 'container=9&type=9|"container"' '|"type"'; do
		api GET "/v1/objects?${case%%|*}"
		problem 400 ERROR_INVALID_PARAMETER
		[[ $(field .detail) == *${case##*|}* ]]
	done
	api POST /v1/media-pools -d '{"name":"x","action":1,"colour":"red"}'
	problem 400 ERROR_INVALID_PARAMETER
	[[ $(field .detail) == *'"colour"'* ]]
	api POST /v1/media-pools -d '{"name":7,"action":1}'
	problem 400 ERROR_INVALID_PARAMETER
	[[ $(field .detail) == *'"name"'* ]]
	api POST /v1/media-pools -d '{"name":"x","action":1'
	problem 400 ERROR_INVALID_PARAMETER
	api GET "/v1/objects?type=9" -d '{}'
	problem 400 ERROR_INVALID_PARAMETER
}

@test "unknown paths and methods" {
	api GET /v2/objects
	[ "$status" = 404 ]
	api PATCH /v1/objects
	[ "$status" = 405 ]
	run curl -sSI -X PATCH --unix-socket "$API/sock" http://rsmd/v1/objects
	[[ $output == *"Allow: GET"* ]]
}

@test "garbage gets a 400 with a reason, and the connection closes" {
	for bytes in 'hello\r\n\r\n' '\0\1\2\3' '\26\3\1\2\0' 'GET\r\n\r\n' 'GET /v1/status\r\n\r\n' 'get /v1/status HTTP/1.1\r\n\r\n' \
		'GET /v1/status HTTP/1.1\r\nno colon\r\n\r\n' 'POST /v1/sessions HTTP/1.1\r\nContent-Length: x\r\n\r\n'; do
		printf "$bytes" | raw >"$API/answer"
		grep -qa '^HTTP/1.1 400 ' "$API/answer"
		[ "$(wc -c <"$API/answer")" -gt 150 ]
	done
	head -c 100000 /dev/urandom | raw >/dev/null || true # it may close before all is sent
	ready
}

@test "a body over 1 MiB is refused, one just below is read" {
	head -c 1048577 /dev/zero | tr '\0' ' ' >"$API/big"
	api POST /v1/media-pools --data-binary "@$API/big"
	problem 413 ERROR_MESSAGE_EXCEEDS_MAX_SIZE
	api POST /v1/media-pools --data-binary "@$API/big" -H 'Transfer-Encoding: chunked'
	problem 413 ERROR_MESSAGE_EXCEEDS_MAX_SIZE
	truncate -s 1048576 "$API/big"
	api POST /v1/media-pools --data-binary "@$API/big"
	problem 400 ERROR_INVALID_PARAMETER
}

@test "over TCP a token tells who calls; the file is read again; it must be private" {
	tcp() { run curl -sS -w '\n%{http_code}' "http://127.0.0.1:$PORT/v1/status" "$@"; status=${lines[-1]}; output=${output%$'\n'*}; }
	tcp
	problem 401 ERROR_ACCESS_DENIED
	tcp -H 'Authorization: Bearer secret-of-min'
	problem 401 ERROR_ACCESS_DENIED
	tcp -H 'Authorization: Bearer secret-of-mine'
	[ "$status" = 200 ]
	tcp -H 'Authorization: Bearer another'
	[ "$status" = 401 ]
	printf '# ours\n%s another\nnosuchuser-here third\n' "$(id -un)" >>"$API/tokens"
	tcp -H 'Authorization: Bearer another'
	[ "$status" = 200 ]
	tcp -H 'Authorization: Bearer third'
	problem 401 ERROR_ACCESS_DENIED
	chmod 640 "$API/tokens"
	tcp -H 'Authorization: Bearer another'
	problem 401 ERROR_ACCESS_DENIED
	[[ $(field .detail) == *"chmod 600"* ]]
	chmod 600 "$API/tokens"
	tcp -H 'Authorization: Bearer another'
	[ "$status" = 200 ]
}

# ---- calls that wait ----

pool() { # an empty application pool for LTO-8: an allocation from it waits
	local types type
	types=$(curl -sS --unix-socket "$API/sock" "http://rsmd/v1/objects?type=13" | jq -r '.objects[]')
	for type in $types; do
		api GET "/v1/objects/$type"
		[ "$(field .info.name)" != LTO-8 ] || break
	done
	api POST /v1/media-pools -d "{\"name\":\"$1\",\"mediaType\":\"$type\",\"action\":2}"
	[ "$status" = 200 ]
	POOL=$(field .pool)
}
uuid() { cat /proc/sys/kernel/random/uuid; }
requests() { # how many operator requests are open: submitted, active or in progress
	local id
	for id in $(curl -sS --unix-socket "$API/sock" "http://rsmd/v1/objects?type=17" | jq -r '.objects[]'); do
		curl -sS --unix-socket "$API/sock" "http://rsmd/v1/objects/$id"
	done | jq -s 'map(select(.info.state >= 1 and .info.state <= 3)) | length'
}
none_open() { [ "$(requests)" = 0 ]; }
# waits FD: opens a session there and begins an allocation that waits
waits() {
	CALL=$(uuid)
	dial "$1"
	ask "$1" POST /v1/sessions
	SESSION=$(field .session)
	ask "$1" POST "/v1/media-pools/$POOL/allocate" "$SESSION" "{\"call\":\"$CALL\"}"
	[ "$status" = 202 ] && [ "$(field .pending)" = true ] && [ "$(requests)" = 1 ]
}

@test "a call that waits needs a session" {
	pool needs
	api POST "/v1/media-pools/$POOL/allocate" -d "{\"call\":\"$(uuid)\"}"
	problem 440 ERROR_INVALID_HANDLE
}

@test "the end of the connection cancels a waiting allocation and its operator request" {
	pool ends
	waits 5
	exec 5>&-
	until_ok none_open
}

@test "so does the end of a connection that is polling" {
	pool polls
	waits 5
	send 5 GET "/v1/calls/$CALL?wait=30000" "$SESSION"
	exec 5>&-
	until_ok none_open
}

@test "a poll from another connection hears that the session was closed" {
	pool closes
	waits 5
	dial 6
	send 6 GET "/v1/calls/$CALL?wait=30000" "$SESSION"
	api DELETE "/v1/sessions/$SESSION"
	[ "$status" = 204 ]
	answer 6
	problem 409 ERROR_CANCELLED
	none_open
}

@test "a call is cancelled by DELETE; its poll hears it" {
	pool cancels
	waits 5
	dial 6
	send 6 GET "/v1/calls/$CALL?wait=30000" "$SESSION"
	ask 5 DELETE "/v1/calls/$CALL" "$SESSION"
	[ "$status" = 204 ]
	answer 6
	problem 409 ERROR_CANCELLED
	none_open
}

@test "a poll answers 202 when its time is over, and the operator's refusal when it comes" {
	pool refuses
	waits 5
	ask 5 GET "/v1/calls/$CALL?wait=1" "$SESSION"
	[ "$status" = 202 ]
	send 5 GET "/v1/calls/$CALL?wait=30000" "$SESSION"
	api GET "/v1/objects?type=17"
	api POST "/v1/operator-requests/$(field '.objects[0]')/refuse"
	[ "$status" = 204 ]
	answer 5
	problem 409 ERROR_CANCELLED
	ask 5 DELETE "/v1/calls/$CALL" "$SESSION"
	[ "$status" = 204 ]
}

@test "the same call sent again isn't done twice" {
	pool again
	waits 5
	ask 5 POST "/v1/media-pools/$POOL/allocate" "$SESSION" "{\"call\":\"$CALL\"}"
	[ "$status" = 202 ] && [ "$(requests)" = 1 ]
	exec 5>&-
	until_ok none_open
}

@test "clients that die in every way leave nothing behind" {
	python3 "$BATS_TEST_DIRNAME/clients_die.py" "$API/sock"
	until_ok none_open
}

# ---- start and stop ----

@test "--check-config tells mistakes by line; --version and --help" {
	printf '[rsmd]\nstat = /x\n\n[library a b]\n' >"$API/wrong.conf"
	run -1 rsmd --check-config --config "$API/wrong.conf"
	[[ ${lines[0]} == "$API/wrong.conf:2: "* && ${lines[1]} == "$API/wrong.conf:4: "* ]]
	run -0 rsmd --check-config --config "$API/rsmd.conf"
	[ -z "$output" ]
	run -0 rsmd --version
	run -0 rsmd --help
	run -2 rsmd --nonsense
	run -2 rsmd nonsense
}

@test "a second rsmd is refused, and the first isn't disturbed" {
	run -1 rsmd --config "$API/rsmd.conf"
	[[ $output == *"another rsmd listens"* ]]
	sed "s|unix:.*|unix:$API/sock2|; /http:/d" "$API/rsmd.conf" >"$API/second.conf"
	run -1 rsmd --config "$API/second.conf"
	[[ $output == *"is in use by process $(cat "$API/pid")"* ]]
	ready
}

@test "something else in the socket's place is left alone" {
	echo precious >"$API/file"
	sed "s|unix:.*|unix:$API/file|; /http:/d; s|/state|/state2|" "$API/rsmd.conf" >"$API/second.conf"
	run -1 rsmd --config "$API/second.conf"
	[[ $output == *"$API/file is in the way"* && $(cat "$API/file") = precious ]]
}

@test "SIGTERM stops it in the middle of a poll, and the socket goes" {
	pool stops
	waits 5
	send 5 GET "/v1/calls/$CALL?wait=30000" "$SESSION"
	kill "$(cat "$API/pid")"
	# 202 or 503, or nothing if rsmd stopped before it read the request; but it doesn't wait for the 30 seconds
	! answer 5 || [[ $status == 202 || $status == 503 ]]
	until_ok stopped
	[ ! -e "$API/sock" ]
	api_start
	none_open
}

@test "after kill -9 the socket is taken over; a session of the last run is unknown" {
	dial 5
	ask 5 POST /v1/sessions
	session=$(field .session)
	old=$(field .incarnation)
	kill -9 "$(cat "$API/pid")"
	until_ok stopped
	[ -e "$API/sock" ]
	api_start
	api GET /v1/status
	[ "$(field .incarnation)" != "$old" ]
	api GET "/v1/objects?type=9" -H "RSM-Session: $session"
	problem 440 ERROR_INVALID_HANDLE
}

@test "until it is ready callers hear ERROR_NOT_READY" {
	api_stop
	lock # so rsmd can't begin
	rsmd --config "$API/rsmd.conf" >>"$API/log" 2>&1 3>&- &
	echo $! >"$API/pid"
	disown
	early() { api POST /v1/sessions -d '{}'; problem 503 ERROR_NOT_READY; }
	until_ok early
	api GET /v1/status
	[ "$status" = 200 ] && [ "$(field .ready)" = 0 ]
	unlock
	until_ok ready
}

@test "SIGTERM during a move of minutes: stops at once, the move stays open and is settled at the next start" {
	sql() { sqlite3 -readonly "$API/state/rsm.db" "$1"; }
	moving() { [ "$(sql 'SELECT count(*) FROM action WHERE state=0 AND kind=3')" = 1 ]; } # ACT_MOVE
	settled() { [ "$(sql 'SELECT count(*) FROM action WHERE state IN (0, 3)')" = 0 ]; }
	placed() { [ "$(sql "SELECT count(*) FROM physical_media WHERE barcode='API001L8' AND verified AND place NOT NULL")" = 1 ]; }
	api_stop
	vtl add "$API/lib" API001L8
	echo 'move_ms = 600000' >>"$API/lib/library.ini"
	api_start # and a new cartridge is brought to a drive, to see what it is
	until_ok moving
	api_stop
	moving
	sed -i /move_ms/d "$API/lib/library.ini"
	api_start
	until_ok settled
	until_ok placed
	[ "$(find "$API/lib" -name API001L8 | wc -l)" = 1 ]
}

@test "an allocation whose answer nobody could take is undone; one whose answer was read stays" {
	export RSM_SERVER=unix:$API/sock
	rsm media free API001L8 --wait --timeout 30s
	POOL=$(rsm pool create Fed --type LTO-8 --from-free --to-free --quiet)
	changes() { sqlite3 -readonly "$API/state/rsm.db" "SELECT count(*) FROM change WHERE type=11 AND op=$1"; } # logical media
	# another writer keeps rsmd from doing what it has read, until the peer is gone
	lock
	python3 -c '
import array, fcntl, json, socket, sys, termios, time
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
def send(path, body, header=""):
    s.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\n{header}Content-Length: {len(body)}\r\n\r\n{body}".encode())
send("/v1/sessions", "{}")
session = json.loads(s.recv(65536).split(b"\r\n\r\n")[1])["session"]
send(f"/v1/media-pools/{sys.argv[2]}/allocate", json.dumps({"call": sys.argv[3]}), f"RSM-Session: {session}\r\n")
unread = array.array("i", [1])
while unread[0]:
    time.sleep(0.01)
    fcntl.ioctl(s, termios.TIOCOUTQ, unread)
' "$API/sock" "$POOL" "$(uuid)"
	unlock
	done_and_undone() { [ "$(changes 2)" = 1 ] && [ "$(changes 3)" = 1 ]; }
	until_ok done_and_undone
	dial 5
	ask 5 POST /v1/sessions
	ask 5 POST "/v1/media-pools/$POOL/allocate" "$(field .session)" "{\"call\":\"$(uuid)\"}"
	[ "$status" = 200 ]
	lmid=$(field .medium)
	exec 5>&-
	api GET "/v1/objects/$lmid"
	[ "$status" = 200 ]
	api POST "/v1/logical-media/$lmid/deallocate" -d '{}'
	[ "$status" = 204 ]
}
