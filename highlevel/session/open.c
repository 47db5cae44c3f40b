/* SPDX-License-Identifier: MIT */
/* Sessions come and go. */
#include "parts.h"

#include <limits.h>
#include <stdlib.h>

/* --- References */

static void destroy(struct p11l_session *session)
{
	p11l_registry_remove(session);
	/* Where no session of the standard was left to log out with, it is only counted. */
	p11l_login_leave(session, NULL, false);
	p11l_login_part(session);
	p11l_pool_free(session);
	p11l_pin_source_free(session->pin);
	p11l_slot_free(session->slot);
	free(session);
}

struct p11l_session *p11l_session_keep(struct p11l_session *session)
{
	atomic_fetch_add(&session->references, 1);
	return session;
}

void p11l_session_let(struct p11l_session *session)
{
	if (session != NULL && atomic_fetch_sub(&session->references, 1) == 1)
		destroy(session);
}

struct p11l_session *p11l_session_ref(struct p11l_session *session)
{
	if (session != NULL)
		atomic_fetch_add(&session->holders, 1);
	return session;
}

void p11l_close(struct p11l_session *session)
{
	if (session == NULL || atomic_fetch_sub(&session->holders, 1) != 1)
		return;
	p11l_pool_close(session);
	p11l_cache_free(session);
	p11l_session_let(session);
}

/* --- Opening */

static void read_options(struct p11l_session *session, const struct p11l_open_options *options)
{
	CK_ULONG most = P11L_GET(options, max_sessions, 0);

	session->read_only = P11L_GET(options, read_only, CK_FALSE) != CK_FALSE;
	session->pinned = P11L_GET(options, pinned, CK_FALSE) != CK_FALSE;
	session->no_cache = P11L_GET(options, no_cache, CK_FALSE) != CK_FALSE;
	session->wait = P11L_GET(options, wait, P11L_WAIT_DEFAULT);
	session->most = most < UINT_MAX ? (unsigned)most : UINT_MAX;
	if (session->pinned)
		session->most = 1;
	session->limit = session->most;
}

/* Without another call: what the search has read tells whether it can be written to. */
static bool is_write_protected(struct p11l_slot *slot)
{
	const struct p11l_token_info *info;

	return slot->has_token_info && p11l_get_token_info(slot, CK_FALSE, &info) == CKR_OK &&
	       (info->flags & CKF_WRITE_PROTECTED) != 0;
}

static CK_RV new_session(struct p11l_slot *slot, const struct p11l_open_options *options,
        struct p11l_session **session)
{
	struct p11l_session *made = calloc(1, sizeof(*made));
	CK_RV rv;

	if (made == NULL) {
		p11l_no_memory();
		return CKR_HOST_MEMORY;
	}
	made->module = slot->module;
	made->slot = slot;
	atomic_init(&made->holders, 1);
	atomic_init(&made->references, 1);
	atomic_init(&made->user_type, P11L_NOBODY);
	read_options(made, options);
	made->read_only |= is_write_protected(slot);
	rv = p11l_pin_source_new(options, &made->pin);
	if (rv == CKR_OK)
		rv = p11l_login_join(made);
	if (rv == CKR_OK && (rv = p11l_pool_prepare(made)) != CKR_OK)
		p11l_login_part(made);
	if (rv != CKR_OK) {
		p11l_pin_source_free(made->pin);
		free(made);
		return rv;
	}
	p11l_slot_ref(slot);
	p11l_registry_add(made);
	*session = made;
	return CKR_OK;
}

/* --- Logging in */

/* A login that somebody has asked for. */
struct login_job {
	struct p11l_job job;
	struct p11l_entering entering;
};

static CK_RV log_in(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	struct login_job *login = (struct login_job *)job;

	(void)session;
	if (login->entering.user_type == P11L_NOBODY)
		return CKR_OK;
	return p11l_login_enter(job, job->pooled, &login->entering);
}

static struct login_job login_job(
        struct p11l_session *session, CK_USER_TYPE user_type, const char *pin, CK_ULONG pin_size)
{
	return (struct login_job){.job = {.step = log_in,
	                                  .session = session,
	                                  .subject = *P11L_ABOUT_SLOT(session->slot),
	                                  .flags = P11L_REPEATABLE},
	        .entering = {.user_type = user_type, .pin = pin, .pin_size = pin_size}};
}

/* Who shall work with the token, as the options say or mean. */
static CK_USER_TYPE user_of(
        const struct p11l_session *session, const struct p11l_open_options *options)
{
	const CK_USER_TYPE *user_type = P11L_GET(options, user_type, NULL);

	if (user_type != NULL)
		return *user_type;
	return p11l_pin_source_given(session->pin) ? CKU_USER : P11L_NOBODY;
}

