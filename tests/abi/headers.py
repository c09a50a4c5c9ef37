#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares our headers with those of Windows as Debian's mingw-w64 packages have them.

  headers.py INCLUDE_DIR

Each type, enumerator, constant, alias and prototype of their ntmsapi.h and ntmsmli.h must exist in ours with the same
size, offsets, values and parameters; and what ours define beyond (base types, security structures, error codes, codes
of storage drivers) must be what <windows.h> and <winioctl.h> say. Ours are compiled with gcc, with and without UNICODE
and -fshort-wchar, and once with mingw's gcc."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

from dwarf import Types

OURS = ("ntmsapi.h", "ntmsmli.h", "ntmstypes.h", "ntmsmedia.h")
DECLARE = OURS + ("ntmsapi_aw.h",)
# Ours alone, with the reason.
NOT_THEIRS = {
    "NTMSAPI_H", "NTMSMLI_H", "NTMSTYPES_H", "NTMSMEDIA_H",  # include guards
    "NTMS_AW_", "NTMS_WIDE_", "NTMS_SHORT_WCHAR",  # how the A and W names are made
    "DoEjectFromSADriveW",  # their library exports it, their header forgot it
}
# Theirs alone, with the reason.
NOT_OURS = {
    "_INCL_NTMSAPI_H_", "_INCL_NTMSMLI_H_",  # include guards
    "GetNtmsDeviceName",  # an alias of functions that nobody declares or exports
}
# Constants that aren't integers; both sides must expand to the same value in C, see pointer_constants.
POINTERS = {"INVALID_HANDLE_VALUE"}
# Macros that are syntax: nothing to compare but that they are there.
SYNTAX = {"WINAPI", "CALLBACK", "CONST", "VOID", "TEXT", "NTMS_NULLGUID", "NTMS_IS_NULLGUID"}

failures = []


def fail(text):
    failures.append(text)


def differ(label, a, b):
    """Fails with the innermost difference between two shapes."""
    if a == b:
        return
    if isinstance(a, tuple) and isinstance(b, tuple):
        if len(a) == len(b):
            for x, y in zip(a, b):
                differ(f"{label}.{x[0]}" if isinstance(x, tuple) and isinstance(x[0], str) else label, x, y)
            return
        only = [x for x in a if x not in b], [y for y in b if y not in a]
        return fail(f"{label}: only ours {only[0]}, only theirs {only[1]}")
    fail(f"{label}: ours {a}, theirs {b}")


