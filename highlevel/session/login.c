/* SPDX-License-Identifier: MIT */
/*
 * Logins belong to the token, not to a session (PKCS #11, "Session events"): who is logged in is
 * counted here for each token, so that one part of a program does not log out another.
 */
#define _DEFAULT_SOURCE /* strdup */
#include "parts.h"

#include <stdlib.h>
#include <string.h>

/* --- One record for each token */

static struct p11l_login *find(struct p11l_module *module, CK_SLOT_ID slot)
{
	struct p11l_login *login = module->logins;

	while (login != NULL && login->slot != slot)
		login = login->next;
	return login;
}

CK_RV p11l_login_join(struct p11l_session *session)
{
	struct p11l_module *module = session->module;
	struct p11l_login *login;

	p11l_registry_lock();
	login = find(module, session->slot->id);
	if (login == NULL && (login = calloc(1, sizeof(*login))) != NULL) {
		login->slot = session->slot->id;
		login->user_type = P11L_NOBODY;
		atomic_init(&login->epoch, P11L_LOST_LOGIN);
		login->next = module->logins;
		module->logins = login;
	}
	if (login != NULL)
		login->sessions++;
	p11l_registry_unlock();
	session->login = login;
	return login != NULL ? CKR_OK : p11l_no_memory();
}

void p11l_login_part(struct p11l_session *session)
{
	struct p11l_login **at = &session->module->logins, *login = session->login;

	p11l_registry_lock();
	if (--login->sessions > 0) {
		login = NULL;
	} else {
		while (*at != login)
			at = &(*at)->next;
		*at = login->next;
	}
	p11l_registry_unlock();
	if (login != NULL)
		free(login->user_name);
	free(login);
}

/* --- Logging in */

static const char *user_name(const struct p11l_session *session)
{
	return p11l_pin_user_name(session->pin);
}

