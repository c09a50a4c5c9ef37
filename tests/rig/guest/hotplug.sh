# SPDX-License-Identifier: GPL-2.0-or-later
# Robots and drives that come, go, change and return while rsmd runs; with udevd, as on a usual machine.
. /x/lab.sh

mkdir -p /etc/udev/rules.d /lib/udev/rules.d /run/udev
: >/etc/passwd
cp /x/60-persistent-storage-tape.rules /lib/udev/rules.d/
ln -s /bin/scsi_id /lib/udev/scsi_id
ln -s /bin/udevadm /bin/systemd-udevd
systemd-udevd --daemon 2>/dev/null

check "rsmd starts on a machine without any robot" start_rsmd ''
check "and says so" log_has "no medium changer yet"
lab_start
check "a robot is plugged in for the first time" lab_connect
L=RIGCHG001
state_is() { rsm list libraries -n -o NAME,STATE | grep "^$L " | grep -qw "$1"; }
check "it is taken up as a library" until_ok state_is ready
check "by what the kernel told" log_has "come or gone, as the kernel told"
check "its inventory" rsm inventory $L --wait --timeout 60s
check "there is one library" same "$(rsm list libraries -n -o SERIAL | grep -c RIG)" 1

# What mtx, lsscsi and rsm say of the same things
mtx_status() { mtx -f /dev/"$(sg_of "$CHANGER")" status; }
tags() { mtx_status | sed -n 's/.*Storage Element \([0-9]*\):Full.*VolumeTag *= *\([A-Z0-9]*\).*/\2 Slot \1/p' | sort; }
media() { rsm list media -n -o NAME,WHERE | sed 's/  */ /g; s/ $//' | sort; }
agree() { [ -n "$(tags)" ] && same "$(media)" "$(tags)"; }
serial_behind() { sg_inq -p 0x80 /dev/"$(ls /sys/class/scsi_tape/"${1#/dev/}"/device/scsi_generic)" | sed -n 's/.*serial number: *\([^ ]*\).*/\1/p'; }
drives_agree() { # each drive's node leads to the drive with the serial number that rsm tells, and no other row is there
	rsm list drives -n -o NUMBER,SERIAL,NODE >$T/drives
	same "$(wc -l <$T/drives)" 2 || return 1
	while read -r number serial node; do
		[ -n "$node" ] && same "$serial" "$(serial_behind "$node")" || return 1
	done <$T/drives
}
ids() { rsm list "$1" -n -o ID,NAME | sort; } # objects: what people and programs know
check "rsm and mtx see the same cartridges" until_ok agree
check "and the same drives as lsscsi" until_ok drives_agree
by_id() { rsm show "$L:Drive 1" -n -o BY-ID | grep -q '^/dev/tape/by-id/.*-nst'; }
check "with the name that udevd gave" until_ok by_id
ids drives >$T/ids.drives
ids media >$T/ids.media
ids slots >$T/ids.slots
same_objects() { ids drives | cmp - $T/ids.drives && ids media | cmp - $T/ids.media && ids slots | cmp - $T/ids.slots; }

rsm media free RIG00001L5 RIG00002L5 --wait >/dev/null 2>&1
rsm pool create App --type Tape --from-free --to-free >/dev/null
LMID=$(rsm media allocate App --quiet)
works() { # a mount, tar, a dismount
	d=$(rsm mount "$LMID" --write --quiet) && tar -C /x -cf "$d" tap.sh && rsm dismount "$LMID" --wait
}
check "a tape is written" works

# The robot goes away, and returns under another name
WAS=$(sg_of "$CHANGER")
exec 9<>/dev/"$WAS" # the kernel keeps the number as long as somebody has it open
unplug "$CHANGER"
check "the robot is gone: not present" until_ok state_is present
reason() { rsm show $L -n -o REASON | grep -q "$1"; }
told() { rsm list operator-requests -n -o MESSAGE | grep -q "$1" || { rsm list operator-requests; false; }; }
check "the operator is told" told "$L can't be reached"
check "with the reason" until_ok reason "no SCSI device of this machine is called naa"
plug "$CHANGER"
exec 9>&-
check "it returns under another name" test "$WAS" != "$(sg_of "$CHANGER")"
check "the library is ready" until_ok state_is ready
told_nothing() { same "$(rsm list operator-requests -n)" ""; }
check "and the operator needn't know any more" until_ok told_nothing
check "the log tells both names" until_ok log_has "is now /dev/$(sg_of "$CHANGER"), and was /dev/$WAS"
check "nothing is there twice" same_objects

# Another drive in the same bay
OLD=$(rsm show "$L:Drive 1" -n -o SERIAL | tr -d ' ')
unplug "$DRIVE1"
lu 1 scsi_sn=NEWDRV777
plug "$DRIVE1"
serial_is() { is "$L:Drive $1" SERIAL "$2"; }
check "a drive is swapped: its bay has the new serial number" until_ok serial_is 1 NEWDRV777
check "the log tells both" log_has "drive $OLD was replaced by IET VIRTUAL-TAPE NEWDRV777"
check "its mounts count anew" is "$L:Drive 1" MOUNTS 0
check "its node leads to it" until_ok drives_agree
check "the drive is the same object, and there is no other" same_objects

# The two drives change places
unplug "$DRIVE1"
unplug "$DRIVE2"
lu 1 scsi_sn=RIGDRV002
lu 2 scsi_sn=NEWDRV777
plug "$DRIVE1"
plug "$DRIVE2"
check "drives exchanged: the first bay" until_ok serial_is 1 RIGDRV002
check "and the second" until_ok serial_is 2 NEWDRV777
check "each with its node" until_ok drives_agree
check "a tape is written" works

# Another partition: the same robot with all elements at other addresses
element_is() { is "$L:$1" ELEMENT "$2"; }
check "slot 1 is where it was made" element_is "Slot 1" 1024
unplug "$CHANGER"
A_MAIL=100 A_DRV=500 A_SLOT=2001 lib readdress
plug "$CHANGER"
check "the elements have other addresses: slot 1" until_ok element_is "Slot 1" 2001
check "and the second drive" until_ok element_is "Drive 2" 501
check "the log tells it" log_has "of type 2 moved from 1024 to 2001"
check "the library is ready" until_ok state_is ready
check "cartridges are where mtx sees them" until_ok agree
check "and are the same, as are slots and drives" same_objects
check "each drive has its node" until_ok drives_agree
check "a tape is written" works

# Once more, in the middle of work: neither the kernel nor a unit attention tells, only a move that is refused
: >$T/log
A_MAIL=50 A_DRV=300 A_SLOT=1100 lib readdress
rsm mount "$LMID" --write >/dev/null 2>&1
check "elements move while the robot stays plugged in, as a refused move shows: slot 1" until_ok element_is "Slot 1" 1100
check "and the second drive" until_ok element_is "Drive 2" 301
check "the log tells it" log_has "of type 2 moved from 2001 to 1100"
check "no device has come or gone" test "$(grep -c 'come or gone' $T/log)" = 0
check "the library is ready" until_ok state_is ready
check "cartridges are where mtx sees them" until_ok agree
check "and are the same, as are slots and drives" same_objects
check "a tape is written" works

# Where the kernel's events don't arrive
check "rsmd ends" sh -c "kill $(cat $T/pid)"
wait "$(cat $T/pid)"
printf '#!/bin/sh\nexec unshare -Urn /bin/rsmd "$@"\n' >$T/rsmd
chmod 755 $T/rsmd
PATH=$T:$PATH
unplug "$CHANGER"
unplug "$DRIVE1"
: >$T/log
rm -r $T/state $T/rsm.db*
check "an rsmd that hears no events, and no robot" start_rsmd ''
plug "$DRIVE1"
plug "$CHANGER"
check "finds the robot all the same" until_ok state_is ready
check "by looking" log_has "come or gone, as a look has shown"
finish
