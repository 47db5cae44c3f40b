# SPDX-License-Identifier: MIT
"""usage: pykcs11.py MODULE PIN TEXT SIGNATURE"""
import sys

import PyKCS11
from PyKCS11.LowLevel import CKA_CLASS, CKA_LABEL, CKM_AES_CBC_PAD, CKO_PRIVATE_KEY, CKO_PUBLIC_KEY

module, pin, text_name, signature_name = sys.argv[1:]
lib = PyKCS11.PyKCS11Lib()
lib.load(module)
slot = lib.getSlotList(tokenPresent=True)[0]
print(lib.getTokenInfo(slot).label.strip(), len(lib.getMechanismList(slot)), "mechanisms")

session = lib.openSession(slot, PyKCS11.CKF_SERIAL_SESSION | PyKCS11.CKF_RW_SESSION)
session.login(pin)
private = session.findObjects([(CKA_CLASS, CKO_PRIVATE_KEY), (CKA_LABEL, "rsa1")])[0]
public = session.findObjects([(CKA_CLASS, CKO_PUBLIC_KEY), (CKA_LABEL, "rsa1")])[0]
with open(text_name, "rb") as file:
    text = file.read()
how = PyKCS11.Mechanism(PyKCS11.CKM_SHA256_RSA_PKCS)
signature = session.sign(private, text, how)
with open(signature_name, "wb") as file:
    file.write(bytes(signature))
print("verified", session.verify(public, text, signature, how))

key = session.generateKey([(PyKCS11.CKA_CLASS, PyKCS11.CKO_SECRET_KEY), (PyKCS11.CKA_VALUE_LEN, 32),
                           (PyKCS11.CKA_ENCRYPT, True), (PyKCS11.CKA_DECRYPT, True)])
cbc = PyKCS11.Mechanism(CKM_AES_CBC_PAD, bytes(16))
print("decrypted", bytes(session.decrypt(key, session.encrypt(key, text, cbc), cbc)) == text)
session.logout()
session.closeSession()
