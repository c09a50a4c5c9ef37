#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Kills rsmd at each failure point of a scenario, starts it again, and checks that nothing was lost.

    crash.py --build DIR [--small] [--scenario NAME] [--point NAME] [--keep]

For each scenario (start, inject, allocate, mount, dismount, eject) and each failure point, the N-th passage kills the
daemon, N from 1 on, until the scenario gets through. After each kill: start again, let it settle, check the invariants
(invariants.py), see what was promised before the kill kept and what was under way cancelled, and work on: a medium is
allocated, mounted, dismounted and given back. --small takes a few N of each."""
import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import invariants  # noqa: E402

POINTS = ("job", "commit", "committed", "posted", "action", "outcome")
SCENARIOS = ("settle", "inject", "allocate", "mount", "dismount", "eject")
SMALL = {"action": 3, "outcome": 3}  # kills for each scenario and point; of the others:
SMALL_OTHERS, SMALL_STEP = 2, 5
FAILURES_MAX = 5
START_LIMIT, SCENARIO_LIMIT, STOP_LIMIT = 30, 120, 30


class Wrong(Exception):
    pass


class Bench:
    """A daemon, its state and its virtual library, all in one directory; template/ is what each run starts from."""

    def __init__(self, build, top):
        self.build, self.top = build, top
        self.run, self.template = os.path.join(top, "r"), os.path.join(top, "template")
        self.library = os.path.join(self.run, "library")
        self.store = os.path.join(self.run, "rsm.db")
        self.socket = os.path.join(self.run, "sock")
        self.log = os.path.join(top, "log")
        self.daemon = None
        self.env = dict(os.environ, RSM_SERVER=f"unix:{self.socket}")
        self.env.pop("RSM_FAIL", None)

    def make(self):
        os.makedirs(self.run)
        self.vtl("create", self.library, "--slots", "6", "--drives", "2", "--mailslots", "2")
        for number in (1, 2, 3):
            self.cartridge(f"AAA{number:03}L8", f"slots/{number:04}")
        with open(os.path.join(self.run, "rsmd.conf"), "w") as conf:
            conf.write(f"[rsmd]\nstate = {self.run}\nstore = sqlite:{self.store}\nlisten = unix:{self.socket}\n"
                       f"[library lib]\nchanger = virtual:{self.library}\n")
        self.start()
        self.must("prepare")
        self.stop()
        os.rename(self.run, self.template)

    def cartridge(self, barcode, place):
        self.vtl("add", self.library, barcode, "--place", place)

    def vtl(self, *args):
        subprocess.run([os.path.join(self.build, "device/vtl"), *args], check=True, stdout=subprocess.DEVNULL)

    def restore(self):
        shutil.rmtree(self.run, ignore_errors=True)
        subprocess.run(["cp", "-a", self.template, self.run], check=True)

    def start(self, fail=None):
        env = dict(self.env, RSM_FAIL=fail) if fail else self.env
        with open(self.log, "a") as log:
            print(f"--- start, RSM_FAIL={fail}", file=log, flush=True)
            self.daemon = subprocess.Popen([os.path.join(self.build, "rsmd"), "--config",
                                            os.path.join(self.run, "rsmd.conf")], env=env, stderr=log, stdout=log)
        until = time.monotonic() + START_LIMIT
        while not os.path.exists(self.socket) or self.socket_is_old():
            if self.daemon.poll() is not None:
                if fail and self.daemon.returncode == -signal.SIGKILL:
                    return
                raise Wrong(f"rsmd ended at its start: {self.daemon.returncode}")
            if time.monotonic() > until:
                raise Wrong("rsmd doesn't listen")
            time.sleep(0.01)

    def socket_is_old(self):
        import socket
        with socket.socket(socket.AF_UNIX) as s:
            try:
                s.connect(self.socket)
                return False
            except OSError:
                return True

    def stop(self):
        self.daemon.send_signal(signal.SIGTERM)
        code = self.daemon.wait(STOP_LIMIT)
        self.daemon = None
        if code:
            raise Wrong(f"rsmd ended with {code} on SIGTERM")

    def killed(self, done):
        """Whether the failure point has struck. If not, the daemon is stopped."""
        if not done.returncode:
            self.daemon.send_signal(signal.SIGTERM)
        try:
            code = self.daemon.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired as e:
            raise Wrong(f"the scenario failed though rsmd lives, or rsmd doesn't stop: {done.stdout}") from e
        if code not in (0, -signal.SIGKILL):
            raise Wrong(f"rsmd ended with {code}")
        return code != 0

    def end(self):
        if self.daemon and self.daemon.poll() is None:
            self.daemon.kill()
            self.daemon.wait()

    def scenario(self, name):
        return subprocess.run([os.path.join(self.build, "tests/crash/scenario"), name, self.library], env=self.env,
                              stdout=subprocess.PIPE, text=True, timeout=SCENARIO_LIMIT, check=False)

    def must(self, name):
        done = self.scenario(name)
        if done.returncode:
            raise Wrong(f"scenario {name}: {done.stdout.strip()}")

    def check(self):
        wrong = list(invariants.problems(self.store, self.library))
        if wrong:
            raise Wrong("\n".join(wrong))

    def promises_kept(self, text):
        db = invariants.connect(self.store)
        for lmid in re.findall(r"^done allocate (\S+)$", text, re.M):
            if not invariants.column(db, "SELECT 1 FROM logical_media JOIN object USING(id) WHERE guid=?",
                                     bytes.fromhex(lmid.replace("-", ""))):
                raise Wrong(f"logical medium {lmid} was given to the application and is gone")
        db.close()

    def cancelled(self, requests):
        db = invariants.connect(self.store)
        for request in requests:
            state = invariants.column(db, "SELECT state FROM librequest WHERE id=?", request)
            if state and state[0] != invariants.CANCELLED:
                raise Wrong(f"request {request}, unfinished at the kill, is now in state {state[0]}")
        db.close()

    def once(self, scenario, point, n):
        """True: rsmd was killed, and all is well after it. False: the scenario got through, and all is well."""
        self.restore()
        if scenario == "inject":
            self.cartridge("NEW009L8", "mailslots/01")
        self.start(f"{point}:{n}")
        done = self.scenario(scenario)
        last = done if done.returncode else self.scenario("settle")
        if not self.killed(last):
            self.check()
            return False
        db = invariants.connect(self.store)
        requests = invariants.unfinished(db)
        db.close()
        self.start()
        self.must("settle")
        self.cancelled(requests)
        self.promises_kept(done.stdout)
        self.check()
        self.must("work")
        self.check()
        self.stop()
        return True


def sweep(bench, scenario, point, small, begin):
    """Kills at passage after passage. Returns how many kills there were, and the passages that the scenario has."""
    most, step = (SMALL.get(point, SMALL_OTHERS), 1 if point in SMALL else SMALL_STEP) if small else (sys.maxsize, 1)
    for kills in range(most):
        n = begin + kills * step
        try:
            if not bench.once(scenario, point, n):
                return kills, n - 1
        except (Wrong, subprocess.TimeoutExpired) as e:
            raise Wrong(f"{scenario}, RSM_FAIL={point}:{n}: {e}") from e
    return most, n


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--build", default="build")
    args.add_argument("--small", action="store_true")
    args.add_argument("--scenario", action="append")
    args.add_argument("--point", action="append")
    args.add_argument("--keep", action="store_true", help="leave the directory of a failure")
    args = args.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that no daemon stays behind
    top = tempfile.mkdtemp(prefix="crash.", dir="/tmp")
    bench = Bench(os.path.abspath(args.build), top)
    scenarios, points = args.scenario or SCENARIOS, args.point or POINTS
    print(f"1..{len(scenarios) * len(points)}", flush=True)
    number, failed, total, starting = 0, 0, 0, {}
    try:
        bench.make()
        for scenario in scenarios:
            for point in points:
                number += 1
                # the passages of the start alone are killed once, by the scenario that does nothing else
                begin = starting.get(point, 0) + 1
                try:
                    kills, passages = sweep(bench, scenario, point, args.small and scenario != "settle", begin)
                    if scenario == "settle":
                        starting[point] = passages
                    total += kills
                    print(f"ok {number} - {scenario} killed at {kills} passages of {point}", flush=True)
                except Wrong as e:
                    failed += 1
                    print(f"not ok {number} - " + str(e).replace("\n", "\n# "), flush=True)
                    bench.end()
                    if failed == FAILURES_MAX:
                        raise Wrong("too many failures") from e
                    if args.keep:
                        subprocess.run(["cp", "-a", bench.run, f"{top}/failed-{number}"], check=False)
        print(f"# {total} kills")
    except Wrong as e:
        failed += 1
        print(f"Bail out! {e}")
    finally:
        bench.end()
        if failed and not args.keep:
            with open(bench.log) as log:
                print("".join("# " + line for line in log.readlines()[-60:]), end="")
        if not (failed and args.keep):
            shutil.rmtree(top, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
