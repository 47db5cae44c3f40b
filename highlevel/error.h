/* SPDX-License-Identifier: MIT */
/*
 * Why the last high-level function of a thread failed. Such a function returns a CK_RV and, when
 * that is not CKR_OK, leaves a record behind: one for each thread, no queue, nothing printed.
 */
#ifndef P11L_ERROR_H
#define P11L_ERROR_H

#include "cryptoki.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Return codes of our own, in the range that the standard leaves to vendors (PKCS #11, "General
 * data types", CKR_VENDOR_DEFINED): the letters P1L and a number.
 */
#define P11L_CKR_BASE        0xd0314c00UL
#define P11L_CKR_MALFORMED   (P11L_CKR_BASE + 1) /* not the DER or PEM that it should be */
#define P11L_CKR_UNSUPPORTED (P11L_CKR_BASE + 2) /* well formed, but of a kind not supported */
#define P11L_CKR_ENCRYPTED   (P11L_CKR_BASE + 3) /* encrypted under a passphrase */

#define P11L_NO_OFFSET (~(CK_ULONG)0)

struct p11l_error {
	CK_RV rv;        /* CKR_OK: nothing failed */
	CK_ULONG offset; /* octets from the start of the DER or text, or P11L_NO_OFFSET */
	char field[96];  /* "RSAPrivateKey.modulus", "CKA_PRIME"; "" when it is about no field */
	char text[256];  /* one line for people: field, offset, and what is wrong */
};

/*
 * The record of the calling thread, never NULL. The next high-level function that this thread
 * calls overwrites it, but those of buffers and attribute arrays only when they fail. Copy the
 * struct to keep it.
 */
const struct p11l_error *p11l_last_error(void);

#ifdef __cplusplus
}
#endif

#endif
