/* SPDX-License-Identifier: MIT */
/* Curves: keys, points in every form, signatures, secrets. */
#include "facts.h"

#define POINT  65
#define DIGEST 32

static CK_BYTE digest[64] = "sixty-four octets that are signed as if they were a digest .....";

/* The point of a public key as the standard has it, and its other forms. */
struct forms {
	CK_BYTE der[POINT + 2], bits[POINT + 3];
	CK_BYTE *raw, *xy;
};

struct form {
	const char *name;
	CK_BYTE *octets;
	CK_ULONG size;
};

/* Whatever form the module answers with, for which its length stands. */
static bool read_point(CK_OBJECT_HANDLE key, struct forms *forms)
{
	CK_BYTE point[200];
	CK_ULONG size = sizeof(point);

	memset(forms, 0, sizeof(*forms));
	if (read_octets(key, CKA_EC_POINT, point, &size) != CKR_OK || size < POINT)
		return false;
	memcpy(forms->der, "\x04\x41", 2);
	forms->raw = forms->der + 2;
	forms->xy = forms->raw + 1;
	memcpy(forms->raw, point + size - POINT, POINT);
	memcpy(forms->bits, "\x03\x42\x00", 3);
	memcpy(forms->bits + 3, forms->raw, POINT);
	return true;
}

#define FORMS(forms)                                                          \
	{                                                                     \
		{"der", (forms).der, POINT + 2}, {"raw", (forms).raw, POINT}, \
		        {"bit-string", (forms).bits, POINT + 3},              \
		{                                                             \
			"xy", (forms).xy, POINT - 1                           \
		}                                                             \
	}

static CK_RV make_pair(struct pair *pair)
{
	CK_ATTRIBUTE public[] = {OCTETS(CKA_EC_PARAMS, p256, sizeof(p256)), TRUE_(CKA_VERIFY)};
	CK_ATTRIBUTE private[] = {TRUE_(CKA_SIGN)};

	return generate_pair(
	        CKM_EC_KEY_PAIR_GEN, public, COUNT(public), private, COUNT(private), pair);
}

static void facts_of_point(CK_OBJECT_HANDLE key)
{
	CK_BYTE octets[200];
	CK_ULONG size = 0;

	fact_rv("ec.point.query", read_octets(key, CKA_EC_POINT, NULL, &size));
	fact("ec.point.query-length", "%ld", (long)size);
	size = sizeof(octets);
	fact_rv("ec.point.read", read_octets(key, CKA_EC_POINT, octets, &size));
	fact("ec.point.length", "%ld", (long)size);
	fact("ec.point.begins", "%02x", octets[0]);
	size = POINT;
	fact_rv("ec.point.short", read_octets(key, CKA_EC_POINT, octets, &size));
	size = sizeof(octets);
	fact_rv("ec.params.read", read_octets(key, CKA_EC_PARAMS, octets, &size));
	fact_yes("ec.params.as-given", size == sizeof(p256) && memcmp(octets, p256, size) == 0);
}

static void facts_of_search(CK_OBJECT_HANDLE key)
{
	struct forms forms;

	if (!read_point(key, &forms))
		return;
	const struct form form[] = FORMS(forms);
	for (size_t i = 0; i < COUNT(form); i++) {
		char name[40];
		CK_ATTRIBUTE template[] = {
		        NUMBER(CKA_CLASS, CKO_PUBLIC_KEY),
		        OCTETS(CKA_EC_POINT, form[i].octets, form[i].size),
		};

		snprintf(name, sizeof(name), "ec.search.%s", form[i].name);
		fact(name, "%lu", find(template, COUNT(template)));
	}
}

