/* SPDX-License-Identifier: MIT */
/* The functions of the standard that do the same for different operations. */
#include "highlevel/operation/parts.h"

/* What the standard calls a public pointer it does not write to is one to octets all the same. */
#define IN(data) ((CK_BYTE_PTR)P11L_POINTER(data))

CK_RV p11l_call_init(struct p11l_job *job, CK_FLAGS what, CK_SESSION_HANDLE session,
        CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	switch (what) {
	case CKF_ENCRYPT:
		return P11L_TRY(job, C_EncryptInit, session, mechanism, key);
	case CKF_DECRYPT:
		return P11L_TRY(job, C_DecryptInit, session, mechanism, key);
	case CKF_SIGN:
		return P11L_TRY(job, C_SignInit, session, mechanism, key);
	case CKF_SIGN_RECOVER:
		return P11L_TRY(job, C_SignRecoverInit, session, mechanism, key);
	case CKF_VERIFY:
		return P11L_TRY(job, C_VerifyInit, session, mechanism, key);
	case CKF_VERIFY_RECOVER:
		return P11L_TRY(job, C_VerifyRecoverInit, session, mechanism, key);
	default:
		return P11L_TRY(job, C_DigestInit, session, mechanism);
	}
}

CK_RV p11l_call_once(struct p11l_job *job, CK_FLAGS what, CK_SESSION_HANDLE session,
        const void *data, CK_ULONG size, CK_BYTE *out, CK_ULONG *length)
{
	switch (what) {
	case CKF_ENCRYPT:
		return P11L_TRY(job, C_Encrypt, session, IN(data), size, out, length);
	case CKF_DECRYPT:
		return P11L_TRY(job, C_Decrypt, session, IN(data), size, out, length);
	case CKF_SIGN:
		return P11L_TRY(job, C_Sign, session, IN(data), size, out, length);
	case CKF_SIGN_RECOVER:
		return P11L_TRY(job, C_SignRecover, session, IN(data), size, out, length);
	case CKF_VERIFY_RECOVER:
		return P11L_TRY(job, C_VerifyRecover, session, IN(data), size, out, length);
	default:
		return P11L_TRY(job, C_Digest, session, IN(data), size, out, length);
	}
}

CK_RV p11l_call_update(struct p11l_job *job, CK_FLAGS what, CK_SESSION_HANDLE session,
        const void *data, CK_ULONG size, CK_BYTE *out, CK_ULONG *length)
{
	switch (what) {
	case CKF_ENCRYPT:
		return P11L_TRY(job, C_EncryptUpdate, session, IN(data), size, out, length);
	case CKF_DECRYPT:
		return P11L_TRY(job, C_DecryptUpdate, session, IN(data), size, out, length);
	case CKF_SIGN:
		return P11L_TRY(job, C_SignUpdate, session, IN(data), size);
	case CKF_VERIFY:
		return P11L_TRY(job, C_VerifyUpdate, session, IN(data), size);
	default:
		return P11L_TRY(job, C_DigestUpdate, session, IN(data), size);
	}
}

CK_RV p11l_call_final(struct p11l_job *job, CK_FLAGS what, CK_SESSION_HANDLE session, CK_BYTE *out,
        CK_ULONG *length)
{
	switch (what) {
	case CKF_ENCRYPT:
		return P11L_TRY(job, C_EncryptFinal, session, out, length);
	case CKF_DECRYPT:
		return P11L_TRY(job, C_DecryptFinal, session, out, length);
	case CKF_SIGN:
		return P11L_TRY(job, C_SignFinal, session, out, length);
	case CKF_VERIFY: /* of what is no signature */
		return P11L_TRY(job, C_VerifyFinal, session, out, *length);
	default:
		return P11L_TRY(job, C_DigestFinal, session, out, length);
	}
}
