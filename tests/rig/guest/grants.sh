# SPDX-License-Identifier: GPL-2.0-or-later
# Who may touch a drive: rsmd runs as a user of its own, udevd gives it the nodes, and mounts give them to alice or bob.
. /x/tap.sh

printf '%s\n' root:x:0:0::/:/bin/sh rsm:x:900:900::/:/bin/sh alice:x:1001:1001::/:/bin/sh bob:x:1002:1002::/:/bin/sh >/etc/passwd
printf '%s\n' root:x:0: tape:x:26: disk:x:6: rsm:x:900: alice:x:1001: bob:x:1002: >/etc/group
mkdir -p /etc/udev/rules.d /run/udev
cp /x/60-openrsm.rules /etc/udev/rules.d/
ln -s /bin/udevadm /bin/systemd-udevd
systemd-udevd --daemon 2>/dev/null
udevadm trigger --action=add --subsystem-match=scsi_generic --subsystem-match=scsi_tape
udevadm settle -t 20
owner() { stat -c %U:%G:%a "$(readlink -f "$1")"; }
check "udev gives rsm the robot" same "$(owner /dev/changer)" rsm:rsm:660
check "and the drives" same "$(owner /dev/drive1) $(owner /dev/drive1.sg)" "rsm:rsm:660 rsm:rsm:660"

mkdir $T/state
chmod 1777 $T
chown -R rsm $T
printf '#!/bin/sh\nuser=$1; shift\nexec setpriv --reuid=$user --regid=$user --clear-groups "$@"\n' >$T/as
printf '#!/bin/sh\nexec as rsm /bin/rsmd "$@"\n' >$T/rsmd
chmod 755 $T/rsmd $T/as
PATH=$T:$PATH
check "rsmd is up as user rsm" start_rsmd '
[library real]
changer = /dev/changer'
check "inventory" rsm inventory real --wait --timeout 60s
rsm media free RIG00001L5 RIG00002L5 --wait >/dev/null 2>&1
rsm pool create App --type Tape --from-free --to-free >/dev/null
check "everybody may use the pool" rsm access grant App everyone use,control
L1=$(as alice rsm media allocate App --quiet)
L2=$(as alice rsm media allocate App --quiet)
can_read() { as "$1" dd if="$2" of=/dev/null bs=64k count=1 2>$T/dd || ! grep -qi 'permission\|denied' $T/dd; }
cannot() { ! can_read "$1" "$2"; }
check "nobody may open a drive that isn't granted" cannot alice /dev/drive1
DRIVE=$(as alice rsm mount "$L1" --write --quiet)
NODE=$(readlink -f "$DRIVE")
check "alice, who mounted, may write" as alice tar -C /x -cf "$DRIVE" tap.sh
check "bob may not" cannot bob "$NODE"
acl() { getfacl -cp "$NODE" 2>/dev/null | grep '^user:[^:]' | paste -sd' '; }
check "the ACL names alice alone" same "$(acl)" "user:alice:rw-"
check "the pass-through node isn't granted" cannot alice /dev/"$(ls /sys/class/scsi_tape/"${NODE#/dev/}"/device/scsi_generic)"
udevadm trigger --action=change --subsystem-match=scsi_tape
udevadm settle -t 20
check "a change event of udev's takes nothing back" as alice mt -f "$NODE" rewind

# rsmd dies, the ACL is lost and another one made: the rows decide
kill -9 "$(cat $T/pid)"
{ wait "$(cat $T/pid)"; } 2>/dev/null
setfacl -b "$NODE"
for d in /dev/drive?; do setfacl -m u:bob:rw "$(readlink -f $d)"; done
check "started again after kill -9" start_rsmd '
[library real]
changer = /dev/changer'
acl_is() { same "$(acl)" "$1"; }
check "the grant is alice's again" until_ok acl_is "user:alice:rw-"
others_free() { [ -z "$(for d in /dev/drive?; do n=$(readlink -f $d); [ "$n" = "$NODE" ] || getfacl -cp "$n"; done | grep '^user:bob')" ]; }
check "and bob has none" until_ok others_free

# what is open stays open
as alice sh -c "exec 7<$NODE; echo open; sleep 60 & wait" >$T/opened &
until_ok grep -q open $T/opened
rsm dismount "$L1" --wait >$T/dismounted 2>&1 &
told() { rsm list library-requests -J; rsm list library-requests -n -o REASON | grep "$NODE is still open"; }
check "the dismount waits, and says why" until_ok told
check "alice may open it no more" acl_is ""
check "nor is it unloaded" test -n "$(mtx -f /dev/changer status | grep 'Data Transfer Element.*Full')"
for f in /proc/[0-9]*/fd/*; do
	[ "$(readlink "$f")" != "$NODE" ] || { p=${f#/proc/}; kill "${p%%/*}"; }
done 2>/dev/null
out() { ! mtx -f /dev/changer status | grep -q 'Data Transfer Element.*Full'; }
check "the program ends: the dismount goes on" until_ok out

# another cartridge in the same drive, for another user: the driver knows nothing of the one before
DRIVE=$(as alice rsm mount "$L2" --read --quiet)
NODE=$(readlink -f "$DRIVE")
check "a mount for reading grants reading" acl_is "user:alice:r--"
check "the tape driver is at the beginning" sh -c "as alice mt -f $NODE status | grep -q 'File number=0, block number=0'"
check "dismount" as alice rsm dismount "$L2" --wait
check "the grant is gone" acl_is ""
finish
