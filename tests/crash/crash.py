#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Kills rsmd at the failure points of every scene, starts it again, and checks that nothing was lost.

    crash.py --build DIR [--points N] [--scene NAME]... [--fail POINT:N[e]] [--copies] [--list] [--keep]

A scene (SCENES, scenario.c) starts from a directory that is made once. It is played once with RSM_FAIL=trace, which
tells how often it passes each failure point. Its points are then: killed at the n-th passage; killed there, and once more in
the recovery; killed there and copied, and the copy put back after rsmd has gone on and given media away; and the n-th passage returning an error (a full disk, a device that fails), after which rsmd is killed. While rsmd is
down people move cartridges about, in every second run, and an application that had a medium mounted keeps it open.

After each: start again, let it settle, check the invariants (invariants.py) and what was promised (promises.py), and work on: what
was allocated is given back, and a medium is allocated, mounted, dismounted and given back.

--points N: so many of them, spread evenly over all (default: all; the variable RSM_CRASH_POINTS goes first). --list: only
counts them."""
import argparse
import concurrent.futures
import os
import queue
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import invariants  # noqa: E402
from bench import Bench, Wrong  # noqa: E402
from promises import Promises, tapes  # noqa: E402

KILLS = ("job", "commit", "committed", "posted", "action", "outcome")
ERRORS = ("job", "commit", "action", "outcome")
FAILURES_MAX = 10


# ---- what a scene needs besides its calls ----

def tar(bench):
    """Somebody's archive."""
    path = os.path.join(bench.run, "some.tar")
    subprocess.run(["tar", "-cf", path, "-C", bench.run, "rsmd.conf"], check=True)
    return path


def faults(*lines):
    def write(bench):
        with open(os.path.join(bench.library, "faults"), "w") as f:
            f.writelines(line + "\n" for line in lines)
    return write


def mail(*barcodes):
    def put(bench):
        for number, barcode in enumerate(barcodes, 1):
            bench.cartridge(barcode, f"mailslots/{number:02}")
    return put


def newcomers_at_hand(bench):
    for number in (5, 6, 7):
        bench.cartridge(f"OTHER{number}L8", "shelf", "--garbage")


def adopted_together(bench):
    """RsmAdoptMedia takes all or none; those not taken are Unrecognized when they have been read."""
    db = invariants.connect(bench.store)
    states = invariants.column(db, "SELECT DISTINCT s.state FROM side s JOIN physical_media m ON m.id=s.medium WHERE m.barcode LIKE 'OTHER%'")
    db.close()
    if len(states) > 1:
        raise Wrong(f"of the media adopted by one call some are in states {states}")


def newcomers(bench):
    bench.cartridge("OTHER2L8", "slots/0006", "--data", tar(bench))
    bench.cartridge("OTHER3L8", "slots/0007", "--garbage")
    bench.cartridge("OTHER4L8", "slots/0008", "--ansi", "VOL004")


FENCE = "fence = yes\n"


class Scene:
    """acts: as scenario.c calls it; media: laid in before anything begins; sql: settings that no call makes; then: what is
    done after the starting state was made; holds: what must be true after a recovery; conf: of the library; new: rsmd has
    never run."""

    def __init__(self, name, acts=None, media=None, sql=None, then=None, holds=None, conf="", new=False):
        self.name, self.acts, self.media, self.sql, self.then = name, acts or name, media, sql, then
        self.holds, self.conf, self.new = holds, conf, new
        self.passed = {}  # point: (passages by the start, by start and scene)
        self.template = None


