#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# qemu.sh BUILDDIR SCRIPT [OPTION-OF-qemu-changer.sh]...: runs tests/rig/guest/SCRIPT.sh, which prints TAP, in the guest
# with the rsmd and rsm of the build directory. The kernel is fetched once, into BUILDDIR/qemu-cache.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
script=$2
shift 2
export PATH="$PATH:/usr/sbin:/sbin"
mkdir -p "$build/qemu-cache"
set -- -C "$build/qemu-cache" -q -b "$build/rsmd" -b "$build/cli/rsm" -b "$build/tests/rig/sg_test" -b "$(command -v tar)" -x "$here/../../udev/60-openrsm.rules" -x /lib/udev/rules.d/60-persistent-storage-tape.rules "$@"
for p in getfacl setfacl setpriv udevadm unshare sqlite3 /lib/udev/scsi_id; do set -- "$@" -b "$(command -v $p)"; done
for f in "$here"/guest/*.sh; do set -- "$@" -x "$f"; done
# several runs at once fetch one after the other
exec 9>"$build/qemu-cache/.lock"
flock 9
[ -e "$build/qemu-cache/ok" ] && flock -u 9
"$here/qemu-changer.sh" "$@" -- "sh /x/$script.sh" 9>&9
