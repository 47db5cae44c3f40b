/* SPDX-License-Identifier: MIT */
/*
 * Results go to a buffer of the lens first, where the vendor cannot be trusted with a short one,
 * and from there to the host's. What does not fit waits for the host to come back with more room:
 * nothing is done twice.
 */
#define _GNU_SOURCE
#include "operation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ON_STACK 512 /* octets of a result */
#define DER_MORE 16  /* octets that a signature has more in DER */

/* The rules for which results of a class come to a buffer of ours; the first that is on is told. */
static const uint16_t owners[P11L_CLASSES][5] = {
        [P11L_CLASS_ENCRYPT] = {P11L_RULE_BUF_6, P11L_RULE_BUF_5, P11L_RULE_BUF_2, P11L_RULE_BUF_8},
        [P11L_CLASS_DECRYPT] = {P11L_RULE_BUF_4, P11L_RULE_BUF_6, P11L_RULE_BUF_5},
        [P11L_CLASS_DIGEST] = {P11L_RULE_BUF_7, P11L_RULE_BUF_6, P11L_RULE_BUF_5},
        [P11L_CLASS_SIGN] = {P11L_RULE_BUF_6, P11L_RULE_BUF_5, P11L_RULE_BUF_8},
};

/* The id of the rule that has the lens look after results of this class, or NULL. */
static const char *owner(const struct p11l_run *run)
{
	const uint16_t *rules = owners[run->class];

	for (size_t i = 0; i < 5 && rules[i] != 0; i++)
		if (p11l_on(run->rules, rules[i]))
			return p11l_rules[rules[i]].id;
	return p11l_mends_signatures(run) ? p11l_rules[P11L_RULE_SIG_1].id : NULL;
}

static struct p11l_room room_for(const struct p11l_run *run, const struct p11l_flow *flow)
{
	bool final = flow->function == run->kind->final;

	if (final && run->op->collects)
		return p11l_room_of(run->op, run->class, false, run->op->data.size);
	return p11l_room_of(run->op, run->class, final, flow->in_size);
}

/* --- Size queries */

static CK_RV answer_size(
        struct p11l_run *run, struct p11l_flow *flow, p11l_make *make, CK_ULONG exact)
{
	const char *id = owner(run);
	CK_RV rv;

	if (exact > 0 && p11l_on(run->rules, P11L_RULE_BUF_9)) {
		p11l_note("BUF-9", "size query: the vendor is not asked -> %lu", exact);
		*flow->out_size = exact;
		return CKR_OK;
	}
	rv = make(run, flow);
	if (rv != CKR_OK || exact == 0 || id == NULL)
		return rv;
	if (*flow->out_size < exact || (*flow->out_size != exact && p11l_mends_signatures(run))) {
		p11l_note(id, "size query %lu -> %lu", *flow->out_size, exact);
		*flow->out_size = exact;
	}
	return rv;
}

/* --- Results */

static bool keep(
        struct p11l_run *run, const struct p11l_flow *flow, const CK_BYTE *made, CK_ULONG n)
{
	struct p11l_op *op = run->op;

	if (!p11l_octets_add(&op->result, made, n, P11L_KEEP_MAX) ||
	        !p11l_octets_add(&op->asked, flow->in, flow->in_size, P11L_KEEP_MAX)) {
		p11l_octets_wipe(&op->result);
		return false;
	}
	op->result_of = flow->function;
	op->phase = P11L_WAITING;
	return true;
}

static bool is_asked_again(const struct p11l_op *op, const struct p11l_flow *flow)
{
	return flow->in_size == op->asked.size &&
	       (flow->in_size == 0 || p11l_readable(flow->in, flow->in_size)) &&
	       p11l_octets_equal(&op->asked, flow->in, flow->in_size);
}

bool p11l_serve_kept(struct p11l_run *run, const struct p11l_flow *flow, CK_RV *rv)
{
	struct p11l_op *op = run->op;

	if (op->phase != P11L_WAITING)
		return false;
	if (op->result_of != flow->function || !is_asked_again(op, flow)) {
		p11l_operation_end(op);
		return false;
	}
	*rv = CKR_OK;
	if (flow->out != NULL && *flow->out_size < op->result.size)
		*rv = CKR_BUFFER_TOO_SMALL;
	else if (flow->out != NULL && op->result.size > 0)
		memcpy(flow->out, op->result.at, op->result.size);
	*flow->out_size = op->result.size;
	if (flow->out != NULL && *rv == CKR_OK)
		p11l_operation_end(op);
	return true;
}

/* Hands n octets that were made to the host, or keeps them. */
static CK_RV deliver(
        struct p11l_run *run, const struct p11l_flow *flow, const CK_BYTE *made, CK_ULONG n)
{
	CK_ULONG given = *flow->out_size;

	*flow->out_size = n;
	if (n <= given) {
		if (n > 0)
			memcpy(flow->out, made, n);
		return CKR_OK;
	}
	if (!keep(run, flow, made, n))
		return CKR_HOST_MEMORY;
	p11l_note(owner(run), "result of %lu octets kept: the buffer has %lu", n, given);
	return CKR_BUFFER_TOO_SMALL;
}

