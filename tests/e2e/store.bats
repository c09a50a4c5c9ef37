# SPDX-License-Identifier: GPL-2.0-or-later
# rsmd and its store: a damaged one is refused and left as it is, one put back from a copy is recognised, an old one is put
# aside by --rebuild wherever that dies, and a full disk loses nothing.
bats_require_minimum_version 1.5.0
load live

setup() {
	live_library --slots 8 --drives 2 --mailslots 2
	echo 'written by tar' >"$LIVE/note"
	tar cf "$LIVE/note.tar" -C "$LIVE" note
	vtl add "$LIVE/lib" STO001L8 STO002L8 STO003L8 STO004L8
	vtl add "$LIVE/lib" STO005L8 --data "$LIVE/note.tar"
	mkdir "$LIVE/state"
	DB=$LIVE/state/rsm.db
	configure "$LIVE/state"
}

teardown() {
	[ ! -e "$LIVE/pid" ] || die
	rm -rf "$LIVE"
}

configure() { printf '[rsmd]\nstate = %s\nlisten = %s\n\n[library lib]\nchanger = virtual:%s\n' "$1" "$RSM_SERVER" "$LIVE/lib" >"$LIVE/rsmd.conf"; }
launch() {
	"$@" 2>>"$LIVE/log" 3>&- &
	echo $! >"$LIVE/pid"
	rsm status --wait --timeout 20s --quiet || { cat "$LIVE/log" >&2; return 1; }
}
start() { launch rsmd --config "$LIVE/rsmd.conf" "$@"; }
end() {
	local pid
	pid=$(cat "$LIVE/pid")
	rm "$LIVE/pid"
	kill "-$1" "$pid"
	wait "$pid" || true
}
stop() { end TERM; }
die() { end KILL; }
# Fails to start, by itself.
refused() { run --separate-stderr -1 timeout 30 rsmd --config "$LIVE/rsmd.conf" "$@" 3>&-; }
# Every byte and every time of the store: names, sizes, times, sums.
listing() { find "$LIVE/state" -name 'rsm.*' -type f ! -name '*.lock' -printf '%p %i %s %T@ ' -exec cksum {} ';' | sort; }
cartridges() { (cd "$LIVE/lib" && find . -path '*L8/side*' -type f -printf '%f ' -exec cksum {} ';' | sed 's|\./.*/\([^/]*L8/.*\)|\1|' | sort); }
places() { (cd "$LIVE/lib" && find . -type d -name '*L8' | sort); }
state_of() { rsm list media -n -o NAME,POOL,STATE | awk -v m="$1" '$1 == m {print $2, $3}'; }
prepare() {
	start
	rsm inventory lib --wait --timeout 30s
	rsm pool create Store --type LTO-8 --from-free --to-free
	rsm media free STO001L8 STO002L8 STO003L8 STO004L8 --wait --timeout 30s
}
write_to() { # LMID TEXT
	local drive
	drive=$(rsm mount "$1" --write --quiet --timeout 30s)
	echo "$2" >"${ROOT:-}$drive"
	rsm dismount "$1" --wait --timeout 30s
}

