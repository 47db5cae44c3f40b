/* SPDX-License-Identifier: MIT */
/*
 * SIG-6: data is digested by the vendor in a session of ours, and the digest is signed in the
 * session where the operation runs, which sees no other call in between.
 */
#define _GNU_SOURCE
#include "hashed.h"

#include "hashes.h"
#include "mechanism_list.h"
#include "operation.h"

#include <string.h>

CK_MECHANISM_TYPE p11l_signs_with(const struct p11l_op *op)
{
	return op->hashed != NULL ? op->hashed->base : op->mechanism;
}

/* --- The list of mechanisms */

/* A mechanism that the user denies (MI-4) is not made here either. */
static bool may_make(const struct p11l_rules *rules, const struct p11l_hashed *row)
{
	return p11l_on(rules, P11L_RULE_SIG_6) &&
	       !(p11l_on(rules, P11L_RULE_MI_4) && p11l_is_denied(rules, row->type));
}

static bool lists(const CK_MECHANISM_TYPE *list, CK_ULONG count, CK_MECHANISM_TYPE type)
{
	for (CK_ULONG i = 0; i < count; i++)
		if (list[i] == type)
			return true;
	return false;
}

CK_ULONG p11l_hashed_list(
        const struct p11l_rules *rules, CK_MECHANISM_TYPE *list, CK_ULONG count, CK_ULONG room)
{
	CK_ULONG n = count;

	for (size_t i = 0; i < p11l_hashed_count; i++) {
		const struct p11l_hashed *row = &p11l_hashed_rows[i];

		if (!may_make(rules, row) || lists(list, count, row->type) ||
		        !lists(list, count, row->base) || !lists(list, count, row->digest))
			continue;
		if (n < room)
			list[n] = row->type;
		n++;
	}
	return n;
}

bool p11l_hashed_info(
        const struct p11l_rules *rules, CK_MECHANISM_TYPE mechanism, CK_MECHANISM_TYPE *base)
{
	const struct p11l_hashed *row = p11l_hashed_of(mechanism);

	if (row == NULL || !may_make(rules, row))
		return false;
	*base = row->base;
	return true;
}

/* --- The session that digests */

static void stop_hasher(struct p11l_run *run)
{
	CK_BYTE scratch[P11L_DIGEST_MAX];
	CK_ULONG size = sizeof(scratch);

	if (run->op->digesting)
		run->below->C_DigestFinal(run->op->hasher, scratch, &size);
	run->op->digesting = false;
}

static bool start_hasher(struct p11l_run *run, CK_MECHANISM_TYPE digest)
{
	CK_MECHANISM mechanism = {digest, NULL, 0};

	stop_hasher(run);
	run->op->digesting = p11l_hide(run, &run->op->hasher) &&
	                     run->below->C_DigestInit(run->op->hasher, &mechanism) == CKR_OK;
	run->op->digested = 0;
	return run->op->digesting;
}

/* Takes the digest of data, or of what was handed in. */
static CK_RV take_digest(struct p11l_run *run, CK_BYTE_PTR data, CK_ULONG size)
{
	struct p11l_op *op = run->op;
	CK_ULONG n = sizeof(op->digest);
	CK_RV rv;

	if (data != NULL)
		rv = run->below->C_Digest(op->hasher, data, size, op->digest, &n);
	else
		rv = run->below->C_DigestFinal(op->hasher, op->digest, &n);
	op->digesting = false;
	if (rv == CKR_OK && n != p11l_digest_size(op->hashed->digest))
		rv = CKR_GENERAL_ERROR;
	if (rv == CKR_OK)
		op->digested = n;
	return rv;
}

/* --- What is signed in place of the data */

static size_t put_signed(const struct p11l_op *op, CK_BYTE *out)
{
	size_t digest = p11l_digest_size(op->hashed->digest);

	if (op->hashed->base == CKM_RSA_PKCS)
		return p11l_digest_info(op->hashed->digest, op->digest, digest, out);
	memcpy(out, op->digest, digest);
	return digest;
}

