# SPDX-License-Identifier: GPL-2.0-or-later
# For the scripts that run in the guest: results in TAP, a running rsmd, and waiting. dash and busybox.
T=/tmp/t
RSM_SERVER=unix:$T/rsmd.sock
export RSM_SERVER LC_ALL=C
N=0
mkdir -p $T
exec 3>&1

# check WHAT COMMAND...: passes if the command does
check() {
	what=$1
	shift
	N=$((N + 1))
	if "$@" >$T/out 2>&1; then
		echo "ok $N - $what"
	else
		echo "not ok $N - $what"
		tail -20 $T/out | sed 's/^/#   /'
		[ ! -e $T/log ] || tail -8 $T/log | sed 's/^/#   rsmd: /'
	fi
}
same() { [ "$1" = "$2" ] || { echo "expected: $2"; echo "     got: $1"; false; }; }
finish() {
	kill "$(cat $T/pid)" && wait "$(cat $T/pid)"
	check "rsmd ends" test $? = 0
	echo "1..$N"
}
# until_ok COMMAND...: until it succeeds; another process makes it so
until_ok() {
	end=$(($(date +%s) + 30))
	until "$@" >$T/last 2>&1; do
		[ "$(date +%s)" -lt $end ] || { echo "not after 30 seconds: $*"; cat $T/last; return 1; }
		sleep 0.1
	done
}
# start_rsmd LINES: with these lines of configuration behind [rsmd]
start_rsmd() {
	printf '[rsmd]\nstate = %s/state\nstore = sqlite:%s/rsm.db\nlisten = %s\n%s\n' $T $T $RSM_SERVER "$1" >$T/rsmd.conf
	mkdir -p $T/state
	rsmd --config $T/rsmd.conf >>$T/log 2>&1 &
	echo $! >$T/pid
	rsm status --wait --timeout 60s --quiet && return
	echo "Bail out! rsmd doesn't start: $(tail -1 $T/log)" >&3
	exit 1
}
# drive_of BARCODE: the number (mtx's, from 0) of the drive that mtx sees it in
drive_of() { mtx -f /dev/changer status | sed -n "s/^Data Transfer Element \([0-9]*\):Full.*VolumeTag *= *$1 *$/\1/p"; }
slot_of() { mtx -f /dev/changer status | sed -n "s/^ *Storage Element \([0-9]*\)[^:]*:Full.*VolumeTag *= *$1 *$/\1/p"; }
