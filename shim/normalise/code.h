/* SPDX-License-Identifier: MIT */
/* Layer "code": what its hooks tell of a call that the vendor has answered. */
#ifndef P11L_CODE_H
#define P11L_CODE_H

#include "layer.h"

/* What is known of a call that failed. */
struct p11l_code_call {
	unsigned function;
	p11l_below *below;
	CK_SESSION_HANDLE session;
	const CK_MECHANISM *mechanism;
	CK_OBJECT_HANDLE key;
	const CK_ATTRIBUTE *template; /* that of the public key in C_GenerateKeyPair */
	CK_ULONG count;
	CK_ULONG size; /* of the data or the signature */
	CK_USER_TYPE user;
};

/* The code that the host gets for a call that ended with rv, which may be CKR_OK. */
CK_RV p11l_code_failed(const struct p11l_code_call *call, CK_RV rv);

#endif
