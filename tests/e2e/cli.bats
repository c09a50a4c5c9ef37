# SPDX-License-Identifier: GPL-2.0-or-later
# Each command of rsm against a running rsmd: what it prints, its JSON, its exit status.
bats_require_minimum_version 1.5.0
load live

setup_file() { live_start; }
teardown_file() { live_stop; }

GUID='^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'

# state of the first side of a medium
state_of() { rsm list media -J -o NAME,STATE | jq -r --arg m "$1" '.media[] | select(.name == $m).state'; }
has_state() { [ "$(state_of "$1")" = "$2" ]; }
open_requests() { rsm list operator-requests -n -o REQUEST; }
asked() { open_requests | grep -q .; }
no_library_requests() { [ -z "$(rsm list library-requests -n)" ]; }
in_mail_slot() { rsm list ports -n -o MEDIUM | grep -qw "$1"; }

@test "status: the server and its libraries; --json; --quiet is the exit status" {
	run -0 rsm status
	[[ $output == *"is ready"* && $output == *robotic* && $output == *offline* ]]
	rsm status --json | jq -e '.server.ready and (.libraries | length == 2) and (.["operator-requests"] | type == "array")'
	run -0 rsm status --quiet
	[ -z "$output" ]
}

@test "a server that isn't there: exit 1, the code and its name" {
	run -1 rsm --server unix:/nowhere/rsmd.sock list media
	[[ $output == "rsm: list: ERROR_NOT_CONNECTED (2250): "*"/nowhere/rsmd.sock"* ]]
	run -1 rsm list media --server nonsense
	[[ $output == *ERROR_INVALID_COMPUTERNAME* ]]
}

@test "list: every kind as a table and as JSON" {
	for what in libraries drives slots ports media logical-media sides pools types library-requests operator-requests \
		changers drive-types changer-types computers; do
		rsm list $what >/dev/null
		rsm list $what --json -o all | jq -e --arg w $what '.[$w] | type == "array"' >/dev/null
	done
	rsm list requests --json | jq -e 'keys == ["library-requests", "operator-requests"]'
	[ "$(rsm list slots -J | jq '.slots | length')" = 8 ]
	[ "$(rsm list media -J | jq '.media | length')" = 6 ]
	[ "$(rsm list media --library lib -n | wc -l)" = 6 ]
}

@test "list: columns by name, + adds, --noheadings" {
	run -0 rsm list drives -o NAME,state
	[[ ${lines[0]} =~ ^NAME\ +STATE$ ]]
	run -0 rsm list drives -o +ELEMENT
	[[ ${lines[0]} == NAME*ELEMENT ]]
	run -0 rsm list drives -n -o STATE
	[ "$output" = $'empty\nempty' ]
	rsm list slots -J -o NUMBER,ELEMENT | jq -e '.slots | all((.number | type == "number") and .element > 0)'
}

@test "wrong usage: exit 2 and where to look" {
	for args in "list nonsense" "list media -o nonsense" "media free" "mount" "list media --nonsense" "nonsense" \
		"dismount x --timeout soon" "pool create a b"; do
		run -2 rsm $args
		[[ $output == rsm:* ]]
	done
	run -2 rsm
	run -2 rsm inventory lib --fast --full
	run -2 rsm pool
	[[ $output == *"pool create"* ]]
}

@test "help: of all, of one, of a group; every column is explained" {
	run -0 rsm --help
	[[ $output == *"media allocate"* ]]
	run -0 rsm mount --help
	[[ $output == *--priority* ]]
	run -0 rsm pool --help
	[[ $output == *"pool set"* ]]
	run -0 rsm list --help
	for column in $(rsm list media -o all | head -1); do [[ $output == *" $column "* ]]; done
	run -0 rsm --version
	[[ $output == "rsm (OpenRSM) "* ]]
}

@test "show: by bar code, prefix, GUID, in JSON; a drive has its path; a library has a picture" {
	run -0 rsm show CLI001L8
	[[ $output == "CLI001L8 (medium)"* && $output == *unrecognized* ]]
	id=$(rsm show CLI001L8 -n -o ID)
	[[ $id =~ $GUID ]]
	[ "$(rsm show "$id" -n -o NAME)" = CLI001L8 ]
	[ "$(rsm show "${id:0:13}" -n -o NAME)" = CLI001L8 ]
	rsm show CLI006L8 --json | jq -e '.media[0] | .state == "import" and (.label | test("tar"))'
	rsm show lib --json | jq -e '.libraries[0].slots == 8'
	run -0 rsm show lib --picture
	[[ $output == *CLI001L8* && $output == *slots* && $output == *import* ]]
}

