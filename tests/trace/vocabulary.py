#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares XML traces with the representation that the OASIS profiles define.

usage: vocabulary.py VOCABULARY [--all] FILE...

Each call is followed by its return, there are no attributes but the standard's, and calls look as
those of the OASIS test cases do. With --all everything that the vocabulary does not mark with "?"
must occur in the files. Says what is wrong, and ends with 0 when nothing is.
"""
import sys
import xml.etree.ElementTree as ElementTree

ATTRIBUTES = {"type", "value", "length", "rv", "major", "minor"}


def read_vocabulary(name):
    """Paths that may occur, and those of them that must."""
    may, must = set(), set()
    with open(name, encoding="utf-8") as file:
        for line in file:
            path = line.strip()
            if path == "" or path.startswith("#"):
                continue
            may.add(path.lstrip("?+"))
            if path[0] not in "?+":
                must.add(path)
    return may, must


def paths(element, path):
    """The path of an element with its attributes, and those of what is inside."""
    attributes = sorted(name for name in element.attrib if name != "rv")
    yield " ".join([path] + attributes)
    for child in element:
        yield from paths(child, f"{path}/{child.tag}")


def function(path):
    return path.split("/")[0].split(" ")[0].rstrip("=")


def check_pairs(root):
    elements = list(root)
    for call, back in zip(elements[::2], elements[1::2]):
        if "rv" in call.attrib or "rv" not in back.attrib or call.tag != back.tag:
            yield f"{call.tag} is not followed by its return"
            return
    if len(elements) % 2 != 0:
        yield "the last call has no return"


def check_attributes(root):
    for element in root.iter():
        for name in set(element.attrib) - ATTRIBUTES:
            yield f"{element.tag} has an attribute {name}"


def main():
    names = sys.argv[2:]
    whole = names[:1] == ["--all"]
    names = names[1:] if whole else names
    may, must = read_vocabulary(sys.argv[1])
    known = {function(path) for path in may}
    mistakes, seen = [], set()
    for name in names:
        root = ElementTree.parse(name).getroot()
        if root.tag != "PKCS11":
            mistakes.append(f"{name}: the root is {root.tag}")
        mistakes += [f"{name}: {what}" for what in check_pairs(root)]
        mistakes += [f"{name}: {what}" for what in check_attributes(root)]
        for call in root:
            seen.update(paths(call, call.tag + ("=" if "rv" in call.attrib else "")))
    mistakes += [f"not in the test cases: {path}" for path in sorted(seen - may)
                 if function(path) in known]
    if whole:
        mistakes += [f"does not occur: {path}" for path in sorted(must - seen)]
    print("\n".join(mistakes[:20]))
    return 1 if mistakes else 0


sys.exit(main())
