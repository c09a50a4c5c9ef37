# SPDX-License-Identifier: GPL-2.0-or-later
# Paths that break under a command: the transport alone on the kernel's scsi_debug, then a whole rsmd.
. /x/lab.sh

modprobe scsi_debug delay=0 no_uld=1 dev_size_mb=8
until_ok sh -c 'lsscsi -g | grep scsi_debug | grep -q /dev/sg'
CMOCKA_MESSAGE_OUTPUT=TAP sg_test >$T/sg_test 2>&1
while read -r result number dash name; do
	case $result in
	ok) N=$((N + 1)) && echo "ok $N - transport: $name";;
	not) N=$((N + 1)) && echo "not ok $N - transport: ${name#- }";;
	'#') echo "# $number $dash $name";;
	esac
done <$T/sg_test
check "all of them have run" grep -q '^1\.\.6$' $T/sg_test
# its last command is pending for ever, and so would be its end: the guest is thrown away

lab_start
lab_connect
# without looks at the robot in between: it is to be a move that hangs
L=RIGCHG001
CONF="[library $L]
changer = scsi:naa.3000000100000003
limit = \"*\" \"*\" look_s=3600"
check "rsmd is up" start_rsmd "$CONF"
state_is() { rsm list libraries -n -o NAME,STATE | grep "^$L " | grep -qw "$1"; }
until_ok state_is ready
rsm inventory $L --wait --timeout 60s >/dev/null
rsm media free RIG00001L5 --wait >/dev/null 2>&1
rsm pool create App --type Tape --from-free --to-free >/dev/null
LMID=$(rsm media allocate App --quiet)
db() { sqlite3 $T/rsm.db "$1"; }
move_is() { db "SELECT state, reason FROM action WHERE kind=3 ORDER BY id DESC LIMIT 1" >$T/move; grep -q "$1" $T/move || { cat $T/move; false; }; }
in_flight() {
	[ "$(cat /sys/class/scsi_device/"$CHANGER"/device/iorequest_cnt)" != "$(cat /sys/class/scsi_device/"$CHANGER"/device/iodone_cnt)" ] &&
		db "SELECT count(*) FROM action WHERE kind=3 AND state=0" | grep -q 1
}
target() { kill -"$1" "$(cat $T/lib/pid)"; }
# A mount, whose move to the drive never ends
mount_hangs() {
	target STOP
	rsm mount "$LMID" --read --quiet >$T/mounted 2>&1 &
	MOUNT=$!
	until_ok in_flight
}

check "a move is under way" mount_hangs
unplug "$CHANGER" & # the kernel waits for the command, and rsmd with it
UNPLUG=$!
target CONT
check "its robot is removed: the library is not present" until_ok state_is present
wait $UNPLUG
plug "$CHANGER"
check "the robot is back: the mount goes on" wait $MOUNT
check "the move is settled" same "$(db 'SELECT count(*) FROM action WHERE state IN (0,3)')" 0
check "dismount" rsm dismount "$LMID" --wait

check "a move is under way" mount_hangs
kill "$(cat $T/pid)"
check "rsmd ends all the same" wait "$(cat $T/pid)"
{ kill $MOUNT && wait $MOUNT; } 2>/dev/null
check "the move is still open" move_is '^0|'
target CONT
check "started again" start_rsmd "$CONF"
until_ok state_is ready
check "the move is settled" until_ok move_is '^[12]|'
home() { rsm show RIG00001L5 -n -o WHERE | grep -q Slot && mtx -f /dev/"$(sg_of "$CHANGER")" status | grep -q 'Storage Element.*RIG00001L5'; }
check "the cartridge is in a slot, says mtx, too" until_ok home

# The target dies under a move, and the kernel gives the connection up
for s in /sys/class/iscsi_session/session*/recovery_tmo; do echo 1 >"$s"; done
check "a move is under way" mount_hangs
target KILL
check "its path is lost: the move is UNKNOWN, with what the kernel says" until_ok move_is '^3|.*DID_.*; nobody knows whether it was done'
check "the library is not present" until_ok state_is present
finish
