/* SPDX-License-Identifier: MIT */
/* Jobs: a session is borrowed, what has gone away is mended, and the step made again. */
#include "parts.h"

/* One job on its way. */
struct run {
	struct p11l_job *job;
	struct p11l_pooled *pooled;
	CK_OBJECT_HANDLE used[3]; /* handles that the step had */
	unsigned serial;          /* of the login that it had */
	enum p11l_loss loss;      /* why the step failed, and is made again */
	unsigned mended;          /* what has been lost before */
};

#define OBJECTS(job) (sizeof((job)->object) / sizeof((job)->object[0]))

/* --- Before the step */

/*
 * The login may have gone with a session; and with a login that is gone handles of private objects
 * go, which cannot be found again before there is another.
 */
static bool is_login_doubtful(const struct run *run)
{
	return run->loss == P11L_LOSS_LOGIN || run->loss == P11L_LOSS_SESSION ||
	       run->loss == P11L_LOSS_HANDLE;
}

/* Logs in when nobody has in this epoch, or when one cannot be sure. */
static CK_RV check_login(struct run *run, bool *made)
{
	struct p11l_session *session = run->job->session;
	struct p11l_entering entering = {.user_type = session->user_type,
	        .again = true,
	        .seen = atomic_load(&session->login->serial)};
	bool is_lost = is_login_doubtful(run);
	CK_RV rv;

	*made = false;
	if (entering.user_type == P11L_NOBODY ||
	        (!is_lost && atomic_load(&session->login->epoch) == run->pooled->epoch))
		return CKR_OK;
	if (is_lost)
		entering.seen = run->serial;
	rv = p11l_login_enter(run->job, run->pooled, &entering);
	*made = entering.made;
	return rv;
}

/* Handles may mean nothing any more, or, after a logout, something else. */
static bool is_stale(const struct run *run, size_t i, bool login_made)
{
	const struct p11l_object *object = run->job->object[i];
	bool is_same = atomic_load(&object->handle) == run->used[i];

	if (atomic_load(&object->epoch) != run->pooled->epoch)
		return true;
	return is_same && (run->loss == P11L_LOSS_HANDLE || (login_made && object->is_stored));
}

static CK_RV refind(struct run *run, struct p11l_object *object)
{
	CK_RV rv = p11l_object_refind(object, run->pooled->handle);

	if (rv == P11L_CKR_DEAD)
		return p11l_refuse(P11L_CKR_DEAD, "object", NULL,
		        "is not on the token any more, or died with the session that it was made "
		        "in");
	if (rv != CKR_OK)
		run->job->function = "C_FindObjects";
	return rv;
}

static CK_RV check_objects(struct run *run, bool login_made)
{
	struct p11l_job *job = run->job;
	CK_RV rv = CKR_OK;

	for (size_t i = 0; rv == CKR_OK && i < OBJECTS(job); i++)
		if (job->object[i] != NULL && !job->object[i]->is_local &&
		        is_stale(run, i, login_made))
			rv = refind(run, job->object[i]);
	return rv;
}

static CK_RV prepare(struct run *run)
{
	bool login_made;
	CK_RV rv;

	rv = check_login(run, &login_made);
	return rv == CKR_OK ? check_objects(run, login_made) : rv;
}

static CK_RV take_step(struct run *run)
{
	struct p11l_job *job = run->job;
	CK_RV rv;

	job->function = NULL;
	rv = prepare(run);
	if (rv != CKR_OK)
		return rv;
	run->serial = atomic_load(&job->session->login->serial);
	for (size_t i = 0; i < OBJECTS(job); i++)
		run->used[i] = job->object[i] != NULL ? atomic_load(&job->object[i]->handle)
		                                      : CK_INVALID_HANDLE;
	return job->step(job, run->pooled->handle);
}

/* --- After it */

static void succeed(struct run *run)
{
	struct p11l_job *job = run->job;

	if ((job->flags & P11L_CREATES) != 0)
		run->pooled->owns_objects = true;
	if ((job->flags & P11L_KEEPS) == 0)
		p11l_pool_put(job->session, run->pooled, P11L_GOOD);
}

/*
 * What the code says, as far as something can be done about it. An operation that is in the way is
 * somebody else's where a pinned session is borrowed more than once.
 */
static enum p11l_loss loss_of(const struct run *run, CK_RV rv)
{
	enum p11l_loss loss = run->job->function != NULL ? p11l_loss_by(rv) : P11L_LOSS_NONE;

