#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The proof can fail: build OpenRSM with one defect after the other, and see that the tests catch each.
    tests/mutation/run.py [WORD ...]     only the defects whose names hold a WORD
Works on a copy of the tree; prints one line for each defect and ends with 'N passed, N failed'."""
import concurrent.futures, os, shutil, subprocess, sys, tempfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from mutants import MUTANTS

LIMIT = 600  # seconds; a test that doesn't end has noticed
JOBS = len(os.sched_getaffinity(0))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def run(*args, **kw):
    return subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **kw)


# a test is a program of tests/unit, or a scenario of tests/proof/kept: kept/NAME
def program(t):
    return "sim/rsm-sim" if t.startswith("kept/") else "tests/unit/%s_test" % t


def command(t, where):
    args = ["--check", "tests/proof/%s.ini" % t] if t.startswith("kept/") else []
    return [os.path.join(where, os.path.basename(program(t)) if where else "build/" + program(t)), *args]


def build(tree, tests):
    out = run("ninja", "-C", "build", *sorted({program(t) for t in tests}), cwd=tree)
    return None if out.returncode == 0 else out.stdout


def fails(tree, where, test):
    try:
        return run(*command(test, where), cwd=tree, timeout=LIMIT, env=dict(os.environ, RSM_SIM_DIR=tree + "/sim")).returncode != 0
    except subprocess.TimeoutExpired:
        return True


def missed_by(tree, tests, where=""):
    """where: a directory with their programs; those of the build."""
    return [t for t in tests if not fails(tree, where, t)]


def plant(tree, number, path, old, new, tests):
    """Builds the tests with the defect and puts them aside: the directory. Or why that can't be."""
    full = os.path.join(tree, path)
    with open(full) as f:
        text = f.read()
    if text.count(old) != 1:
        return None, "its text is %d times in %s, not once: bring the defect up to date" % (text.count(old), path)
    with open(full, "w") as f:
        f.write(text.replace(old, new))
    try:
        trouble = build(tree, tests)
    finally:
        with open(full, "w") as f:
            f.write(text)
    if trouble:
        return None, "doesn't build:\n" + trouble[-2000:]
    aside = os.path.join(tree, "defect-%d" % number)
    os.mkdir(aside)
    for t in tests:
        shutil.copy(os.path.join(tree, "build", program(t)), aside)
    return aside, None


def judge(tree, aside, tests):
    missed = missed_by(tree, tests, aside)
    shutil.rmtree(aside)
    return "NOT CAUGHT by " + ", ".join(missed) if missed else None


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
        failing = [] if trouble else sorted(set(tests) - set(missed_by(tree, tests)))
        if trouble or failing:
            print(trouble or "without any defect fail: " + ", ".join(failing))
            return 1
        # the next one is built while the tests of the last ones run
        with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
            judged = []
            for number, (name, path, old, new, of) in enumerate(wanted):
                aside, trouble = plant(tree, number, path, old, new, of)
                judged.append((name, of, pool.submit(judge, tree, aside, of) if aside else None, trouble))
            for name, of, job, trouble in judged:
                trouble = job.result() if job else trouble
                good += not trouble
                print("%s: %s: %s" % (("FAILED", name, trouble) if trouble else ("ok", name, "caught by " + ", ".join(of))), flush=True)
    finally:
        shutil.rmtree(tree)
    print("%d passed, %d failed" % (good, len(wanted) - good))
    return good != len(wanted)


sys.exit(main())
