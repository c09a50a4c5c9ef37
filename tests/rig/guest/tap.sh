# SPDX-License-Identifier: GPL-2.0-or-later
# For the scripts that run in the guest: results in TAP, a running rsmd, and waiting. dash and busybox.
T=/tmp/t
RSM_SERVER=unix:$T/rsmd.sock
export RSM_SERVER LC_ALL=C
N=0
mkdir -p $T

# check WHAT COMMAND...: passes if the command does
check() {
	what=$1
	shift
	N=$((N + 1))
	if "$@" >$T/out 2>&1; then
		echo "ok $N - $what"
	else
		echo "not ok $N - $what"
		sed 's/^/#   /' $T/out | tail -20
	fi
}
same() { [ "$1" = "$2" ] || { echo "expected: $2"; echo "     got: $1"; false; }; }
finish() {
	pass=$1
	kill "$(cat $T/pid)" && wait "$(cat $T/pid)"
	check "rsmd ends" test $? = 0
	echo "1..$N"
	[ -z "$pass" ] || sed 's/^/# rsmd: /' $T/log
}
# until_ok COMMAND...: until it succeeds; another process makes it so
until_ok() {
	for _ in $(seq 300); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.1
	done
	echo "not after 30 seconds: $*"
	return 1
}
# start_rsmd LINES: with these lines of configuration behind [rsmd]
start_rsmd() {
	printf '[rsmd]\nstate = %s/state\nstore = sqlite:%s/rsm.db\nlisten = %s\n%s\n' $T $T $RSM_SERVER "$1" >$T/rsmd.conf
	mkdir -p $T/state
	rsmd --config $T/rsmd.conf >>$T/log 2>&1 &
	echo $! >$T/pid
	rsm status --wait --timeout 60s --quiet
}
# drive_of BARCODE: the number (mtx's, from 0) of the drive that mtx sees it in
drive_of() { mtx -f /dev/changer status | sed -n "s/^Data Transfer Element \([0-9]*\):Full.*VolumeTag *= *$1 *$/\1/p"; }
slot_of() { mtx -f /dev/changer status | sed -n "s/^ *Storage Element \([0-9]*\)[^:]*:Full.*VolumeTag *= *$1 *$/\1/p"; }
