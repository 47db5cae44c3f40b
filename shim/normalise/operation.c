/* SPDX-License-Identifier: MIT */
/* The layer "operation": its hooks, and what they have in common. */
#define _GNU_SOURCE
#include "operation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct p11l_kind p11l_kinds[P11L_CLASSES] = {
        [P11L_CLASS_ENCRYPT] = {CKF_ENCRYPT, CKA_ENCRYPT, P11L_C_EncryptInit, P11L_C_Encrypt,
                P11L_C_EncryptUpdate, P11L_C_EncryptFinal},
        [P11L_CLASS_DECRYPT] = {CKF_DECRYPT, CKA_DECRYPT, P11L_C_DecryptInit, P11L_C_Decrypt,
                P11L_C_DecryptUpdate, P11L_C_DecryptFinal},
        [P11L_CLASS_DIGEST] = {CKF_DIGEST, 0, P11L_C_DigestInit, P11L_C_Digest, P11L_C_DigestUpdate,
                P11L_C_DigestFinal},
        [P11L_CLASS_SIGN] = {CKF_SIGN, CKA_SIGN, P11L_C_SignInit, P11L_C_Sign, P11L_C_SignUpdate,
                P11L_C_SignFinal},
        [P11L_CLASS_SIGN_RECOVER] = {CKF_SIGN_RECOVER, CKA_SIGN_RECOVER, P11L_C_SignRecoverInit,
                P11L_C_SignRecover, 0, 0},
        [P11L_CLASS_VERIFY] = {CKF_VERIFY, CKA_VERIFY, P11L_C_VerifyInit, P11L_C_Verify,
                P11L_C_VerifyUpdate, P11L_C_VerifyFinal},
        [P11L_CLASS_VERIFY_RECOVER] = {CKF_VERIFY_RECOVER, CKA_VERIFY_RECOVER,
                P11L_C_VerifyRecoverInit, P11L_C_VerifyRecover, 0, 0},
        [P11L_CLASS_FIND] = {CKF_FIND_OBJECTS, 0, P11L_C_FindObjectsInit, 0, 0,
                P11L_C_FindObjectsFinal},
};

/* The rules that need to know what is under way, as bits of a word of struct p11l_rules. */
#define BIT(rule, word) (P11L_RULE_##rule / 64 == (word) ? UINT64_C(1) << P11L_RULE_##rule % 64 : 0)
#define ACCOUNT(word)                                                                       \
	(BIT(OPS_1, word) | BIT(OPS_2, word) | BIT(OPS_3, word) | BIT(OPS_5, word) |        \
	        BIT(BUF_2, word) | BIT(BUF_4, word) | BIT(BUF_5, word) | BIT(BUF_6, word) | \
	        BIT(BUF_7, word) | BIT(BUF_8, word) | BIT(BUF_9, word) | BIT(SIG_1, word) | \
	        BIT(SIG_2, word) | BIT(SIG_3, word) | BIT(SIG_6, word) | BIT(SIG_9, word) | \
	        BIT(SIG_11, word) | BIT(GCM_4, word) | BIT(SYM_4, word))
#define WORDS ((P11L_RULES + 63) / 64)

_Static_assert(WORDS <= 4, "keeps_account looks at four words");

bool p11l_keeps_account(const struct p11l_rules *rules)
{
	static const uint64_t account[] = {ACCOUNT(0), ACCOUNT(1), ACCOUNT(2), ACCOUNT(3)};
	uint64_t any = 0;

	for (unsigned i = 0; i < WORDS; i++)
		any |= rules->on[i] & account[i];
	return any != 0;
}

/* --- In and out of the table */

static void forget(void *kept)
{
	p11l_operation_end(kept);
	free(kept);
}

static struct p11l_op *make(void)
{
	int saved = errno;
	struct p11l_op *op = calloc(1, sizeof(*op));

	errno = saved;
	return op;
}

bool p11l_run_open(struct p11l_run *run, p11l_below *below, CK_SESSION_HANDLE session,
        enum p11l_class class, bool create)
{
	run->rules = p11l_rules_of(session);
	if (!p11l_keeps_account(run->rules) || !p11l_session_take(&run->taken, session, class))
		return false;
	if (run->taken.kept == NULL && create)
		run->taken.kept = make();
	if (run->taken.kept == NULL) {
		p11l_session_put(&run->taken, forget);
		return false;
	}
	run->below = below;
	run->session = session;
	run->class = class;
	run->kind = &p11l_kinds[class];
	run->op = run->taken.kept;
	return true;
}

/* When the host has closed its session meanwhile, ours close with it. */
void p11l_run_close(struct p11l_run *run)
{
	if (p11l_session_put(&run->taken, forget))
		return;
	p11l_unhide(run->below, run->op);
	forget(run->op);
}

