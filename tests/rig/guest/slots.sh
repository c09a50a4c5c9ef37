# SPDX-License-Identifier: GPL-2.0-or-later
# A library of 10,000 slots: how long rsmd takes to know it, beside `mtx status`; one changed mail slot without a rescan.
. /x/tap.sh
now() { cut -d' ' -f1 /proc/uptime; }
since() { echo "$1 $(now)" | awk '{ printf "%.2f", $2 - $1 }'; }

A=$(now); mtx -f /dev/changer status >$T/mtx; MTX=$(since "$A")
A=$(now)
start_rsmd '
[library big]
changer = /dev/changer'
UP=$(since "$A")
echo "# mtx status: $MTX s; rsmd, from its start until the library is ready, rows of all slots written: $UP s"
check "every slot is known" same "$(rsm list slots -n -o NUMBER | wc -l)" 10000
A=$(now)
mtx -f /dev/changer transfer "$(grep -m1 'Storage Element.*:Full' $T/mtx | sed 's/[^0-9]*\([0-9]*\).*/\1/')" 10001 >/dev/null
check "an inventory after a move behind our back" rsm inventory big --wait --timeout 120s
echo "# an inventory of the library after one cartridge has been moved by mtx into a mail slot: $(since "$A") s"
check "finds the cartridge in the mail slot" sh -c "rsm list ports -n -o MEDIUM | grep -q RIG"
finish
