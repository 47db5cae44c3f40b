/* SPDX-License-Identifier: MIT */
/*
 * The layer "find". A search that a rule is about is run as a whole when it is started, and what it
 * found is given out of memory; all others go their way untouched.
 */
#define _GNU_SOURCE
#include "search.h"
#include "session.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_uint kept; /* searches that anything is kept of, in all sessions */

/* --- Keeping */

static void forget(void *search)
{
	p11l_search_clear(search);
	free(search);
	atomic_fetch_sub(&kept, 1);
}

static bool open_search(struct p11l_taken *taken, CK_SESSION_HANDLE session)
{
	struct p11l_search *search;
	CK_FLAGS flags;
	int saved = errno;

	if (!p11l_session_take(taken, session, P11L_KEPT_SEARCH))
		return false;
	if (taken->kept == NULL && (search = calloc(1, sizeof(*search))) != NULL) {
		taken->kept = search;
		p11l_session_find(session, &search->slot, &flags);
		atomic_fetch_add(&kept, 1);
	}
	errno = saved;
	if (taken->kept == NULL)
		p11l_session_put(taken, forget);
	return taken->kept != NULL;
}

static void close_search(const struct p11l_taken *taken)
{
	if (!p11l_session_put(taken, forget))
		forget(taken->kept);
}

static CK_RV start_whole(const struct p11l_hunt *hunt)
{
	struct p11l_search *search = hunt->search;
	CK_RV rv;

	p11l_search_clear(search);
	rv = p11l_search_run(hunt);
	if (rv != CKR_OK) {
		p11l_search_clear(search);
		return rv;
	}
	search->active = search->whole = true;
	if (p11l_on(hunt->rules, P11L_RULE_FND_1))
		p11l_note("FND-1", "search -> %lu handles in memory", search->count);
	return rv;
}

static CK_RV start(const struct p11l_hunt *hunt)
{
	struct p11l_search *search = hunt->search;
	CK_RV rv;

	if (search->active && search->whole)
		return CKR_OPERATION_ACTIVE;
	if (search->active && p11l_on(hunt->rules, P11L_RULE_FND_5)) {
		p11l_note("FND-5", "a search is active -> CKR_OPERATION_ACTIVE");
		return CKR_OPERATION_ACTIVE;
	}
	if (p11l_search_is_ours(hunt))
		return start_whole(hunt);
	rv = hunt->below->C_FindObjectsInit(hunt->session, hunt->template, hunt->count);
	if (rv == CKR_OK) {
		p11l_search_clear(search);
		search->active = true;
	}
	return rv;
}

/* --- Hooks */

/* Takes what is known of the session's search. */
static bool take_known(struct p11l_taken *taken, CK_SESSION_HANDLE session)
{
	if (p11l_on(p11l_rules_of(session), P11L_RULE_FND_5))
		return open_search(taken, session);
	if (atomic_load_explicit(&kept, memory_order_relaxed) == 0 ||
	        !p11l_session_take(taken, session, P11L_KEPT_SEARCH))
		return false;
	if (taken->kept == NULL)
		p11l_session_put(taken, forget);
	return taken->kept != NULL;
}

/* A search of the vendor's own still finds out when one is active in memory. */
static bool take_for(struct p11l_taken *taken, const struct p11l_hunt *hunt)
{
	return p11l_search_is_ours(hunt) ? open_search(taken, hunt->session)
	                                 : take_known(taken, hunt->session);
}

CK_RV p11l_find_C_FindObjectsInit(
        p11l_below *below, CK_SESSION_HANDLE hSession, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount)
{
	struct p11l_hunt hunt = {
	        below, p11l_rules_of(hSession), hSession, pTemplate, ulCount, NULL};
	CK_ATTRIBUTE entry[P11L_SEARCH_ENTRIES];
	CK_BYTE name[P11L_SEARCH_NAME];
	struct p11l_taken taken;
	CK_RV rv;

	if (ulCount > P11L_SEARCH_ENTRIES ||
	        (ulCount > 0 && !p11l_readable(pTemplate, ulCount * sizeof(*pTemplate))))
		return below->C_FindObjectsInit(hSession, pTemplate, ulCount);
	p11l_search_name_curve(&hunt, entry, name);
	if (!take_for(&taken, &hunt)) {
		if (p11l_on(hunt.rules, P11L_RULE_FND_8) && p11l_search_is_too_long(&hunt))
			return CKR_HOST_MEMORY;
		return below->C_FindObjectsInit(hSession, hunt.template, ulCount);
	}
	hunt.search = taken.kept;
	rv = start(&hunt);
	close_search(&taken);
	return rv;
}

