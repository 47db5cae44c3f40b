/* SPDX-License-Identifier: MIT */
/* Random templates: sensible attributes, in valid, odd and hostile encodings. */
#include "fuzz.h"

const CK_BYTE fuzz_p256[10] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};

/* The base point of P-256. */
const CK_BYTE fuzz_point[65] = {0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc,
        0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4,
        0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b,
        0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e,
        0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5};

static const CK_ATTRIBUTE_TYPE bools[] = {CKA_TOKEN, CKA_PRIVATE, CKA_SENSITIVE, CKA_EXTRACTABLE,
        CKA_ENCRYPT, CKA_DECRYPT, CKA_SIGN, CKA_VERIFY, CKA_SIGN_RECOVER, CKA_VERIFY_RECOVER,
        CKA_WRAP, CKA_UNWRAP, CKA_DERIVE, CKA_MODIFIABLE, CKA_COPYABLE, CKA_DESTROYABLE,
        CKA_TRUSTED, CKA_WRAP_WITH_TRUSTED, CKA_ALWAYS_AUTHENTICATE};
static const CK_ATTRIBUTE_TYPE bigs[] = {CKA_MODULUS, CKA_PUBLIC_EXPONENT, CKA_PRIVATE_EXPONENT,
        CKA_PRIME_1, CKA_PRIME_2, CKA_COEFFICIENT};
static const CK_ATTRIBUTE_TYPE octets[] = {CKA_LABEL, CKA_ID, CKA_SUBJECT, CKA_APPLICATION,
        CKA_PUBLIC_KEY_INFO, 0x80001234UL, 0x80005678UL};
static const CK_ATTRIBUTE_TYPE owned[] = {CKA_LOCAL, CKA_ALWAYS_SENSITIVE, CKA_NEVER_EXTRACTABLE,
        CKA_KEY_GEN_MECHANISM, CKA_UNIQUE_ID};
static const CK_ATTRIBUTE_TYPE usages[] = {CKA_ENCRYPT, CKA_DECRYPT, CKA_SIGN, CKA_VERIFY,
        CKA_SIGN_RECOVER, CKA_VERIFY_RECOVER, CKA_WRAP, CKA_UNWRAP, CKA_DERIVE};

static uint64_t state;

void fuzz_seed(uint64_t seed)
{
	state = seed * 0x9e3779b97f4a7c15 + 1;
}

uint64_t fuzz_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

unsigned fuzz_below(unsigned limit)
{
	return (unsigned)((fuzz_random() >> 11) % limit);
}

static bool has(const CK_ATTRIBUTE_TYPE *list, size_t count, CK_ATTRIBUTE_TYPE type)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == type)
			return true;
	return false;
}

bool fuzz_is_bool(CK_ATTRIBUTE_TYPE type)
{
	return has(bools, COUNT(bools), type) || has(owned, 3, type);
}

bool fuzz_is_number(CK_ATTRIBUTE_TYPE type)
{
	return type == CKA_CLASS || type == CKA_KEY_TYPE || type == CKA_VALUE_LEN ||
	       type == CKA_MODULUS_BITS || type == CKA_KEY_GEN_MECHANISM;
}

bool fuzz_is_big(CK_ATTRIBUTE_TYPE type)
{
	return has(bigs, COUNT(bigs), type);
}

bool fuzz_is_usage(CK_ATTRIBUTE_TYPE type)
{
	return has(usages, COUNT(usages), type);
}

/* --- Values */

static struct fuzz_entry *append(struct fuzz_template *template, CK_ATTRIBUTE_TYPE type)
{
	struct fuzz_entry *entry;

	if (template->count == MOST_ENTRIES)
		template->count--;
	entry = &template->entry[template->count++];
	memset(entry, 0, sizeof(*entry));
	entry->type = type;
	return entry;
}

static void put(struct fuzz_entry *entry, const void *value, size_t length)
{
	memcpy(entry->octets, value, length);
	entry->length = length;
}

