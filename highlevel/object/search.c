/* SPDX-License-Identifier: MIT */
/* Searches: all handles, by one search of the standard that is over then; and what they are of. */
#include "parts.h"

#include <stdlib.h>
#include <string.h>

#define MOST_HANDLES                                                                \
	((CK_ULONG)1 << 24) /* a module that goes on for longer than that is broken \
	                     */

CK_RV p11l_search_init(struct p11l_search *search, struct p11l_session *session,
        const struct p11l_selector *selector)
{
	CK_RV rv;

	memset(search, 0, sizeof(*search));
	search->job.session = session;
	search->job.subject = *P11L_NO_SUBJECT;
	search->job.flags = P11L_REPEATABLE;
	rv = p11l_selector_template(selector, &search->template);
	if (rv == CKR_OK)
		rv = p11l_reader_init(&search->reader, session, true,
		        P11L_GET(selector, want, NULL), P11L_GET(selector, want_count, 0));
	if (rv != CKR_OK) {
		p11l_search_free(search);
		return rv;
	}
	search->reader.object_class = p11l_template_ulong(&search->template, CKA_CLASS);
	search->reader.key_type = p11l_template_ulong(&search->template, CKA_KEY_TYPE);
	return CKR_OK;
}

void p11l_search_free(struct p11l_search *search)
{
	p11l_objects_free(search->objects);
	p11l_reader_free(&search->reader);
	p11l_attributes_clear(&search->template);
	free(search->handle);
	memset(search, 0, sizeof(*search));
}

/* --- Handles */

static CK_RV make_room(struct p11l_search *search)
{
	CK_ULONG room = search->room + P11L_BATCH + search->room / 2;
	CK_OBJECT_HANDLE *larger;

	if (search->handles + P11L_BATCH <= search->room)
		return CKR_OK;
	larger = room <= MOST_HANDLES ? realloc(search->handle, room * sizeof(*larger)) : NULL;
	if (larger == NULL)
		return p11l_no_memory();
	search->handle = larger;
	search->room = room;
	return CKR_OK;
}

/* Batches until one is short. */
static CK_RV take_handles(struct p11l_search *search, CK_SESSION_HANDLE session)
{
	CK_ULONG count = P11L_BATCH;
	CK_RV rv = CKR_OK;

	while (count == P11L_BATCH) {
		rv = make_room(search);
		if (rv == CKR_OK)
			rv = p11l_next_batch(
			        &search->job, session, search->handle + search->handles, &count);
		if (rv != CKR_OK)
			break;
		search->handles += count;
	}
	return rv;
}

CK_RV p11l_next_batch(
        struct p11l_job *job, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *handle, CK_ULONG *count)
{
	CK_RV rv;

	*count = 0;
	rv = P11L_TRY(job, C_FindObjects, session, handle, P11L_BATCH, count);
	/* More than there is room for cannot be; what is behind it is lost then. */
	if (rv == CKR_OK && *count > P11L_BATCH)
		*count = P11L_BATCH;
	return rv;
}

static CK_RV find_handles(struct p11l_search *search, CK_SESSION_HANDLE session)
{
	struct p11l_attributes *template = &search->template;
	const char *failed;
	CK_RV rv, ended;

	search->handles = 0;
	rv = P11L_TRY(&search->job, C_FindObjectsInit, session, template->entry, template->count);
	if (rv != CKR_OK)
		return rv;
	rv = take_handles(search, session);
	failed = search->job.function;
	ended = P11L_TRY(&search->job, C_FindObjectsFinal, session);
	if (rv == CKR_OK)
		return ended;
	/* The search is over in any case; what went wrong first is what counts. */
	search->job.function = failed;
	return rv;
}

/* --- Objects */

/* A handle that cannot be read is an object all the same, of which the template may be known. */
static CK_RV make_object(struct p11l_search *search, CK_OBJECT_HANDLE handle, CK_RV result,
        struct p11l_object **object)
{
	struct p11l_reader *reader = &search->reader;
	bool is_read = result == CKR_OK;
	CK_RV rv = p11l_object_new(search->job.session, handle,
	        is_read ? reader->found : search->template.entry,
	        is_read ? reader->found_count : search->template.count, object);

	if (rv != CKR_OK)
		return rv;
	(*object)->result = result;
	atomic_store(&(*object)->epoch, search->job.pooled->epoch);
	atomic_store(&(*object)->is_read, is_read);
	if (result == CKR_OBJECT_HANDLE_INVALID)
		atomic_store(&(*object)->dead, true);
	return CKR_OK;
}

static bool is_key(const struct p11l_object *object)
{
	return object->object_class == CKO_PUBLIC_KEY || object->object_class == CKO_PRIVATE_KEY ||
	       object->object_class == CKO_SECRET_KEY;
}

/* Whether the code of one object ends the search, so that p11l_run mends what is broken. */
static bool ends_search(const struct p11l_search *search, CK_RV rv)
{
	/* A login that has been renewed in vain is the matter of this object alone. */
	if (rv == CKR_USER_NOT_LOGGED_IN)
		return !search->is_again && search->job.session->user_type != P11L_NOBODY;
	return p11l_is_of_session(rv);
}

CK_RV p11l_search_read(struct p11l_search *search, CK_SESSION_HANDLE session,
        CK_OBJECT_HANDLE handle, struct p11l_object **object)
{
	struct p11l_job *job = &search->job;
	CK_RV result = p11l_reader_read(&search->reader, session, handle);
	CK_RV rv;

	*object = NULL;
	if (ends_search(search, result)) {
		job->function = "C_GetAttributeValue";
		return result;
	}
	rv = make_object(search, handle, result, object);
	if (rv != CKR_OK)
		return rv;
	if (!p11l_object_fits(*object, &search->template) ||
	        (search->keys_only && !is_key(*object))) {
		p11l_object_free(*object);
		*object = NULL;
	}
	return CKR_OK;
}

static CK_RV read_objects(struct p11l_search *search, CK_SESSION_HANDLE session)
{
	CK_RV rv = CKR_OK;

	for (CK_ULONG i = 0; rv == CKR_OK && i < search->handles; i++) {
		struct p11l_object *object;

		rv = p11l_search_read(search, session, search->handle[i], &object);
		if (rv == CKR_OK && object != NULL)
			rv = p11l_objects_add(&search->objects, object);
		if (search->most > 0 && p11l_objects_count(search->objects) == search->most) {
			search->is_cut = i + 1 < search->handles;
			break;
		}
	}
	return rv;
}

static CK_RV search_step(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	struct p11l_search *search = (struct p11l_search *)job;
	CK_RV rv;

	p11l_objects_free(search->objects);
	search->objects = NULL;
	rv = find_handles(search, session);
	if (rv == CKR_OK)
		rv = read_objects(search, session);
	search->is_again = true;
	return rv;
}

CK_RV p11l_run_search(struct p11l_search *search)
{
	search->job.step = search_step;
	return p11l_run(&search->job);
}
