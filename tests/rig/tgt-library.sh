#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tgt-library.sh - a throw-away virtual tape (or optical) library on loopback iSCSI.
#
# Runs Debian's tgtd (package "tgt") in the foreground of a background job, on
# 127.0.0.1 only, with a private control socket, and builds ONE target:
#     LUN 1..N        N drives (tape; DVD with -k dvd (read-only discs) or dvdr (blanks))
#     LUN N+1         the media changer
# Element addresses:  1 = transport, 16.. = mail slots (import/export),
#                     256.. = drives, 1024.. = storage slots; other ones in the
#                     environment as A_PICK, A_MAIL, A_DRV, A_SLOT
# Everything it makes lives in one directory (-d); "stop" ends that tgtd by pid
# and removes the directory.  No kernel module and no root is needed.
#
#   tgt-library.sh start  -d DIR [-s SLOTS] [-m MAIL] [-n DRIVES] [-t TAPES]
#                                [-z MB] [-k tape|dvd|dvdr] [-p PORT] [-B PREFIX]
#   tgt-library.sh stop   -d DIR
#   tgt-library.sh url    -d DIR            print iscsi:// URLs, changer last
#   tgt-library.sh insert -d DIR MAILNO BARCODE   operator puts a cartridge in mail
#                                           slot MAILNO (1..MAIL); made if new
#   tgt-library.sh remove -d DIR MAILNO     operator takes the cartridge away
#   tgt-library.sh disk   -d DIR            a disk beside the changer, for what tgt's
#                                           library lacks: persistent reservations
#   tgt-library.sh kill   -d DIR            end tgtd with SIGKILL (crash test)
#   tgt-library.sh restart -d DIR           start it again on the same port: media
#                                           contents survive, positions start over
#   tgt-library.sh readdress -d DIR         another changer with the same name in the place of
#                                           this one: positions start over
#   tgt-library.sh demo   [start options]   start, list with iscsi-ls, stop
#
# Defaults: 30 slots, 2 mail slots, 4 drives, 20 tapes of 64 MB (sparse), a free
# port.  Barcodes are PREFIX (up to 3 characters) + 5 digits + L5, as RIG00001L5: a
# barcode of 11 or more characters would make tgtd abort.
# "insert" into a mail slot that is full silently replaces the cartridge (tgt does
# not refuse, and cannot be asked): look with READ ELEMENT STATUS first.
# Starting takes 2.5 ms for each cartridge: 10000 cartridges, 25 s.
# Needs: tgt, procps.  libiscsi-bin for "demo".
set -eu

die() { echo "tgt-library: $*" >&2; exit 1; }
usage() { sed -n '3,/^set -eu/{/^set -eu/d;s/^# \{0,1\}//;p}' "$0"; exit "${1:-2}"; }

# packages put these in sbin, which a non-root PATH may lack
PATH=$PATH:/usr/sbin:/sbin
[ $# -ge 1 ] || usage
cmd=$1; shift
DIR="" SLOTS=30 MAIL=2 DRIVES=4 TAPES=20 MB=64 KIND=tape PORT="" PREFIX=RIG
while getopts d:s:m:n:t:z:k:p:B:h o; do
	case $o in
	d) DIR=$OPTARG;; s) SLOTS=$OPTARG;; m) MAIL=$OPTARG;; n) DRIVES=$OPTARG;;
	t) TAPES=$OPTARG;; z) MB=$OPTARG;; k) KIND=$OPTARG;; p) PORT=$OPTARG;;
	B) PREFIX=$OPTARG;; h) usage 0;; *) usage;;
	esac
done
shift $((OPTIND - 1))

IQN=iqn.2026-01.test.rig:library
A_PICK=${A_PICK:-1} A_MAIL=${A_MAIL:-16} A_DRV=${A_DRV:-256} A_SLOT=${A_SLOT:-1024}

load_conf() {
	[ -n "$DIR" ] || die "-d DIR is needed"
	[ -f "$DIR/conf" ] || die "no library in $DIR"
	DIR=$(cd "$DIR" && pwd)
	. "$DIR/conf"
	export TGT_IPC_SOCKET=$DIR/ctl
}
adm() { tgtadm -C 1 --lld iscsi "$@"; }
smc() { adm --mode logicalunit --op update --tid 1 --lun $((DRIVES + 1)) --params "$1"; }
barcode() { printf '%s%05dL5' "$PREFIX" "$1"; }

free_port() {	# a port nobody listens on now
	local p i
	for i in $(seq 50); do
		p=$((20000 + (RANDOM * 32768 + RANDOM) % 20000))
		if ! (exec 3<>/dev/tcp/127.0.0.1/$p) 2>/dev/null; then echo $p; return; fi
	done
	die "no free port"
}

