/* SPDX-License-Identifier: MIT */
/*
 * Data in parts for vendors that want it whole (SIG-9, GCM-4), or in whole blocks (SYM-4). What is
 * held back is wiped when it has gone down.
 */
#define _GNU_SOURCE
#include "operation.h"

#include <string.h>

static const struct row {
	CK_MECHANISM_TYPE mechanism;
	uint16_t rule;
	unsigned blocks; /* SYM-4 only */
} rows[] = {
        {CKM_EDDSA, P11L_RULE_SIG_9, 0},
        {CKM_ECDSA_SHA1, P11L_RULE_SIG_9, 0},
        {CKM_ECDSA_SHA224, P11L_RULE_SIG_9, 0},
        {CKM_ECDSA_SHA256, P11L_RULE_SIG_9, 0},
        {CKM_ECDSA_SHA384, P11L_RULE_SIG_9, 0},
        {CKM_ECDSA_SHA512, P11L_RULE_SIG_9, 0},
        {CKM_ML_DSA, P11L_RULE_SIG_9, 0},
        {CKM_SLH_DSA, P11L_RULE_SIG_9, 0},
        {CKM_AES_GCM, P11L_RULE_GCM_4, 0},
        {CKM_AES_CCM, P11L_RULE_GCM_4, 0},
        {CKM_CHACHA20_POLY1305, P11L_RULE_GCM_4, 0},
        {CKM_SALSA20_POLY1305, P11L_RULE_GCM_4, 0},
        {CKM_AES_ECB, P11L_RULE_SYM_4, 16},
        {CKM_AES_CBC, P11L_RULE_SYM_4, 16},
        {CKM_DES_ECB, P11L_RULE_SYM_4, 8},
        {CKM_DES_CBC, P11L_RULE_SYM_4, 8},
        {CKM_DES3_ECB, P11L_RULE_SYM_4, 8},
        {CKM_DES3_CBC, P11L_RULE_SYM_4, 8},
};

static bool concerns(const struct row *row, enum p11l_class class)
{
	bool signs = class == P11L_CLASS_SIGN || class == P11L_CLASS_VERIFY;
	bool ciphers = class == P11L_CLASS_ENCRYPT || class == P11L_CLASS_DECRYPT;

	return row->rule == P11L_RULE_SIG_9 ? signs : ciphers;
}

void p11l_parts_begin(struct p11l_run *run)
{
	struct p11l_op *op = run->op;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && op->hashed == NULL; i++) {
		const struct row *row = &rows[i];

		if (row->mechanism != op->mechanism || !p11l_on(run->rules, row->rule) ||
		        !concerns(row, run->class))
			continue;
		op->blocks = row->blocks;
		op->collects = row->blocks == 0;
		return;
	}
}

CK_RV p11l_parts_collect(struct p11l_run *run, CK_BYTE_PTR data, CK_ULONG size)
{
	struct p11l_octets *octets = &run->op->data;

	if (size > P11L_COLLECT_MAX || octets->size > P11L_COLLECT_MAX - size)
		return CKR_DATA_LEN_RANGE;
	if (size > 0 && !p11l_readable(data, size))
		return CKR_ARGUMENTS_BAD;
	return p11l_octets_add(octets, data, size, P11L_COLLECT_MAX) ? CKR_OK : CKR_HOST_MEMORY;
}

/*
 * Nothing comes out before the end. A size query is told more than that, because a host that then
 * has a buffer of no octets may pass NULL, which would be a size query again.
 */
static CK_RV collect_part(struct p11l_run *run, const struct p11l_flow *flow)
{
	CK_RV rv = CKR_OK;

	if (flow->out == NULL) {
		*flow->out_size = flow->in_size + 16;
		return CKR_OK;
	}
	rv = p11l_parts_collect(run, flow->in, flow->in_size);
	if (rv == CKR_OK)
		*flow->out_size = 0;
	return rv;
}

/* Passes the whole blocks of what has come so far, and holds back the rest. */
static CK_RV pass_blocks(struct p11l_run *run, const struct p11l_flow *flow, CK_ULONG whole)
{
	p11l_data_call *update = (p11l_data_call *)p11l_vendor_call(run->below, run->kind->update);
	struct p11l_octets *held = &run->op->data;
	CK_ULONG before = held->size;
	CK_RV rv = p11l_parts_collect(run, flow->in, flow->in_size);

	if (rv != CKR_OK)
		return rv;
	if (whole == 0) {
		*flow->out_size = 0;
		return CKR_OK;
	}
	rv = update(p11l_at(run), held->at, whole, flow->out, flow->out_size);
	if (rv == CKR_OK) {
		p11l_octets_cut(held, whole);
		p11l_note("SYM-4", "%lu octets -> %lu, %lu held back", flow->in_size, whole,
		        held->size);
	} else if (rv == CKR_BUFFER_TOO_SMALL) {
		explicit_bzero(held->at + before, held->size - before);
		held->size = before;
	}
	return rv;
}

CK_RV p11l_parts_update(struct p11l_run *run, const struct p11l_flow *flow)
{
	p11l_data_call *update = (p11l_data_call *)p11l_vendor_call(run->below, run->kind->update);
	CK_ULONG blocks = run->op->blocks, all, whole;

	if (run->op->collects)
		return collect_part(run, flow);
	if (flow->in_size > P11L_COLLECT_MAX)
		return CKR_DATA_LEN_RANGE;
	all = run->op->data.size + flow->in_size;
	whole = all - all % blocks;
	if (run->op->data.size == 0 && whole == all)
		return update(p11l_at(run), flow->in, flow->in_size, flow->out, flow->out_size);
	if (flow->out == NULL) {
		*flow->out_size = whole + blocks;
		return CKR_OK;
	}
	if (*flow->out_size < whole) {
		*flow->out_size = whole;
		return CKR_BUFFER_TOO_SMALL;
	}
	return pass_blocks(run, flow, whole);
}

/* Data that does not fill its last block: the operation ends, and that is the answer. */
static CK_RV end_short(struct p11l_run *run, const struct p11l_flow *flow)
{
	bool decrypts = run->class == P11L_CLASS_DECRYPT;
	CK_BYTE scratch[64];
	CK_ULONG size = sizeof(scratch);
	struct p11l_flow last = *flow;

	last.out = scratch;
	last.out_size = &size;
	p11l_vendor_final(run, &last);
	explicit_bzero(scratch, sizeof(scratch));
	return decrypts ? CKR_ENCRYPTED_DATA_LEN_RANGE : CKR_DATA_LEN_RANGE;
}

CK_RV p11l_parts_final(struct p11l_run *run, const struct p11l_flow *flow)
{
	struct p11l_octets *data = &run->op->data;
	struct p11l_flow whole = *flow;
	CK_BYTE none = 0;
	CK_RV rv;

	if (run->op->blocks > 0)
		return data->size > 0 && flow->out != NULL ? end_short(run, flow)
		                                           : p11l_vendor_final(run, flow);
	whole.in = data->at != NULL ? data->at : &none;
	whole.in_size = data->size;
	rv = p11l_vendor_once(run, &whole);
	if (rv == CKR_OK && flow->out != NULL)
		p11l_note(run->class == P11L_CLASS_SIGN ? "SIG-9" : "GCM-4",
		        "%lu octets that came in parts -> one call", data->size);
	return rv;
}
