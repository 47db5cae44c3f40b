/* SPDX-License-Identifier: MIT */
/* Going on with an operation, and its end. */
#include "operation.h"

/* --- What the vendor does */

CK_RV p11l_vendor_once(struct p11l_run *run, const struct p11l_flow *flow)
{
	p11l_data_call *once = (p11l_data_call *)p11l_vendor_call(run->below, run->kind->once);
	bool signs = run->class == P11L_CLASS_SIGN;
	CK_ULONG size = signs ? p11l_signed_part(run, flow->in_size) : flow->in_size;
	CK_ULONG room = flow->out != NULL ? *flow->out_size : 0;
	CK_RV rv = once(p11l_at(run), flow->in, size, flow->out, flow->out_size);

	if (rv == CKR_OK && flow->out != NULL && p11l_mends_signatures(run))
		p11l_signature_standard(run, flow->out, flow->out_size, room);
	return rv;
}

CK_RV p11l_vendor_final(struct p11l_run *run, const struct p11l_flow *flow)
{
	p11l_out_call *final = (p11l_out_call *)p11l_vendor_call(run->below, run->kind->final);
	CK_ULONG room = flow->out != NULL ? *flow->out_size : 0;
	CK_RV rv = final(p11l_at(run), flow->out, flow->out_size);

	if (rv == CKR_OK && flow->out != NULL && p11l_mends_signatures(run))
		p11l_signature_standard(run, flow->out, flow->out_size, room);
	return rv;
}

/* --- The account of it */

/* A function that ends the operation unless its answer says otherwise. */
static CK_RV settle(struct p11l_run *run, CK_RV rv, bool ends)
{
	struct p11l_op *op = run->op;

	if (rv == CKR_BUFFER_TOO_SMALL || (rv == CKR_OK && !ends) || op->phase == P11L_IDLE)
		return rv;
	p11l_operation_end(op);
	op->suspect = rv != CKR_OK && rv != CKR_OPERATION_NOT_INITIALIZED;
	return rv;
}

/* Whether the host may call the function at this point; *rv is the answer when not. */
static bool in_order(const struct p11l_run *run, bool single, CK_RV *rv)
{
	const struct p11l_op *op = run->op;
	bool keeps_order = p11l_on(run->rules, P11L_RULE_OPS_5);

	if (op->phase == P11L_IDLE && keeps_order)
		*rv = CKR_OPERATION_NOT_INITIALIZED;
	else if (op->phase == P11L_PARTS && single &&
	         (keeps_order || op->collects || op->blocks > 0 || op->hashed != NULL))
		*rv = CKR_OPERATION_ACTIVE;
	else
		return true;
	if (keeps_order)
		p11l_note("OPS-5", "out of order -> %s", p11l_name(P11L_SPACE_rv, *rv));
	return false;
}

/* The vendor alone knows of this operation. */
static bool is_vendors(const struct p11l_run *run)
{
	return run->op->phase == P11L_IDLE;
}

/* --- What the host calls */

CK_RV p11l_proceed_once(struct p11l_run *run, struct p11l_flow *flow)
{
	CK_RV rv;

	if (p11l_serve_kept(run, flow, &rv) || !in_order(run, true, &rv))
		return rv;
	if (is_vendors(run))
		return p11l_vendor_once(run, flow);
	rv = p11l_serve(run, flow, run->op->hashed != NULL ? p11l_hashed_once : p11l_vendor_once);
	return settle(run, rv, flow->out != NULL);
}

static CK_RV vendor_update(struct p11l_run *run, const struct p11l_flow *flow)
{
	p11l_data_call *update = (p11l_data_call *)p11l_vendor_call(run->below, run->kind->update);
	CK_ULONG given = *flow->out_size;
	CK_RV rv = update(p11l_at(run), flow->in, flow->in_size, flow->out, flow->out_size);

	if (rv == CKR_BUFFER_TOO_SMALL)
		p11l_mend_length(run, flow, given);
	return rv;
}