static void put_random(struct fuzz_entry *entry, CK_ULONG length)
{
	entry->length = length;
	for (CK_ULONG i = 0; i < length; i++)
		entry->octets[i] = (uint8_t)fuzz_random();
}

static void put_bool(struct fuzz_entry *entry)
{
	static const uint8_t odd[] = {0xff, 0x02, 0x80, 0x10};
	bool value = fuzz_below(2) != 0;

	entry->length = 1;
	entry->octets[0] = value;
	switch (fuzz_below(12)) {
	case 0:
		entry->octets[0] = odd[fuzz_below(COUNT(odd))];
		break;
	case 1:
		entry->length = 4;
		break;
	case 2:
		entry->length = 8;
		break;
	case 3: /* no boolean at all */
		put_random(entry, fuzz_below(2) ? 0 : 3);
		break;
	default:
		break;
	}
}

static void put_number(struct fuzz_entry *entry, CK_ULONG value)
{
	put(entry, &value, sizeof(value));
	switch (fuzz_below(10)) {
	case 0:
		entry->length = 4;
		break;
	case 1: /* no number at all */
		put_random(entry, fuzz_below(2) ? 0 : 5);
		break;
	default:
		break;
	}
}

static void put_big(struct fuzz_entry *entry)
{
	put_random(entry, 1 + fuzz_below(64));
	for (unsigned zeros = fuzz_below(4); zeros > 0 && zeros <= entry->length; zeros--)
		entry->octets[zeros - 1] = 0;
}

static void put_point(struct fuzz_entry *entry)
{
	uint8_t der[67] = {0x04, 0x41}, bits[68] = {0x03, 0x42, 0x00};

	memcpy(der + 2, fuzz_point, 65);
	memcpy(bits + 3, fuzz_point, 65);
	switch (fuzz_below(6)) {
	case 0:
		put(entry, fuzz_point, 65);
		break;
	case 1:
		put(entry, bits, sizeof(bits));
		break;
	case 2:
		put(entry, fuzz_point + 1, 64);
		break;
	case 3: /* no point at all */
		put_random(entry, fuzz_below(MOST_OCTETS));
		break;
	default:
		put(entry, der, sizeof(der));
		break;
	}
}

/* --- Templates */

static void add_one(struct fuzz_template *template)
{
	struct fuzz_entry *entry;

	switch (fuzz_below(12)) {
	case 0:
		put_big(append(template, bigs[fuzz_below(COUNT(bigs))]));
		break;
	case 1:
	case 2:
	case 3:
		put_random(append(template, octets[fuzz_below(COUNT(octets))]), fuzz_below(40));
		break;
	case 4:
		if (fuzz_below(4) == 0) {
			entry = append(template, owned[fuzz_below(COUNT(owned))]);
			put_random(entry, 1);
		}
		break;
	default:
		put_bool(append(template, bools[fuzz_below(COUNT(bools))]));
		break;
	}
}

/* Some of the entries again, as they are or with another value; some without a value. */
static void spoil(struct fuzz_template *template)
{
	struct fuzz_entry *entry, *again;

	if (template->count == 0)
		return;
	entry = &template->entry[fuzz_below((unsigned)template->count)];
	switch (fuzz_below(8)) {
	case 0:
		again = append(template, entry->type);
		*again = *entry;
		break;
	case 1:
		again = append(template, entry->type);
		*again = *entry;
		if (again->length > 0)
			again->octets[again->length - 1] ^= 1;
		break;
	case 2:
		entry->is_null = true;
		break;
	case 3:
		template->is_null = fuzz_below(4) == 0;
		break;
	default:
		break;
	}
}

static void shuffle(struct fuzz_template *template)
{
	for (CK_ULONG i = template->count; i > 1; i--) {
		CK_ULONG k = fuzz_below((unsigned)i);
		struct fuzz_entry entry = template->entry[k];

		template->entry[k] = template->entry[i - 1];
		template->entry[i - 1] = entry;
	}
}

