/* SPDX-License-Identifier: MIT */
/* Ending an operation that the vendor does not let go. */
#define _GNU_SOURCE
#include "operation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SCRATCH (64 * 1024UL) /* octets for what nobody wants */

/*
 * A key that asks for its user each time signs nothing that nobody wants. What cannot be read is
 * taken for such a key, unless there is no such attribute.
 */
static bool is_personal(const struct p11l_run *run)
{
	CK_BBOOL personal = CK_TRUE;
	CK_ATTRIBUTE asked = {CKA_ALWAYS_AUTHENTICATE, &personal, sizeof(personal)};
	CK_RV rv = run->below->C_GetAttributeValue(run->session, run->op->key, &asked, 1);

	return rv != CKR_ATTRIBUTE_TYPE_INVALID && (rv != CKR_OK || personal != CK_FALSE);
}

/* Data for an operation that nobody wants; a mechanism without parts ends with an error here. */
static CK_RV hand_in(struct p11l_run *run, CK_SESSION_HANDLE at, CK_BYTE *scratch, CK_ULONG room)
{
	void (*update)(void) = p11l_vendor_call(run->below, run->kind->update);
	CK_ULONG size = room;

	if (run->class == P11L_CLASS_ENCRYPT || run->class == P11L_CLASS_DECRYPT)
		return ((p11l_data_call *)update)(at, scratch, 1, scratch + 1, &size);
	return ((p11l_in_call *)update)(at, scratch, 1);
}

static bool finish_into(struct p11l_run *run, CK_SESSION_HANDLE at, CK_BYTE *scratch, CK_ULONG room)
{
	p11l_below *below = run->below;
	CK_ULONG size = room;
	CK_RV rv = hand_in(run, at, scratch, room - 1);

	if (rv == CKR_FUNCTION_NOT_SUPPORTED)
		return false;
	if (run->class == P11L_CLASS_VERIFY)
		rv = below->C_VerifyFinal(at, scratch, 2);
	else
		rv = ((p11l_out_call *)p11l_vendor_call(below, run->kind->final))(
		        at, scratch, &size);
	return rv != CKR_BUFFER_TOO_SMALL && rv != CKR_FUNCTION_NOT_SUPPORTED;
}

/* Ends it as if the host had wanted the result. */
static bool finish(struct p11l_run *run, CK_SESSION_HANDLE at)
{
	int saved = errno;
	CK_BYTE *scratch;
	bool done;

	if (run->class == P11L_CLASS_FIND)
		return run->below->C_FindObjectsFinal(at) == CKR_OK;
	if (run->kind->final == 0 || (run->class == P11L_CLASS_SIGN && is_personal(run)))
		return false;
	scratch = calloc(1, SCRATCH);
	errno = saved;
	if (scratch == NULL)
		return false;
	done = finish_into(run, at, scratch, SCRATCH);
	explicit_bzero(scratch, SCRATCH);
	free(scratch);
	return done;
}

/* Our own session is closed; in the host's the vendor is asked, and if need be outwitted. */
static bool cancel(struct p11l_run *run, CK_SESSION_HANDLE at)
{
	if (at == run->op->hidden && at != 0) {
		p11l_close_hidden(run);
		return true;
	}
	return (p11l_is_3(run->below) &&
	               run->below->C_SessionCancel(at, run->kind->cancel) == CKR_OK) ||
	       finish(run, at);
}

CK_RV p11l_cancel_asked(struct p11l_run *run, const struct p11l_start *start)
{
	struct p11l_op *op = run->op;
	CK_SESSION_HANDLE at = p11l_at(run);
	bool active = op->phase != P11L_IDLE || op->suspect;
	CK_RV rv = p11l_vendor_init(run->below, run->class, at, start);

	if (rv != CKR_OK && active && p11l_on(run->rules, P11L_RULE_OPS_2) && cancel(run, at)) {
		p11l_note("OPS-2", "cancelled -> CKR_OK");
		rv = CKR_OK;
	}
	if (rv == CKR_OK) {
		p11l_operation_end(op);
		op->suspect = false;
	}
	return rv;
}

/* --- OPS-3 */

static bool cancel_suspect(struct p11l_run *run)
{
	struct p11l_op *op = run->op;

	if (!op->suspect)
		return false;
	op->suspect = false;
	return cancel(run, run->session);
}

/* The same for what stands under another class of the host's session. */
static bool cancel_other(const struct p11l_run *run, enum p11l_class class)
{
	struct p11l_run other;
	bool done;

	if (!p11l_run_open(&other, run->below, run->session, class, false))
		return false;
	done = cancel_suspect(&other);
	p11l_run_close(&other);
	return done;
}

bool p11l_cancel_suspects(struct p11l_run *run)
{
	bool any = cancel_suspect(run);

	for (unsigned i = 0; i < P11L_CLASSES; i++)
		if (i != run->class && cancel_other(run, (enum p11l_class)i))
			any = true;
	if (any)
		p11l_note("OPS-3", "CKR_OPERATION_ACTIVE -> cancelled, started once more");
	return any;
}

/* --- C_SessionCancel */

/* Ends what the host wants ended and the vendor, which answered rv, may have ended already. */
static bool end_active(struct p11l_run *run, CK_RV rv)
{
	CK_SESSION_HANDLE at = p11l_at(run);
	bool over = run->op->phase == P11L_WAITING || (rv == CKR_OK && at == run->session);

	if (!over && at == run->session && !p11l_on(run->rules, P11L_RULE_OPS_2))
		return false;
	if (!over && !(at == run->session ? finish(run, at) : cancel(run, at)))
		return false;
	p11l_operation_end(run->op);
	return true;
}

CK_RV p11l_operation_C_SessionCancel(p11l_below *below, CK_SESSION_HANDLE hSession, CK_FLAGS flags)
{
	CK_RV rv = below->C_SessionCancel(hSession, flags);
	unsigned ended = 0, left = 0;
	struct p11l_run run;

	for (unsigned i = 0; i < P11L_CLASSES; i++) {
		if ((flags & p11l_kinds[i].cancel) == 0 ||
		        !p11l_run_open(&run, below, hSession, (enum p11l_class)i, false))
			continue;
		if (run.op->phase != P11L_IDLE)
			*(end_active(&run, rv) ? &ended : &left) += 1;
		p11l_run_close(&run);
	}
	if (rv == CKR_OK || ended == 0 || left > 0)
		return rv;
	p11l_note("OPS-2", "%s -> CKR_OK: cancelled", p11l_name(P11L_SPACE_rv, rv));
	return CKR_OK;
}
