/* SPDX-License-Identifier: MIT */
/*
 * The one place where the sources obtain the Cryptoki declarations: our own pkcs11.h, or, with
 * "make CRYPTOKI_DIR=/dir", a genuine OASIS-style 3.2 pkcs11.h found in that directory.
 */
#ifndef P11L_CRYPTOKI_H
#define P11L_CRYPTOKI_H

#ifdef P11L_FOREIGN_CRYPTOKI
#define CK_PTR                                        *
#define CK_DECLARE_FUNCTION(returnType, name)         returnType name
#define CK_DECLARE_FUNCTION_POINTER(returnType, name) returnType(CK_PTR name)
#define CK_CALLBACK_FUNCTION(returnType, name)        returnType(CK_PTR name)
#define PKCS11_DEPRECATED
#endif
#include <pkcs11.h>
#ifndef NULL_PTR
#define NULL_PTR 0
#endif

#if !defined(CRYPTOKI_VERSION_MAJOR) || CRYPTOKI_VERSION_MAJOR < 3 || \
        (CRYPTOKI_VERSION_MAJOR == 3 && CRYPTOKI_VERSION_MINOR < 2)
#error "pkcs11-lens needs a Cryptoki header of version 3.2 or later"
#endif

#endif
