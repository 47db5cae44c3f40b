/* SPDX-License-Identifier: MIT */
/* The mechanisms of a token, and what it says of them. */
#include "parts.h"

#include <stdlib.h>
#include <string.h>

#define USUAL 512         /* mechanisms; few tokens have more */
#define MOST  (1ul << 20) /* more is not believed */

struct p11l_mechanism_known {
	CK_MECHANISM_TYPE type;
	CK_MECHANISM_INFO info;
	struct p11l_mechanism_known *next;
};

/* --- The list */

static int by_number(const void *a, const void *b)
{
	const CK_MECHANISM_TYPE *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void publish(struct p11l_slot *slot, CK_MECHANISM_TYPE *list, CK_ULONG count)
{
	p11l_modules_lock();
	if (atomic_load(&slot->mechanisms) == NULL) {
		slot->mechanism_count = count;
		atomic_store(&slot->mechanisms, list);
		list = NULL;
	}
	p11l_modules_unlock();
	free(list);
}

/* In one call where the list is not very long. */
static CK_RV fetch(struct p11l_slot *slot)
{
	CK_ULONG room = USUAL, count;
	CK_MECHANISM_TYPE *list;
	CK_RV rv;

	for (;;) {
		list = calloc(room, sizeof(*list));
		if (list == NULL)
			return CKR_HOST_MEMORY;
		count = room;
		rv = slot->module->functions->C_GetMechanismList(slot->id, list, &count);
		if (rv == CKR_OK && count <= room)
			break;
		free(list);
		if (rv == CKR_OK)
			return CKR_GENERAL_ERROR;
		if (rv != CKR_BUFFER_TOO_SMALL || count <= room || count > MOST)
			return rv;
		room = count;
	}
	qsort(list, count, sizeof(*list), by_number);
	publish(slot, list, count);
	return CKR_OK;
}

CK_RV p11l_get_mechanisms(
        struct p11l_slot *slot, const CK_MECHANISM_TYPE **mechanisms, CK_ULONG *count)
{
	struct p11l_attempt attempt = {0};
	CK_RV rv;

	if (mechanisms == NULL || count == NULL)
		return p11l_bad_argument(mechanisms == NULL ? "mechanisms" : "count");
	*mechanisms = NULL;
	*count = 0;
	if (slot == NULL)
		return p11l_bad_argument("slot");
	if (atomic_load(&slot->mechanisms) == NULL) {
		attempt.module = slot->module;
		while (p11l_attempt(&attempt))
			attempt.rv = fetch(slot);
		atomic_store(&slot->asked_mechanisms, true);
		rv = p11l_attempted(&attempt, "C_GetMechanismList", P11L_ABOUT_SLOT(slot));
		if (rv != CKR_OK)
			return rv;
	}
	*mechanisms = atomic_load(&slot->mechanisms);
	*count = slot->mechanism_count;
	return CKR_OK;
}

bool p11l_slot_offers(struct p11l_slot *slot, CK_MECHANISM_TYPE mechanism)
{
	const CK_MECHANISM_TYPE *list;
	CK_ULONG count;

	/* A list that was not to be had once is not asked for each time. */
	if (atomic_load(&slot->mechanisms) == NULL && atomic_load(&slot->asked_mechanisms))
		return true;
	if (p11l_get_mechanisms(slot, &list, &count) != CKR_OK) {
		p11l_error_forget();
		return true;
	}
	return list == NULL || bsearch(&mechanism, list, count, sizeof(*list), by_number) != NULL;
}

void p11l_slot_forget_mechanisms(struct p11l_slot *slot)
{
	free(atomic_load(&slot->mechanisms));
	while (slot->known != NULL) {
		struct p11l_mechanism_known *next = slot->known->next;

		free(slot->known);
		slot->known = next;
	}
}

/* --- Single ones */

/*
 * Key sizes that the standard counts in octets. most is the largest that can be meant in octets:
 * tokens that give more, or begin at 112 or more, count in bits.
 */
static const struct unit {
	const char *family; /* how the name goes on behind CKM_ */
	CK_ULONG most;
} octets[] = {
        {"AES_", 64},
        {"ARIA_", 64},
        {"BLOWFISH_", 56},
        {"CAMELLIA_", 64},
        {"CAST", 16},
        {"CDMF_", 8},
        {"CHACHA20", 32},
        {"DES", 24},
        {"GOST28147", 32},
        {"IDEA_", 16},
        {"POLY1305", 32},
        {"RC5_", 255},
        {"SALSA20", 32},
        {"SEED_", 16},
        {"SSL3_PRE_MASTER_KEY_GEN", 48},
        {"TLS_PRE_MASTER_KEY_GEN", 48},
        {"TWOFISH_", 32},
        {"WTLS_PRE_MASTER_KEY_GEN", 20},
};

/* Those that it counts in bits, and many tokens in octets: by how little they begin with. */
static const char *const bits[] = {"CONCATENATE_", "EXTRACT_KEY_FROM_KEY", "GENERIC_SECRET_",
        "HKDF_", "RC2_", "RC4", "XOR_BASE_AND_DATA"};

#define LEAST_OF_BITS  112 /* no token counts octets and begins here */
#define MOST_OF_OCTETS 64

static bool begins(const char *name, const char *with)
{
	return strncmp(name, with, strlen(with)) == 0;
}

/* The standard is silent on the unit of HMACs; tokens count in octets. */
static bool is_hmac(const char *name)
{
	return strstr(name, "_HMAC") != NULL;
}

static bool counts_octets(CK_MECHANISM_TYPE mechanism, const CK_MECHANISM_INFO *info)
{
	const char *name = p11l_constant_name("CKM_", mechanism);

	if (name == NULL || info->ulMinKeySize >= LEAST_OF_BITS)
		return false;
	name += strlen("CKM_");
	if (is_hmac(name))
		return true;
	for (size_t i = 0; i < sizeof(octets) / sizeof(octets[0]); i++)
		if (begins(name, octets[i].family))
			return info->ulMaxKeySize <= octets[i].most;
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (begins(name, bits[i]))
			return (info->ulMinKeySize > 0 && info->ulMinKeySize < 8) ||
			       info->ulMaxKeySize <= MOST_OF_OCTETS;
	return false;
}

static CK_ULONG in_bits(CK_ULONG size)
{
	return size > CK_UNAVAILABLE_INFORMATION / 8 ? size : size * 8;
}

static void to_bits(CK_MECHANISM_TYPE mechanism, CK_MECHANISM_INFO *info)
{
	if (!counts_octets(mechanism, info))
		return;
	info->ulMinKeySize = in_bits(info->ulMinKeySize);
	info->ulMaxKeySize = in_bits(info->ulMaxKeySize);
}

static bool recall(struct p11l_slot *slot, CK_MECHANISM_TYPE mechanism, CK_MECHANISM_INFO *info)
{
	const struct p11l_mechanism_known *known;

	p11l_modules_lock();
	for (known = slot->known; known != NULL && known->type != mechanism;)
		known = known->next;
	if (known != NULL)
		*info = known->info;
	p11l_modules_unlock();
	return known != NULL;
}

/* Without memory it will be asked for again. */
static void remember(
        struct p11l_slot *slot, CK_MECHANISM_TYPE mechanism, const CK_MECHANISM_INFO *info)
{
	struct p11l_mechanism_known *known = calloc(1, sizeof(*known));

	if (known == NULL)
		return;
	known->type = mechanism;
	known->info = *info;
	p11l_modules_lock();
	known->next = slot->known;
	slot->known = known;
	p11l_modules_unlock();
}

CK_RV p11l_get_mechanism_info(
        struct p11l_slot *slot, CK_MECHANISM_TYPE mechanism, CK_MECHANISM_INFO *info)
{
	const struct p11l_subject subject = {
	        .mechanism = mechanism, .attribute = P11L_NONE, .slot = slot};
	struct p11l_attempt attempt = {0};
	CK_RV rv;

	if (info == NULL)
		return p11l_bad_argument("info");
	memset(info, 0, sizeof(*info));
	if (slot == NULL)
		return p11l_bad_argument("slot");
	if (recall(slot, mechanism, info))
		return CKR_OK;
	attempt.module = slot->module;
	while (p11l_attempt(&attempt))
		attempt.rv = slot->module->functions->C_GetMechanismInfo(slot->id, mechanism, info);
	rv = p11l_attempted(&attempt, "C_GetMechanismInfo", &subject);
	if (rv != CKR_OK) {
		memset(info, 0, sizeof(*info));
		return rv;
	}
	to_bits(mechanism, info);
	remember(slot, mechanism, info);
	return CKR_OK;
}