/* Has the result made in a buffer with room octets, which is big enough for any vendor. */
static CK_RV make_here(
        struct p11l_run *run, struct p11l_flow *flow, p11l_make *make, CK_BYTE *here, CK_ULONG room)
{
	struct p11l_flow inner = *flow;
	CK_ULONG n = room;
	CK_RV rv;

	inner.out = here;
	inner.out_size = &n;
	rv = make(run, &inner);
	if (rv == CKR_OK && n > room)
		rv = CKR_GENERAL_ERROR;
	if (rv == CKR_OK)
		rv = deliver(run, flow, here, n);
	else if (rv == CKR_BUFFER_TOO_SMALL)
		*flow->out_size = n;
	return rv;
}

static CK_RV make_own(struct p11l_run *run, struct p11l_flow *flow, p11l_make *make, CK_ULONG room)
{
	CK_BYTE small[ON_STACK], *here = small;
	int saved = errno;
	CK_RV rv;

	if (room > sizeof(small))
		here = malloc(room);
	errno = saved;
	if (here == NULL)
		return CKR_HOST_MEMORY;
	rv = make_here(run, flow, make, here, room);
	explicit_bzero(here, room);
	if (here != small)
		free(here);
	return rv;
}

/* Straight into the host's buffer; a length that comes back untouched is mended if known. */
static CK_RV make_straight(
        struct p11l_run *run, struct p11l_flow *flow, p11l_make *make, CK_ULONG exact)
{
	CK_ULONG given = *flow->out_size;
	CK_RV rv = make(run, flow);

	if (rv == CKR_BUFFER_TOO_SMALL && exact > given && *flow->out_size != exact &&
	        p11l_on(run->rules, P11L_RULE_BUF_5)) {
		p11l_note("BUF-5", "length %lu -> %lu", *flow->out_size, exact);
		*flow->out_size = exact;
	}
	return rv;
}

/* A vendor that answers with the length of the buffer is given no more than the result takes. */
static CK_RV make_exact(
        struct p11l_run *run, struct p11l_flow *flow, p11l_make *make, CK_ULONG exact)
{
	p11l_note("BUF-8", "buffer %lu -> %lu", *flow->out_size, exact);
	*flow->out_size = exact;
	return make(run, flow);
}

static CK_RV make_enough(
        struct p11l_run *run, struct p11l_flow *flow, p11l_make *make, struct p11l_room room)
{
	CK_ULONG given = *flow->out_size;

	if (p11l_mends_signatures(run))
		return make_own(run, flow, make, room.most + DER_MORE);
	if (p11l_on(run->rules, P11L_RULE_BUF_8) && room.exact > 0 && given > room.exact)
		return make_exact(run, flow, make, room.exact);
	return given >= room.most ? make(run, flow) : make_own(run, flow, make, room.most);
}

CK_RV p11l_serve(struct p11l_run *run, struct p11l_flow *flow, p11l_make *make)
{
	struct p11l_room room = room_for(run, flow);

	if (flow->out == NULL)
		return answer_size(run, flow, make, room.exact);
	if (owner(run) == NULL)
		return make(run, flow);
	if (room.exact > *flow->out_size) {
		p11l_note(owner(run), "%lu octets do not fit in %lu: the vendor is not called",
		        room.exact, *flow->out_size);
		*flow->out_size = room.exact;
		return CKR_BUFFER_TOO_SMALL;
	}
	if (room.most == 0 || room.most > P11L_KEEP_MAX)
		return make_straight(run, flow, make, room.exact);
	return make_enough(run, flow, make, room);
}

/* The rest of a block may come out with the data, and a vendor may want a block more than that. */
void p11l_mend_length(struct p11l_run *run, const struct p11l_flow *flow, CK_ULONG given)
{
	CK_ULONG enough = flow->in_size + 32;

	if (!p11l_on(run->rules, P11L_RULE_BUF_5) || *flow->out_size > given)
		return;
	p11l_note("BUF-5", "length %lu -> %lu", *flow->out_size, enough);
	*flow->out_size = enough;
}

/* --- C_WrapKey, which is no operation */

CK_RV p11l_operation_C_WrapKey(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hWrappingKey, CK_OBJECT_HANDLE hKey,
        CK_BYTE_PTR pWrappedKey, CK_ULONG_PTR pulWrappedKeyLen)
{
	bool mends = pWrappedKey != NULL && p11l_on(p11l_rules_of(hSession), P11L_RULE_BUF_5) &&
	             p11l_readable(pulWrappedKeyLen, sizeof(*pulWrappedKeyLen));
	CK_ULONG given = mends ? *pulWrappedKeyLen : 0, size = 0;
	CK_RV rv = below->C_WrapKey(
	        hSession, pMechanism, hWrappingKey, hKey, pWrappedKey, pulWrappedKeyLen);

	if (!mends || rv != CKR_BUFFER_TOO_SMALL || *pulWrappedKeyLen > given)
		return rv;
	if (below->C_WrapKey(hSession, pMechanism, hWrappingKey, hKey, NULL, &size) == CKR_OK &&
	        size > given) {
		p11l_note("BUF-5", "length %lu -> %lu", *pulWrappedKeyLen, size);
		*pulWrappedKeyLen = size;
	}
	return rv;
}
