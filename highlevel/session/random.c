/* SPDX-License-Identifier: MIT */
/* The token's random numbers. */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "parts.h"

#include <string.h>

struct random_job {
	struct p11l_job job;
	CK_BYTE *octets;
	CK_ULONG size;
};

static CK_RV draw(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	struct random_job *random = (struct random_job *)job;

	return P11L_TRY(job, C_GenerateRandom, session, random->octets, random->size);
}

static CK_RV mix_in(struct p11l_job *job, CK_SESSION_HANDLE session)
{
	struct random_job *random = (struct random_job *)job;

	return P11L_TRY(job, C_SeedRandom, session, random->octets, random->size);
}

static CK_RV run(struct p11l_session *session, p11l_step step, CK_BYTE *octets, CK_ULONG size)
{
	struct random_job random = {.job = {.step = step,
	                                    .session = session,
	                                    .subject = *P11L_NO_SUBJECT,
	                                    .flags = P11L_REPEATABLE},
	        .octets = octets,
	        .size = size};

	return p11l_run(&random.job);
}

CK_RV p11l_random(struct p11l_session *session, void *octets, CK_ULONG size)
{
	CK_RV rv;

	if (session == NULL)
		return p11l_bad_argument("session");
	if (size == 0)
		return CKR_OK;
	if (octets == NULL)
		return p11l_bad_argument("octets");
	rv = run(session, draw, octets, size);
	/* What is half drawn looks random, and must not pass for it. */
	if (rv != CKR_OK)
		explicit_bzero(octets, size);
	return rv;
}

CK_RV p11l_seed(struct p11l_session *session, const void *seed, CK_ULONG size)
{
	if (session == NULL)
		return p11l_bad_argument("session");
	if (seed == NULL && size > 0)
		return p11l_bad_argument("seed");
	return run(session, mix_in, (CK_BYTE *)(uintptr_t)seed, size);
}
