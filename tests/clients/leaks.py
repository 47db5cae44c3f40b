#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Looks for secrets in traces.

usage: leaks.py SECRETS TRACE...

Each line of SECRETS is a name and octets in hexadecimal. Ends with 1 when six octets of the begin,
the middle or the end of one stand in a trace, in any of the forms in which octets are written.
"""
import base64
import json
import sys

PART = 6  # octets that are taken for a leak
SPELT = ("%02x", "%02x ", "%02x:", "\\x%02x", "\\u%04x", "%%%02x", "0x%02x, ", "0x%02x,", "%d,", "%d, ")


def forms(part):
    yield part
    yield json.dumps(part.decode("latin-1"))[1:-1].encode()
    for form in SPELT:
        text = "".join(form % octet for octet in part)
        yield text.encode()
        yield text.upper().encode()


def in_base64(octets):
    """Twelve octets, so that chance does not find them, at each of the three alignments."""
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + octets[:12])
        yield text[4:-4] if shift else text[:-4]


def parts(octets):
    middle = len(octets) // 2
    return octets[:PART], octets[middle:middle + PART], octets[-PART:]


def leaked(octets, trace):
    looked_for = [form for part in parts(octets) for form in forms(part)]
    return any(form in trace for form in looked_for + list(in_base64(octets)))


def main():
    trace = b"".join(open(name, "rb").read() for name in sys.argv[2:])
    secrets = [line.split() for line in open(sys.argv[1], encoding="ascii")]
    found = [name for name, octets in secrets if leaked(bytes.fromhex(octets), trace)]
    for name in found:
        print("in the trace:", name)
    return 1 if found or not secrets or not trace else 0


sys.exit(main())
