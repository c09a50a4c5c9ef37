#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The proof can fail: build OpenRSM with one defect after the other, and see that a test catches each.
    tests/mutation/run.py [WORD ...]     only the defects whose names hold a WORD
Works on a copy of the tree; prints one line for each defect and ends with 'N passed, N failed'."""
import os, shutil, subprocess, sys, tempfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from mutants import MUTANTS

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def run(*args, **kw):
    return subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **kw)


# a test is a program of tests/unit, or a scenario of tests/proof/kept: kept/NAME
def program(t):
    return "sim/rsm-sim" if t.startswith("kept/") else "tests/unit/%s_test" % t


def command(t):
    args = ["--check", "tests/proof/%s.ini" % t] if t.startswith("kept/") else []
    return ["build/" + program(t), *args]


def build(tree, tests):
    out = run("ninja", "-C", "build", *sorted({program(t) for t in tests}), cwd=tree)
    return None if out.returncode == 0 else out.stdout


def caught_by(tree, tests):
    for t in tests:
        try:
            if run(*command(t), cwd=tree, timeout=300, env=dict(os.environ, RSM_SIM_DIR=tree + "/sim")).returncode:
                return t
        except subprocess.TimeoutExpired:
            return t + " (it never ends)"
    return None


def try_one(tree, name, path, old, new, tests):
    full = os.path.join(tree, path)
    with open(full) as f:
        text = f.read()
    if text.count(old) != 1:
        return False, "its text is %d times in %s, not once: bring the defect up to date" % (text.count(old), path)
    with open(full, "w") as f:
        f.write(text.replace(old, new))
    try:
        trouble = build(tree, tests)
        if trouble:
            return False, "doesn't build:\n" + trouble[-2000:]
        by = caught_by(tree, tests)
        return (True, "caught by " + by) if by else (False, "NOT CAUGHT by " + ", ".join(tests))
    finally:
        with open(full, "w") as f:
            f.write(text)


def main():
    wanted = [m for m in MUTANTS if not sys.argv[1:] or any(w in m[0] for w in sys.argv[1:])]
    tree = tempfile.mkdtemp(prefix="rsm-mutation.")
    good = 0
    try:
        files = run("git", "-C", ROOT, "ls-files", "-z").stdout.split("\0")
        for f in filter(None, files):
            os.makedirs(os.path.dirname(os.path.join(tree, f)), exist_ok=True)
            shutil.copy(os.path.join(ROOT, f), os.path.join(tree, f), follow_symlinks=False)
        # a defect may leave something unused; that isn't what is asked here
        run("meson", "setup", "build", "-Dwerror=false", cwd=tree)
        tests = sorted({t for m in wanted for t in m[4]})
        trouble = build(tree, tests)
        if trouble or caught_by(tree, tests):
            print(trouble or "the tests fail without any defect")
            return 1
        for name, *rest in wanted:
            ok, what = try_one(tree, name, *rest)
            good += ok
            print("%s: %s: %s" % ("ok" if ok else "FAILED", name, what), flush=True)
    finally:
        shutil.rmtree(tree)
    print("%d passed, %d failed" % (good, len(wanted) - good))
    return good != len(wanted)


sys.exit(main())
