#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# qemu-changer.sh - boot a small QEMU guest that has a REAL /dev/sgN media changer
# (and /dev/nstN tape drives), and run a command in it.
#
# The host's kernel needs no modules: the guest runs Debian's own kernel, from an
# initramfs put together out of Debian packages.  The devices are those of the
# library that tgt-library.sh runs on this machine's loopback, reached in one of
# two ways:
#   -w virtio (default)  QEMU opens each LUN itself with libiscsi and passes the
#                        SCSI commands of a virtio-scsi disk "scsi-generic" through
#   -w iscsi             the guest logs in by itself (iscsi_tcp, iscsistart), over
#                        QEMU's user network, which can reach that one port only
#   -w none              no library: COMMAND runs one of its own in the guest, where
#                        tgt, tgt-library.sh (as /x/...) and iscsistart are; modules
#                        iscsi_tcp and scsi_debug can be loaded
#
#   qemu-changer.sh [-C CACHEDIR] [-w virtio|iscsi|none] [-a kvm|tcg|auto] [-m MB] [-q]
#                   [-L LIBDIR] [-s SLOTS] [-n DRIVES] [-t TAPES] [-T SECONDS]
#                   [-x FILE]... [-b PROGRAM]... [-- COMMAND...]
#
#   -C  keeps the unpacked kernel and image parts between runs (about 100 MB);
#       without it a temp directory is used, and removed
#   -L  an already running library (its -d directory); without it one is started
#       with -s, -n, -t and stopped again
#   -x  copy a file or a directory into the guest as /x/NAME (repeatable)
#   -b  copy a program of this machine and its shared libraries (repeatable)
#   -T  give up after so many seconds (default 180)
#   -q  print only what COMMAND prints
# COMMAND runs in /bin/sh in the guest as root (busybox, mtx, mt, lsscsi and
# sg3-utils are there); default: lsscsi -g and mtx status.  /dev/changer is a link
# to the changer's /dev/sgN, /dev/drive1.. to the drives' /dev/nstN (mtx counts them
# from 0), /dev/drive1.sg.. to their /dev/sgN.  The script exits with COMMAND's status (124: too slow).
#
# Packages (Debian 12): qemu-system-x86 qemu-block-extra busybox-static kmod cpio
# mtx mt-st lsscsi sg3-utils tgt.  The kernel (linux-image-amd64) and open-iscsi
# are fetched with "apt-get download" and unpacked, not installed.
set -eu
HERE=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:/usr/sbin:/sbin
die() { echo "qemu-changer: $*" >&2; exit 1; }
usage() { sed -n '3,/^set -eu/{/^set -eu/d;s/^# \{0,1\}//;p}' "$0"; exit "${1:-2}"; }

CACHE="" WAY=virtio ACC=auto MEM=512 QUIET="" LIBDIR="" SLOTS=30 DRIVES=4 TAPES=20 LIMIT=180
XTRA=() PROGS=()
while getopts C:w:a:m:L:s:n:t:T:x:b:qh o; do
	case $o in
	C) CACHE=$OPTARG;; w) WAY=$OPTARG;; a) ACC=$OPTARG;; m) MEM=$OPTARG;; q) QUIET=1;;
	L) LIBDIR=$OPTARG;; s) SLOTS=$OPTARG;; n) DRIVES=$OPTARG;; t) TAPES=$OPTARG;;
	T) LIMIT=$OPTARG;; x) XTRA+=("$OPTARG");; b) PROGS+=("$OPTARG");; h) usage 0;; *) usage;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || set -- 'lsscsi -g; mtx -f /dev/changer status'
for p in qemu-system-x86_64 busybox depmod cpio mtx lsscsi sg_inq tgtd; do
	command -v $p >/dev/null || die "needs $p: apt install qemu-system-x86 qemu-block-extra" \
		"busybox-static kmod cpio mtx mt-st lsscsi sg3-utils tgt"