/*
 * Calls out of order are answered even in sessions where nothing was ever started. size is where
 * the function says how much comes out; NULL for functions that do not.
 */
static bool open_for(struct p11l_run *run, p11l_below *below, CK_SESSION_HANDLE session,
        enum p11l_class class, const void *size)
{
	const struct p11l_rules *rules = p11l_rules_of(session);

	return p11l_keeps_account(rules) &&
	       (size == NULL || p11l_readable(size, sizeof(CK_ULONG))) &&
	       p11l_run_open(run, below, session, class, p11l_on(rules, P11L_RULE_OPS_5));
}

/* --- What hooks have in common */

static CK_RV hook_init(p11l_below *below, enum p11l_class class, CK_SESSION_HANDLE session,
        const struct p11l_start *start)
{
	struct p11l_run run;
	CK_RV rv;

	if (!p11l_run_open(&run, below, session, class, true))
		return p11l_vendor_init(below, class, session, start);
	rv = p11l_run_begin(&run, start);
	p11l_run_close(&run);
	return rv;
}

static CK_RV hook_once(p11l_below *below, enum p11l_class class, CK_SESSION_HANDLE session,
        CK_BYTE_PTR in, CK_ULONG in_size, CK_BYTE_PTR out, CK_ULONG_PTR out_size)
{
	unsigned function = p11l_kinds[class].once;
	struct p11l_flow flow = {function, in, in_size, out, out_size};
	struct p11l_run run;
	CK_RV rv;

	if (!open_for(&run, below, session, class, out_size))
		return ((p11l_data_call *)p11l_vendor_call(below, function))(
		        session, in, in_size, out, out_size);
	rv = p11l_proceed_once(&run, &flow);
	p11l_run_close(&run);
	return rv;
}

static CK_RV hook_update(p11l_below *below, enum p11l_class class, CK_SESSION_HANDLE session,
        CK_BYTE_PTR in, CK_ULONG in_size, CK_BYTE_PTR out, CK_ULONG_PTR out_size)
{
	unsigned function = p11l_kinds[class].update;
	struct p11l_flow flow = {function, in, in_size, out, out_size};
	struct p11l_run run;
	CK_RV rv;

	if (!open_for(&run, below, session, class, out_size))
		return ((p11l_data_call *)p11l_vendor_call(below, function))(
		        session, in, in_size, out, out_size);
	rv = p11l_proceed_update(&run, &flow);
	p11l_run_close(&run);
	return rv;
}

static CK_RV hook_in(p11l_below *below, enum p11l_class class, CK_SESSION_HANDLE session,
        CK_BYTE_PTR in, CK_ULONG in_size)
{
	struct p11l_run run;
	CK_RV rv;

	if (!open_for(&run, below, session, class, NULL))
		return ((p11l_in_call *)p11l_vendor_call(below, p11l_kinds[class].update))(
		        session, in, in_size);
	rv = p11l_proceed_in(&run, in, in_size);
	p11l_run_close(&run);
	return rv;
}

static CK_RV hook_final(p11l_below *below, enum p11l_class class, CK_SESSION_HANDLE session,
        CK_BYTE_PTR out, CK_ULONG_PTR out_size)
{
	unsigned function = p11l_kinds[class].final;
	struct p11l_flow flow = {function, NULL, 0, out, out_size};
	struct p11l_run run;
	CK_RV rv;

	if (!open_for(&run, below, session, class, out_size))
		return ((p11l_out_call *)p11l_vendor_call(below, function))(session, out, out_size);
	rv = p11l_proceed_final(&run, &flow);
	p11l_run_close(&run);
	return rv;
}

/* --- Encrypting and decrypting */

CK_RV p11l_operation_C_EncryptInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	struct p11l_start start = {pMechanism, hKey, NULL, 0};

	return hook_init(below, P11L_CLASS_ENCRYPT, hSession, &start);
}

CK_RV p11l_operation_C_Encrypt(p11l_below *below, CK_SESSION_HANDLE hSession, CK_BYTE_PTR pData,
        CK_ULONG ulDataLen, CK_BYTE_PTR pEncryptedData, CK_ULONG_PTR pulEncryptedDataLen)
{
	return hook_once(below, P11L_CLASS_ENCRYPT, hSession, pData, ulDataLen, pEncryptedData,
	        pulEncryptedDataLen);
}

CK_RV p11l_operation_C_EncryptUpdate(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_BYTE_PTR pPart, CK_ULONG ulPartLen, CK_BYTE_PTR pEncryptedPart,
        CK_ULONG_PTR pulEncryptedPartLen)
{
	return hook_update(below, P11L_CLASS_ENCRYPT, hSession, pPart, ulPartLen, pEncryptedPart,
	        pulEncryptedPartLen);
}