static void facts_of_signature(struct pair *pair)
{
	CK_MECHANISM ecdsa = {CKM_ECDSA, NULL, 0};
	CK_BYTE signature[200];
	CK_ULONG size = 0;

	if (!has_mechanism("ecdsa", CKM_ECDSA, CKF_SIGN))
		return;
	p11->C_SignInit(session, &ecdsa, pair->private);
	fact_rv("ecdsa.query", p11->C_Sign(session, digest, DIGEST, NULL, &size));
	fact_yes("ecdsa.query-enough", size >= 64);
	size = 5;
	fact_rv("ecdsa.short", p11->C_Sign(session, digest, DIGEST, signature, &size));
	fact_yes("ecdsa.short-length-told", size == 64);
	size = 64;
	fact_rv("ecdsa.exact", p11->C_Sign(session, digest, DIGEST, signature, &size));
	fact("ecdsa.length", "%lu", size);
	fresh_session();
	size = sizeof(signature);
	fact_rv("ecdsa.sign", sign(&ecdsa, pair->private, digest, DIGEST, signature, &size));
	fact_rv("ecdsa.verify", verify(&ecdsa, pair->public, digest, DIGEST, signature, size));
	fact_rv("ecdsa.verify-other",
	        verify(&ecdsa, pair->public, digest + 1, DIGEST, signature, size));
	fact_rv("ecdsa.verify-shorter",
	        verify(&ecdsa, pair->public, digest, DIGEST, signature, size - 2));
	fresh_session();
	size = sizeof(signature);
	fact_rv("ecdsa.long-digest", sign(&ecdsa, pair->private, digest, 64, signature, &size));
	fact_rv("ecdsa.long-digest-verify",
	        verify(&ecdsa, pair->public, digest, 64, signature, size));
	fresh_session();
	fact_rv("ecdsa.no-such-key", p11->C_SignInit(session, &ecdsa, nothing));
}

void section_ec(void)
{
	CK_ATTRIBUTE minimal[] = {OCTETS(CKA_EC_PARAMS, p256, sizeof(p256))};
	CK_ATTRIBUTE other[] = {OCTETS(CKA_EC_PARAMS, ed25519, sizeof(ed25519))};
	struct pair pair, none;

	if (!has_mechanism("ec", CKM_EC_KEY_PAIR_GEN, 0)) {
		has_mechanism("ecdsa", CKM_ECDSA, CKF_SIGN);
		return;
	}
	fact_rv("ec.generate-minimal",
	        generate_pair(CKM_EC_KEY_PAIR_GEN, minimal, 1, NULL, 0, &pair));
	destroy_pair(&pair);
	fact_rv("ec.curve-of-another-kind",
	        generate_pair(CKM_EC_KEY_PAIR_GEN, other, 1, NULL, 0, &none));
	destroy_pair(&none);
	fact_rv("ec.generate", make_pair(&pair));
	facts_of_point(pair.public);
	facts_of_search(pair.public);
	facts_of_signature(&pair);
	destroy_pair(&pair);
}

/* --- Public keys from outside */

static CK_RV import_point(const struct form *form, bool token, CK_OBJECT_HANDLE *key)
{
	CK_BBOOL on_token = token ? CK_TRUE : CK_FALSE;
	CK_ATTRIBUTE template[] = {
	        NUMBER(CKA_CLASS, CKO_PUBLIC_KEY),
	        NUMBER(CKA_KEY_TYPE, CKK_EC),
	        OCTETS(CKA_TOKEN, &on_token, sizeof(on_token)),
	        TRUE_(CKA_VERIFY),
	        OCTETS(CKA_EC_PARAMS, p256, sizeof(p256)),
	        OCTETS(CKA_EC_POINT, form->octets, form->size),
	};

	return create(template, COUNT(template), key);
}

static void facts_of_import(
        const struct form *form, bool token, CK_BYTE *signature, CK_ULONG signature_size)
{
	const char *kind = token ? "token" : "session";
	CK_MECHANISM ecdsa = {CKM_ECDSA, NULL, 0};
	CK_BYTE point[200];
	CK_ULONG size = sizeof(point);
	CK_OBJECT_HANDLE key;
	char name[60];

	snprintf(name, sizeof(name), "ec.import.%s.%s", form->name, kind);
	fact_rv(name, import_point(form, token, &key));
	if (key == 0)
		return;
	read_octets(key, CKA_EC_POINT, point, &size);
	snprintf(name, sizeof(name), "ec.import.%s.%s.point", form->name, kind);
	fact(name, "%ld", (long)size);
	snprintf(name, sizeof(name), "ec.import.%s.%s.verify", form->name, kind);
	fact_rv(name, verify(&ecdsa, key, digest, DIGEST, signature, signature_size));
	fresh_session();
	destroy(key);
}

