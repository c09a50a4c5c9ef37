# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks a store against the invariants of docs/consistency.md, and against the directory of a virtual library.

It reads the SQLite file and the directory, and asks no program of ours. invariants.py STORE LIBRARY prints what is
wrong, one line each, and ends with 1 if there is any."""
import os
import sqlite3
import sys

# ntmsapi.h
ALLOCATED, COMPLETE = 5, 6
QUEUED, INPROCESS, PASSED, WAITING, DEFERRED, CANCELLED = 0, 1, 2, 5, 6, 7
STATUS = 1  # ACT_STATUS of library/library.h
DISMOUNT, MOUNT = 16, 17  # NTMS_LM_DISMOUNT, NTMS_LM_MOUNT
UNFINISHED = (QUEUED, INPROCESS, WAITING, DEFERRED)
BUSY = (1, 2, 3, 4)  # NTMS_MEDIASTATE_INUSE, MOUNTED, LOADED, UNLOADED
PHYSICAL_MEDIA = 15  # NTMS_PHYSICAL_MEDIA
SHELF = 1  # NTMS_LIBRARYTYPE_OFFLINE
PLACES = {"slots": "slot", "mailslots": "ieport", "drives": "drive"}  # directory: table


def connect(store, mode="ro"):
    db = sqlite3.connect(f"file:{store}?mode={mode}", uri=True)
    db.row_factory = sqlite3.Row
    return db


def column(db, sql, *args):
    return [row[0] for row in db.execute(sql, args)]


def mounted(db):
    """(bar code, place, drive number) of the media that an application has. A restart lets go of those whose dismount was accepted,
    and of those of a mount of several that was not done: nobody was told of them."""
    return sorted(map(tuple, db.execute("""SELECT m.barcode, m.place, d.number FROM physical_media m LEFT JOIN drive d ON d.id=m.place
        WHERE m.mounted_side IS NOT NULL AND m.id NOT IN (
        SELECT medium FROM librequest WHERE state IN (:queued, :inprocess, :waiting) AND op=:dismount AND session IS NOT NULL
        UNION ALL SELECT o.medium FROM librequest r JOIN librequest o ON o.call=r.call
        WHERE r.state IN (:queued, :inprocess, :waiting) AND r.op=:mount AND o.op=:mount AND o.state=:passed)""",
        {"queued": QUEUED, "inprocess": INPROCESS, "waiting": WAITING, "passed": PASSED, "dismount": DISMOUNT, "mount": MOUNT})))


def unfinished(db):
    """The library requests that a restart has to cancel."""
    return column(db, f"SELECT id FROM librequest WHERE state IN {UNFINISHED}")


def on_disk(library):
    """(table, number) -> bar code, as `ls` shows it."""
    found = {}
    for directory, table in PLACES.items():
        top = os.path.join(library, directory)
        for name in sorted(os.listdir(top)):
            inside = [c for c in os.listdir(os.path.join(top, name))
                      if os.path.isdir(os.path.join(top, name, c)) and not os.path.islink(os.path.join(top, name, c))]
            for barcode in inside:
                found.setdefault((table, int(name)), []).append(barcode)
    return found


def check_file(db):
    for line in column(db, "PRAGMA integrity_check"):
        if line != "ok":
            yield f"the file is damaged: {line}"
    for row in db.execute("PRAGMA foreign_key_check"):
        yield f"foreign key: {tuple(row)}"


def check_counts(db):
    for row in db.execute("""SELECT o.name, l.media_count AS says, count(m.id) AS has FROM library l JOIN object o USING(id)
            LEFT JOIN physical_media m ON m.library=l.id GROUP BY l.id HAVING says<>has"""):
        yield f"library {row['name']} counts {row['says']} media and has {row['has']}"
    for table, what in (("physical_media", "media_count"), ("logical_media", "logical_count")):
        for row in db.execute(f"""SELECT o.name, p.{what} AS says, count(m.id) AS has FROM media_pool p JOIN object o
                USING(id) LEFT JOIN {table} m ON m.pool=p.id GROUP BY p.id HAVING says<>has"""):
            yield f"pool {row['name']}: {what} is {row['says']}, counted {row['has']}"


def check_sides(db):
    """A logical medium exists exactly while its side is Allocated or Complete."""
    for row in db.execute(f"""SELECT id, state, lmid FROM side WHERE (state IN ({ALLOCATED},{COMPLETE}))<>(lmid IS NOT NULL)"""):
        yield f"side {row['id']} is in state {row['state']}, its logical medium is {row['lmid']}"
    for row in db.execute("""SELECT l.id, count(s.id) AS n FROM logical_media l LEFT JOIN side s ON s.lmid=l.id
            GROUP BY l.id HAVING n<>1"""):
        yield f"logical medium {row['id']} has {row['n']} sides"
    for row in db.execute("SELECT id FROM side s WHERE (SELECT count(*) FROM physical_media m WHERE m.id=s.medium)<>1"):
        yield f"side {row['id']} belongs to no medium"
    for row in db.execute("""SELECT s.id FROM side s JOIN physical_media m ON m.id=s.medium
            WHERE s.pool<>m.pool OR s.library<>m.library"""):
        yield f"side {row['id']} and its medium disagree on pool or library"


def check_places(db, library):
    """Each cartridge has exactly one place, and it is where `ls` shows it."""
    disk = on_disk(library)
    for row in db.execute(f"""SELECT m.id, m.barcode FROM physical_media m JOIN library l ON l.id=m.library
            WHERE (m.place IS NULL)<>(l.library_type={SHELF})"""):
        yield f"medium {row['barcode']} ({row['id']}): offline and yet in an element, or the other way about"
    rows = {}
    for table in PLACES.values():
        for row in db.execute(f"SELECT e.number, m.barcode FROM {table} e JOIN physical_media m ON m.place=e.id"):
            rows.setdefault((table, row["number"]), []).append(row["barcode"])
    known = set(column(db, "SELECT barcode FROM physical_media WHERE place IS NOT NULL"))
    for place in sorted(set(disk) | set(rows)):
        if place[0] == "ieport" and place not in rows and not known & set(disk[place]):
            continue  # what an operator laid into a port isn't catalogued before an inject takes it
        if disk.get(place, []) != rows.get(place, []):
            yield f"{place[0]} {place[1]}: holds {disk.get(place)}, the store says {rows.get(place)}"


def check_settled(db):
    # a live robot may ask for a reading of its elements at any time
    for row in db.execute(f"SELECT id, kind, state FROM action WHERE state IN (0, 3) AND (kind<>{STATUS} OR request IS NOT NULL)"):
        yield f"action {row['id']} of kind {row['kind']} is still open (state {row['state']})"
    for row in db.execute(f"""SELECT id, op, state, reason FROM librequest WHERE state IN {UNFINISHED}"""):
        yield f"request {row['id']} (operation {row['op']}) is still in state {row['state']}: {row['reason']}"
    for row in db.execute("SELECT id, barcode FROM physical_media WHERE place IS NOT NULL AND verified=0"):
        yield f"medium {row['barcode']}: its place is still unproven"
    for row in db.execute(f"""SELECT barcode, state FROM physical_media WHERE state IN {BUSY} AND
            coalesce(place, 0) NOT IN (SELECT id FROM drive)"""):
        yield f"medium {row['barcode']}: called in use or in a drive (state {row['state']}), and it isn't"
    for row in db.execute("""SELECT d.id FROM drive d JOIN librequest r ON r.id=d.request
            WHERE r.state IN (3, 7) AND NOT EXISTS (SELECT 1 FROM physical_media m WHERE m.place=d.id)"""):
        yield f"drive {row['id']} is empty and still held by a request that came to nothing"


def problems(store, library, settled=True):
    db = connect(store)
    try:
        for check in (check_file(db), check_counts(db), check_sides(db), check_places(db, library),
                      check_settled(db) if settled else ()):
            yield from check
    finally:
        db.close()


if __name__ == "__main__":
    wrong = list(problems(*sys.argv[1:3]))
    print("\n".join(wrong), end="\n" if wrong else "")
    sys.exit(1 if wrong else 0)
