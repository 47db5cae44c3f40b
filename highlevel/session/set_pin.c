/* SPDX-License-Identifier: MIT */
/* Other PINs. No job here is repeated by itself: tokens count PINs that are wrong. */
#include "parts.h"

struct pin_job {
	struct p11l_job job;
	const char *old_pin, *new_pin;
	CK_ULONG old_size, new_size;
};

static CK_UTF8CHAR *octets(const char *pin)
{
	return (CK_UTF8CHAR *)(uintptr_t)pin;
}

static struct pin_job pin_job(struct p11l_session *session, p11l_step step)
{
	return (struct pin_job){.job = {.step = step,
	                                .session = session,
	                                .subject = *P11L_ABOUT_SLOT(session->slot),
	                                .flags = P11L_WRITES}};
}

static CK_RV init(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	struct pin_job *pin = (struct pin_job *)job;

	return P11L_TRY(job, C_InitPIN, session, octets(pin->new_pin), pin->new_size);
}

CK_RV p11l_init_pin(struct p11l_session *session, const char *pin, CK_ULONG pin_size)
{
	struct pin_job job;

	if (session == NULL)
		return p11l_bad_argument("session");
	job = pin_job(session, init);
	job.new_pin = pin;
	job.new_size = p11l_pin_size(pin, pin_size);
	return p11l_run(&job.job);
}

static CK_RV set(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	struct pin_job *pin = (struct pin_job *)job;

	return P11L_TRY(job, C_SetPIN, session, octets(pin->old_pin), pin->old_size,
	        octets(pin->new_pin), pin->new_size);
}

CK_RV p11l_set_pin(struct p11l_session *session, const char *old_pin, CK_ULONG old_size,
        const char *new_pin, CK_ULONG new_size)
{
	struct pin_job job;
	CK_RV rv;

	if (session == NULL)
		return p11l_bad_argument("session");
	job = pin_job(session, set);
	job.old_pin = old_pin;
	job.old_size = p11l_pin_size(old_pin, old_size);
	job.new_pin = new_pin;
	job.new_size = p11l_pin_size(new_pin, new_size);
	rv = p11l_run(&job.job);
	if (rv == CKR_OK)
		p11l_pin_replace(session, old_pin, old_size, new_pin, new_size);
	return rv;
}
