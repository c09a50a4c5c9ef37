# SPDX-License-Identifier: GPL-2.0-or-later
# A library of 10,000 slots: how long rsmd takes to know it, beside `mtx status`; one changed mail slot without a rescan.
. /x/tap.sh
now() { cut -d' ' -f1 /proc/uptime; }
# A: when it began
restart() {
	kill "$(cat $T/pid)" && wait "$(cat $T/pid)"
	A=$(now)
	rsmd --config $T/rsmd.conf >>$T/log 2>&1 &
	echo $! >$T/pid
	rsm status --wait --timeout 60s --quiet
}
since() { echo "$1 $(now)" | awk '{ printf "%.2f", $2 - $1 }'; }

A=$(now); mtx -f /dev/changer status >$T/mtx; MTX=$(since "$A")
A=$(now)
start_rsmd '
[library big]
changer = /dev/changer
limit = "*" "*" look_s=0 ports_s=1'
UP=$(since "$A")
echo "# mtx status: $MTX s; rsmd, from its start until the library is ready, rows of all slots written: $UP s"
check "every slot is known" same "$(rsm list slots -n -o NUMBER | wc -l)" 10000
A=$(now)
mtx -f /dev/changer transfer "$(grep -m1 'Storage Element.*:Full' $T/mtx | sed 's/[^0-9]*\([0-9]*\).*/\1/')" 10001 >/dev/null
check "a cartridge moved into the mail slot behind our back is found there" until_ok sh -c "rsm list ports -n -o MEDIUM | grep -q RIG"
echo "# one cartridge moved by mtx into a mail slot, until the rows say so (the mail slot alone is read, each second): $(since "$A") s"
A=$(now)
check "an inventory" rsm inventory big --wait --timeout 120s
echo "# an inventory of the whole library: $(since "$A") s"
check "the cartridge is still in the mail slot" sh -c "rsm list ports -n -o MEDIUM | grep -q RIG"
check "rsmd is started again" restart
echo "# rsmd started again, until the library is ready: $(since "$A") s"
finish
