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

# what only looks like a drive of a library, and what is one: the kernel's scsi_debug plays them
plays() { # PARAMETER...: a device; sets NODE and SG
	modprobe scsi_debug delay=0 dev_size_mb=8 "$@" &&
		until_ok sh -c 'ls -d /sys/bus/pseudo/drivers/scsi_debug/adapter0/host*/target*/*:*:*:*/block/* >/dev/null' || return 1
	udevadm settle -t 20
	D=$(ls -d /sys/bus/pseudo/drivers/scsi_debug/adapter0/host*/target*/*:*:*:*)
	NODE=/dev/$(ls "$D"/block) SG=/dev/$(ls "$D"/scsi_generic)
}
modprobe sd_mod
forget() { until_ok rmmod scsi_debug; }
both() { echo "$(owner "$NODE" | cut -d: -f1) $(owner "$SG" | cut -d: -f1)"; }
check "an RDX drive" plays inq_vendor=TANDBERG inq_product=RDX removable=1
check "is rsm's" same "$(both)" "rsm rsm"
forget
check "another removable disk" plays inq_vendor=USB inq_product=STICK removable=1
check "isn't" same "$(both)" "root root"
forget
check "an optical drive" plays inq_vendor=PLASMON inq_product=UDO ptype=5 removable=1
check "isn't" same "$(both)" "root root"
forget
echo 'SUBSYSTEM=="block|scsi_generic", ATTRS{vendor}=="PLASMON*", ENV{OPENRSM}="1"' >/etc/udev/rules.d/59-openrsm-local.rules
udevadm control --reload
check "an optical drive that a rule of this machine names" plays inq_vendor=PLASMON inq_product=UDO ptype=5 removable=1
check "is rsm's" same "$(both)" "rsm rsm"
udevadm test "$(readlink -f /sys/class/block/"${NODE#/dev/}")" >$T/udevadm 2>&1
check "udevadm test has read the rules" grep -q 'Reading rules file: .*60-openrsm.rules' $T/udevadm
no_complaint() { ! grep 'openrsm.*rules:[0-9]' $T/udevadm | grep -v 'OWNER\|GROUP\|MODE'; }
check "and finds nothing wrong with them" no_complaint
forget

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
told() { rsm list library-requests -J; rsm list library-requests -n -o REASON | grep "still open: $NODE by a process that we may not look into"; }
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

# programs that rsmd never gave a drive to have the pass-through node alone; two capabilities let rsmd see them all
kill "$(cat $T/pid)"
wait "$(cat $T/pid)"
printf '#!/bin/sh\nexec setpriv --reuid=rsm --regid=rsm --clear-groups --inh-caps=+sys_ptrace,+dac_read_search --ambient-caps=+sys_ptrace,+dac_read_search /bin/rsmd "$@"\n' >$T/rsmd
check "started again, with CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH" start_rsmd '
[library real]
changer = /dev/changer'
as rsm sh -c "exec 7</dev/drive1.sg; echo open; exec sleep 60" >$T/opened1 &
HOLDER=$!
until_ok grep -q open $T/opened1
exec 8</dev/drive2.sg
as alice rsm mount "$L1" --read --quiet >$T/mounted 2>&1 8<&- &
MOUNT=$!
waits() { rsm list library-requests -n -o REASON | grep -q 'held open by another program'; }
check "with both drives held by strangers a mount waits" until_ok waits
why() { rsm list drives -n -o NUMBER,REASON | grep "^ *$1 .*still open: $(readlink -f /dev/drive"$1".sg) by process [0-9]* ($2) of user $3"; }
check "the drive tells which process has it" until_ok why 1 sleep rsm
check "of whatever user" until_ok why 2 sh root
check "the cartridge isn't moved" out
exec 8<&-
check "one is closed: the mount goes on" wait $MOUNT
check "in that drive" same "$(readlink -f "$(cat $T/mounted)")" "$(readlink -f /dev/drive2)"
check "the other is still held" why 1 sleep rsm
kill $HOLDER
{ wait $HOLDER; } 2>/dev/null
serves() { [ -z "$(rsm list drives -n -o REASON | grep still)" ]; }
check "until that program ends" until_ok serves
check "dismount" as alice rsm dismount "$L1" --wait
finish