CK_RV p11l_proceed_update(struct p11l_run *run, struct p11l_flow *flow)
{
	struct p11l_op *op = run->op;
	CK_RV rv;

	if (op->phase == P11L_WAITING)
		p11l_operation_end(op);
	if (!in_order(run, false, &rv))
		return rv;
	if (op->collects || op->blocks > 0)
		rv = p11l_parts_update(run, flow);
	else
		rv = vendor_update(run, flow);
	if (rv == CKR_OK && flow->out != NULL && !is_vendors(run)) {
		op->phase = P11L_PARTS;
		op->handed += flow->in_size < P11L_COLLECT_MAX ? flow->in_size : P11L_COLLECT_MAX;
	}
	return settle(run, rv, false);
}

CK_RV p11l_proceed_in(struct p11l_run *run, CK_BYTE_PTR in, CK_ULONG in_size)
{
	struct p11l_op *op = run->op;
	CK_RV rv;

	if (op->phase == P11L_WAITING)
		p11l_operation_end(op);
	if (!in_order(run, false, &rv))
		return rv;
	if (op->hashed != NULL)
		rv = p11l_hashed_update(run, in, in_size);
	else if (op->collects)
		rv = p11l_parts_collect(run, in, in_size);
	else
		rv = ((p11l_in_call *)p11l_vendor_call(run->below, run->kind->update))(
		        p11l_at(run), in, in_size);
	if (rv == CKR_OK && !is_vendors(run))
		op->phase = P11L_PARTS;
	return settle(run, rv, false);
}

CK_RV p11l_proceed_key(struct p11l_run *run, CK_OBJECT_HANDLE key)
{
	CK_RV rv;

	if (run->op->phase == P11L_WAITING)
		p11l_operation_end(run->op);
	if (!in_order(run, false, &rv))
		return rv;
	rv = run->below->C_DigestKey(p11l_at(run), key);
	if (rv == CKR_OK && !is_vendors(run))
		run->op->phase = P11L_PARTS;
	return settle(run, rv, false);
}

CK_RV p11l_proceed_find(
        struct p11l_run *run, CK_OBJECT_HANDLE_PTR object, CK_ULONG most, CK_ULONG_PTR count)
{
	return run->below->C_FindObjects(p11l_at(run), object, most, count);
}

CK_RV p11l_proceed_find_final(struct p11l_run *run)
{
	return settle(run, run->below->C_FindObjectsFinal(p11l_at(run)), true);
}

static p11l_make *make_of_final(const struct p11l_op *op)
{
	if (op->hashed != NULL)
		return p11l_hashed_final;
	return op->collects || op->blocks > 0 ? p11l_parts_final : p11l_vendor_final;
}

CK_RV p11l_proceed_final(struct p11l_run *run, struct p11l_flow *flow)
{
	CK_RV rv;

	if (p11l_serve_kept(run, flow, &rv) || !in_order(run, false, &rv))
		return rv;
	if (is_vendors(run))
		return p11l_vendor_final(run, flow);
	rv = p11l_serve(run, flow, make_of_final(run->op));
	return settle(run, rv, flow->out != NULL);
}

CK_RV p11l_proceed_verify(struct p11l_run *run, CK_BYTE_PTR data, CK_ULONG size,
        CK_BYTE_PTR signature, CK_ULONG signature_size)
{
	CK_BYTE other[256];
	CK_RV rv;

	if (!in_order(run, true, &rv))
		return rv;
	p11l_signature_vendor(run, &signature, &signature_size, other, sizeof(other));
	if (run->op->hashed != NULL)
		rv = p11l_hashed_verify(run, data, size, signature, signature_size);
	else
		rv = run->below->C_Verify(
		        p11l_at(run), data, p11l_signed_part(run, size), signature, signature_size);
	return settle(run, rv, true);
}

CK_RV p11l_proceed_verify_final(
        struct p11l_run *run, CK_BYTE_PTR signature, CK_ULONG signature_size)
{
	struct p11l_op *op = run->op;
	CK_BYTE other[256], none;
	CK_RV rv;

	if (!in_order(run, false, &rv))
		return rv;
	p11l_signature_vendor(run, &signature, &signature_size, other, sizeof(other));
	if (op->hashed != NULL)
		rv = p11l_hashed_verify(run, NULL, 0, signature, signature_size);
	else if (op->collects)
		rv = run->below->C_Verify(p11l_at(run), op->data.at != NULL ? op->data.at : &none,
		        op->data.size, signature, signature_size);
	else
		rv = run->below->C_VerifyFinal(p11l_at(run), signature, signature_size);
	return settle(run, rv, true);
}