SCENES = (
    Scene("first-start", "prepare", new=True),
    Scene("start", "settle"),
    Scene("newcomers", "settle", then=newcomers),
    Scene("allocate"), Scene("mount"), Scene("dismount"), Scene("several"), Scene("deferred"),
    Scene("exchange", sql="UPDATE drive SET defer_delay=0"),
    Scene("cancel"), Scene("give-back"), Scene("free"), Scene("operator"), Scene("disable"),
    Scene("import", media=lambda bench: bench.cartridge("OTHER1L8", "slots/0005", "--data", tar(bench))),
    Scene("inject", then=mail("NEW009L8")), Scene("inject-many", then=mail("NEW009L8", "NEW008L8")),
    Scene("eject"), Scene("eject-many"), Scene("eject-late", sql="UPDATE ieport SET max_extend=1"),
    Scene("eject-stopped"), Scene("eject-force"),
    Scene("left-in-the-hand", "dismount", then=faults("move 1 hand,4/15/83")),
    Scene("move-reported-failed", "dismount", then=faults("move 1 done,4/53/00")),
    Scene("robot-was-reset", "dismount", then=faults("move 1 6/29/00")),
    Scene("adopt", then=newcomers_at_hand, holds=adopted_together),
    Scene("fenced-start", "settle", conf=FENCE),
    Scene("fenced", "dismount", conf=FENCE),
)


# ---- people, while rsmd is down ----

def swap(library):
    (a, b) = full_slots(library)[:2]
    for src, dst in ((a, "shelf"), (b, os.path.dirname(a)), (os.path.join("shelf", os.path.basename(a)), os.path.dirname(b))):
        move(library, src, dst)


def rearrange(library):
    move(library, full_slots(library)[0], empty_slots(library)[-1])


def take_away(library):
    move(library, full_slots(library)[-1], "shelf")


def bring_back(library):
    for barcode in os.listdir(os.path.join(library, "shelf")):
        move(library, os.path.join("shelf", barcode), empty_slots(library)[-1])


def move(library, src, directory):
    os.rename(os.path.join(library, src), os.path.join(library, directory, os.path.basename(src)))


def full_slots(library):
    return sorted(os.path.join(where, barcode) for barcode, (where, _) in tapes(library).items() if where.startswith("slots/"))


def empty_slots(library):
    full = {os.path.dirname(p) for p in full_slots(library)}
    return sorted({os.path.join("slots", s) for s in os.listdir(os.path.join(library, "slots"))} - full)


PEOPLE = (None, swap, None, rearrange, None, take_away)


# ---- one point ----

class Point:
    def __init__(self, scene, fail, second=None, people=None, copy=False):
        self.scene, self.fail, self.second, self.people, self.copy = scene, fail, second, people, copy

    def __str__(self):
        return (f"{self.scene.name}, RSM_FAIL={self.fail}" + (f", then {self.second}" if self.second else "") +
                (f", meanwhile {self.people.__name__}" if self.people else "") +
                (", and a copy of then is put back later" if self.copy else ""))

    def play(self, bench):
        """How many times rsmd was killed at a failure point, or an error was returned there: 0, 1 or 2."""
        bench.restore(self.scene.template, self.scene.conf)
        text, struck = "", 1
        if bench.start(self.fail):
            done = bench.scenario(self.scene.acts)
            text = done.stdout
            if self.fail.endswith("e"):
                bench.kill()
            elif not done.returncode and not bench.scenario("settle").returncode or bench.daemon.poll() is None:
                if not bench.stop():
                    if done.returncode:
                        raise Wrong(f"the scene failed though rsmd lives: {text}")
                    bench.check()
                    return 0
        bench.daemon.wait()
        held = self.while_down(bench)
        promises = Promises(bench, text)
        if self.copy:
            for fd in held:
                os.close(fd)
            self.go_back(bench, promises)
            return struck
        if self.second:
            if bench.start(self.second):
                bench.scenario("recover")
                struck += bench.stop()
            else:
                struck += 1
        bench.start()
        bench.must("recover")
        promises.kept()
        bench.check()
        if self.scene.holds:
            self.scene.holds(bench)
        for fd in held:
            os.close(fd)
        if self.scene.new:
            self.make_good(bench)
            bench.must("prepare")
        bench.must("work")
        bench.check()
        bench.stop()
        return struck

    def make_good(self, bench):
        """What people took comes back: it is still needed."""
        if self.people is take_away:
            bench.stop()
            bring_back(bench.library)
            bench.start()
            bench.must("recover")

    def go_back(self, bench, promises):
        """The store is copied here; applications write; then the copy comes back."""
        bench.copy_store()
        bench.start()
        bench.must("recover")
        before = tapes(bench.library)
        bench.must("since")
        bench.kill()
        written = {barcode: sides for barcode, (_, sides) in tapes(bench.library).items()
                   if barcode in before and before[barcode][1] != sides}
        bench.put_back()
        # one that was disabled then would be hidden from the strangers until quarantines are lifted, too
        bench.write_store(f"UPDATE object SET enabled=1 WHERE type={invariants.PHYSICAL_MEDIA}")
        bench.start()
        bench.must("recover")
        if not bench.logged("was restored from a copy"):
            raise Wrong("rsmd takes the copy for the store")
        promises.kept_by_copy()
        bench.check()
        bench.must("strangers")
        now = tapes(bench.library)
        for barcode, sides in written.items():
            if now[barcode][1] != sides:
                raise Wrong(f"{barcode}, which an application had written since the copy, was overwritten")
        bench.check()
        bench.must("work")
        bench.check()
        bench.stop()

    def while_down(self, bench):
        """An application that never stopped has its medium open, unless it had asked for the dismount."""
        if os.path.exists(os.path.join(bench.library, "faults")):
            os.unlink(os.path.join(bench.library, "faults"))
        if self.people:
            self.people(bench.library)
        held = []
        try:
            db = invariants.connect(bench.store)
            for _, _, number in invariants.mounted(db):
                held.append(os.open(os.path.join(bench.library, "drives", f"{number:02}", "medium"), os.O_RDONLY))
            db.close()
        except (sqlite3.OperationalError, FileNotFoundError):
            pass
        return held


