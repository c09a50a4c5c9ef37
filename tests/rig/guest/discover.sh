# SPDX-License-Identifier: GPL-2.0-or-later
# No library in the configuration; devices that come, go, and come back under other names. From sysfs alone.
. /x/lab.sh

CHANGER=$(lsscsi | sed -n 's/^\[\([0-9:]*\)\].*mediumx.*/\1/p')
DRIVE1=${CHANGER%:*}:1
SERIAL=RIGCHG001
nodes_agree() { is "$L:Drive 1" SG /dev/"$(sg_of "$DRIVE1")" && is "$L:Drive 1" NODE /dev/"$(node_of "$DRIVE1")"; }

printf '[rsmd]\nstate = %s/state\n' $T >$T/none.conf
rsmd --config $T/none.conf --discover >$T/found 2>&1
check "rsmd --discover prints a library" grep -q "^\[library $SERIAL\]" $T/found
check "that is reached by the robot's own name" grep -q '^changer = scsi:' $T/found
check "with its drives" same "$(grep -c '^# drive = ' $T/found)" 2
cp $T/found $T/found.conf
check "and it is a configuration" rsmd --check-config --config $T/found.conf

mkdir -p /dev/tape/by-id
ln -s ../../"$(node_of "$DRIVE1")" /dev/tape/by-id/scsi-RIGDRV001-nst
check "rsmd starts without any library configured" start_rsmd ''
L=$SERIAL
check "the library is there" rsm inventory $L --wait --timeout 60s
check "its first drive shows its nodes" nodes_agree
check "and its name by id" is "$L:Drive 1" BY-ID /dev/tape/by-id/scsi-RIGDRV001-nst
drive_ready() { rsm show "$L:Drive 1" -n -o READY | grep -q "$1"; }

unplug "$DRIVE1"
check "a drive is unplugged: it is not present" until_ok drive_ready 'not present'
plug "$DRIVE1"
check "plugged in again: it is ready" until_ok drive_ready 'ready'

# the robot goes away, and comes back behind the drive: each gets the other's number
WAS=$(sg_of "$CHANGER")
unplug "$CHANGER"
lost() { rsm status | grep -q 'not present'; }
check "the robot is unplugged: the library is not present" until_ok lost
unplug "$DRIVE1"
plug "$DRIVE1"
plug "$CHANGER"
check "its node has another number now" test "$WAS" != "$(sg_of "$CHANGER")"
back() { rsm list libraries -n -o NAME,STATE | grep "^$L" | grep -qw ready; }
check "plugged in again: the library is ready" until_ok back
check "the log tells the robot's new node" until_ok log_has "is now /dev/$(sg_of "$CHANGER"), and was /dev/$WAS"
check "the drive's nodes are the new ones" until_ok nodes_agree

# the same with a path in the configuration, which leads to a drive afterwards
kill "$(cat $T/pid)"
wait "$(cat $T/pid)"
WAS=$(sg_of "$CHANGER")
ln -s "$WAS" /dev/robot
rm -r $T/state $T/rsm.db*
check "a library by the path of its robot" start_rsmd '
[library L]
changer = /dev/robot'
L=L
check "is there" rsm inventory L --wait --timeout 60s
exec 9<>/dev/"$WAS" # the kernel keeps the number as long as somebody has it open
unplug "$CHANGER"
plug "$CHANGER"
ln -sfn "$(sg_of "$DRIVE1")" /dev/robot
check "the robot is found all the same" until_ok log_has "is now /dev/$(sg_of "$CHANGER"), and was /dev/$WAS"
check "and its library is ready" until_ok back
finish