done
note() { [ -n "$QUIET" ] || echo "qemu-changer: $*" >&2; }
T0=$(date +%s.%N)
since() { awk -v a="$T0" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f s", b - a }'; }

W=$(mktemp -d "${TMPDIR:-/tmp}/rigvm.XXXXXX")
OURLIB="" QPID=""
cleanup() {
	[ -z "$QPID" ] || kill "$QPID" 2>/dev/null || true
	[ -z "$OURLIB" ] || "$HERE/tgt-library.sh" stop -d "$W/lib" >/dev/null 2>&1 || true
	rm -rf "$W"
}
trap cleanup EXIT; trap 'exit 130' INT TERM
[ -n "$CACHE" ] || CACHE=$W/cache
mkdir -p "$CACHE"; CACHE=$(cd "$CACHE" && pwd)

# --- the kernel, its SCSI modules and open-iscsi: fetched once, kept in the cache
if [ ! -e "$CACHE/ok" ]; then
	rm -rf "$CACHE/k" "$CACHE/deb"; mkdir -p "$CACHE/k" "$CACHE/deb" "$CACHE/iscsi"
	img=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image-[0-9]/ {print $2; exit}')
	[ -n "$img" ] || die "no linux-image: apt-get update first?"
	chmod 777 "$CACHE/deb"
	(cd "$CACHE/deb" && apt-get -q download "$img" open-iscsi libopeniscsiusr libisns0 >"$CACHE/apt.log" 2>&1) ||
		{ cat "$CACHE/apt.log" >&2; die "apt-get download failed"; }
	note "fetched $img, $(since)"
	dpkg-deb --fsys-tarfile "$CACHE"/deb/linux-image-*.deb | tar -x -C "$CACHE/k" --wildcards \
		'./boot/vmlinuz-*' './lib/modules/*/modules.*' './lib/modules/*/kernel/drivers/scsi/*' \
		'./lib/modules/*/kernel/drivers/virtio/*' './lib/modules/*/kernel/drivers/cdrom/*' \
		'./lib/modules/*/kernel/drivers/net/virtio_net*' './lib/modules/*/kernel/drivers/net/net_failover*' \
		'./lib/modules/*/kernel/net/core/*' './lib/modules/*/kernel/crypto/*' \
		'./lib/modules/*/kernel/lib/*' './lib/modules/*/kernel/arch/x86/crypto/*' \
		'./lib/modules/*/kernel/drivers/char/virtio*' './lib/modules/*/kernel/block/*' 2>/dev/null ||
		true	# tar complains of patterns that match nothing
	for d in "$CACHE"/deb/*iscsi*.deb "$CACHE"/deb/libisns*.deb; do dpkg-deb -x "$d" "$CACHE/iscsi"; done
	rm -rf "$CACHE/deb"
	KV=$(ls "$CACHE/k/lib/modules")
	depmod -b "$CACHE/k" "$KV" 2>/dev/null
	: >"$CACHE/ok"
	note "unpacked kernel $KV, $(since)"
fi
KV=$(ls "$CACHE/k/lib/modules")
KERNEL=$CACHE/k/boot/vmlinuz-$KV
[ -s "$KERNEL" ] || die "no kernel in $CACHE (remove that directory)"

# --- the initramfs
R=$W/root
mkdir -p "$R"/{bin,sbin,proc,sys,dev,tmp,run,etc,x,lib/modules,lib64,usr/bin,usr/sbin,usr/lib}
cp "$(command -v busybox)" "$R/bin/busybox"
# dash as the shell: busybox's own would run its applets lsscsi and mt instead
put() {	# program: itself and the libraries ldd names
	local l
	cp -L "$1" "$R/bin/"
	LD_LIBRARY_PATH="$CACHE/iscsi/usr/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" ldd "$1" 2>/dev/null |
		awk '/=> \// {print $3} /^[ \t]*\/lib/ {print $1}' |
	while read -r l; do
		case $l in */ld-linux*) d=$R/lib64;; *) d=$R/usr/lib;; esac
		[ -e "$d/$(basename "$l")" ] || cp -L "$l" "$d/"
	done
}
put /bin/dash; ln -s dash "$R/bin/sh"
for p in mtx lsscsi sg_inq sg_raw sg_logs sg_modes sg_luns sg_turs sg_map sg_read_attr "${PROGS[@]}"; do
	case $p in */*) put "$p";; *) put "$(command -v "$p")";; esac
done
command -v mt-st >/dev/null && { put "$(command -v mt-st)"; ln -sf mt-st "$R/bin/mt"; }
[ "$WAY" != none ] || {
	for p in bash tgtd tgtadm tgtimg; do put "$(command -v $p)"; done
	cp -L /lib/x86_64-linux-gnu/libgcc_s.so.1 "$R/usr/lib/"	# tgtd ends threads with pthread_cancel()
	XTRA+=("$HERE/tgt-library.sh")
}
[ "$WAY" = virtio ] || put "$(ls "$CACHE"/iscsi/sbin/iscsistart "$CACHE"/iscsi/usr/sbin/iscsistart 2>/dev/null | head -1)"
# only the modules we load, with what they need
need="virtio_pci virtio_scsi virtio_net sg st ch sr_mod sd_mod iscsi_tcp scsi_debug crc32c_generic crc32c-intel ses"
mkdir -p "$R/lib/modules/$KV"
cp "$CACHE/k/lib/modules/$KV"/modules.{order,builtin,builtin.modinfo} "$R/lib/modules/$KV/" 2>/dev/null || true
for m in $need; do modprobe -d "$CACHE/k" -S "$KV" --show-depends "$m" 2>/dev/null || true; done |
	awk '$1 == "insmod" {print $2}' | sort -u |
while read -r f; do
	t=$R/${f#"$CACHE/k/"}; mkdir -p "$(dirname "$t")"; cp "$f" "$t"
done
depmod -b "$R" "$KV" 2>/dev/null
for f in "${XTRA[@]}"; do cp -a "$f" "$R/x/"; done
printf '%s\n' "$*" >"$R/x/.command"

cat >"$R/init" <<'INIT'
#!/bin/sh
/bin/busybox mkdir -p /bb; /bin/busybox --install -s /bb	# not over the real programs
export PATH=/bin:/sbin:/bb LD_LIBRARY_PATH=/usr/lib HOME=/tmp
mount -t proc p /proc; mount -t sysfs s /sys; mount -t devtmpfs d /dev; mount -t tmpfs t /tmp
iscsi=
for o in $(cat /proc/cmdline); do case $o in rig.iscsi=*) iscsi=${o#rig.iscsi=};; esac; done
echo /bb/modprobe >/proc/sys/kernel/modprobe	# for what the kernel asks for itself
modprobe -a virtio_pci sg st ch sr_mod 2>/dev/null
modprobe virtio_scsi
ip link set lo up
if [ -n "$iscsi" ]; then
	modprobe virtio_net
	modprobe -a crc32c_generic iscsi_tcp	# without a CRC the login fails with ENOMEM
	ip link set eth0 up; ip addr add 10.0.2.15/24 dev eth0
	iscsistart -i iqn.2026-01.test.rig:guest -t "$iscsi" -g 1 -a 10.0.2.100 -p 3260 >/tmp/iscsistart.log 2>&1 ||
		cat /tmp/iscsistart.log
fi
c=
for i in $(grep -q rig.none /proc/cmdline || seq 100); do
	for d in /sys/class/scsi_device/*/device; do
		[ "$(cat $d/type 2>/dev/null)" = 8 ] && c=$(ls $d/scsi_generic 2>/dev/null)
	done
	[ -n "$c" ] && break
	sleep 0.1