/* The first session of the standard, and the login. */
static CK_RV start(struct p11l_session *session, const struct p11l_open_options *options)
{
	struct login_job login = login_job(session, user_of(session, options), NULL, 0);
	CK_RV rv;

	rv = p11l_run(&login.job);
	if (rv != CKR_TOKEN_WRITE_PROTECTED || session->read_only)
		return rv;
	p11l_error_forget();
	session->read_only = true;
	return p11l_run(&login.job);
}

CK_RV p11l_open_token(struct p11l_slot *token, const struct p11l_open_options *options,
        struct p11l_session **session)
{
	struct p11l_session *opened = NULL;
	CK_RV rv;

	if (session == NULL)
		return p11l_bad_argument("session");
	*session = NULL;
	if (token == NULL)
		return p11l_bad_argument("token");
	rv = new_session(token, options, &opened);
	if (rv != CKR_OK)
		return rv;
	rv = start(opened, options);
	if (rv == CKR_OK)
		*session = opened;
	else
		p11l_close(opened);
	return rv;
}

CK_RV p11l_open(struct p11l_module *module, const struct p11l_open_options *options,
        struct p11l_session **session)
{
	struct p11l_slot *token;
	CK_RV rv;

	if (session == NULL)
		return p11l_bad_argument("session");
	*session = NULL;
	if (module == NULL)
		return p11l_bad_argument("module");
	rv = p11l_get_token(module,
	        P11L_TOKEN(.label = P11L_GET(options, token, NULL),
	                .serial = P11L_GET(options, serial, NULL),
	                .uri = P11L_GET(options, uri, NULL),
	                .slot_id = P11L_GET(options, slot_id, NULL)),
	        &token);
	if (rv != CKR_OK)
		return rv;
	rv = p11l_open_token(token, options, session);
	p11l_slot_free(token);
	return rv;
}

CK_RV p11l_login(
        struct p11l_session *session, CK_USER_TYPE user_type, const char *pin, CK_ULONG pin_size)
{
	struct login_job login;
	CK_RV rv;

	if (session == NULL)
		return p11l_bad_argument("session");
	if (user_type == CKU_CONTEXT_SPECIFIC || user_type == P11L_NOBODY)
		return p11l_refuse(CKR_USER_TYPE_INVALID, "user_type", NULL,
		        "is nobody who can log in to a token; for keys with "
		        "CKA_ALWAYS_AUTHENTICATE there is p11l_set_key_pin");
	login = login_job(session, user_type, pin, pin_size);
	rv = p11l_run(&login.job);
	if (rv == CKR_OK && pin != NULL)
		rv = p11l_pin_store(session, user_type, pin, pin_size);
	return rv;
}

/* In a step: the job is not repeated, since a login that is gone is what was wanted. */
static CK_RV log_out(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	CK_RV rv = p11l_login_leave(job->session, job->pooled, true);

	(void)session;
	if (rv == CKR_USER_NOT_LOGGED_IN)
		return CKR_OK;
	if (rv != CKR_OK)
		job->function = "C_Logout";
	return rv;
}

CK_RV p11l_logout(struct p11l_session *session)
{
	struct p11l_job job = {.step = log_out,
	        .session = session,
	        .subject = *P11L_ABOUT_SLOT(session != NULL ? session->slot : NULL)};
	CK_RV rv;

	if (session == NULL)
		return p11l_bad_argument("session");
	rv = p11l_run(&job);
	/* Handles of private objects have become invalid. */
	p11l_cache_forget(session, NULL);
	return rv;
}

/* --- What a session is */

struct p11l_slot *p11l_session_token(const struct p11l_session *session)
{
	return session != NULL ? session->slot : NULL;
}

CK_BBOOL p11l_session_is_rw(const struct p11l_session *session)
{
	return session != NULL && !session->read_only ? CK_TRUE : CK_FALSE;
}

CK_USER_TYPE p11l_session_user_type(const struct p11l_session *session)
{
	return session != NULL ? atomic_load(&session->user_type) : P11L_NOBODY;
}

void p11l_session_forget(struct p11l_session *session)
{
	if (session != NULL)
		p11l_cache_forget(session, NULL);
}

void p11l_cancel(struct p11l_session *session)
{
	if (session == NULL)
		return;
	atomic_fetch_add(&session->cancelled, 1);
	pthread_mutex_lock(&session->lock);
	pthread_cond_broadcast(&session->returned);
	pthread_mutex_unlock(&session->lock);
}