class Side:
    """One set of headers, after those they build on (base), under one compiler with one set of flags."""

    def __init__(self, name, compiler, prefix, flags, base, headers, directory):
        # lean: the rest of <windows.h> takes longest to read and isn't compared
        self.name, self.flags, self.dir = name, [compiler, "-DWIN32_LEAN_AND_MEAN", *flags], directory
        self.objdump = prefix + "objdump"
        self.text = "".join(f"#include <{h}>\n" for h in headers)
        self.macros = self.defines(self.text)
        self.base = set(self.defines("".join(f"#include <{h}>\n" for h in base)))
        aux = os.path.join(directory, "aux")
        self.cc(self.text, "-fsyntax-only", "-aux-info", aux)
        with open(aux) as file:
            found = re.findall(r"^/\* (\S+):\d+:NC \*/ extern .*?\(?(\w+)\)? \(", file.read(), re.M)
        self.functions = {f for path, f in found if os.path.basename(path) in DECLARE}
        prototypes = "".join(f"typedef __typeof__({f}) prototype_{f};\n" for f in sorted(self.functions))
        self.types = self.compile(self.text + prototypes, ["-fno-eliminate-unused-debug-types"])
        self.named = self.types.named()

    def cc(self, text, *args):
        done = subprocess.run([*self.flags, "-x", "c", *args, "-"], input=text, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{self.name}: {done.stderr}")
        return done.stdout

    def compile(self, text, more=()):
        path = os.path.join(self.dir, "t.o")
        self.cc(text, "-c", "-g", "-gdwarf-4", "-o", path, *more)
        return Types(self.objdump, path)

    def defines(self, text):
        out = {}
        for line in self.cc(text, "-E", "-dM").splitlines():
            m = re.match(r"#define (\w+)(\([^)]*\))? ?(.*)", line)
            out[m[1]] = (m[2], m[3])
        return out

    def expand(self, names):
        """{name: what the preprocessor makes of it}"""
        text = self.text + "".join(f"@@ {i} {n}\n" for i, n in enumerate(names))
        lines = re.findall(r"^@@ (\d+) (.*)$", self.cc(text, "-E", "-P"), re.M)
        return {names[int(i)]: re.sub(r"\s", "", body) for i, body in lines}

    def values(self, names):
        """{name: number} of integer constants; any that isn't one is a compiler's error."""
        text = self.text + "enum values_ {" + "".join(f"value_{n} = (long long)({n})," for n in names) + "} used_;"
        die = self.compile(text).named()["enum", "values_"]
        return {c.name().removeprefix("value_"): c.number("const_value") for c in die.children}


def compare_types(ours, theirs):
    all_ours, all_theirs = ours.named, theirs.named
    wanted = {k: (k in all_ours) for k in theirs.types.named(DECLARE)} | {
        k: (k in all_theirs) for k in ours.types.named(DECLARE)}
    fields = 0
    for key, there in sorted(wanted.items()):
        label = f"{key[0]} {key[1]}"
        if key[1] in NOT_THEIRS | NOT_OURS:
            continue
        if not there or key not in all_theirs:
            fail(f"{ours.name}: {label}: not in {'theirs' if key in all_ours else 'ours'}")
            continue
        a, b = ours.types.shape(all_ours[key]), theirs.types.shape(all_theirs[key])
        fields += len(a[2]) if a[0] in ("structure_type", "union_type", "enum") else 1
        differ(f"{ours.name}: {label}", a, b)
    return len(wanted), fields


def compare_functions(ours, theirs):
    for name in sorted(ours.functions ^ theirs.functions):
        if name not in NOT_THEIRS | {"GetLastError", "SetLastError"}:
            fail(f"{ours.name}: function {name}: only in {'ours' if name in ours.functions else 'theirs'}")
    for name in sorted(ours.functions & theirs.functions):
        key = ("typedef", "prototype_" + name)
        differ(f"{ours.name}: {name}", ours.types.shape(ours.named[key]), theirs.types.shape(theirs.named[key]))
    return len(ours.functions & theirs.functions)


def compare_macros(ours, theirs):
    names = []
    added = set(ours.macros) - ours.base | set(theirs.macros) - theirs.base
    for name in sorted(added - NOT_THEIRS - NOT_OURS):
        if name not in ours.macros or name not in theirs.macros:
            if ("typedef", name) not in (theirs if name in ours.macros else ours).named:
                fail(f"{ours.name}: macro {name}: not in {'theirs' if name in ours.macros else 'ours'}")
        elif name not in SYNTAX | POINTERS:
            names.append(name)
    a, b = ours.expand(names), theirs.expand(names)
    alias = {n for n in names if a[n] == b[n] and re.fullmatch(r"_?[A-Za-z]\w*", a[n])}
    numbers = [n for n in names if n not in alias]
    x, y = ours.values(numbers), theirs.values(numbers)
    for name in numbers:
        if x[name] != y[name]:
            fail(f"{ours.name}: {name} is {x[name]}, theirs {y[name]}")
    return len(numbers), len(alias)


def pointer_constants(sides):
    for side in sides:
        side.cc(side.text + "".join(f"int f_{n}(void) {{ return {n} == (void *)-1LL; }}" for n in POINTERS),
                "-O2", "-S", "-o", os.path.join(side.dir, "p.s"))
        with open(os.path.join(side.dir, "p.s")) as file:
            if file.read().count("movl\t$1, %eax") != len(POINTERS):
                fail(f"{side.name}: {POINTERS} aren't (HANDLE)-1")


def main():
    include = sys.argv[1]
    mingw = "x86_64-w64-mingw32-"
    if not shutil.which(mingw + "gcc"):
        print("mingw's gcc isn't installed: ./setup")
        return 77
    system = ["stddef.h", "stdint.h", "uchar.h"]
    for unicode in ([], ["-DUNICODE", "-D_UNICODE"]):
        with tempfile.TemporaryDirectory() as directory:
            windows = ["windows.h", "winioctl.h"]
            theirs = Side("mingw", mingw + "gcc", mingw, unicode, windows, windows + ["ntmsapi.h", "ntmsmli.h"],
                          directory)
            variants = [Side(" ".join(["gcc", *unicode, *wide]), "gcc", "", ["-I" + include, *unicode, *wide], system,
                             OURS, directory) for wide in ([], ["-fshort-wchar"])]
            if not unicode:
                variants.append(Side("ours with mingw", mingw + "gcc", mingw, ["-I" + include], windows, OURS, directory))
            for ours in variants:
                types, members = compare_types(ours, theirs)
                functions = compare_functions(ours, theirs)
                numbers, aliases = compare_macros(ours, theirs)
                print(f"{ours.name}: {types} types with {members} members, {functions} functions, {numbers} constants, "
                      f"{aliases} aliases compared")
                if functions < 74 or types < 100 or numbers < 20 or aliases < 30:
                    fail(f"{ours.name}: too little was compared")
            pointer_constants(variants[:2] + [theirs])
    print("\n".join(failures) or "no difference")
    return bool(failures)


sys.exit(main())
