/* SPDX-License-Identifier: MIT */
/* Starting an operation, in the host's session or, where that is busy, in one of our own. */
#define _GNU_SOURCE
#include "operation.h"

#include <string.h>

CK_RV p11l_vendor_init(p11l_below *below, enum p11l_class class, CK_SESSION_HANDLE session,
        const struct p11l_start *start)
{
	if (class == P11L_CLASS_FIND)
		return below->C_FindObjectsInit(session, start->template, start->count);
	if (class == P11L_CLASS_DIGEST)
		return below->C_DigestInit(session, start->mechanism);
	return ((p11l_init_call *)p11l_vendor_call(below, p11l_kinds[class].init))(
	        session, start->mechanism, start->key);
}

/* --- OPS-1: sessions of our own */

bool p11l_hide(const struct p11l_run *run, CK_SESSION_HANDLE *hidden)
{
	CK_SESSION_HANDLE session = 0;
	CK_SLOT_ID slot;
	CK_FLAGS flags;

	if (*hidden != 0)
		return true;
	if (!p11l_session_find(run->session, &slot, &flags) ||
	        run->below->C_OpenSession(slot, flags | CKF_SERIAL_SESSION, NULL, NULL, &session) !=
	                CKR_OK)
		return false;
	*hidden = session;
	return session != 0;
}

void p11l_close_hidden(struct p11l_run *run)
{
	run->below->C_CloseSession(run->op->hidden);
	if (p11l_session_context(run->session) == run->op->hidden)
		p11l_session_set_context(run->session, run->session);
	run->op->hidden = 0;
}

void p11l_unhide(p11l_below *below, struct p11l_op *op)
{
	if (op->hidden != 0)
		below->C_CloseSession(op->hidden);
	if (op->hasher != 0)
		below->C_CloseSession(op->hasher);
	if (op->at == op->hidden)
		op->at = 0;
	op->hidden = op->hasher = 0;
	op->digesting = false;
}

/* What an earlier operation may have left active there goes with the session. */
static CK_RV start_hidden(struct p11l_run *run, const struct p11l_start *start)
{
	CK_RV rv = CKR_OPERATION_ACTIVE;

	for (unsigned i = 0; i < 2 && rv == CKR_OPERATION_ACTIVE; i++) {
		if (i > 0)
			p11l_close_hidden(run);
		if (!p11l_hide(run, &run->op->hidden))
			return CKR_OPERATION_ACTIVE;
		rv = p11l_vendor_init(run->below, run->class, run->op->hidden, start);
	}
	if (rv == CKR_OK) {
		run->op->at = run->op->hidden;
		p11l_note("OPS-1", "session 0x%lx -> 0x%lx", run->session, run->op->hidden);
	}
	return rv;
}

CK_RV p11l_run_start(struct p11l_run *run, const struct p11l_start *start)
{
	struct p11l_op *op = run->op;
	bool idle = op->phase == P11L_IDLE;
	CK_SESSION_HANDLE at = idle ? run->session : p11l_at(run);
	CK_RV rv = p11l_vendor_init(run->below, run->class, at, start);

	if (rv == CKR_OPERATION_ACTIVE && idle && p11l_on(run->rules, P11L_RULE_OPS_3) &&
	        p11l_cancel_suspects(run))
		rv = p11l_vendor_init(run->below, run->class, at, start);
	if (rv == CKR_OK)
		op->at = at;
	else if (rv == CKR_OPERATION_ACTIVE && idle && p11l_on(run->rules, P11L_RULE_OPS_1))
		rv = start_hidden(run, start);
	if (rv == CKR_OK && p11l_on(run->rules, P11L_RULE_OPS_1))
		p11l_session_set_context(run->session, op->at);
	return rv;
}

/* --- SIG-11: what the key may do */

static bool fits_key_type(CK_MECHANISM_TYPE mechanism, CK_KEY_TYPE type)
{
	static const struct {
		CK_MECHANISM_TYPE mechanism;
		CK_KEY_TYPE type;
	} rows[] = {
	        {CKM_RSA_PKCS, CKK_RSA},
	        {CKM_RSA_X_509, CKK_RSA},
	        {CKM_RSA_PKCS_OAEP, CKK_RSA},
	        {CKM_RSA_PKCS_PSS, CKK_RSA},
	        {CKM_SHA1_RSA_PKCS, CKK_RSA},
	        {CKM_SHA224_RSA_PKCS, CKK_RSA},
	        {CKM_SHA256_RSA_PKCS, CKK_RSA},
	        {CKM_SHA384_RSA_PKCS, CKK_RSA},
	        {CKM_SHA512_RSA_PKCS, CKK_RSA},
	        {CKM_SHA1_RSA_PKCS_PSS, CKK_RSA},
	        {CKM_SHA224_RSA_PKCS_PSS, CKK_RSA},
	        {CKM_SHA256_RSA_PKCS_PSS, CKK_RSA},
	        {CKM_SHA384_RSA_PKCS_PSS, CKK_RSA},
	        {CKM_SHA512_RSA_PKCS_PSS, CKK_RSA},
	        {CKM_ECDSA, CKK_EC},
	        {CKM_ECDSA_SHA1, CKK_EC},
	        {CKM_ECDSA_SHA224, CKK_EC},
	        {CKM_ECDSA_SHA256, CKK_EC},
	        {CKM_ECDSA_SHA384, CKK_EC},
	        {CKM_ECDSA_SHA512, CKK_EC},
	        {CKM_EDDSA, CKK_EC_EDWARDS},
	        {CKM_DSA, CKK_DSA},
	        {CKM_AES_ECB, CKK_AES},
	        {CKM_AES_CBC, CKK_AES},
	        {CKM_AES_CBC_PAD, CKK_AES},
	        {CKM_AES_CTR, CKK_AES},
	        {CKM_AES_GCM, CKK_AES},
	        {CKM_AES_CCM, CKK_AES},
	        {CKM_AES_CMAC, CKK_AES},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].mechanism == mechanism)
			return rows[i].type == type;
	return true;
}

