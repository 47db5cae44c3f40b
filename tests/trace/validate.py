#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks lines of JSON against the schema of the trace.

usage: validate.py SCHEMA [--refuse] FILE...

With --refuse each line must be wrong. Ends with 0 when all lines are as they should be; otherwise
says what is wrong with the first few that are not.
"""
import json
import sys

import jsonschema

MOST = 5  # mistakes that are told


def unique(pairs):
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return dict(pairs)


def mistake(validator, line):
    """What is wrong with a line; None when nothing is."""
    try:
        value = json.loads(line.decode("utf-8"), object_pairs_hook=unique)
    except ValueError as error:
        return str(error)
    error = jsonschema.exceptions.best_match(validator.iter_errors(value))
    return None if error is None else f"{error.message[:200]} at {list(error.absolute_path)}"


def main():
    names = sys.argv[2:]
    refuse = names[:1] == ["--refuse"]
    names = names[1:] if refuse else names
    with open(sys.argv[1], "rb") as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    lines = wrong = 0
    for name in names:
        with open(name, "rb") as file:
            for number, line in enumerate(file, 1):
                lines += 1
                what = mistake(validator, line)
                if (what is None) == refuse:
                    wrong += 1
                    if wrong <= MOST:
                        print(f"{name}:{number}: {what or 'should be refused'}")
    print(f"{lines} lines, {wrong} wrong")
    return 0 if lines > 0 and wrong == 0 else 1


sys.exit(main())