static bool is_same_name(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static CK_RV other_user(void)
{
	return p11l_refuse(P11L_CKR_OTHER_USER, "user_type", NULL,
	        "another user is logged in to the token, which can have only one at a time; close "
	        "or log out the sessions of that user first");
}

/* Who came by here works with the token as another user. */
static bool is_taken(const struct p11l_session *session, const struct p11l_entering *entering)
{
	const struct p11l_login *login = session->login;

	return login->users > 0 && (login->user_type != entering->user_type ||
	                                   !is_same_name(login->user_name, user_name(session)));
}

/*
 * Waits until nobody is logging in to this token. CKR_OK with *done when that has done what this
 * thread came for. A thread that was left behind by a fork is not waited for: its epoch is over.
 */
static CK_RV begin(struct p11l_session *session, const struct p11l_pooled *pooled,
        const struct p11l_entering *entering, bool *done)
{
	struct p11l_login *login = session->login;
	CK_RV rv = CKR_OK;

	p11l_registry_lock();
	while (login->busy == pooled->epoch + 1)
		p11l_registry_wait();
	*done = entering->again && atomic_load(&login->epoch) == pooled->epoch &&
	        atomic_load(&login->serial) != entering->seen;
	if (!*done && is_taken(session, entering))
		rv = other_user();
	else if (!*done)
		login->busy = pooled->epoch + 1;
	p11l_registry_unlock();
	return rv;
}

static void set_name(struct p11l_login *login, const char *name)
{
	free(login->user_name);
	/* Without memory for it the next user of this name is told that somebody else is there. */
	login->user_name = name != NULL ? strdup(name) : NULL;
}

static void end(struct p11l_session *session, const struct p11l_pooled *pooled,
        const struct p11l_entering *entering, CK_RV rv)
{
	struct p11l_login *login = session->login;

	p11l_registry_lock();
	if (login->busy == pooled->epoch + 1)
		login->busy = 0;
	if (rv == CKR_OK) {
		if (login->users == 0)
			login->made_here = false;
		if (session->user_type == P11L_NOBODY)
			login->users++;
		session->user_type = login->user_type = entering->user_type;
		login->made_here |= entering->made;
		set_name(login, user_name(session));
		atomic_store(&login->epoch, pooled->epoch);
		atomic_fetch_add(&login->serial, 1);
	}
	p11l_registry_tell();
	p11l_registry_unlock();
}

/* In a step. pin without octets: the token asks for it. */
static CK_RV call_login(struct p11l_job *job, CK_SESSION_HANDLE handle, CK_USER_TYPE user_type,
        struct p11l_pin *pin)
{
	const char *name = user_type != CKU_CONTEXT_SPECIFIC ? user_name(job->session) : NULL;
	CK_UTF8CHAR *octets = pin->on_token ? NULL : pin->is.p, none[1] = {0};

	if (octets == NULL && !pin->on_token)
		octets = none;
	if (name != NULL)
		return P11L_TRY(job, C_LoginUser, handle, user_type, octets, pin->is.len,
		        (CK_UTF8CHAR *)(uintptr_t)name, strlen(name));
	return P11L_TRY(job, C_Login, handle, user_type, octets, pin->is.len);
}

/* The PIN that the caller named, or one out of the source of the session. */
static CK_RV get_pin(const struct p11l_entering *entering, struct p11l_pin *pin)
{
	if (entering->pin == NULL)
		return p11l_pin_get(pin);
	return p11l_buffer_set(
	        &pin->is, entering->pin, p11l_pin_size(entering->pin, entering->pin_size));
}

/* Whom a callback gave a PIN that was wrong is asked for another. */
static CK_RV enter(struct p11l_job *job, CK_SESSION_HANDLE handle, struct p11l_entering *entering)
{
	struct p11l_pin pin = {.session = job->session,
	        .user_type = entering->user_type,
	        .by_itself = entering->again,
	        .is = {.flags = P11L_SECRET}};
	CK_RV rv;

	do {
		job->function = NULL;
		rv = get_pin(entering, &pin);
		if (rv == CKR_OK) {
			rv = call_login(job, handle, entering->user_type, &pin);
			p11l_pin_tried(&pin, rv);
		}
	} while (rv == CKR_PIN_INCORRECT && job->function != NULL && pin.asked &&
	         pin.attempts < P11L_PIN_ATTEMPTS);
	p11l_pin_free(&pin);
	entering->made = rv == CKR_OK;
	return rv;
}

CK_RV p11l_login_enter(
        struct p11l_job *job, const struct p11l_pooled *pooled, struct p11l_entering *entering)
{
	struct p11l_session *session = job->session;
	bool done;
	CK_RV rv;

	rv = begin(session, pooled, entering, &done);
	if (rv != CKR_OK || done)
		return rv;
	rv = enter(job, pooled->handle, entering);
	if (rv == CKR_USER_ALREADY_LOGGED_IN) {
		rv = CKR_OK;
		job->function = NULL;
	}
	end(session, pooled, entering, rv);
	if (rv != CKR_USER_ANOTHER_ALREADY_LOGGED_IN)
		return rv;
	job->function = NULL;
	return other_user();
}

CK_RV p11l_context_login(struct p11l_job *job, CK_SESSION_HANDLE session,
        const struct p11l_buffer *pin, const char *label)
{
	struct p11l_pin own = {.session = job->session,
	        .user_type = CKU_CONTEXT_SPECIFIC,
	        .object = label,
	        .is = {.flags = P11L_SECRET}};
	CK_RV rv;

	if (pin != NULL)
		rv = p11l_buffer_set(&own.is, pin->p, pin->len);
	else
		rv = p11l_pin_get(&own);
	if (rv == CKR_OK) {
		rv = call_login(job, session, CKU_CONTEXT_SPECIFIC, &own);
		if (pin == NULL)
			p11l_pin_tried(&own, rv);
	}
	p11l_pin_free(&own);
	return rv;
}

/* --- Logging out */

void p11l_login_lost(struct p11l_session *session)
{
	atomic_store(&session->login->epoch, P11L_LOST_LOGIN);
}

CK_RV p11l_login_leave(struct p11l_session *session, const struct p11l_pooled *pooled, bool always)
{
	struct p11l_login *login = session->login;
	unsigned epoch = atomic_load(&session->module->epoch);
	bool is_last = false, logs_out = false;

	p11l_registry_lock();
	if (session->user_type != P11L_NOBODY) {
		session->user_type = P11L_NOBODY;
		is_last = --login->users == 0;
	}
	if (is_last) {
		logs_out = (always || login->made_here) && atomic_load(&login->epoch) == epoch;
		login->user_type = P11L_NOBODY;
		set_name(login, NULL);
		atomic_store(&login->epoch, P11L_LOST_LOGIN);
	}
	p11l_registry_unlock();
	if (!logs_out || pooled == NULL || pooled->lost || pooled->epoch != epoch)
		return CKR_OK;
	return session->module->functions->C_Logout(pooled->handle);
}