@test "a damaged store is refused by name and reason, and nothing of it changes" {
	prepare
	stop
	start
	sqlite3 "$DB" ".backup $LIVE/copy"
	rsm media allocate Store
	die
	cp -a "$LIVE/state" "$LIVE/killed"
	start
	stop
	cp -a "$LIVE/state" "$LIVE/stopped"
	while IFS='|' read -r from how says; do
		rm -r "$LIVE/state"
		cp -a "$LIVE/$from" "$LIVE/state"
		(cd "$LIVE/state" && eval "$how")
		listing >"$LIVE/before"
		refused
		[[ $stderr == *"$DB"*"$says"* ]] || { echo "$how: $stderr"; false; }
		[[ $stderr == *"Nothing was changed"*"put a copy back"*"rsmd --rebuild"* ]]
		listing | diff "$LIVE/before" -
	done <<-'END'
		stopped|truncate -s 70000 rsm.db|is damaged: parts of it are missing
		stopped|echo 'Dear diary' >x; dd if=x of=rsm.db conv=notrunc status=none|isn't that of a database
		stopped|dd if=/dev/urandom of=rsm.db conv=notrunc bs=512 count=4 seek=400 status=none|is damaged
		stopped|sqlite3 rsm.db 'PRAGMA user_version=4711'|has schema 4711
		stopped|sqlite3 rsm.db 'UPDATE side SET pool=pool; DELETE FROM media_type WHERE key="LTO-8"'|a row refers to one that isn't there
		stopped|sqlite3 rsm.db 'UPDATE physical_media SET place=NULL WHERE barcode="STO001L8"'|contradicts itself
		stopped|: >rsm.db|is empty, and yet
		stopped|rm rsm.db|is missing, and yet
		killed|rm rsm.db-wal|its log
		killed|rm rsm.db|is missing, and yet its log
		killed|truncate -s 70000 rsm.db|is damaged
	END
	# the first way out
	rm -r "$LIVE/state"
	cp -a "$LIVE/stopped" "$LIVE/state"
	: >"$DB"
	refused
	cp "$LIVE/copy" "$DB"
	start
	grep -q 'was restored from a copy' "$LIVE/log"
}

@test "a directory that rsmd may not enter is named" {
	mkdir "$LIVE/closed"
	printf 'store = sqlite:%s/rsm.db\n' "$LIVE/closed" | sed -i '2r /dev/stdin' "$LIVE/rsmd.conf"
	chmod 755 "$LIVE"
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid 65534 --regid 65534 --clear-groups test -x "$(command -v rsmd)" || skip "nobody can't run this rsmd"
		chown 65534 "$LIVE/state" "$LIVE"
		chmod 700 "$LIVE/closed"
		run --separate-stderr -1 timeout 30 setpriv --reuid 65534 --regid 65534 --clear-groups \
			"$(command -v rsmd)" --config "$LIVE/rsmd.conf" 3>&-
	else
		chmod 000 "$LIVE/closed"
		refused
		chmod 700 "$LIVE/closed"
	fi
	[[ $stderr == *"$LIVE/closed/rsm.db"*"Permission denied"* ]]
}

@test "a store put back from a copy is recognised; what was written since is never overwritten" {
	prepare
	held=$(rsm media allocate Store -m STO001L8 --quiet)
	write_to "$held" 'of its first owner'
	rsm mount "$held" --read --quiet --timeout 30s # the copy calls it mounted
	flying=$(rsm media allocate Store -m STO002L8 --quiet)
	echo 'tur * 2/04/01' >"$LIVE/lib/faults" # its drive isn't ready yet
	rsm mount "$flying" --read --quiet 3>&- &
	mount=$!
	until_ok eval 'ls "$LIVE"/lib/drives/*/ | grep -q STO002L8'
	sqlite3 "$DB" ".backup $LIVE/copy" # with an action that is under way
	[ "$(sqlite3 "$LIVE/copy" 'SELECT count(*) FROM action WHERE state=0')" -ge 1 ]
	rm "$LIVE/lib/faults"
	wait $mount
	rsm dismount "$flying" "$held" --wait --timeout 30s
	lmid=$(rsm media allocate Store -m STO003L8 --quiet) # the copy calls it available
	write_to "$lmid" 'precious since the copy'
	rsm media deallocate "$held" # the copy calls it allocated; its next owner writes
	until_ok eval '[ "$(state_of STO001L8)" = "\\Free\\LTO-8 available" ]'
	again=$(rsm media allocate Store -m STO001L8 --quiet)
	write_to "$again" 'of the next owner'
	cartridges >"$LIVE/before"
	stop
	rm "$DB"
	cp "$LIVE/copy" "$DB"
	start
	grep -q 'was restored from a copy' "$LIVE/log"
	[[ $(rsm list operator-requests -n -o all) == *"restored from a copy"* ]]
	rsm inventory lib --wait --timeout 30s
	[ "$(sqlite3 "$DB" "SELECT reason FROM action WHERE kind=4 AND state=2 ORDER BY id DESC LIMIT 1")" = "the store was restored from a copy" ]
	# the free one whose label is ours can be had, the other is in quarantine with its data
	claim=$(rsm media allocate Store -m STO003L8 --quiet)
	run -1 --separate-stderr rsm mount "$claim" --write --timeout 30s
	[[ $stderr == *ERROR_INVALID_STATE*"should carry RSM label"* ]]
	[[ $(rsm list operator-requests -n -o all) == *STO003L8* ]]
	good=$(rsm media allocate Store -m STO004L8 --quiet)
	rsm mount "$good" --write --quiet --timeout 30s
	rsm dismount "$good" --wait --timeout 30s
	rsm mount "$flying" --read --quiet --timeout 30s # allocated before and now: its owner's
	rsm dismount "$flying" --wait --timeout 30s
	# what its owner gives back, as it had done before, isn't given a free label over somebody's data
	rsm media deallocate "$held"
	until_ok eval 'rsm list operator-requests -n -o all | grep -q STO001L8'
	cartridges | diff "$LIVE/before" -
	# whoever lifts the quarantine has decided
	rsm enable STO003L8
	until_ok eval '[ "$(rsm list media -n -o NAME,ENABLED | awk "/STO003L8/ {print \$2}")" = yes ]'
	rsm mount "$claim" --write --quiet --timeout 30s
	rsm dismount "$claim" --wait --timeout 30s
	# the second start of the same store is nothing special
	stop
	: >"$LIVE/log"
	start
	run ! grep -q 'restored from a copy' "$LIVE/log"
}

