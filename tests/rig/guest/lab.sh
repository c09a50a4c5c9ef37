# SPDX-License-Identifier: GPL-2.0-or-later
# For scripts that have a tape library of their own in the guest: tgtd behind the guest's own iSCSI.
. /x/tap.sh
IQN=iqn.2026-01.test.rig:library
HOST= # of the kernel's SCSI devices: H of H:0:0:LUN
CHANGER= DRIVE1= DRIVE2=

lib() { # COMMAND [OPTION]...
	command=$1
	shift
	bash /x/tgt-library.sh "$command" -d $T/lib "$@" >$T/lib.out 2>&1 || { cat $T/lib.out; return 1; }
}
lu() { # LUN PARAMETERS: changes what a logical unit says of itself
	TGT_IPC_SOCKET=$T/lib/ctl tgtadm -C 1 --lld iscsi --mode logicalunit --op update --tid 1 --lun "$1" --params "$2"
}
# A library of 10 slots, 2 mail slots, 2 drives and 4 cartridges, not yet seen by the kernel
lab_start() {
	modprobe -a crc32c_generic iscsi_tcp
	lib start -s 10 -n 2 -t 4 -p 3260
}
# The cable is plugged in
lab_connect() {
	iscsistart -i iqn.2026-01.test.rig:guest -t $IQN -g 1 -a 127.0.0.1 -p 3260 >$T/iscsistart 2>&1
	HOST=$(cd /sys/class/scsi_host && ls | sed -n 's/^host//p' | tail -1)
	DRIVE1=$HOST:0:0:1 DRIVE2=$HOST:0:0:2 CHANGER=$HOST:0:0:3
	until_ok test -e /sys/class/scsi_device/"$CHANGER"/device/scsi_generic
}

unplug() { echo 1 >/sys/class/scsi_device/"$1"/device/delete; }
plug() { # H:C:T:L
	echo "$1" | { IFS=: read -r _ c t l; echo "$c $t $l"; } >/sys/class/scsi_host/host"${1%%:*}"/scan
	until_ok test -e /sys/class/scsi_device/"$1"/device/scsi_generic
}
sg_of() { ls /sys/class/scsi_device/"$1"/device/scsi_generic; }
node_of() { ls /sys/class/scsi_device/"$1"/device/scsi_tape | grep -x 'nst[0-9]*'; }
is() { same "$(rsm show "$1" -n -o "$2" | tr -d ' ')" "$3"; }
log_has() { grep -q "$1" $T/log || { tail -5 $T/log; false; }; }