@test "a name that fits nothing, and one that fits several: exit 1, with the candidates" {
	run -1 rsm show nothing-of-that-name
	[[ $output == *"there is no object"* ]]
	run -1 rsm media free CLI00
	[[ $output == *ambiguous* && $output == *CLI001L8* && $output == *CLI006L8* ]]
	[ "$(state_of CLI001L8)" = unrecognized ]
}

@test "pool create, set, delete" {
	run -0 rsm pool create Work --type LTO-8 --from-free --quiet
	[[ $output =~ $GUID ]]
	run -1 rsm pool create Work --type LTO-8
	[[ $output == *"ERROR_ALREADY_EXISTS (183)"* ]]
	run -0 rsm pool create Work --type LTO-8 --exist-ok
	rsm show /Work --json | jq -e '.pools[0] | .fromfree and (.tofree | not) and .maxallocates == 0'
	rsm pool set Work --to-free --no-from-free --max-allocates 7
	rsm show '\Work' --json | jq -e '.pools[0] | (.fromfree | not) and .tofree and .maxallocates == 7'
	rsm pool set Work --from-free --max-allocates 0
	run -0 rsm pool create Group
	run -0 rsm pool create Group/Part --type LTO-8
	run -1 rsm pool delete /Group
	[[ $output == *ERROR_NOT_EMPTY* ]]
	rsm pool delete /Group/Part /Group
	run -1 rsm show /Group
}

