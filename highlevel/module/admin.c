/* SPDX-License-Identifier: MIT */
/* What happens to slots: events, and tokens that are made anew. */
#include "parts.h"

#include <string.h>

/* Whether the waiting ended because the module was finalised meanwhile. */
static bool is_ended(const struct p11l_attempt *attempt)
{
	return attempt->rv == CKR_CRYPTOKI_NOT_INITIALIZED &&
	       atomic_load(&attempt->module->epoch) != attempt->seen;
}

static CK_RV wait_for(struct p11l_module *module, CK_FLAGS flags, CK_SLOT_ID *id)
{
	struct p11l_attempt attempt = {.module = module};

	while (p11l_attempt(&attempt)) {
		attempt.rv = module->functions->C_WaitForSlotEvent(flags, id, NULL);
		if (is_ended(&attempt))
			return p11l_refuse(CKR_CRYPTOKI_NOT_INITIALIZED, NULL, NULL,
			        "the waiting was ended by p11l_reinitialise or p11l_module_free");
	}
	return p11l_attempted(&attempt, "C_WaitForSlotEvent", P11L_NO_SUBJECT);
}

CK_RV p11l_wait_for_slot_event(
        struct p11l_module *module, CK_BBOOL dont_block, struct p11l_slot **slot)
{
	CK_SLOT_ID id = 0;
	CK_RV rv;

	if (slot == NULL)
		return p11l_bad_argument("slot");
	*slot = NULL;
	if (module == NULL)
		return p11l_bad_argument("module");
	/* The last reference may be given back meanwhile. */
	p11l_modules_lock();
	module->users++;
	p11l_modules_unlock();
	rv = wait_for(module, dont_block != CK_FALSE ? CKF_DONT_BLOCK : 0, &id);
	if (rv == CKR_OK && (*slot = p11l_slot_new(module, id)) == NULL)
		rv = p11l_no_memory();
	p11l_module_forget(module);
	return rv;
}

CK_RV p11l_init_token(
        struct p11l_slot *slot, const char *label, const char *so_pin, CK_ULONG so_pin_size)
{
	CK_UTF8CHAR padded[32], *pin = NULL;
	struct p11l_attempt attempt = {0};
	size_t length;

	if (slot == NULL || label == NULL)
		return p11l_bad_argument(slot == NULL ? "slot" : "label");
	length = strlen(label);
	if (length > sizeof(padded))
		return p11l_refuse(CKR_ARGUMENTS_BAD, "label", NULL,
		        "has %zu octets; a token's label has at most %zu", length, sizeof(padded));
	memset(padded, ' ', sizeof(padded));
	memcpy(padded, label, length);
	/* The standard does not change a PIN, but its type does not say so. */
	if (so_pin != NULL)
		memcpy(&pin, &so_pin, sizeof(pin));
	if (so_pin != NULL && so_pin_size == 0)
		so_pin_size = strlen(so_pin);
	attempt.module = slot->module;
	while (p11l_attempt(&attempt))
		attempt.rv = slot->module->functions->C_InitToken(
		        slot->id, pin, pin != NULL ? so_pin_size : 0, padded);
	/* What the token said of itself is over. */
	atomic_store(&slot->has_token_info, false);
	return p11l_attempted(&attempt, "C_InitToken", P11L_ABOUT_SLOT(slot));
}