	if (loss == P11L_LOSS_DIRTY && run->pooled->depth > 1)
		return P11L_LOSS_NONE;
	if (loss == P11L_LOSS_LOGIN && run->job->session->user_type == P11L_NOBODY)
		return P11L_LOSS_NONE;
	return loss;
}

/* Whether the step may be made again. What is gone is mended or noted in any case. */
static bool mend(struct run *run, CK_RV rv)
{
	struct p11l_job *job = run->job;
	unsigned epoch = run->pooled->epoch;

	run->loss = loss_of(run, rv);
	p11l_pool_put(job->session, run->pooled, p11l_state_after(run->loss));
	if (run->loss == P11L_LOSS_NONE || (run->mended & run->loss) != 0)
		return false;
	run->mended |= run->loss;
	if (run->loss == P11L_LOSS_MODULE)
		return p11l_module_revive(job->session->module, epoch) == CKR_OK;
	return true;
}

static CK_RV run(struct p11l_job *job)
{
	struct p11l_session *session = job->session;
	struct run run = {.job = job};
	CK_RV rv;

	do {
		bool fresh = run.loss == P11L_LOSS_SESSION || run.loss == P11L_LOSS_DIRTY;

		rv = p11l_pool_take(session, fresh, &run.pooled);
		if (rv != CKR_OK)
			return rv;
		job->pooled = run.pooled;
		rv = take_step(&run);
		if (rv == CKR_OK) {
			succeed(&run);
			return CKR_OK;
		}
	} while (mend(&run, rv) && (job->flags & P11L_REPEATABLE) != 0);
	/* What is not made again leaves the login to the next job. */
	if ((job->flags & P11L_REPEATABLE) == 0 &&
	        (run.loss == P11L_LOSS_LOGIN || run.loss == P11L_LOSS_SESSION))
		p11l_login_lost(session);
	return job->function != NULL
	               ? p11l_vendor_refused(session->module, rv, job->function, &job->subject)
	               : rv;
}

/* Another thread may close the session while the job is in the module. */
CK_RV p11l_run(struct p11l_job *job)
{
	struct p11l_session *session = p11l_session_keep(job->session);
	CK_RV rv = run(job);

	p11l_session_let(session);
	return rv;
}

void p11l_release(struct p11l_session *session, struct p11l_pooled *pooled, bool broken)
{
	p11l_pool_put(session, pooled, broken ? P11L_BROKEN : P11L_GOOD);
}

/* --- By hand */

/* There is nothing to do: having the session is what it is for. */
static CK_RV have(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	(void)job;
	(void)session;
	return CKR_OK;
}

CK_RV p11l_borrow(struct p11l_session *session, CK_SESSION_HANDLE *handle)
{
	struct p11l_job job = {.step = have,
	        .session = session,
	        .subject = *P11L_NO_SUBJECT,
	        .flags = P11L_REPEATABLE | P11L_CREATES | P11L_KEEPS};
	CK_RV rv;

	if (session == NULL)
		return p11l_bad_argument("session");
	if (handle == NULL)
		return p11l_bad_argument("handle");
	*handle = CK_INVALID_HANDLE;
	rv = p11l_run(&job);
	if (rv != CKR_OK)
		return rv;
	pthread_mutex_lock(&session->lock);
	if (job.pooled->by_hand++ == 0) {
		job.pooled->next_lent = session->lent;
		session->lent = job.pooled;
	}
	pthread_mutex_unlock(&session->lock);
	/* The memory of the session stays until the handle is given back. */
	p11l_session_keep(session);
	*handle = job.pooled->handle;
	return CKR_OK;
}

/* Takes it out of those that are lent; NULL when it is none of them. */
static struct p11l_pooled *find_lent(struct p11l_session *session, CK_SESSION_HANDLE handle)
{
	struct p11l_pooled **at = &session->lent, *found;

	pthread_mutex_lock(&session->lock);
	while (*at != NULL && (*at)->handle != handle)
		at = &(*at)->next_lent;
	found = *at;
	if (found != NULL && --found->by_hand == 0)
		*at = found->next_lent;
	pthread_mutex_unlock(&session->lock);
	return found;
}

void p11l_give_back(struct p11l_session *session, CK_SESSION_HANDLE handle)
{
	struct p11l_pooled *pooled;

	if (session == NULL)
		return;
	pooled = find_lent(session, handle);
	if (pooled == NULL)
		return;
	p11l_pool_put(session, pooled, P11L_GOOD);
	p11l_session_let(session);
}
