# SPDX-License-Identifier: GPL-2.0-or-later
"""What rsmd owes its callers when it dies, as the store and the library stand then; and whether it was kept."""
import os
import re
import sqlite3

import invariants
from bench import Wrong

UNPREPARED = 1


def tapes(library):
    """bar code -> (where, what stands on its sides)"""
    found = {}
    for top, dirs, files in os.walk(library):
        if "cartridge.ini" in files:
            dirs.clear()
            sides = []
            for name in sorted(f for f in files if f.startswith("side")):
                with open(os.path.join(top, name), "rb") as f:
                    sides.append(f.read())
            found[os.path.basename(top)] = os.path.relpath(os.path.dirname(top), library), sides
    return found


class Promises:
    """Taken while rsmd is down. text: what the application has said."""

    def __init__(self, bench, text):
        self.bench = bench
        self.given = set(re.findall(r"^allocated (\S+)$", text, re.M)) - set(re.findall(r"^gives back (\S+)$", text, re.M))
        self.requests, self.mounted, self.tapes = [], [], {}
        try:
            db = invariants.connect(bench.store)
            self.requests = invariants.unfinished(db)
            self.mounted = invariants.mounted(db)
            unprepared = invariants.column(db, f"""SELECT m.barcode FROM physical_media m JOIN side s ON s.medium=m.id
                WHERE s.state={UNPREPARED}""")
            self.tapes = {k: v[1] for k, v in tapes(bench.library).items() if k not in unprepared}
            db.close()
        except sqlite3.OperationalError:
            pass  # there is no store yet, or no table in it: nothing was promised

    def owners_and_requests(self, db):
        for lmid in self.given:
            if not invariants.column(db, "SELECT 1 FROM logical_media JOIN object USING(id) WHERE guid=?",
                                     bytes.fromhex(lmid.replace("-", ""))):
                raise Wrong(f"logical medium {lmid} was given to the application and is gone")
        for request in self.requests:
            state = invariants.column(db, "SELECT state FROM librequest WHERE id=?", request)
            if state and state[0] != invariants.CANCELLED:
                raise Wrong(f"request {request}, unfinished at the kill, is now in state {state[0]}")

    def kept_by_copy(self):
        """Of a store that is older than the world: what was mounted isn't known, what was written is checked by who knows."""
        db = invariants.connect(self.bench.store)
        self.owners_and_requests(db)
        db.close()

    def kept(self):
        db = invariants.connect(self.bench.store)
        self.owners_and_requests(db)
        now = invariants.mounted(db)
        if now != self.mounted:
            raise Wrong(f"mounted were {self.mounted}, now {now}")
        db.close()
        now = tapes(self.bench.library)
        for barcode, sides in self.tapes.items():
            if barcode not in now or now[barcode][1] != sides:
                raise Wrong(f"{barcode} was written, and nobody had asked for it")