new_medium() {	# BARCODE: make an empty cartridge file unless it exists
	local type=data
	[ -e "$DIR/media/$1" ] && return
	case $1 in CLN*) type=clean;; esac
	if [ "$KIND" = dvd ]; then	# a DVD-ROM of zeros
		truncate -s "${MB}M" "$DIR/media/$1"
	elif [ "$KIND" = dvdr ]; then	# a blank DVD+R
		tgtimg --op new --device-type cd --type dvd+r --file "$DIR/media/$1" >/dev/null
	else
		tgtimg --op new --device-type tape --barcode "$1" --size "$MB" \
			--type $type --file "$DIR/media/$1" >/dev/null
	fi
}

my_tgtd() {	# is the recorded pid still our tgtd?
	local p
	p=$(cat "$DIR/pid" 2>/dev/null) || return 1
	[ -n "$p" ] && [ "$(cat /proc/$p/comm 2>/dev/null)" = tgtd ] || return 1
	# compare the start time recorded, so that a re-used pid is never ended
	[ "$(awk '{print $22}' /proc/$p/stat)" = "$(cat "$DIR/pid.start" 2>/dev/null)" ]
}

alive() {	# a zombie that nobody has reaped yet is not
	case $(sed 's/.*) //;s/ .*//' "/proc/$1/stat" 2>/dev/null) in ''|Z|X) return 1;; esac
}