/* For a size query any digest will do. */
static CK_RV sign_digest(struct p11l_run *run, const struct p11l_flow *flow)
{
	CK_BYTE input[P11L_DIGEST_INFO_MAX];
	struct p11l_flow inner = *flow;
	CK_RV rv;

	inner.in = input;
	inner.in_size = put_signed(run->op, input);
	rv = p11l_vendor_once(run, &inner);
	explicit_bzero(input, sizeof(input));
	if (rv == CKR_OK && flow->out != NULL)
		p11l_note("SIG-6", "%s -> %s of a digest by %s",
		        p11l_name(P11L_SPACE_mechanism, run->op->hashed->type),
		        p11l_name(P11L_SPACE_mechanism, run->op->hashed->base),
		        p11l_name(P11L_SPACE_mechanism, run->op->hashed->digest));
	return rv;
}

/* --- The operation */

/* PSS names its hash a second time. */
static bool parameter_fits(const struct p11l_hashed *row, const CK_MECHANISM *mechanism)
{
	CK_RSA_PKCS_PSS_PARAMS pss;

	if (row->base != CKM_RSA_PKCS_PSS)
		return true;
	if (mechanism->ulParameterLen != sizeof(pss) ||
	        !p11l_readable(mechanism->pParameter, sizeof(pss)))
		return false;
	memcpy(&pss, mechanism->pParameter, sizeof(pss));
	return pss.hashAlg == row->digest;
}

CK_RV p11l_hashed_begin(struct p11l_run *run, const struct p11l_start *start)
{
	const struct p11l_hashed *row = p11l_hashed_of(start->mechanism->mechanism);
	CK_MECHANISM mechanism;
	struct p11l_start base = *start;
	CK_RV rv;

	if (row == NULL || !may_make(run->rules, row) ||
	        (run->class != P11L_CLASS_SIGN && run->class != P11L_CLASS_VERIFY))
		return CKR_MECHANISM_INVALID;
	if (run->op->phase != P11L_IDLE)
		return CKR_OPERATION_ACTIVE;
	if (!parameter_fits(row, start->mechanism))
		return CKR_MECHANISM_PARAM_INVALID;
	if (!start_hasher(run, row->digest))
		return CKR_MECHANISM_INVALID;
	mechanism = *start->mechanism;
	mechanism.mechanism = row->base;
	base.mechanism = &mechanism;
	rv = p11l_run_start(run, &base);
	if (rv == CKR_OK)
		run->op->hashed = row;
	else
		stop_hasher(run);
	return rv;
}

CK_RV p11l_hashed_update(struct p11l_run *run, CK_BYTE_PTR data, CK_ULONG size)
{
	return run->below->C_DigestUpdate(run->op->hasher, data, size);
}

/* After CKR_BUFFER_TOO_SMALL the host may come with other data. */
static CK_RV digest_anew(struct p11l_run *run, CK_BYTE_PTR data, CK_ULONG size)
{
	if (!run->op->digesting && !start_hasher(run, run->op->hashed->digest))
		return CKR_GENERAL_ERROR;
	return take_digest(run, data, size);
}

CK_RV p11l_hashed_once(struct p11l_run *run, const struct p11l_flow *flow)
{
	CK_RV rv = flow->out != NULL ? digest_anew(run, flow->in, flow->in_size) : CKR_OK;

	return rv == CKR_OK ? sign_digest(run, flow) : rv;
}

CK_RV p11l_hashed_final(struct p11l_run *run, const struct p11l_flow *flow)
{
	CK_RV rv = CKR_OK;

	if (flow->out != NULL && run->op->digested == 0)
		rv = take_digest(run, NULL, 0);
	return rv == CKR_OK ? sign_digest(run, flow) : rv;
}

CK_RV p11l_hashed_verify(struct p11l_run *run, CK_BYTE_PTR data, CK_ULONG size,
        CK_BYTE_PTR signature, CK_ULONG signature_size)
{
	CK_BYTE input[P11L_DIGEST_INFO_MAX];
	CK_RV rv = take_digest(run, data, size);

	if (rv != CKR_OK)
		return rv;
	rv = run->below->C_Verify(
	        p11l_at(run), input, put_signed(run->op, input), signature, signature_size);
	p11l_note("SIG-6", "%s -> %s of a digest by %s",
	        p11l_name(P11L_SPACE_mechanism, run->op->hashed->type),
	        p11l_name(P11L_SPACE_mechanism, run->op->hashed->base),
	        p11l_name(P11L_SPACE_mechanism, run->op->hashed->digest));
	return rv;
}
