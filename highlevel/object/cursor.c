/* SPDX-License-Identifier: MIT */
/* Searches that go on while their objects are looked at. */
#include "parts.h"

#include <stdlib.h>

struct p11l_cursor {
	struct p11l_search search; /* first: it is the job of the step */
	struct p11l_session *session;
	struct p11l_pooled *pooled; /* NULL: the search is over */
	CK_OBJECT_HANDLE batch[P11L_BATCH];
	CK_ULONG count, next;
	bool is_last; /* there is no batch behind this one */
};

static CK_RV open_step(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	struct p11l_cursor *cursor = (struct p11l_cursor *)job;
	struct p11l_attributes *template = &cursor->search.template;
	const char *failed;
	CK_RV rv;

	cursor->next = cursor->count = 0;
	rv = P11L_TRY(job, C_FindObjectsInit, session, template->entry, template->count);
	if (rv != CKR_OK)
		return rv;
	rv = p11l_next_batch(job, session, cursor->batch, &cursor->count);
	if (rv == CKR_OK)
		return CKR_OK;
	failed = job->function;
	P11L_TRY(job, C_FindObjectsFinal, session);
	job->function = failed;
	return rv;
}

CK_RV p11l_open_cursor(struct p11l_session *session, const struct p11l_selector *selector,
        struct p11l_cursor **cursor)
{
	struct p11l_cursor *made;
	CK_RV rv;

	if (cursor == NULL)
		return p11l_bad_argument("cursor");
	*cursor = NULL;
	if (session == NULL)
		return p11l_bad_argument("session");
	made = calloc(1, sizeof(*made));
	if (made == NULL)
		return p11l_no_memory();
	rv = p11l_search_init(&made->search, session, selector);
	if (rv != CKR_OK) {
		free(made);
		return rv;
	}
	made->session = p11l_session_keep(session);
	made->search.job.step = open_step;
	made->search.job.flags |= P11L_KEEPS;
	rv = p11l_run(&made->search.job);
	if (rv != CKR_OK) {
		p11l_cursor_free(made);
		return rv;
	}
	made->pooled = made->search.job.pooled;
	made->is_last = made->count < P11L_BATCH;
	*cursor = made;
	return CKR_OK;
}

/* Ends the search and returns the session, whatever has become of it. */
static void end(struct p11l_cursor *cursor)
{
	struct p11l_pooled *pooled = cursor->pooled;
	const CK_FUNCTION_LIST_3_2 *functions = cursor->session->module->functions;
	bool is_of_now;

	if (pooled == NULL)
		return;
	cursor->pooled = NULL;
	is_of_now = pooled->epoch == atomic_load(&cursor->session->module->epoch);
	p11l_release(cursor->session, pooled,
	        !is_of_now || functions->C_FindObjectsFinal(pooled->handle) != CKR_OK);
}

/* The next batch, when there is one. */
static CK_RV fill(struct p11l_cursor *cursor)
{
	struct p11l_job *job = &cursor->search.job;
	CK_RV rv;

	cursor->next = cursor->count = 0;
	if (cursor->is_last)
		return CKR_OK;
	rv = p11l_next_batch(job, cursor->pooled->handle, cursor->batch, &cursor->count);
	if (rv != CKR_OK)
		return p11l_vendor_refused(
		        cursor->session->module, rv, job->function, P11L_NO_SUBJECT);
	cursor->is_last = cursor->count < P11L_BATCH;
	return CKR_OK;
}

/* The search ended with the session it went on in, and is not taken up by another. */
static CK_RV check(const struct p11l_cursor *cursor)
{
	const struct p11l_session *session = cursor->session;

	if (cursor->pooled->epoch != atomic_load(&session->module->epoch))
		return p11l_refuse(P11L_CKR_DEAD, "cursor", NULL,
		        "is of a time before the module was initialised again");
	if (atomic_load(&session->closed))
		return p11l_refuse(
		        CKR_SESSION_CLOSED, "cursor", NULL, "is of a session that is closed");
	return CKR_OK;
}

static CK_RV next(struct p11l_cursor *cursor, struct p11l_object **object)
{
	CK_RV rv = CKR_OK;

	while (rv == CKR_OK && *object == NULL) {
		rv = check(cursor);
		if (rv == CKR_OK && cursor->next == cursor->count)
			rv = fill(cursor);
		if (rv != CKR_OK || cursor->count == 0)
			break;
		cursor->search.is_again = true;
		rv = p11l_search_read(&cursor->search, cursor->pooled->handle,
		        cursor->batch[cursor->next++], object);
		if (rv != CKR_OK)
			rv = p11l_vendor_refused(cursor->session->module, rv, "C_GetAttributeValue",
			        P11L_NO_SUBJECT);
	}
	return rv;
}

CK_RV p11l_cursor_next(struct p11l_cursor *cursor, struct p11l_object **object)
{
	CK_RV rv;

	if (object == NULL)
		return p11l_bad_argument("object");
	*object = NULL;
	if (cursor == NULL)
		return p11l_bad_argument("cursor");
	if (cursor->pooled == NULL)
		return CKR_OK;
	rv = next(cursor, object);
	if (rv == CKR_OK && *object == NULL)
		end(cursor);
	return rv;
}

void p11l_cursor_free(struct p11l_cursor *cursor)
{
	if (cursor == NULL)
		return;
	end(cursor);
	p11l_search_free(&cursor->search);
	p11l_session_let(cursor->session);
	free(cursor);
}