run_tgtd() {
	local i p
	export TGT_IPC_SOCKET=$DIR/ctl
	[ ${#TGT_IPC_SOCKET} -lt 90 ] || die "the directory's name is too long for a Unix socket"
	# -f: stay in the foreground, so that $! is its pid
	tgtd -f -C 1 --iscsi portal=127.0.0.1:"$PORT" >>"$DIR/tgtd.log" 2>&1 </dev/null &
	p=$!; disown; echo $p >"$DIR/pid"
	awk '{print $22}' /proc/$p/stat >"$DIR/pid.start"
	for i in $(seq 100); do
		if adm --op show --mode target >/dev/null 2>&1; then
			# a port in use does not stop tgtd: it goes on without listening
			adm --op show --mode portal | grep -q "127.0.0.1:$PORT," && return
			end_tgtd KILL
			return 1
		fi
		alive $p || { cat "$DIR/tgtd.log" >&2; die "tgtd ended"; }
		sleep 0.05
	done
	die "tgtd does not answer"
}

configure() {
	local i
	adm --mode target --op new --tid 1 -T $IQN
	truncate -s 1024 "$DIR/smc"
	for i in $(seq "$DRIVES"); do
		if [ "$KIND" != tape ]; then
			adm --mode logicalunit --op new --tid 1 --lun "$i" -Y cd
		else
			# tgt wants a file at creation; a blank that is then taken out
			new_medium .blank
			adm --mode logicalunit --op new --tid 1 --lun "$i" \
				-b "$DIR/media/.blank" --device-type=tape
			adm --mode logicalunit --op update --tid 1 --lun "$i" --params online=0
		fi
		adm --mode logicalunit --op update --tid 1 --lun "$i" \
			--params "scsi_sn=RIGDRV$(printf %03d "$i"),scsi_id=RIGDRVID$(printf %03d "$i"),removable=1"
	done
	new_changer
	adm --op bind --mode target --tid 1 -I 127.0.0.1
}

new_changer() {
	local i b
	adm --mode logicalunit --op new --tid 1 --lun $((DRIVES + 1)) -b "$DIR/smc" --device-type=changer
	smc scsi_sn=RIGCHG001,scsi_id=RIGCHGID001,removable=1
	smc "media_home=$DIR/media"
	smc element_type=1,start_address=$A_PICK,quantity=1
	smc element_type=4,start_address=$A_DRV,quantity="$DRIVES"
	for i in $(seq "$DRIVES"); do
		smc element_type=4,address=$((A_DRV + i - 1)),tid=1,lun="$i"
	done
	[ "$MAIL" = 0 ] || smc element_type=3,start_address=$A_MAIL,quantity="$MAIL"
	smc element_type=2,start_address=$A_SLOT,quantity="$SLOTS"
	for i in $(seq "$TAPES"); do
		b=$(barcode "$i")
		new_medium "$b"
		smc element_type=2,address=$((A_SLOT + i - 1)),barcode="$b",sides=1
	done
}

do_start() {
	local i
	command -v tgtd >/dev/null || die "install the package tgt"
	[ -n "$DIR" ] || DIR=$(mktemp -d "${TMPDIR:-/tmp}/rig.XXXXXX")
	[ ! -e "$DIR/conf" ] || die "$DIR holds a library already: stop it first"
	case $KIND in tape|dvd|dvdr) ;; *) die "-k tape, dvd or dvdr";; esac
	[ "$TAPES" -le "$SLOTS" ] || die "more tapes than slots"
	[ ${#PREFIX} -le 3 ] || die "a prefix has at most 3 characters"
	[ $((A_SLOT + SLOTS)) -le 65536 ] || die "at most $((65536 - A_SLOT)) slots"
	[ "$MAIL" -le $((A_DRV - A_MAIL)) ] || die "at most $((A_DRV - A_MAIL)) mail slots"
	# 254 drives were tried; LUNs past 255 need another addressing method
	[ "$DRIVES" -ge 1 ] && [ "$DRIVES" -le 254 ] || die "1 to 254 drives"
	mkdir -p "$DIR/media"; DIR=$(cd "$DIR" && pwd); chmod 700 "$DIR/media"
	case $DIR in *,*) die "no comma in the directory's name: tgtadm splits at it";; esac
	trap 'do_stop' EXIT; trap 'exit 130' INT TERM
	if [ -n "$PORT" ]; then
		run_tgtd || die "port $PORT is in use"
	else
		for i in $(seq 5); do	# two starts may pick the same port
			PORT=$(free_port)
			run_tgtd && break
			[ "$i" != 5 ] || die "no free port"
		done
	fi
	cat >"$DIR/conf" <<-C
		PORT=$PORT SLOTS=$SLOTS MAIL=$MAIL DRIVES=$DRIVES
		TAPES=$TAPES MB=$MB KIND=$KIND PREFIX=$PREFIX
	C
	configure
	trap - EXIT INT TERM
	echo "library in $DIR: $SLOTS slots from $A_SLOT, $MAIL mail slots from $A_MAIL," \
		"$DRIVES $KIND drives from $A_DRV, $TAPES media; tgtd pid $(cat "$DIR/pid")"
	do_url
}

do_url() {
	local i
	for i in $(seq "$DRIVES"); do echo "drive$i   iscsi://127.0.0.1:$PORT/$IQN/$i"; done
	echo "changer  iscsi://127.0.0.1:$PORT/$IQN/$((DRIVES + 1))"
}

end_tgtd() {	# SIGNAL
	local p i
	my_tgtd || return 0
	p=$(cat "$DIR/pid")
	kill -"$1" "$p"
	for i in $(seq 100); do alive "$p" || return 0; sleep 0.02; done	# i: tries
	kill -KILL "$p" 2>/dev/null || true
}

do_stop() {
	# tgtd ignores SIGTERM as long as it has a target, hence KILL; nothing is lost
	end_tgtd KILL
	rm -rf "${DIR:?}/media" "$DIR/smc" "$DIR"/ctl.* "$DIR/tgtd.log" "$DIR/pid" "$DIR/pid.start" "$DIR/conf"
	rmdir "$DIR" 2>/dev/null || true
}

mail_addr() {
	[ "${1:-0}" -ge 1 ] 2>/dev/null && [ "$1" -le "$MAIL" ] || die "mail slot 1..$MAIL"
	echo $((A_MAIL + $1 - 1))
}

case $cmd in
start)	do_start;;
stop)	load_conf; do_stop; echo stopped;;
url)	load_conf; do_url;;
insert)	load_conf; [ $# = 2 ] || usage
	[ ${#2} -le 10 ] || die "a barcode has at most 10 characters in tgt"
	a=$(mail_addr "$1"); new_medium "$2"
	smc element_type=3,address="$a",barcode="$2",sides=1;;
remove)	load_conf; [ $# = 1 ] || usage
	smc element_type=3,address="$(mail_addr "$1")",clear_slot=1;;
disk)	load_conf; truncate -s 4M "$DIR/media/disk"
	adm --mode logicalunit --op new --tid 1 --lun $((DRIVES + 2)) --device-type disk --backing-store "$DIR/media/disk"
	echo "iscsi://127.0.0.1:$PORT/$IQN/$((DRIVES + 2))";;
kill)	load_conf; end_tgtd KILL;;
restart) load_conf; end_tgtd KILL; run_tgtd || die "port $PORT is in use now"; configure;;
readdress) load_conf; adm --mode logicalunit --op delete --tid 1 --lun $((DRIVES + 1)); new_changer;;
demo)	do_start; iscsi-ls -s iscsi://127.0.0.1:"$PORT" || true; do_stop;;
-h|--help|help) usage 0;;
*)	usage;;
esac
