#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The table from Python, without any binding: AES on the token DEMO, by dlsym and ctypes alone.

The places of functions are read from the header, where they stand in the order of the table.
"""
import ctypes
import os
import re
import sys

header = open(os.environ.get("PKCS11_LENS_H", "/usr/local/include/pkcs11-lens.h")).read()
body = re.search(r"struct p11l_function_list \{(.*?)\n\};", header, re.S).group(1)
place = {name: i for i, name in enumerate(re.findall(r"\(\*(\w+)\)\s*\(", body))}


class Head(ctypes.Structure):
    _fields_ = [("version", ctypes.c_ubyte * 2), ("size", ctypes.c_ulong)]


class Buffer(ctypes.Structure):
    _fields_ = [("p", ctypes.POINTER(ctypes.c_ubyte)), ("len", ctypes.c_ulong),
                ("cap", ctypes.c_ulong), ("flags", ctypes.c_uint)]


class OpenOptions(ctypes.Structure):
    _fields_ = [("size", ctypes.c_ulong), ("token", ctypes.c_char_p), ("serial", ctypes.c_char_p),
                ("uri", ctypes.c_char_p), ("slot_id", ctypes.c_void_p), ("pin", ctypes.c_char_p)]


class Mechanism(ctypes.Structure):
    _fields_ = [("type", ctypes.c_ulong), ("parameter", ctypes.c_void_p),
                ("size", ctypes.c_ulong), ("own", ctypes.c_ulong * 16)]


table = ctypes.c_void_p()
lens = ctypes.CDLL(os.environ["PKCS11_LENS"])
lens.P11L_GetFunctionList.restype = ctypes.c_ulong
assert lens.P11L_GetFunctionList(ctypes.byref(table)) == 0
first = table.value + ctypes.sizeof(Head)


def function(name, *types, result=ctypes.c_ulong):
    at = first + place[name] * ctypes.sizeof(ctypes.c_void_p)
    assert at < table.value + Head.from_address(table.value).size, name
    address = ctypes.c_void_p.from_address(at).value
    return ctypes.CFUNCTYPE(result, *types)(address)


def call(name, *arguments):
    if function(name, *[type(a) for a in arguments])(*arguments) != 0:
        sys.exit(function("error_text", result=ctypes.c_char_p)().decode())


def free(name, handle):
    function(name, ctypes.c_void_p, result=None)(handle)


pointer, number = ctypes.c_void_p, ctypes.c_ulong
module, session, key = pointer(), pointer(), pointer()
path = os.environ.get("PKCS11_MODULE")
call("load", ctypes.c_char_p(path.encode() if path else None), pointer(ctypes.addressof(module)))
options = OpenOptions(token=b"DEMO", pin=b"1234")
options.size = ctypes.sizeof(options)
call("open", module, pointer(ctypes.addressof(options)), pointer(ctypes.addressof(session)))
call("generate_key", session, number(0x1F), number(256), pointer(), pointer(ctypes.addressof(key)))

iv = ctypes.create_string_buffer(16)
call("random", session, pointer(ctypes.addressof(iv)), number(16))
mechanism = Mechanism(type=0x1085, parameter=ctypes.addressof(iv), size=16)
text = ctypes.create_string_buffer(b"INPUT DATA", 10)
ciphertext, plaintext = Buffer(), Buffer()
call("encrypt", key, pointer(ctypes.addressof(mechanism)), pointer(ctypes.addressof(text)),
     number(10), pointer(ctypes.addressof(ciphertext)))
call("decrypt", key, pointer(ctypes.addressof(mechanism)),
     ctypes.cast(ciphertext.p, pointer), number(ciphertext.len),
     pointer(ctypes.addressof(plaintext)))
assert bytes(plaintext.p[:plaintext.len]) == b"INPUT DATA"
print("ciphertext:", bytes(ciphertext.p[:ciphertext.len]).hex())

for buffer in (ciphertext, plaintext):
    free("buffer_free", ctypes.addressof(buffer))
free("object_free", key)
free("close", session)
free("module_free", module)