CK_RV p11l_operation_C_EncryptFinal(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_BYTE_PTR pLastEncryptedPart, CK_ULONG_PTR pulLastEncryptedPartLen)
{
	return hook_final(
	        below, P11L_CLASS_ENCRYPT, hSession, pLastEncryptedPart, pulLastEncryptedPartLen);
}

CK_RV p11l_operation_C_DecryptInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	struct p11l_start start = {pMechanism, hKey, NULL, 0};

	return hook_init(below, P11L_CLASS_DECRYPT, hSession, &start);
}

CK_RV p11l_operation_C_Decrypt(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_BYTE_PTR pEncryptedData, CK_ULONG ulEncryptedDataLen, CK_BYTE_PTR pData,
        CK_ULONG_PTR pulDataLen)
{
	return hook_once(below, P11L_CLASS_DECRYPT, hSession, pEncryptedData, ulEncryptedDataLen,
	        pData, pulDataLen);
}

CK_RV p11l_operation_C_DecryptUpdate(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_BYTE_PTR pEncryptedPart, CK_ULONG ulEncryptedPartLen, CK_BYTE_PTR pPart,
        CK_ULONG_PTR pulPartLen)
{
	return hook_update(below, P11L_CLASS_DECRYPT, hSession, pEncryptedPart, ulEncryptedPartLen,
	        pPart, pulPartLen);
}

CK_RV p11l_operation_C_DecryptFinal(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_BYTE_PTR pLastPart, CK_ULONG_PTR pulLastPartLen)
{
	return hook_final(below, P11L_CLASS_DECRYPT, hSession, pLastPart, pulLastPartLen);
}

/* --- Digesting */

CK_RV p11l_operation_C_DigestInit(
        p11l_below *below, CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism)
{
	struct p11l_start start = {pMechanism, 0, NULL, 0};

	return hook_init(below, P11L_CLASS_DIGEST, hSession, &start);
}

CK_RV p11l_operation_C_Digest(p11l_below *below, CK_SESSION_HANDLE hSession, CK_BYTE_PTR pData,
        CK_ULONG ulDataLen, CK_BYTE_PTR pDigest, CK_ULONG_PTR pulDigestLen)
{
	return hook_once(
	        below, P11L_CLASS_DIGEST, hSession, pData, ulDataLen, pDigest, pulDigestLen);
}

CK_RV p11l_operation_C_DigestUpdate(
        p11l_below *below, CK_SESSION_HANDLE hSession, CK_BYTE_PTR pPart, CK_ULONG ulPartLen)
{
	return hook_in(below, P11L_CLASS_DIGEST, hSession, pPart, ulPartLen);
}

CK_RV p11l_operation_C_DigestKey(
        p11l_below *below, CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE hKey)
{
	struct p11l_run run;
	CK_RV rv;

	if (!open_for(&run, below, hSession, P11L_CLASS_DIGEST, NULL))
		return below->C_DigestKey(hSession, hKey);
	rv = p11l_proceed_key(&run, hKey);
	p11l_run_close(&run);
	return rv;
}

CK_RV p11l_operation_C_DigestFinal(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_BYTE_PTR pDigest, CK_ULONG_PTR pulDigestLen)
{
	return hook_final(below, P11L_CLASS_DIGEST, hSession, pDigest, pulDigestLen);
}

/* --- Signing */

CK_RV p11l_operation_C_SignInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	struct p11l_start start = {pMechanism, hKey, NULL, 0};
	CK_RV rv = hook_init(below, P11L_CLASS_SIGN, hSession, &start);

	if (rv == CKR_OK && pMechanism != NULL &&
	        p11l_on(p11l_rules_of(hSession), P11L_RULE_SIG_10))
		p11l_session_begin(hSession, P11L_CLASS_SIGN, pMechanism->mechanism, hKey);
	return rv;
}

CK_RV p11l_operation_C_Sign(p11l_below *below, CK_SESSION_HANDLE hSession, CK_BYTE_PTR pData,
        CK_ULONG ulDataLen, CK_BYTE_PTR pSignature, CK_ULONG_PTR pulSignatureLen)
{
	CK_RV rv = hook_once(
	        below, P11L_CLASS_SIGN, hSession, pData, ulDataLen, pSignature, pulSignatureLen);

	return rv == CKR_GENERAL_ERROR ? p11l_explain_sign(below, hSession, ulDataLen, rv) : rv;
}

CK_RV p11l_operation_C_SignUpdate(
        p11l_below *below, CK_SESSION_HANDLE hSession, CK_BYTE_PTR pPart, CK_ULONG ulPartLen)
{
	return hook_in(below, P11L_CLASS_SIGN, hSession, pPart, ulPartLen);
}

