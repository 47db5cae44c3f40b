/* SPDX-License-Identifier: MIT */
/* Searches that are run as a whole, in the ways that rules ask for. */
#ifndef P11L_SEARCH_H
#define P11L_SEARCH_H

#include "layer.h"

#define P11L_SEARCH_ENTRIES 32 /* of a template; longer ones are not looked at */

/* What is kept of a session's search. */
struct p11l_search {
	bool active;
	bool whole; /* found is all there is; else the vendor has the search */
	CK_SLOT_ID slot;
	CK_OBJECT_HANDLE *found; /* owned */
	CK_ULONG count, room, next;
};

/* A search that is being started. */
struct p11l_hunt {
	p11l_below *below;
	const struct p11l_rules *rules;
	CK_SESSION_HANDLE session;
	CK_ATTRIBUTE *template; /* the host's */
	CK_ULONG count;
	struct p11l_search *search;
};

/* Forgets what was found; the search is not active any more. */
void p11l_search_clear(struct p11l_search *search);

/* Whether a rule has the search run as a whole. */
bool p11l_search_is_ours(const struct p11l_hunt *hunt);

/* Whether the template has a name that the vendor must not see (FND-8). */
bool p11l_search_is_too_long(const struct p11l_hunt *hunt);

/* Runs the search, and keeps what it finds in hunt->search. */
CK_RV p11l_search_run(const struct p11l_hunt *hunt);

/*
 * Names the curve of the template as the vendor does (ECPAR-1, ECPAR-6). entry has room for the
 * template, and name for a curve; both live as long as the hunt.
 */
#define P11L_SEARCH_NAME 64
void p11l_search_name_curve(
        struct p11l_hunt *hunt, CK_ATTRIBUTE *entry, CK_BYTE name[P11L_SEARCH_NAME]);

#endif