@test "media free --wait writes free labels" {
	rsm media free CLI001L8 CLI002L8 CLI003L8 --wait --timeout 30s
	[ "$(rsm list media --pool /Free/LTO-8 -n -o NAME,STATE)" = "CLI001L8 available
CLI002L8 available
CLI003L8 available" ]
}

@test "media allocate, mount, write, dismount, complete, deallocate" {
	run -0 rsm media allocate Work --quiet
	[[ $output =~ $GUID ]]
	lmid=$output
	name=$(rsm show "$lmid" -n -o MEDIUM)
	[ "$(state_of "$name")" = allocated ]

	path=$(rsm mount "$lmid" --write --quiet --timeout 30s)
	[ -e "$path" ] && [ ${#path} -lt 64 ]
	echo data >"$path"
	rsm list drives --json | jq -e --arg p "$path" '.drives | any(.path == $p and .state == "loaded")'
	rsm mount "$lmid" --read --json --timeout 30s | jq -e --arg p "$path" '.path == $p' || true
	run -1 rsm eject "$name"
	[[ $output == *ERROR_BUSY* ]]
	rsm dismount "$lmid" --wait --timeout 30s
	rsm show "$name" -n -o WHERE | grep -qi slot

	rsm media complete "$lmid"
	[ "$(state_of "$name")" = complete ]
	run -1 rsm mount "$lmid" --write --timeout 10s
	[[ $output == *"ERROR_WRITE_PROTECT (19)"* ]]
	rsm media deallocate "$lmid"
	run -1 rsm show "$lmid"
}

@test "media allocate: a very medium, by import; none left without asking an operator" {
	run -0 rsm media allocate Work --medium CLI006L8 --name Letters
	[[ $output == *CLI006L8*"Import"* ]]
	rsm show Letters --json | jq -e '.["logical-media"][0].state == "allocated"'
	rsm pool create Empty --type LTO-8 --exist-ok --quiet
	run -1 rsm media allocate Empty --no-request
	[[ $output == *"ERROR_MEDIA_UNAVAILABLE (4308)"* ]]
	run -1 rsm media allocate Empty --timeout 300ms
	[[ $output == *"ERROR_TIMEOUT (1460)"* ]]
	rsm pool delete Empty
	rsm media deallocate Letters
}

@test "what was allocated stays so, however soon the process ends that asked" {
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
		lmid=$(rsm media allocate Work --quiet --no-request)
		rsm show "$lmid" -n -o MEDIUM
		rsm media deallocate "$lmid"
	done
}

@test "media move: what RSM refuses is told with the code" {
	run -1 rsm media move CLI004L8 /Work
	[[ $output == "rsm: media move: ERROR_INVALID_MEDIA_POOL (4302): CLI004L8"* ]]
}

@test "eject to the mail slot, taken by an operator, asked back by a mount, refused and brought" {
	lmid=$(rsm media allocate Work --quiet --no-request)
	name=$(rsm show "$lmid" -n -o MEDIUM)
	rsm eject "$name" --wait --timeout 60s >"$LIVE/eject" &
	eject=$!
	until_ok in_mail_slot "$name"
	mv "$LIVE"/lib/mailslots/*/"$name" "$LIVE/lib/shelf/"
	wait $eject
	[ "$(rsm show "$name" -n -o WHERE)" = offline ]

	run -1 rsm mount "$lmid" --if-online
	[[ $output == *"ERROR_MEDIA_OFFLINE (4304)"* ]]

	rsm mount "$lmid" --verbose --timeout 60s >"$LIVE/refused" 2>&1 &
	mount=$!
	until_ok asked
	rsm requests refuse "$(open_requests | head -1)"
	ended=0
	wait $mount || ended=$?
	[ $ended = 1 ]
	grep -q "ERROR_REQUEST_REFUSED (4320)" "$LIVE/refused"

	rsm mount "$lmid" --verbose --quiet --timeout 60s >"$LIVE/path" 2>"$LIVE/told" &
	mount=$!
	until_ok asked
	until_ok grep -q "operator request" "$LIVE/told"
	rsm inject start lib --quiet >"$LIVE/operation"
	mv "$LIVE/lib/shelf/$name" "$LIVE/lib/mailslots/01/"
	rsm inject stop --wait --timeout 30s
	wait $mount
	[ -e "$(cat "$LIVE/path")" ]
	rsm dismount "$lmid" --wait --timeout 30s
	rsm media deallocate "$lmid"
}

@test "eject several together, more than the port holds, --stop; inject both" {
	rsm eject CLI004L8 CLI005L8 --wait --timeout 60s &
	eject=$!
	until_ok in_mail_slot CLI004L8
	until_ok in_mail_slot CLI005L8
	mv "$LIVE"/lib/mailslots/01/CLI00?L8 "$LIVE"/lib/mailslots/02/CLI00?L8 "$LIVE/lib/shelf/"
	wait $eject
	run -1 rsm show CLI004L8 # unrecognized media are forgotten

	rsm inject start
	mv "$LIVE/lib/shelf/CLI004L8" "$LIVE/lib/mailslots/01/"
	mv "$LIVE/lib/shelf/CLI005L8" "$LIVE/lib/mailslots/02/"
	rsm inject stop --wait --timeout 30s
	rsm inventory --wait --timeout 30s
	has_state CLI004L8 unrecognized
	has_state CLI005L8 unrecognized

	run -1 rsm eject CLI003L8 CLI004L8 CLI005L8 --quiet
	[[ $output == *"ERROR_BUSY (170): CLI005L8"* ]]
	until_ok in_mail_slot CLI003L8
	until_ok in_mail_slot CLI004L8
	mv "$LIVE"/lib/mailslots/01/CLI00?L8 "$LIVE/lib/shelf/"
	rsm eject --stop "$(rsm list library-requests -n -o REQUEST,OPERATION | awk '/eject/ { print $1; exit }')"
	until_ok no_library_requests
	run -2 rsm eject
}

@test "inject stop, and of an operation that isn't there" {
	run -0 rsm inject start --quiet
	[[ $output =~ $GUID ]]
	rsm inject stop "$output" --wait --timeout 30s
	run -1 rsm inject stop
	[[ $output == *"no such operation"* ]]
}

@test "requests satisfy: an allocation that waits for media" {
	rsm pool create Fed --type LTO-8 --quiet
	rsm media allocate Fed --timeout 60s --quiet >"$LIVE/lmid" &
	allocation=$!
	until_ok asked
	request=$(open_requests | head -1)
	rsm media move CLI001L8 /Fed
	rsm requests satisfy "$request" || true # the move alone may have fed it
	wait $allocation
	rsm media deallocate "$(cat "$LIVE/lmid")"
	run -1 rsm requests satisfy "$request"
}

@test "disable and enable a drive, a medium" {
	drive=$(rsm list drives -n -o ID | head -1)
	rsm disable "$drive"
	rsm list drives -J -o ID,ENABLED | jq -e --arg d "$drive" '.drives | any(.id == $d and (.enabled | not))'
	rsm enable "$drive"
	rsm disable CLI005L8
	rsm show CLI005L8 -J | jq -e '.media[0].enabled | not'
	run -1 rsm disable CLI005L8
	[[ $output == *ERROR_INVALID_STATE* ]]
	rsm enable CLI005L8
}

@test "access show, grant, revoke" {
	run -0 rsm access show /Work
	[[ $output == *allow* ]]
	rsm access grant /Work user:nobody use,control
	run -0 rsm access show /Work
	[[ $output =~ allow\ +user:nobody\ +use,control ]]
	rsm access revoke /Work user:nobody
	run -0 rsm access show /Work
	[[ $output != *nobody* ]]
	run -1 rsm access revoke /Work user:nobody
	run -1 rsm access grant /Work user:nobody-of-that-name use
	run -2 rsm access grant /Work everyone everything
}

@test "inventory --full --wait reads every label again" {
	rsm inventory lib --full --wait --timeout 60s
	[ "$(rsm list library-requests -n | wc -l)" = 0 ]
	[ "$(rsm list library-requests --all -J | jq '."library-requests" | map(select(.operation == "inventory")) | length > 1')" = true ]
}
