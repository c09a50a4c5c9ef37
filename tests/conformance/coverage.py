# SPDX-License-Identifier: GPL-2.0-or-later
# coverage.py OUTCOMES UNREACHABLE MARKS SOURCE...: every row of outcomes.tsv of a function that has a test here was either
# proven in this run (the test programs note it in MARKS), or is listed in unreachable.tsv with the reason; and no row is both.
# What a test had to skip (no root, a sanitizer) is reported and let pass.
import csv
import pathlib
import sys

outcomes, unreachable, marks = map(pathlib.Path, sys.argv[1:4])
functions = {f for f in (name.removesuffix("_test.c") for name in sys.argv[4:]) if f[0].isupper()}


def rows(path):
    return csv.DictReader(path.open(), delimiter="\t", quoting=csv.QUOTE_NONE)


def logical(function):
    return function if function in functions else function[:-1] if function[:-1] in functions else function


proven, skipped = set(), {}
for file in marks.glob("*.marks"):
    for line in file.read_text().splitlines():
        what, function, outcome, rest = line.split("\t")
        if what == "proven":
            proven.add((logical(function), outcome))
        else:
            skipped[logical(function), outcome] = rest

missing = [f for f in functions if not (marks / f"{f}.marks").exists()]
if missing:
    sys.exit("not run: " + ", ".join(sorted(missing)) + " (run the whole suite conformance)")

excused = {(r["function"], r["outcome"]): r["reason"] for r in rows(unreachable)}
table = {(r["function"], r["outcome"]) for r in rows(outcomes) if r["function"] in functions}
bad = 0


def check(name, keys):
    global bad
    for function, outcome in sorted(keys):
        bad += 1
        print(f"not ok {bad} - {name}: {function} {outcome}")


check("neither proven nor excused", table - proven - set(excused) - set(skipped))
check("excused though proven", set(excused) & proven)
check("excused, but in no table", set(excused) - table)
check("excused without a reason", {k for k, reason in excused.items() if not reason.strip()})
for key in sorted(set(skipped) - proven):
    print("# skipped:", *key, "-", skipped[key])
print(f"# {len(table & proven)} of {len(table)} rows of {len(functions)} functions proven, {len(excused)} unreachable")
if not bad:
    print("ok 1 - every outcome is proven or excused")
    bad = 0
print(f"1..{max(bad, 1)}")
sys.exit(bad > 0)