/* Gives out the next handles. */
static CK_RV give(
        struct p11l_search *search, CK_OBJECT_HANDLE *object, CK_ULONG most, CK_ULONG *count)
{
	CK_ULONG left = search->count - search->next;
	CK_ULONG n = most < left ? most : left;

	if (!p11l_readable(count, sizeof(*count)) ||
	        (n > 0 && !p11l_readable(object, n * sizeof(*object))))
		return CKR_ARGUMENTS_BAD;
	if (n > 0)
		memcpy(object, search->found + search->next, n * sizeof(*object));
	search->next += n;
	*count = n;
	return CKR_OK;
}

/* FND-5: a vendor that does not mind gets no such call. */
static bool is_out_of_order(const struct p11l_search *search, CK_SESSION_HANDLE session)
{
	if (search->active || !p11l_on(p11l_rules_of(session), P11L_RULE_FND_5))
		return false;
	p11l_note("FND-5", "no search is active -> CKR_OPERATION_NOT_INITIALIZED");
	return true;
}

CK_RV p11l_find_C_FindObjects(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_OBJECT_HANDLE_PTR phObject, CK_ULONG ulMaxObjectCount, CK_ULONG_PTR pulObjectCount)
{
	struct p11l_taken taken;
	struct p11l_search *search;
	CK_RV rv;

	if (!take_known(&taken, hSession))
		return below->C_FindObjects(hSession, phObject, ulMaxObjectCount, pulObjectCount);
	search = taken.kept;
	if (is_out_of_order(search, hSession))
		rv = CKR_OPERATION_NOT_INITIALIZED;
	else if (search->active && search->whole)
		rv = give(search, phObject, ulMaxObjectCount, pulObjectCount);
	else
		rv = below->C_FindObjects(hSession, phObject, ulMaxObjectCount, pulObjectCount);
	close_search(&taken);
	return rv;
}

CK_RV p11l_find_C_FindObjectsFinal(p11l_below *below, CK_SESSION_HANDLE hSession)
{
	struct p11l_taken taken;
	struct p11l_search *search;
	CK_RV rv = CKR_OK;

	if (!take_known(&taken, hSession))
		return below->C_FindObjectsFinal(hSession);
	search = taken.kept;
	if (is_out_of_order(search, hSession))
		rv = CKR_OPERATION_NOT_INITIALIZED;
	else if (!search->active || !search->whole)
		rv = below->C_FindObjectsFinal(hSession);
	p11l_search_clear(search);
	close_search(&taken);
	return rv;
}

CK_RV p11l_find_C_SessionCancel(p11l_below *below, CK_SESSION_HANDLE hSession, CK_FLAGS flags)
{
	struct p11l_taken taken;
	bool ended = false;
	CK_RV rv = below->C_SessionCancel(hSession, flags);

	if ((flags & CKF_FIND_OBJECTS) == 0 || !take_known(&taken, hSession))
		return rv;
	ended = ((struct p11l_search *)taken.kept)->whole;
	p11l_search_clear(taken.kept);
	close_search(&taken);
	return ended && flags == CKF_FIND_OBJECTS ? CKR_OK : rv;
}

/* Handles of private objects mean nothing after the logout; the search itself goes on. */
static void empty(void *kept_search)
{
	struct p11l_search *search = kept_search;

	search->count = search->next;
}

CK_RV p11l_find_C_Logout(p11l_below *below, CK_SESSION_HANDLE hSession)
{
	CK_RV rv = below->C_Logout(hSession);
	CK_SLOT_ID slot;
	CK_FLAGS flags;

	if (rv == CKR_OK && atomic_load_explicit(&kept, memory_order_relaxed) > 0 &&
	        p11l_session_find(hSession, &slot, &flags))
		p11l_session_each(slot, P11L_KEPT_SEARCH, empty);
	return rv;
}