@test "--rebuild begins empty, with a full inventory, and keeps the old store; foreign labels stay what they are" {
	prepare
	lmid=$(rsm media allocate Store --quiet)
	write_to "$lmid" 'an application'
	cp "$LIVE/rsmd.conf" "$LIVE/running.conf" # under a rsmd that runs
	sed -i "s|^listen.*|listen = unix:$LIVE/other.sock|" "$LIVE/rsmd.conf"
	refused --rebuild
	[[ $stderr == *"is in use by process"* ]]
	mv "$LIVE/running.conf" "$LIVE/rsmd.conf"
	[ ! -e "$DB.kept-1" ]
	cartridges >"$LIVE/before"
	stop
	echo 'Dear diary' | dd of="$DB" conv=notrunc status=none
	cp -p "$DB" "$LIVE/damaged"
	refused
	start --rebuild
	cmp "$LIVE/damaged" "$DB.kept-1/rsm.db"
	until_ok eval '[ "$(state_of STO002L8)" = "\\Import\\LTO-8 import" ]'
	rsm inventory lib --wait --timeout 30s
	[ "$(state_of STO001L8 | cut -d' ' -f1)" = '\Unrecognized\LTO-8' ] # allocated: the application's data
	[ "$(state_of STO003L8)" = '\Import\LTO-8 import' ]                # our free label, of another store
	[ "$(state_of STO005L8)" = '\Import\LTO-8 import' ]                # tar
	[ -z "$(rsm list media -n -p Store 2>/dev/null)" ]
	cartridges | diff "$LIVE/before" -
	stop
	start --rebuild # again: a name of its own
	cmp "$LIVE/damaged" "$DB.kept-1/rsm.db"
	[ -e "$DB.kept-2/rsm.db" ]
	rsm inventory lib --wait --timeout 30s
	cartridges | diff "$LIVE/before" -
}

@test "--rebuild killed at each of its steps: the old store is whole in one place, and --rebuild finishes" {
	prepare
	die
	cp -a "$LIVE/state" "$LIVE/killed"
	cartridges >"$LIVE/before"
	for step in 1 2 3 4 5 6 7 8; do
		rm -r "$LIVE/state"
		cp -a "$LIVE/killed" "$LIVE/state"
		RSM_FAIL=aside:$step run -137 rsmd --config "$LIVE/rsmd.conf" --rebuild 3>&-
		if [ "$step" -gt 1 ] && [ "$step" -lt 8 ]; then # begun and not finished
			refused
			[[ $stderr == *"--rebuild was interrupted"* ]]
		fi
		if [ "$step" = 8 ]; then start; else start --rebuild; fi
		[ -z "$(rsm list media -n -p Store 2>/dev/null)" ]
		[ ! -e "$DB.kept-2" ]
		[ "$(sqlite3 "$DB.kept-1/rsm.db" "SELECT count(*) FROM object WHERE name='Store'")" = 1 ]
		stop
		cartridges | diff "$LIVE/before" -
	done
}