# ---- all points ----

def make(bench, scene, templates):
    """The starting state of a scene, and its passages."""
    if scene.new:
        bench.create()
    else:
        bench.restore(os.path.join(templates, "prepared"), scene.conf)
        if scene.media:
            scene.media(bench)
        bench.start()
        bench.must("settle")
        bench.must(scene.acts, "before")
        bench.stop()
        if scene.sql:
            bench.write_store(scene.sql)
    if scene.then:
        scene.then(bench)
    scene.template = os.path.join(templates, scene.name)
    shutil.copytree(bench.run, scene.template, symlinks=True)
    bench.start("trace")
    before = bench.passages() if scene.new or scene.acts == "settle" else (bench.must("settle"), bench.passages())[1]
    if scene.new or scene.acts == "settle":
        before.clear()
    bench.must(scene.acts)
    bench.must("settle")
    scene.passed = {point: (before[point], n) for point, n in bench.passages().items()}
    bench.stop()


def points_of(scene, recovery):
    """recovery: the passages of a start, among which the second kill is placed."""
    for point in KILLS:
        first, last = scene.passed.get(point, (0, 0))
        for n in range(first + 1, last + 1):
            people = PEOPLE[n % len(PEOPLE)]
            again = KILLS[(n + len(scene.name)) % len(KILLS)]
            yield Point(scene, f"{point}:{n}", None, people)
            yield Point(scene, f"{point}:{n}", f"{again}:{1 + n % max(1, recovery.get(again, (0, 1))[1])}")
            if point == "committed" and not scene.new:
                yield Point(scene, f"{point}:{n}", copy=True)
            if point in ERRORS:
                yield Point(scene, f"{point}:{n}e")