void section_ec_import(void)
{
	CK_MECHANISM ecdsa = {CKM_ECDSA, NULL, 0};
	CK_OBJECT_HANDLE key;
	struct forms forms;
	struct pair pair;
	CK_BYTE signature[200];
	CK_ULONG size = sizeof(signature);

	if (!has_mechanism("ec.import", CKM_EC_KEY_PAIR_GEN, 0) || make_pair(&pair) != CKR_OK ||
	        !read_point(pair.public, &forms))
		return;
	const struct form form[] = FORMS(forms);
	if (import_point(&form[0], false, &key) == CKR_ATTRIBUTE_VALUE_INVALID) {
		fact("ec.import", "unsupported: public keys from outside");
		return;
	}
	destroy(key);
	sign(&ecdsa, pair.private, digest, DIGEST, signature, &size);
	for (size_t i = 0; i < COUNT(form); i++)
		for (int token = 0; token < 2; token++)
			facts_of_import(&form[i], token != 0, signature, size);
	destroy_pair(&pair);
}

/* --- Secrets */

static CK_RV agree(
        CK_OBJECT_HANDLE key, CK_BYTE *peer, CK_ULONG size, CK_BYTE *shared, CK_BYTE secret[DIGEST])
{
	CK_ECDH1_DERIVE_PARAMS params = {
	        .kdf = CKD_NULL,
	        .pSharedData = shared,
	        .ulPublicDataLen = size,
	        .pPublicData = peer,
	};
	CK_MECHANISM mechanism = {CKM_ECDH1_DERIVE, &params, sizeof(params)};
	CK_ATTRIBUTE template[] = {
	        NUMBER(CKA_CLASS, CKO_SECRET_KEY),
	        NUMBER(CKA_KEY_TYPE, CKK_GENERIC_SECRET),
	        NUMBER(CKA_VALUE_LEN, DIGEST),
	        FALSE_(CKA_SENSITIVE),
	        TRUE_(CKA_EXTRACTABLE),
	};
	CK_OBJECT_HANDLE derived = 0;
	CK_ULONG length = DIGEST;
	CK_RV rv = p11->C_DeriveKey(home, &mechanism, key, template, COUNT(template), &derived);

	if (rv == CKR_OK)
		rv = read_octets(derived, CKA_VALUE, secret, &length);
	destroy(derived);
	return rv;
}

static CK_RV make_agreement_pair(struct pair *pair)
{
	CK_ATTRIBUTE public[] = {OCTETS(CKA_EC_PARAMS, p256, sizeof(p256))};
	CK_ATTRIBUTE private[] = {TRUE_(CKA_DERIVE)};

	return generate_pair(
	        CKM_EC_KEY_PAIR_GEN, public, COUNT(public), private, COUNT(private), pair);
}

static void facts_of_agreement(struct pair *one, struct pair *other)
{
	CK_BYTE der[DIGEST] = {1}, raw[DIGEST] = {2}, back[DIGEST] = {3}, empty[DIGEST] = {4};
	struct forms mine, theirs;

	if (!read_point(one->public, &mine) || !read_point(other->public, &theirs))
		return;
	fact_rv("ecdh.raw", agree(one->private, theirs.raw, POINT, NULL, raw));
	fact_rv("ecdh.der", agree(one->private, theirs.der, POINT + 2, NULL, der));
	fact_rv("ecdh.back", agree(other->private, mine.raw, POINT, NULL, back));
	fact_rv("ecdh.empty-shared", agree(one->private, theirs.raw, POINT, digest, empty));
	fact_yes("ecdh.raw==der", memcmp(raw, der, DIGEST) == 0);
	fact_yes("ecdh.raw==back", memcmp(raw, back, DIGEST) == 0);
	fact_yes("ecdh.raw==empty-shared", memcmp(raw, empty, DIGEST) == 0);
	theirs.raw[40] ^= 1;
	fact_yes("ecdh.off-the-curve-refused",
	        agree(one->private, theirs.raw, POINT, NULL, raw) != CKR_OK);
}