/* What cannot be read is the vendor's to decide about. */
static CK_RV check_key(struct p11l_run *run, CK_MECHANISM_TYPE mechanism, CK_OBJECT_HANDLE key)
{
	CK_KEY_TYPE type = 0;
	CK_BBOOL allowed = CK_TRUE;
	CK_ATTRIBUTE asked[] = {
	        {CKA_KEY_TYPE, &type, sizeof(type)}, {run->kind->usage, &allowed, sizeof(allowed)}};
	CK_RV rv = CKR_OK;

	if (run->kind->usage == 0 || !p11l_on(run->rules, P11L_RULE_SIG_11))
		return CKR_OK;
	if (run->below->C_GetAttributeValue(run->session, key, asked, 2) != CKR_OK)
		return CKR_OK;
	if (asked[0].ulValueLen == sizeof(type) && !fits_key_type(mechanism, type))
		rv = CKR_KEY_TYPE_INCONSISTENT;
	else if (asked[1].ulValueLen == sizeof(allowed) && allowed == CK_FALSE)
		rv = CKR_KEY_FUNCTION_NOT_PERMITTED;
	if (rv != CKR_OK)
		p11l_note("SIG-11", "refused -> %s", p11l_name(P11L_SPACE_rv, rv));
	return rv;
}

/* --- All of it */

static CK_RV start_or_hash(struct p11l_run *run, const struct p11l_start *start)
{
	CK_RV rv = p11l_run_start(run, start);

	if (rv != CKR_MECHANISM_INVALID || !p11l_on(run->rules, P11L_RULE_SIG_6))
		return rv;
	return p11l_hashed_begin(run, start);
}

static CK_RV start_with_key(struct p11l_run *run, const struct p11l_start *start)
{
	CK_MECHANISM mechanism;
	CK_RV rv;

	if (!p11l_readable(start->mechanism, sizeof(mechanism)))
		return CKR_ARGUMENTS_BAD;
	memcpy(&mechanism, start->mechanism, sizeof(mechanism));
	run->op->mechanism = mechanism.mechanism;
	run->op->key = start->key;
	rv = check_key(run, mechanism.mechanism, start->key);
	if (rv != CKR_OK)
		return rv;
	p11l_sizes_read(run, &mechanism, start->key);
	return start_or_hash(run, start);
}

static void wipe(struct p11l_op *op)
{
	p11l_octets_wipe(&op->data);
	p11l_octets_wipe(&op->result);
	p11l_octets_wipe(&op->asked);
	explicit_bzero(op->digest, sizeof(op->digest));
}

/* What is left of an operation when another one takes its place. */
static void renew(struct p11l_op *op, const struct p11l_op *before)
{
	*op = (struct p11l_op){.hidden = before->hidden,
	        .hasher = before->hasher,
	        .digesting = before->digesting,
	        .at = before->at,
	        .phase = before->phase,
	        .suspect = before->suspect};
}

static CK_RV begin(struct p11l_run *run, const struct p11l_start *start)
{
	struct p11l_op *op = run->op, before = *op;
	CK_RV rv;

	renew(op, &before);
	rv = run->class == P11L_CLASS_FIND ? p11l_run_start(run, start)
	                                   : start_with_key(run, start);
	if (rv == CKR_OK) {
		wipe(&before);
		op->phase = P11L_BEGUN;
		op->suspect = false;
		p11l_parts_begin(run);
	} else {
		before.hidden = op->hidden;
		before.hasher = op->hasher;
		before.digesting = op->digesting;
		before.suspect = op->suspect;
		*op = before;
	}
	return rv;
}

CK_RV p11l_run_begin(struct p11l_run *run, const struct p11l_start *start)
{
	if (run->op->phase == P11L_WAITING)
		p11l_operation_end(run->op);
	if (start->mechanism == NULL && run->class != P11L_CLASS_FIND)
		return p11l_cancel_asked(run, start);
	if (run->op->phase != P11L_IDLE && p11l_on(run->rules, P11L_RULE_OPS_5)) {
		p11l_note("OPS-5", "refused: such an operation is active");
		return CKR_OPERATION_ACTIVE;
	}
	return begin(run, start);
}

void p11l_operation_end(struct p11l_op *op)
{
	struct p11l_op before = *op;

	wipe(op);
	renew(op, &before);
	op->at = 0;
	op->phase = P11L_IDLE;
	explicit_bzero(&before, sizeof(before));
}