done
[ -n "$c" ] && ln -s $c /dev/changer
sleep 0.2
# the kernel numbers tapes in the order it happens to find them: name them by LUN
for d in /sys/class/scsi_device/*/device; do
	[ "$(cat $d/type)" = 1 ] || continue
	l=$(readlink -f $d); l=${l##*:}
	for t in $(ls $d/scsi_tape); do case $t in nst*[0-9]) ln -sf $t /dev/drive$l;; esac; done
	ln -sf $(ls $d/scsi_generic) /dev/drive$l.sg
done
echo "RIG-UP $(cut -d' ' -f1 /proc/uptime) s, kernel $(uname -r), changer ${c:-NOT FOUND}"
echo RIG-BEGIN
cd /x
sh /x/.command 2>&1
echo "RIG-RC=$?"
sync
poweroff -f
INIT
chmod 755 "$R/init"
(cd "$R" && find . | cpio -o -H newc --quiet | gzip -1) >"$W/initrd.gz"
note "initramfs $(du -h "$W/initrd.gz" | cut -f1), $(since)"

# --- the library
if [ "$WAY" = none ]; then
	LIBDIR=
elif [ -z "$LIBDIR" ]; then
	LIBDIR=$W/lib; OURLIB=1
	"$HERE/tgt-library.sh" start -d "$LIBDIR" -s "$SLOTS" -n "$DRIVES" -t "$TAPES" >/dev/null
fi
URLS=$([ -z "$LIBDIR" ] || "$HERE/tgt-library.sh" url -d "$LIBDIR" | awk '{print $2}')
first=$(echo "$URLS" | head -1)
port=${first#iscsi://127.0.0.1:}; port=${port%%/*}
iqn=${first#*//*/}; iqn=${iqn%/*}

# --- run it
if [ "$ACC" = auto ]; then
	# only where the processor helps: a software /dev/kvm (kvm-pvm) opens well, and
	# then fails or hangs with Debian's guest kernel, while TCG boots in 2 seconds
	ACC=tcg
	if [ -w /dev/kvm ] && { [ -d /sys/module/kvm_intel ] || [ -d /sys/module/kvm_amd ]; }; then ACC=kvm; fi
fi
args=(-nodefaults -no-user-config -no-reboot -display none -m "$MEM" -machine q35 -kernel "$KERNEL"
	-initrd "$W/initrd.gz" -serial "file:$W/console" -monitor none)
cmdline="console=ttyS0 quiet loglevel=3 panic=-1 tsc=reliable"
if [ "$WAY" = virtio ]; then
	args+=(-device "virtio-scsi-pci,id=s0")
	n=0
	for u in $URLS; do
		n=$((n + 1))
		args+=(-drive "file=$u,if=none,id=d$n,format=raw,cache=none" -device "scsi-generic,drive=d$n,bus=s0.0,scsi-id=0,lun=$n")
	done
elif [ "$WAY" = none ]; then
	cmdline="$cmdline rig.none"
else
	args+=(-netdev "user,id=n0,restrict=on,guestfwd=tcp:10.0.2.100:3260-tcp:127.0.0.1:$port" -device "virtio-net-pci,netdev=n0,romfile=")
	cmdline="$cmdline rig.iscsi=$iqn"
fi
boot() {	# accelerator
	local i
	: >"$W/console"
	case $1 in kvm) set -- kvm host;; *) set -- tcg,thread=multi max;; esac
	qemu-system-x86_64 -accel "$1" -cpu "$2" "${args[@]}" -append "$cmdline" >"$W/qemu.log" 2>&1 </dev/null &
	QPID=$!
	for i in $(seq $((LIMIT * 5))); do
		kill -0 $QPID 2>/dev/null || break
		sleep 0.2
	done
	if kill -0 $QPID 2>/dev/null; then kill $QPID; wait $QPID || true; QPID=; return 124; fi
	wait $QPID || true; QPID=
	grep -q RIG-BEGIN "$W/console"
}
note "starting the guest with $ACC, $(since)"
boot "$ACC" && rc=0 || rc=$?
if [ $rc = 1 ] && [ "$ACC" = kvm ]; then
	note "no boot with kvm ($(tail -1 "$W/qemu.log")); trying tcg"
	boot tcg && rc=0 || rc=$?
fi
tr -d '\r' <"$W/console" >"$W/out"
[ -n "$QUIET" ] || { sed -n '1,/RIG-BEGIN/p' "$W/out" | grep RIG-UP >&2 || true; }
sed '1,/^RIG-BEGIN/d;/^RIG-RC=/,$d' "$W/out"
note "done, $(since)"
if ! grep -q '^RIG-RC=' "$W/out"; then
	cat "$W/qemu.log" >&2; tail -30 "$W/out" >&2
	[ $rc = 124 ] && exit 124
	die "the guest ended early"
fi
exit "$(sed -n 's/^RIG-RC=//p' "$W/out" | head -1)"
