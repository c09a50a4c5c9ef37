# SPDX-License-Identifier: GPL-2.0-or-later
# The main job on /dev/sg*: rsmd moves, mtx sees it; an application writes the tape through the st driver.
. /x/tap.sh

check "rsmd is up on /dev/changer" start_rsmd '
[library real]
fence = yes
changer = /dev/changer'
check "a robot without persistent reservations works unfenced" grep -q "can't be fenced" $T/log
check "the library is inventoried" rsm inventory real --wait --timeout 60s

tags() { mtx -f /dev/changer status | sed -n 's/.*VolumeTag *= *\([A-Z0-9][A-Z0-9]*\).*/\1/p' | sort | paste -sd' '; }
media() { rsm list media -n -o NAME | tr -d ' ' | sort | paste -sd' '; }
cartridges_agree() { [ -n "$(tags)" ] && same "$(media)" "$(tags)"; }
check "rsm and mtx see the same cartridges" cartridges_agree

# rsm's drive N is mtx's N-1: both count by element. Its serial number is that of the device behind its path.
drives_agree() {
	rsm list drives -n -o NUMBER,SERIAL,PATH >$T/drives || return 1
	[ "$(wc -l <$T/drives)" = "$(lsscsi | grep -c ' tape ')" ] || { cat $T/drives; return 1; }
	while read -r number serial path; do
		node=$(readlink -f "$path")
		sg=$(lsscsi -g | awk -v st="/dev/${node#/dev/n}" '$(NF-1) == st { print $NF }')
		same "$serial" "$(sg_inq -p 0x80 "$sg" | sed -n 's/.*serial number: *\([^ ]*\).*/\1/p')" || return 1
		same "$node" "$(readlink -f /dev/drive"$number")" || return 1
	done <$T/drives
}
check "each drive's path leads to the tape device with its serial number" drives_agree

M=RIG00001L5
rsm media free $M --wait >$T/out 2>&1
check "a pool" rsm pool create App --type Tape --from-free --to-free
LMID=$(rsm media allocate App --quiet)
M=$(rsm show "$LMID" -n -o MEDIUM)
HOME_SLOT=$(slot_of "$M")
DRIVE=$(rsm mount "$LMID" --write --quiet)
check "the mount names a tape node" test -c "$DRIVE"
mounted_where_said() { same "/dev/drive$(($(drive_of "$M") + 1))" "$(for d in /dev/drive?; do
	[ "$(readlink -f $d)" = "$(readlink -f "$DRIVE")" ] && echo $d; done)"; }
check "mtx sees the cartridge in that drive" mounted_where_said
check "tar writes" tar -C /x -cf "$DRIVE" tap.sh
check "mt rewinds" mt -f "$DRIVE" rewind
check "tar reads it back" tar -C $T -xf "$DRIVE"
check "unchanged" cmp /x/tap.sh $T/tap.sh
check "dismount" rsm dismount "$LMID" --wait
check "mtx sees it in its slot again" same "$(slot_of "$M")" "$HOME_SLOT"

# somebody else's program moves cartridges: the next inventory finds them
OTHER=RIG00004L5
FROM=$(slot_of $OTHER)
check "mtx moves a cartridge behind our back" mtx -f /dev/changer transfer "$FROM" 28
check "an inventory" rsm inventory real --wait --timeout 60s
check "finds it where mtx put it" sh -c "rsm show $OTHER -n -o WHERE | grep -qw 'Slot 28'"

# the daemon ends while a tape is mounted, and takes up where it was
DRIVE=$(rsm mount "$LMID" --read --quiet)
kill -9 "$(cat $T/pid)"
{ wait "$(cat $T/pid)"; } 2>/dev/null # dash tells "Killed"
check "started again after kill -9" start_rsmd '
[library real]
changer = /dev/changer'
check "the mounted tape is readable all the while" tar -tf "$DRIVE"
check "dismount" rsm dismount "$LMID" --wait
check "in its slot" same "$(slot_of "$M")" "$HOME_SLOT"
finish
