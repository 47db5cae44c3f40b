/* SPDX-License-Identifier: MIT */
/* C_Initialize and C_Finalize of a module, the first time and again. */
#include "parts.h"

#include "shim/initialise.h"

#include <string.h>

/* --- Initialising */

/* With the locking of the system; a module that has none gets a program with one thread. */
static CK_RV call_initialise(struct p11l_module *module)
{
	struct p11l_long_args own;
	CK_RV rv;

	memset(&own, 0, sizeof(own));
	own.args.flags = CKF_OS_LOCKING_OK;
	own.args.pReserved = module->parameters;
	rv = module->functions->C_Initialize(&own);
	if (rv == CKR_CANT_LOCK || rv == CKR_ARGUMENTS_BAD) {
		own.args.flags = 0;
		rv = module->functions->C_Initialize(module->parameters != NULL ? &own : NULL);
	}
	return rv;
}

/* A vendor that has not noticed the fork still has the parent's state, which is of no use here. */
static bool is_parents(const struct p11l_module *module, CK_RV rv)
{
	return rv == CKR_CRYPTOKI_ALREADY_INITIALIZED && module->forked && module->initialised_here;
}

CK_RV p11l_module_initialise(struct p11l_module *module)
{
	CK_RV rv = call_initialise(module);

	if (is_parents(module, rv)) {
		module->functions->C_Finalize(NULL);
		rv = call_initialise(module);
	}
	if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED)
		return p11l_vendor_refused(module, rv, "C_Initialize", P11L_NO_SUBJECT);
	module->initialised_here = rv == CKR_OK;
	module->forked = false;
	return CKR_OK;
}

/* What was got so far is of an earlier epoch. Whoever waits for events knows by it why that ended.
 */
static void end_epoch(struct p11l_module *module)
{
	atomic_fetch_or(&module->epoch, 1);
}

void p11l_module_finalise(struct p11l_module *module)
{
	unsigned epoch = atomic_load(&module->epoch);

	end_epoch(module);
	if (module->initialised_here && !module->keep_initialised && (epoch & 1) == 0)
		module->functions->C_Finalize(NULL);
}

/* --- Again */

/* The module is claimed; afterwards it is of a new epoch when all went well. */
static CK_RV begin_epoch(struct p11l_module *module)
{
	CK_RV rv;

	end_epoch(module);
	atomic_store(&module->listed, false);
	rv = p11l_module_initialise(module);
	if (rv == CKR_OK)
		atomic_fetch_add(&module->epoch, 1);
	return rv;
}

static void yield(struct p11l_module *module)
{
	p11l_modules_lock();
	p11l_module_yield(module);
	p11l_modules_unlock();
}

CK_RV p11l_module_revive(struct p11l_module *module, unsigned seen)
{
	unsigned epoch;
	CK_RV rv = CKR_OK;

	p11l_modules_lock();
	p11l_module_claim(module);
	epoch = atomic_load(&module->epoch);
	p11l_modules_unlock();
	if (epoch == seen || (epoch & 1) != 0)
		rv = begin_epoch(module);
	yield(module);
	return rv;
}

CK_RV p11l_reinitialise(struct p11l_module *module)
{
	CK_RV rv;

	if (module == NULL)
		return p11l_bad_argument("module");
	p11l_modules_lock();
	p11l_module_claim(module);
	p11l_modules_unlock();
	end_epoch(module);
	rv = module->forked ? CKR_OK : module->functions->C_Finalize(NULL);
	if (rv == CKR_OK || rv == CKR_CRYPTOKI_NOT_INITIALIZED)
		rv = begin_epoch(module);
	else
		p11l_vendor_refused(module, rv, "C_Finalize", P11L_NO_SUBJECT);
	yield(module);
	return rv;
}

/* --- Calls that are made again */

static void attempt_revival(struct p11l_attempt *attempt)
{
	attempt->rv = p11l_module_revive(attempt->module, attempt->seen);
	attempt->recorded = attempt->rv != CKR_OK;
	attempt->seen = atomic_load(&attempt->module->epoch);
}

bool p11l_attempt(struct p11l_attempt *attempt)
{
	if (attempt->times == 0) {
		attempt->seen = atomic_load(&attempt->module->epoch);
		if ((attempt->seen & 1) != 0)
			attempt_revival(attempt);
	} else if (attempt->times == 1 && attempt->rv == CKR_CRYPTOKI_NOT_INITIALIZED) {
		attempt_revival(attempt);
	} else {
		return false;
	}
	attempt->times++;
	return !attempt->recorded;
}

CK_RV p11l_attempted(
        struct p11l_attempt *attempt, const char *function, const struct p11l_subject *subject)
{
	return attempt->recorded ? attempt->rv
	                         : p11l_checked(attempt->module, attempt->rv, function, subject);
}