CK_RV p11l_operation_C_SignFinal(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_BYTE_PTR pSignature, CK_ULONG_PTR pulSignatureLen)
{
	return hook_final(below, P11L_CLASS_SIGN, hSession, pSignature, pulSignatureLen);
}

CK_RV p11l_operation_C_SignRecoverInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	struct p11l_start start = {pMechanism, hKey, NULL, 0};

	return hook_init(below, P11L_CLASS_SIGN_RECOVER, hSession, &start);
}

CK_RV p11l_operation_C_SignRecover(p11l_below *below, CK_SESSION_HANDLE hSession, CK_BYTE_PTR pData,
        CK_ULONG ulDataLen, CK_BYTE_PTR pSignature, CK_ULONG_PTR pulSignatureLen)
{
	return hook_once(below, P11L_CLASS_SIGN_RECOVER, hSession, pData, ulDataLen, pSignature,
	        pulSignatureLen);
}

/* --- Verifying */

CK_RV p11l_operation_C_VerifyInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	struct p11l_start start = {pMechanism, hKey, NULL, 0};

	return hook_init(below, P11L_CLASS_VERIFY, hSession, &start);
}

CK_RV p11l_operation_C_Verify(p11l_below *below, CK_SESSION_HANDLE hSession, CK_BYTE_PTR pData,
        CK_ULONG ulDataLen, CK_BYTE_PTR pSignature, CK_ULONG ulSignatureLen)
{
	struct p11l_run run;
	CK_RV rv;

	if (!open_for(&run, below, hSession, P11L_CLASS_VERIFY, NULL))
		return below->C_Verify(hSession, pData, ulDataLen, pSignature, ulSignatureLen);
	rv = p11l_proceed_verify(&run, pData, ulDataLen, pSignature, ulSignatureLen);
	p11l_run_close(&run);
	return rv;
}

CK_RV p11l_operation_C_VerifyUpdate(
        p11l_below *below, CK_SESSION_HANDLE hSession, CK_BYTE_PTR pPart, CK_ULONG ulPartLen)
{
	return hook_in(below, P11L_CLASS_VERIFY, hSession, pPart, ulPartLen);
}

CK_RV p11l_operation_C_VerifyFinal(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_BYTE_PTR pSignature, CK_ULONG ulSignatureLen)
{
	struct p11l_run run;
	CK_RV rv;

	if (!open_for(&run, below, hSession, P11L_CLASS_VERIFY, NULL))
		return below->C_VerifyFinal(hSession, pSignature, ulSignatureLen);
	rv = p11l_proceed_verify_final(&run, pSignature, ulSignatureLen);
	p11l_run_close(&run);
	return rv;
}

CK_RV p11l_operation_C_VerifyRecoverInit(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey)
{
	struct p11l_start start = {pMechanism, hKey, NULL, 0};

	return hook_init(below, P11L_CLASS_VERIFY_RECOVER, hSession, &start);
}

CK_RV p11l_operation_C_VerifyRecover(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_BYTE_PTR pSignature, CK_ULONG ulSignatureLen, CK_BYTE_PTR pData, CK_ULONG_PTR pulDataLen)
{
	return hook_once(below, P11L_CLASS_VERIFY_RECOVER, hSession, pSignature, ulSignatureLen,
	        pData, pulDataLen);
}

/* --- Searching, as far as it is an operation like others */

CK_RV p11l_operation_C_FindObjectsInit(
        p11l_below *below, CK_SESSION_HANDLE hSession, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount)
{
	struct p11l_start start = {NULL, 0, pTemplate, ulCount};

	return hook_init(below, P11L_CLASS_FIND, hSession, &start);
}

CK_RV p11l_operation_C_FindObjects(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_OBJECT_HANDLE_PTR phObject, CK_ULONG ulMaxObjectCount, CK_ULONG_PTR pulObjectCount)
{
	struct p11l_run run;
	CK_RV rv;

	if (!open_for(&run, below, hSession, P11L_CLASS_FIND, NULL))
		return below->C_FindObjects(hSession, phObject, ulMaxObjectCount, pulObjectCount);
	rv = p11l_proceed_find(&run, phObject, ulMaxObjectCount, pulObjectCount);
	p11l_run_close(&run);
	return rv;
}

CK_RV p11l_operation_C_FindObjectsFinal(p11l_below *below, CK_SESSION_HANDLE hSession)
{
	struct p11l_run run;
	CK_RV rv;

	if (!open_for(&run, below, hSession, P11L_CLASS_FIND, NULL))
		return below->C_FindObjectsFinal(hSession);
	rv = p11l_proceed_find_final(&run);
	p11l_run_close(&run);
	return rv;
}