void section_ecdh(void)
{
	struct pair one, other;

	if (!has_mechanism("ecdh", CKM_ECDH1_DERIVE, CKF_DERIVE))
		return;
	fact_rv("ecdh.generate", make_agreement_pair(&one));
	if (one.private != 0 && make_agreement_pair(&other) == CKR_OK) {
		facts_of_agreement(&one, &other);
		destroy_pair(&other);
	}
	destroy_pair(&one);
}

void null_peer(void)
{
	CK_BYTE secret[DIGEST];
	struct pair pair;

	if (!has_mechanism("null.peer", CKM_ECDH1_DERIVE, CKF_DERIVE) ||
	        make_agreement_pair(&pair) != CKR_OK)
		return;
	fact_rv("null.peer", agree(pair.private, NULL, POINT, NULL, secret));
	destroy_pair(&pair);
}

/* --- Edwards */

static void facts_of_edwards_import(
        const char *name, CK_BYTE *point, CK_ULONG length, CK_BYTE *signature)
{
	CK_MECHANISM eddsa = {CKM_EDDSA, NULL, 0};
	CK_ATTRIBUTE template[] = {
	        NUMBER(CKA_CLASS, CKO_PUBLIC_KEY),
	        NUMBER(CKA_KEY_TYPE, CKK_EC_EDWARDS),
	        TRUE_(CKA_VERIFY),
	        OCTETS(CKA_EC_PARAMS, ed25519, sizeof(ed25519)),
	        OCTETS(CKA_EC_POINT, point, length),
	};
	CK_OBJECT_HANDLE key;
	char line[60];

	snprintf(line, sizeof(line), "edwards.import.%s", name);
	fact_rv(line, create(template, COUNT(template), &key));
	snprintf(line, sizeof(line), "edwards.import.%s.verify", name);
	fact_rv(line, verify(&eddsa, key, digest, DIGEST, signature, 64));
	fresh_session();
	destroy(key);
}

void section_edwards(void)
{
	CK_MECHANISM eddsa = {CKM_EDDSA, NULL, 0};
	CK_ATTRIBUTE public[] = {
	        OCTETS(CKA_EC_PARAMS, ed25519, sizeof(ed25519)), TRUE_(CKA_VERIFY)};
	CK_ATTRIBUTE private[] = {TRUE_(CKA_SIGN)};
	CK_BYTE point[100] = {0}, der[34] = {0x04, 0x20}, bits[35] = {0x03, 0x21, 0x00};
	CK_BYTE signature[64];
	CK_ULONG size = sizeof(point);
	struct pair pair;

	if (!has_mechanism("edwards", CKM_EC_EDWARDS_KEY_PAIR_GEN, 0))
		return;
	fact_rv("edwards.generate", generate_pair(CKM_EC_EDWARDS_KEY_PAIR_GEN, public,
	                                    COUNT(public), private, COUNT(private), &pair));
	read_octets(pair.public, CKA_EC_POINT, point, &size);
	fact("edwards.point.length", "%ld", (long)size);
	if (pair.public == 0 || size < 32 || size > sizeof(point))
		return;
	memcpy(der + 2, point + size - 32, 32);
	memcpy(bits + 3, point + size - 32, 32);
	size = sizeof(signature);
	fact_rv("edwards.sign", sign(&eddsa, pair.private, digest, DIGEST, signature, &size));
	fact("edwards.sign.length", "%lu", size);
	fact_rv("edwards.verify",
	        verify(&eddsa, pair.public, digest, DIGEST, signature, sizeof(signature)));
	facts_of_edwards_import("raw", der + 2, 32, signature);
	facts_of_edwards_import("der", der, sizeof(der), signature);
	facts_of_edwards_import("bit-string", bits, sizeof(bits), signature);
	destroy_pair(&pair);
}
