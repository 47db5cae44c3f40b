/* SPDX-License-Identifier: MIT */
/*
 * Tests of the twisting vendor: each body sees the standard's behaviour on the plain module, and
 * not when the twist is on. No lens takes part.
 */
#ifndef TWISTS_H
#define TWISTS_H

#include "rules.h"

enum {
	USUAL,
	NATIVE = 1,  /* the plain module is not asked: it has the quirk too, or may have */
	CRASHES = 2, /* the body ends by a signal */
	BARE = 4,    /* nothing is initialised before */
};

struct row {
	const char *twist;
	rule_body conforms;
	unsigned how;
};

static inline void check(const struct row *row, size_t count)
{
	for (size_t i = 0; i < count; i++, row++) {
		struct setting setting = {.twist = row->twist,
		        .crashes = (row->how & CRASHES) != 0,
		        .bare = (row->how & BARE) != 0};

		if (without_lens(&setting, row->conforms))
			fail_msg("\"%s\" twists nothing", row->twist);
		setting.twist = NULL;
		if ((row->how & NATIVE) == 0 && !without_lens(&setting, row->conforms))
			fail_msg("the plain module shows \"%s\"", row->twist);
	}
}

#define CHECK(rows) check(rows, COUNT(rows))

static inline CK_ULONG found(struct subject *s, CK_ATTRIBUTE *template, CK_ULONG size)
{
	CK_OBJECT_HANDLE object[8];
	CK_ULONG count = 0;

	assert_int_equal(s->p11->C_FindObjectsInit(s->session, template, size), CKR_OK);
	assert_int_equal(s->p11->C_FindObjects(s->session, object, COUNT(object), &count), CKR_OK);
	assert_int_equal(s->p11->C_FindObjectsFinal(s->session), CKR_OK);
	return count;
}

static inline CK_RV generate_edwards(struct subject *s, CK_MECHANISM_TYPE type, const void *params,
        CK_ULONG size, struct key_pair *pair)
{
	CK_MECHANISM mechanism = {type, NULL, 0};
	CK_ATTRIBUTE public = {CKA_EC_PARAMS, (void *)(uintptr_t)params, size};
	CK_ATTRIBUTE usage = ATTRIBUTE(CKA_DERIVE, yes);

	return s->p11->C_GenerateKeyPair(
	        s->session, &mechanism, &public, 1, &usage, 1, &pair->public, &pair->private);
}

/* An AES key of 16 octets, with more in its template. */
static inline CK_RV make_aes(
        struct subject *s, const CK_ATTRIBUTE *more, CK_ULONG count, CK_OBJECT_HANDLE *key)
{
	CK_MECHANISM mechanism = {CKM_AES_KEY_GEN, NULL, 0};
	CK_ULONG size = 16;
	CK_ATTRIBUTE template[4] = {ATTRIBUTE(CKA_VALUE_LEN, size)};

	for (CK_ULONG i = 0; i < count; i++)
		template[i + 1] = more[i];
	return s->p11->C_GenerateKey(s->session, &mechanism, template, count + 1, key);
}

#endif
