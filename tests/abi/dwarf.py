# SPDX-License-Identifier: LGPL-2.1-or-later
"""Types as a compiler laid them out, read from the DWARF of an object file through objdump.

Reading what the compiler itself says, instead of a list of fields kept here, means that no field can be forgotten:
whatever a structure holds is in the comparison, and an unknown kind of type is an error."""
import os
import re
import subprocess

DIE = re.compile(r"^ <([0-9a-f]+)><([0-9a-f]+)>: Abbrev Number: (\d+)(?: \(DW_TAG_(\w+)\))?")
ATTR = re.compile(r"^\s+<[0-9a-f]+>\s+DW_AT_(\w+)\s*: (.*)$")
FILE = re.compile(r"^\s+(\d+)\t\d+\t\d+\t\d+\t(.+)$")


class Die:
    def __init__(self, tag):
        self.tag, self.attr, self.children = tag, {}, []

    def name(self):
        text = self.attr.get("name")
        return text and re.sub(r"^\(.*?\): ", "", text).strip()

    def number(self, key):
        return int(self.attr[key].split()[0], 0)


class Types:
    """All types of one compilation."""

    def __init__(self, objdump, path):
        run = lambda what: subprocess.run([objdump, "--dwarf=" + what, path], check=True, capture_output=True,
                                          text=True).stdout
        self.files = {int(m[1]): os.path.basename(m[2]) for m in map(FILE.match, run("rawline").splitlines()) if m}
        self.dies, stack = {}, []
        for line in run("info").splitlines():
            if m := DIE.match(line):
                depth = int(m[1], 16)
                del stack[depth:]
                if not m[4]:
                    continue
                die = self.dies[m[2]] = Die(m[4])
                if stack:
                    stack[-1].children.append(die)
                stack.append(die)
            elif (m := ATTR.match(line)) and stack:
                stack[-1].attr[m[1]] = m[2]

    def file(self, die):
        return self.files.get(die.number("decl_file")) if "decl_file" in die.attr else None

    def named(self, files=None):
        """{(kind, name): die} of the structures, unions, enumerations and typedefs declared in these files."""
        kinds = {"structure_type": "struct", "union_type": "union", "enumeration_type": "enum", "typedef": "typedef"}
        return {(kinds[d.tag], d.name()): d for d in self.dies.values()
                if d.tag in kinds and d.name() and "declaration" not in d.attr
                and (files is None or self.file(d) in files)}

    def type_of(self, die):
        ref = die.attr.get("type")
        return self.dies[ref.strip("<>").removeprefix("0x")] if ref else None

    def shape(self, die, deep=True):
        """What matters of a type: two types of the same shape can't be told apart by a program that was compiled."""
        if die is None:
            return "void"
        tag = die.tag
        if tag == "typedef":
            return self.shape(self.type_of(die), deep)
        if tag in ("const_type", "volatile_type"):
            return (tag[:-5], self.shape(self.type_of(die), deep))
        if tag == "base_type":
            kind = {4: "float", 5: "signed", 6: "signed", 7: "unsigned", 8: "unsigned", 16: "unsigned"}
            return (kind[die.number("encoding")], die.number("byte_size"))
        if tag == "pointer_type":
            return ("pointer", die.number("byte_size"), self.shape(self.type_of(die), deep=False))
        if tag == "array_type":
            bounds = tuple(c.number("upper_bound") + 1 for c in die.children if c.tag == "subrange_type")
            return ("array", bounds, self.shape(self.type_of(die), deep))
        if tag == "subroutine_type":
            return ("function", self.shape(self.type_of(die), False),
                    tuple(self.shape(self.type_of(c), False) for c in die.children))
        if tag == "enumeration_type":
            return ("enum", die.number("byte_size"),
                    tuple(sorted((c.name(), c.number("const_value")) for c in die.children)))
        if tag in ("structure_type", "union_type"):
            if not deep:
                return (tag, die.name())
            return (tag, die.number("byte_size"),
                    tuple((c.name(), c.number("data_member_location") if "data_member_location" in c.attr else 0,
                           self.shape(self.type_of(c))) for c in die.children if c.tag == "member"))
        raise ValueError(f"a kind of type that this test can't read: {tag} {die.name()}")
