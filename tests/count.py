# SPDX-License-Identifier: GPL-2.0-or-later
# Counts the test cases of meson's last run: those inside a program as it reported them, and a program that died before
# it could report as one that failed. The exit status says whether all passed. What failed is told last, with the end of what it
# printed: of a long run often nothing else is kept.
import json
import pathlib
import sys
import xml.etree.ElementTree as tree

TAIL = 60  # lines

logs = pathlib.Path(sys.argv[1])
passed = failed = skipped = 0
bad = set()

junit = logs / "testlog.junit.xml"
for case in tree.parse(junit).iter("testcase") if junit.exists() else ():
    if case.find("failure") is not None or case.find("error") is not None:
        failed += 1
        bad |= {case.get("classname"), case.get("name")}
    elif case.find("skipped") is not None:
        skipped += 1
    else:
        passed += 1

log = logs / "testlog.json"
for line in log.read_text().splitlines() if log.exists() else ():
    test = json.loads(line)
    if test["result"] in ("FAIL", "ERROR", "TIMEOUT", "INTERRUPT", "UNEXPECTEDPASS"):
        print("failed:", test["name"])
        for line in (test.get("stdout", "") + test.get("stderr", "")).splitlines()[-TAIL:]:
            print("  |", line)
        # junit calls the program by its own name, or, of a program with test cases inside, "project.name"
        failed += not bad & {test["name"], test["name"].split(":")[0] + "." + test["name"]}

if skipped:
    print(skipped, "skipped")
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0 or passed == 0)