static void finish(struct fuzz_template *template)
{
	for (unsigned i = fuzz_below(7); i > 0; i--)
		add_one(template);
	spoil(template);
	shuffle(template);
}

static void add_identity(struct fuzz_call *call, struct fuzz_template *template, unsigned often)
{
	if (fuzz_below(10) < often)
		put_number(
		        append(template, CKA_CLASS), fuzz_below(12) ? call->class : fuzz_below(5));
	if (fuzz_below(10) < often)
		put_number(append(template, CKA_KEY_TYPE),
		        fuzz_below(12) ? call->key_type : fuzz_below(0x20));
}

static void make_created(struct fuzz_call *call)
{
	struct fuzz_template *template = &call->asked[0];
	bool is_public = fuzz_below(2) != 0;

	call->class = is_public ? CKO_PUBLIC_KEY : CKO_SECRET_KEY;
	call->key_type = is_public ? CKK_EC : CKK_AES;
	add_identity(call, template, 9);
	if (is_public) {
		put(append(template, CKA_EC_PARAMS), fuzz_p256, sizeof(fuzz_p256));
		put_point(append(template, CKA_EC_POINT));
		return;
	}
	put_random(append(template, CKA_VALUE), 16);
	if (fuzz_below(2) == 0) /* which is no number, so that its zeros count */
		template->entry[template->count - 1].octets[0] = 0;
	if (fuzz_below(3) == 0)
		put_number(append(template, CKA_VALUE_LEN), fuzz_below(3) ? 16 : 24);
}

static void make_pair(struct fuzz_call *call)
{
	bool is_rsa = fuzz_below(2) != 0;

	call->templates = 2;
	call->mechanism = is_rsa ? CKM_RSA_PKCS_KEY_PAIR_GEN : CKM_EC_KEY_PAIR_GEN;
	call->key_type = is_rsa ? CKK_RSA : CKK_EC;
	call->class = CKO_PUBLIC_KEY;
	add_identity(call, &call->asked[0], 3);
	if (is_rsa)
		put_number(append(&call->asked[0], CKA_MODULUS_BITS), 2048);
	else
		put(append(&call->asked[0], CKA_EC_PARAMS), fuzz_p256, sizeof(fuzz_p256));
	call->class = CKO_PRIVATE_KEY;
	add_identity(call, &call->asked[1], 3);
	/* An attribute of the other half, with the same value or not. */
	if (is_rsa && fuzz_below(4) == 0)
		put_number(append(&call->asked[1], CKA_MODULUS_BITS), fuzz_below(3) ? 2048 : 1024);
}

void fuzz_make(struct fuzz_call *call)
{
	memset(call, 0, sizeof(*call));
	call->use = (enum fuzz_use)fuzz_below(FUZZ_USES);
	call->templates = 1;
	call->class = CKO_SECRET_KEY;
	call->key_type = CKK_AES;
	call->mechanism = CKM_AES_KEY_GEN;
	switch (call->use) {
	case FUZZ_CREATE:
		make_created(call);
		break;
	case FUZZ_PAIR:
		make_pair(call);
		break;
	case FUZZ_GENERATE:
		add_identity(call, &call->asked[0], 4);
		put_number(append(&call->asked[0], CKA_VALUE_LEN), 8 * (2 + fuzz_below(3)));
		break;
	case FUZZ_UNWRAP:
		call->mechanism = CKM_AES_KEY_WRAP;
		add_identity(call, &call->asked[0], 8);
		break;
	case FUZZ_DERIVE:
		call->mechanism = CKM_SHA256_KEY_DERIVATION;
		call->key_type = CKK_GENERIC_SECRET;
		add_identity(call, &call->asked[0], 8);
		break;
	default:
		break;
	}
	for (unsigned i = 0; i < call->templates; i++)
		finish(&call->asked[i]);
}