# On a file system of its own, in a mount name space of its own: $DISK is the way in from here.
start_on_small_disk() {
	mkdir -p "$LIVE/disk"
	configure "$LIVE/disk"
	launch unshare -rm sh -c 'mount -t tmpfs -o size=6m none "$1" && exec "$2" --config "$3"' sh "$LIVE/disk" "$(command -v rsmd)" "$LIVE/rsmd.conf"
	ROOT=/proc/$(cat "$LIVE/pid")/root
	DISK=$ROOT$LIVE/disk
}
fill() { dd if=/dev/zero of="$DISK/ballast" bs=4k 2>/dev/null || true; }
room() { rm "$DISK/ballast"; }
database_full() { run -1 --separate-stderr "$@" && [[ $stderr == *ERROR_DATABASE_FULL* ]]; }

@test "a full disk: calls are told, nothing moves, nothing is lost, and it goes on when there is room" {
	unshare -rm mount -t tmpfs none /mnt || skip "no mount name space here"
	start_on_small_disk
	rsm inventory lib --wait --timeout 30s
	rsm pool create Store --type LTO-8 --from-free --to-free
	rsm media free STO001L8 STO002L8 STO003L8 --wait --timeout 30s
	lmid=$(rsm media allocate Store --quiet)
	fill
	places >"$LIVE/places"
	database_full rsm mount "$lmid" --write --timeout 20s
	database_full rsm media allocate Store --no-request
	database_full rsm pool create Other --type LTO-8
	rsm list media | grep -q STO001L8 # reading goes on
	places | diff "$LIVE/places" -
	room
	write_to "$lmid" 'there is room again'
	[ "$(rsm list media -n -o STATE | grep -c allocated)" = 1 ]
	# in the middle of a mount: what a drive has done is told again until it is kept
	other=$(rsm media allocate Store --quiet)
	echo 'tur * 2/04/01' >"$LIVE/lib/faults" # not ready yet
	rsm mount "$other" --read --timeout 60s 3>&- &
	mount=$!
	until_ok eval 'ls "$LIVE"/lib/drives/*/ | grep -q STO002L8'
	fill
	rm "$LIVE/lib/faults"
	until_ok grep -q 'nothing of the last group of jobs was kept' "$LIVE/log"
	room
	wait $mount
	rsm dismount "$other" --wait --timeout 60s
	# killed while it is full: the store is whole
	fill
	database_full rsm pool create Other --type LTO-8
	cp -a "$DISK/." "$LIVE/state"
	die
	rm "$LIVE/state/ballast"
	ROOT=
	configure "$LIVE/state"
	: >"$LIVE/log"
	start
	run ! grep -q 'restored from a copy' "$LIVE/log"
	write_to "$other" 'and after a start'
	[ "$(rsm list media -n -o STATE | grep -c allocated)" = 2 ]
}

@test "a start without room says so" {
	unshare -rm mount -t tmpfs none /mnt || skip "no mount name space here"
	mkdir "$LIVE/disk"
	configure "$LIVE/disk"
	run --separate-stderr -1 unshare -rm sh -c 'mount -t tmpfs -o size=64k none "$1" && dd if=/dev/zero of="$1/ballast" bs=4k count=12 status=none &&
		exec timeout 30 "$2" --config "$3"' sh "$LIVE/disk" "$(command -v rsmd)" "$LIVE/rsmd.conf" 3>&-
	[[ $stderr == *"rsm.db: no space left to write"*"free some"* ]]
}