def spread(points, n):
    return points if not n or n >= len(points) else [points[i * len(points) // n] for i in range(n)]


class Run:
    def __init__(self, args, top):
        self.top, self.keep = top, args.keep
        self.benches = queue.Queue()
        workers = args.jobs or 3 * len(os.sched_getaffinity(0))
        for number in range(workers):
            self.benches.put(Bench(os.path.abspath(args.build), os.path.join(top, str(number))))
        self.pool = concurrent.futures.ThreadPoolExecutor(workers)
        self.failures, self.lock, self.stopped = [], threading.Lock(), False

    def with_bench(self, work, what):
        """The work's value; None if it failed."""
        if self.stopped:
            return None
        bench = self.benches.get()
        try:
            return work(bench)
        except (Wrong, subprocess.SubprocessError, OSError) as e:
            self.failed(bench, f"{what}: {e}")
            return None
        finally:
            bench.kill()
            self.benches.put(bench)

    def failed(self, bench, text):
        with self.lock, open(bench.log, errors="replace") as log:
            lines = [line for line in log if not line.startswith("passed ")]
            print("\n# ".join(["# " + text] + [line.rstrip() for line in lines[-40:]]), flush=True)
            self.failures.append(text)
            self.stopped |= len(self.failures) >= FAILURES_MAX
            if self.keep:
                shutil.copytree(bench.run, os.path.join(self.top, f"failed-{len(self.failures)}"), symlinks=True,
                                ignore=shutil.ignore_patterns("sock"))

    def prepare(self, scenes):
        templates = os.path.join(self.top, "templates")

        def prepared(bench):
            bench.create()
            bench.start()
            bench.must("prepare")
            bench.stop()
            os.makedirs(templates)
            os.rename(bench.run, os.path.join(templates, "prepared"))
        self.with_bench(prepared, "the start of all scenes")
        list(self.pool.map(lambda scene: self.with_bench(lambda bench: make(bench, scene, templates), scene.name), scenes))

    def play(self, points):
        return self.pool.map(lambda point: self.with_bench(point.play, point), points)


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--build", default="build")
    args.add_argument("--points", type=int, default=0)
    args.add_argument("--scene", action="append")
    args.add_argument("--fail", help="only with this RSM_FAIL")
    args.add_argument("--copies", action="store_true", help="only where a copy is put back")
    args.add_argument("--jobs", type=int)
    args.add_argument("--list", action="store_true")
    args.add_argument("--keep", action="store_true", help="leave the directories of failures")
    args = args.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that no daemon stays behind
    top = tempfile.mkdtemp(prefix="rscrash.", dir="/tmp")
    run = Run(args, top)
    scenes = [s for s in SCENES if not args.scene or s.name in args.scene or s.name == "start"]
    try:
        run.prepare(scenes)
        recovery = next(s for s in scenes if s.name == "start").passed
        every = [p for s in scenes for p in points_of(s, recovery) if (not args.scene or s.name in args.scene) and args.fail in (None, p.fail) and (p.copy or not args.copies)]
        points = [] if args.list or run.failures else spread(every, int(os.environ.get("RSM_CRASH_POINTS", args.points)))
        print(f"1..{len(scenes)}", flush=True)
        struck = {scene.name: [] for scene in scenes}
        for point, times in zip(points, run.play(points)):
            struck[point.scene.name].append((point, times))
        for number, scene in enumerate(scenes, 1):
            of_scene = struck[scene.name]
            bad = any(times is None for _, times in of_scene) or not scene.passed
            print(f"{'not ok' if bad else 'ok'} {number} - {scene.name}: {sum(bool(t) for _, t in of_scene)} points of "
                  f"{sum(p.scene is scene for p in every)}")
        met = [(p, t) for of_scene in struck.values() for p, t in of_scene if t]
        errors = sum(p.fail.endswith("e") for p, _ in met)
        print(f"# {len(met)} points of {len(every)}: killed at {len(met) - errors}, {sum(t == 2 for _, t in met)} of them a "
              f"second time in the recovery, {sum(p.copy for p, _ in met)} put back from a copy; {errors} errors; "
              f"{len(run.failures)} violations")
    finally:
        run.stopped = True
        run.pool.shutdown(wait=True, cancel_futures=True)
        if not (run.failures and args.keep):
            shutil.rmtree(top, ignore_errors=True)
    return 1 if run.failures else 0


if __name__ == "__main__":
    sys.exit(main())
