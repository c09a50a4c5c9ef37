#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Links every name that the Windows library exports against ours, and looks at what else ours exports.

  symbols.py LIBRARY INCLUDE_DIR

The names come from mingw's import library, so the list can't be incomplete."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

OURS = {"GetLastError", "SetLastError"}  # Windows has them in kernel32


def run(*command, **kwargs):
    return subprocess.run(command, check=True, capture_output=True, text=True, **kwargs).stdout


def declared(header, include):
    """Functions that one of our headers declares."""
    with tempfile.NamedTemporaryFile() as aux:
        run("gcc", "-I" + include, "-fsyntax-only", "-aux-info", aux.name, "-x", "c", "-",
            input=f"#include <{header}>\n")
        with open(aux.name) as file:
            found = re.findall(r"^/\* (\S+):\d+:NC \*/ extern .*?(\w+) \(", file.read(), re.M)
    return {name for path, name in found if os.path.basename(path) == header}


def main():
    library, include = sys.argv[1:]
    mingw = "x86_64-w64-mingw32-"
    if not shutil.which(mingw + "gcc"):
        print("mingw's gcc isn't installed: ./setup")
        return 77
    archive = run(mingw + "gcc", "-print-file-name=libntmsapi.a").strip()
    windows = set(re.findall(r" T (\w+)$", run(mingw + "nm", archive), re.M))
    extensions = declared("rsmext.h", include)
    wanted = windows | extensions | OURS
    exported = dict(re.findall(r" [TW] (\w+)@@(\w+)$", run("nm", "-D", "--defined-only", library), re.M))
    bad = [f"{name}: not exported with a version" for name in sorted(wanted - set(exported))]
    bad += [f"{name}: exported, but no part of the API" for name in sorted(set(exported) - wanted)]
    bad += [f"{name}: declared nowhere" for name in sorted(windows - declared("ntmsapi.h", include))]
    print(f"{len(windows)} names of Windows, {len(extensions)} of rsmext.h")
    if len(windows) != 75:
        bad.append("the import library has other names than ever")
    with tempfile.TemporaryDirectory() as directory:
        program = "#include <rsmext.h>\n#include <stdio.h>\nvoid *volatile f[] = {" + "".join(
            f"(void *){name}," for name in sorted(wanted)) + "};\nint main(void) { for (unsigned i = 0; i < sizeof f / " \
            "sizeof *f; i++) if (!f[i]) return 1; return puts(\"linked\") < 0; }\n"
        path = os.path.join(directory, "all")
        run("gcc", "-I" + include, "-o", path, "-x", "c", "-", "-x", "none", library,
            "-Wl,-rpath," + os.path.dirname(os.path.abspath(library)), input=program)
        print(run(path).strip())
    print("\n".join(bad) or "as it should be")
    return bool(bad)


sys.exit(main())
