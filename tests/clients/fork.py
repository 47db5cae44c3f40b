# SPDX-License-Identifier: MIT
"""A child of a fork initialises the module again and signs. usage: fork.py MODULE PIN"""
import os
import sys

import PyKCS11
from PyKCS11 import CKA_CLASS, CKA_KEY_TYPE, CKA_LABEL, CKO_PRIVATE_KEY

module, pin = sys.argv[1:]
lib = PyKCS11.PyKCS11Lib()
lib.load(module)


def find(label):
    session = lib.openSession(lib.getSlotList(tokenPresent=True)[0])
    try:
        session.login(pin)
    except PyKCS11.PyKCS11Error as error:
        if error.value != PyKCS11.CKR_USER_ALREADY_LOGGED_IN:  # the parent's login came over
            raise
    return session, session.findObjects([(CKA_CLASS, CKO_PRIVATE_KEY), (CKA_LABEL, label)])[0]


def child():
    lib.lib.C_Initialize()
    session, key = find("ec1")
    signature = session.sign(key, bytes(32), PyKCS11.Mechanism(PyKCS11.CKM_ECDSA))
    print("the child has signed", len(signature), "octets", flush=True)


parent, rsa = find("rsa1")
parent.getAttributeValue(rsa, [CKA_KEY_TYPE])
if os.fork() == 0:
    child()
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
