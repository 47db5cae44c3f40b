# SPDX-License-Identifier: MIT
"""Gives OpenVPN a password. usage: openvpn.py SOCKET NAME PASSWORD"""
import socket
import sys

name, password = sys.argv[2:]
with socket.socket(socket.AF_UNIX) as management:
    management.settimeout(10)
    management.connect(sys.argv[1])
    lines = management.makefile("rw", encoding="utf-8", newline="\n")
    for line in lines:
        if line.startswith(">PASSWORD:Need '" + name + "'"):
            lines.write(f'password "{name}" "{password}"\n')
            lines.flush()
        if line.startswith("SUCCESS: '" + name + "'"):
            print(line.strip())
            sys.exit(0)
sys.exit(1)
