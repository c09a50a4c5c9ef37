# SPDX-License-Identifier: GPL-2.0-or-later
"""A place for one rsmd: its state, its store and its virtual library, all in one directory."""
import collections
import os
import shutil
import signal
import socket
import subprocess
import time

import invariants

START_LIMIT, SCENARIO_LIMIT, STOP_LIMIT = 60, 180, 60
TICK = 0.002


class Wrong(Exception):
    pass


class Bench:
    def __init__(self, build, top):
        self.build, self.run = build, os.path.join(top, "r")
        self.library = os.path.join(self.run, "library")
        self.store = os.path.join(self.run, "rsm.db")
        self.socket = os.path.join(self.run, "sock")
        self.log = os.path.join(top, "log")
        self.copy = os.path.join(top, "copy")  # of the store
        self.daemon = None
        self.env = {k: v for k, v in os.environ.items() if k != "RSM_FAIL"}
        self.env["RSM_SERVER"] = f"unix:{self.socket}"
        os.makedirs(top, exist_ok=True)

    # ---- the directory ----

    def create(self):
        os.makedirs(self.run)
        self.vtl("create", self.library, "--slots", "8", "--drives", "2", "--mailslots", "2")
        for number in (1, 2, 3, 4):
            self.cartridge(f"AAA{number:03}L8", f"slots/{number:04}")
        self.configure()

    def configure(self, of_library=""):
        with open(os.path.join(self.run, "rsmd.conf"), "w") as conf:
            conf.write(f"[rsmd]\nstate = {self.run}\nstore = sqlite:{self.store}\nlisten = unix:{self.socket}\n"
                       f"[library lib]\nchanger = virtual:{self.library}\n{of_library}")

    def vtl(self, *args):
        subprocess.run([os.path.join(self.build, "device/vtl"), *args], check=True, stdout=subprocess.DEVNULL)

    def cartridge(self, barcode, place, *more):
        self.vtl("add", self.library, barcode, "--place", place, *more)

    def restore(self, template, of_library=""):
        shutil.rmtree(self.run, ignore_errors=True)
        shutil.copytree(template, self.run, symlinks=True)
        self.configure(of_library)
        if os.path.exists(self.log):
            os.truncate(self.log, 0)

    # ---- copies of the store: not of the mark beside it ----

    def store_files(self):
        return [f for f in (self.store, self.store + "-wal") if os.path.exists(f)]

    def copy_store(self):
        """Of a daemon that is dead; its log belongs to it."""
        shutil.rmtree(self.copy, ignore_errors=True)
        os.makedirs(self.copy)
        for f in self.store_files():
            shutil.copy(f, self.copy)

    def put_back(self):
        for f in self.store_files():
            os.unlink(f)
        for name in os.listdir(self.copy):
            shutil.copy(os.path.join(self.copy, name), self.run)

    def logged(self, text):
        with open(self.log, errors="replace") as log:
            return any(text in line for line in log)

    def write_store(self, sql):
        db = invariants.connect(self.store, "rw")
        with db:
            db.execute(sql)
        db.close()

    # ---- the daemon ----

    def start(self, fail=None):
        """False: the failure point has killed it before it listened."""
        env = dict(self.env, RSM_FAIL=fail) if fail else self.env
        with open(self.log, "a") as log:
            print(f"--- start, RSM_FAIL={fail}", file=log, flush=True)
            self.daemon = subprocess.Popen([os.path.join(self.build, "rsmd"), "--config",
                                            os.path.join(self.run, "rsmd.conf")], env=env, stderr=log, stdout=log)
        until = time.monotonic() + START_LIMIT
        while not self.listens():
            if self.daemon.poll() is not None:
                if fail and self.daemon.returncode == -signal.SIGKILL:
                    return False
                raise Wrong(f"rsmd ended at its start: {self.daemon.returncode}")
            if time.monotonic() > until:
                raise Wrong("rsmd doesn't listen")
            time.sleep(TICK)
        return True

    def listens(self):
        with socket.socket(socket.AF_UNIX) as s:
            try:
                s.connect(self.socket)
                return True
            except OSError:
                return False

    def stop(self):
        """Whether it was already dead of its failure point."""
        if self.daemon.poll() is None:
            self.daemon.send_signal(signal.SIGTERM)
        try:
            code = self.daemon.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired as e:
            raise Wrong("rsmd doesn't stop") from e
        if code not in (0, -signal.SIGKILL):
            raise Wrong(f"rsmd ended with {code}")
        return code != 0

    def kill(self):
        if self.daemon and self.daemon.poll() is None:
            self.daemon.kill()
            self.daemon.wait()

    def passages(self):
        """How often each failure point was passed, of a daemon started with RSM_FAIL=trace."""
        with open(self.log, errors="replace") as log:
            return collections.Counter(line.split()[1] for line in log if line.startswith("passed "))

    # ---- the scene ----

    def scenario(self, name, part="act"):
        return subprocess.run([os.path.join(self.build, "tests/crash/scenario"), part, name, self.library], env=self.env,
                              stdout=subprocess.PIPE, text=True, timeout=SCENARIO_LIMIT, check=False)

    def must(self, name, part="act"):
        done = self.scenario(name, part)
        if done.returncode:
            raise Wrong(f"{part} {name}: {done.stdout.strip()}")
        return done

    def check(self, settled=True):
        wrong = list(invariants.problems(self.store, self.library, settled))
        if wrong:
            raise Wrong("\n".join(wrong))
