/* SPDX-License-Identifier: MIT */
/*
 * That the twisting vendor twists: each body sees the standard's behaviour on the plain module, and
 * not when the twist is on. No lens takes part.
 */
#define _GNU_SOURCE
#include "rules.h"

#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

static void check(const struct row *row, size_t count)
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

/* Points */

static bool reads(struct subject *s, CK_OBJECT_HANDLE key, size_t size, uint8_t tag)
{
	struct octets point = read_attribute(s, key, CKA_EC_POINT);

	return point.size == size && point.at[0] == tag;
}

static bool reads_der(struct subject *s)
{
	return reads(s, ec_pair(s, "secp256r1").public, 67, 0x04) &&
	       reads(s, ec_pair(s, "secp521r1").public, 136, 0x04);
}

/* SoftHSM has the older form of these. */
static bool reads_der_of_edwards(struct subject *s)
{
	return reads(s, edwards_pair(s, "Ed25519").public, 34, 0x04);
}

static bool sizes_agree(struct subject *s)
{
	CK_OBJECT_HANDLE key = ec_pair(s, "secp256r1").public;
	CK_ATTRIBUTE query = {CKA_EC_POINT, NULL, 0};

	assert_int_equal(s->p11->C_GetAttributeValue(s->session, key, &query, 1), CKR_OK);
	return query.ulValueLen == read_attribute(s, key, CKA_EC_POINT).size;
}

static bool creates(struct subject *s, bool raw)
{
	CK_OBJECT_CLASS class = CKO_PUBLIC_KEY;
	CK_KEY_TYPE type = CKK_EC;
	struct key_pair pair = ec_pair(s, "secp256r1");
	struct octets oid = curve_oid("secp256r1"),
	              point = read_attribute(s, pair.public, CKA_EC_POINT);
	struct octets signature = sign(s, CKM_ECDSA, pair.private);
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_CLASS, class), ATTRIBUTE(CKA_KEY_TYPE, type),
	        {CKA_EC_PARAMS, oid.at, oid.size},
	        {CKA_EC_POINT, point.at + (raw ? 2 : 0), point.size - (raw ? 2 : 0)}};
	CK_OBJECT_HANDLE key;
	CK_RV rv = s->p11->C_CreateObject(s->session, template, COUNT(template), &key);

	if (rv != CKR_OK)
		assert_int_equal(rv, CKR_ATTRIBUTE_VALUE_INVALID);
	return rv == CKR_OK && verify(s, CKM_ECDSA, key, &signature) == CKR_OK;
}

static bool creates_from_der(struct subject *s)
{
	return creates(s, false);
}

static bool does_not_create_from_raw(struct subject *s)
{
	return !creates(s, true);
}

static CK_ULONG found(struct subject *s, CK_ATTRIBUTE *template, CK_ULONG size)
{
	CK_OBJECT_HANDLE object[8];
	CK_ULONG count = 0;

	assert_int_equal(s->p11->C_FindObjectsInit(s->session, template, size), CKR_OK);
	assert_int_equal(s->p11->C_FindObjects(s->session, object, COUNT(object), &count), CKR_OK);
	assert_int_equal(s->p11->C_FindObjectsFinal(s->session), CKR_OK);
	return count;
}

static bool finds_by_der(struct subject *s)
{
	struct octets point = read_attribute(s, ec_pair(s, "secp256r1").public, CKA_EC_POINT);
	CK_ATTRIBUTE whole = {CKA_EC_POINT, point.at, point.size};
	CK_ATTRIBUTE raw = {CKA_EC_POINT, point.at + 2, point.size - 2};

	return found(s, &whole, 1) == 1 && found(s, &raw, 1) == 0;
}

static bool private_has_no_point(struct subject *s)
{
	struct octets point;
	CK_RV rv = try_attribute(s, ec_pair(s, "secp256r1").private, CKA_EC_POINT, &point);

	assert_true(rv == CKR_ATTRIBUTE_TYPE_INVALID || (rv == CKR_OK && point.size == 67));
	return rv != CKR_OK;
}

CASE(points)
{
	static const struct row rows[] = {
	        {"point-read raw", reads_der, USUAL},
	        {"point-read xy", reads_der, USUAL},
	        {"point-read bit-string", reads_der, USUAL},
	        {"edwards-read raw", reads_der_of_edwards, USUAL},
	        {"edwards-read bit-string", reads_der_of_edwards, USUAL},
	        {"point-size-query raw", sizes_agree, USUAL},
	        {"point-create raw", creates_from_der, USUAL},
	        {"point-create raw", does_not_create_from_raw, USUAL},
	        {"point-search raw", finds_by_der, USUAL},
	        {"private-point", private_has_no_point, USUAL},
	};

	CHECK(rows);
}

/* Curves */

static bool reads_oid_of(struct subject *s, CK_OBJECT_HANDLE key, const char *curve)
{
	struct octets params = read_attribute(s, key, CKA_EC_PARAMS), oid = curve_oid(curve);

	return params.size == oid.size && memcmp(params.at, oid.at, oid.size) == 0;
}

static bool reads_oid(struct subject *s)
{
	return reads_oid_of(s, ec_pair(s, "secp256r1").public, "secp256r1");
}

static bool reads_oid_of_edwards(struct subject *s)
{
	return reads_oid_of(s, edwards_pair(s, "Ed25519").public, "Ed25519");
}

static CK_RV generate_edwards(struct subject *s, CK_MECHANISM_TYPE type, const void *params,
        CK_ULONG size, struct key_pair *pair)
{
	CK_MECHANISM mechanism = {type, NULL, 0};
	CK_ATTRIBUTE public = {CKA_EC_PARAMS, (void *)(uintptr_t)params, size};
	CK_ATTRIBUTE usage = ATTRIBUTE(CKA_DERIVE, yes);

	return s->p11->C_GenerateKeyPair(
	        s->session, &mechanism, &public, 1, &usage, 1, &pair->public, &pair->private);
}

static bool generates_by_oid(struct subject *s)
{
	struct octets oid = curve_oid("Ed25519");
	struct key_pair pair;

	return generate_edwards(s, CKM_EC_EDWARDS_KEY_PAIR_GEN, oid.at, oid.size, &pair) == CKR_OK;
}

static bool knows_no_montgomery(struct subject *s)
{
	struct octets oid = curve_oid("X25519"), type;
	CK_KEY_TYPE montgomery = CKK_EC_MONTGOMERY;
	struct key_pair pair;

	if (generate_edwards(s, CKM_EC_MONTGOMERY_KEY_PAIR_GEN, oid.at, oid.size, &pair) != CKR_OK)
		return true;
	type = read_attribute(s, pair.public, CKA_KEY_TYPE);
	assert_memory_equal(type.at, &montgomery, sizeof(montgomery));
	return false;
}

static bool reads_oid_of_montgomery(struct subject *s)
{
	struct octets oid = curve_oid("X25519");
	struct key_pair pair;

	assert_int_equal(
	        generate_edwards(s, CKM_EC_EDWARDS_KEY_PAIR_GEN, oid.at, oid.size, &pair), CKR_OK);
	return reads_oid_of(s, pair.public, "X25519");
}

/* The malformed name is taken, on which SoftHSM itself crashes. */
static bool refuses_malformed_name(struct subject *s)
{
	static const char name[] = "\x13\x0b"
	                           "curve25519";
	struct key_pair pair;

	return generate_edwards(s, CKM_EC_EDWARDS_KEY_PAIR_GEN, name, sizeof(name) - 1, &pair) !=
	       CKR_OK;
}

CASE(curves)
{
	static const struct row rows[] = {
	        {"ec-params explicit", reads_oid, USUAL},
	        {"ec-params name", reads_oid_of_edwards, USUAL},
	        {"ec-params utf8", reads_oid_of_edwards, USUAL},
	        {"ec-params gnupg", reads_oid_of_edwards, USUAL},
	        {"ec-params ykcs11", reads_oid_of_montgomery, USUAL},
	        {"ec-params-accept name", generates_by_oid, USUAL},
	        {"ec-params-accept ykcs11", refuses_malformed_name, NATIVE},
	        {"montgomery", knows_no_montgomery, USUAL},
	};

	CHECK(rows);
}

/* ECDH */

static CK_RV derive(struct subject *s, bool raw, bool with_length, void *shared)
{
	CK_ULONG size = 32;
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_GENERIC_SECRET;
	struct key_pair pair = ec_pair(s, "secp256r1");
	struct octets point = read_attribute(s, pair.public, CKA_EC_POINT);
	CK_ECDH1_DERIVE_PARAMS params = {
	        CKD_NULL, 0, shared, point.size - (raw ? 2 : 0), point.at + (raw ? 2 : 0)};
	CK_MECHANISM mechanism = {CKM_ECDH1_DERIVE, &params, sizeof(params)};
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_CLASS, class), ATTRIBUTE(CKA_KEY_TYPE, type),
	        ATTRIBUTE(CKA_VALUE_LEN, size)};
	CK_OBJECT_HANDLE key;

	return s->p11->C_DeriveKey(
	        s->session, &mechanism, pair.private, template, with_length ? 3 : 2, &key);
}

static bool derives_from_raw(struct subject *s)
{
	return derive(s, true, true, NULL) == CKR_OK;
}

static bool derives_from_der(struct subject *s)
{
	return derive(s, false, true, NULL) == CKR_OK;
}

static bool derives_without_length(struct subject *s)
{
	return derive(s, true, false, NULL) == CKR_OK;
}

static bool derives_with_empty_data(struct subject *s)
{
	return derive(s, true, true, s) != CKR_DEVICE_ERROR;
}

CASE(ecdh)
{
	static const struct row rows[] = {
	        {"ecdh-point der 0x8000002F", derives_from_raw, USUAL},
	        {"ecdh-point raw", derives_from_der, USUAL},
	        {"ecdh-value-len required", derives_without_length, USUAL},
	        {"ecdh-value-len refused", derives_from_raw, USUAL},
	        {"ecdh-empty-shared-data CKR_DEVICE_ERROR", derives_with_empty_data, USUAL},
	};

	CHECK(rows);
}

/* Signatures */

static bool signs_64_octets(struct subject *s)
{
	struct key_pair pair = ec_pair(s, "secp256r1");
	struct octets signature = sign(s, CKM_ECDSA, pair.private);

	assert_int_equal(verify(s, CKM_ECDSA, pair.public, &signature), CKR_OK);
	signature.at[20] ^= 1;
	assert_int_not_equal(verify(s, CKM_ECDSA, pair.public, &signature), CKR_OK);
	return signature.size == 64;
}

static const char *given_twist(const struct subject *s)
{
	return s->setting->twist != NULL ? s->setting->twist : "";
}

/* The uppermost octet of such a number is zero every other time. */
static bool signs_132_octets(struct subject *s)
{
	bool uneven = strstr(given_twist(s), "uneven") != NULL, all = true;
	struct key_pair pair = ec_pair(s, "secp521r1");

	for (unsigned i = 0; i < 100 && all; i++) {
		struct octets signature = sign(s, CKM_ECDSA, pair.private);

		all = all && signature.size == 132;
		/* What is not split in the middle can be told by nobody. */
		if (!uneven || signature.size == 132)
			assert_int_equal(verify(s, CKM_ECDSA, pair.public, &signature), CKR_OK);
	}
	return all;
}

static bool signs_long_digests(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_ECDSA, NULL, 0};
	CK_BYTE digest[64] = {1}, signature[128];
	CK_ULONG size = sizeof(signature);
	struct key_pair pair = ec_pair(s, "secp256r1");
	CK_RV rv;

	assert_int_equal(s->p11->C_SignInit(s->session, &mechanism, pair.private), CKR_OK);
	rv = s->p11->C_Sign(s->session, digest, sizeof(digest), signature, &size);
	/* The operation is over in either case. */
	sign(s, CKM_ECDSA, pair.private);
	return rv == CKR_OK;
}

static bool digests_in_parts(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};
	CK_BYTE data[] = "data";

	assert_int_equal(s->p11->C_DigestInit(s->session, &mechanism), CKR_OK);
	return s->p11->C_DigestUpdate(s->session, data, sizeof(data)) == CKR_OK;
}

CASE(signatures)
{
	static const struct row rows[] = {
	        {"ecdsa-form der", signs_64_octets, USUAL},
	        {"ecdsa-form short", signs_132_octets, USUAL},
	        {"ecdsa-form uneven", signs_132_octets, USUAL},
	        {"ecdsa-digest-limit", signs_long_digests, USUAL},
	        {"single-part CKM_SHA256", digests_in_parts, USUAL},
	};

	CHECK(rows);
}

/* Templates */

static CK_RV make_aes(
        struct subject *s, const CK_ATTRIBUTE *more, CK_ULONG count, CK_OBJECT_HANDLE *key)
{
	CK_MECHANISM mechanism = {CKM_AES_KEY_GEN, NULL, 0};
	CK_ULONG size = 16;
	CK_ATTRIBUTE template[4] = {ATTRIBUTE(CKA_VALUE_LEN, size)};

	for (CK_ULONG i = 0; i < count; i++)
		template[i + 1] = more[i];
	return s->p11->C_GenerateKey(s->session, &mechanism, template, count + 1, key);
}

static bool takes_label(struct subject *s)
{
	char label[] = "label";
	CK_ATTRIBUTE more = {CKA_LABEL, label, 5};
	CK_OBJECT_HANDLE key;

	if (make_aes(s, &more, 1, &key) != CKR_OK)
		return false;
	return found(s, &more, 1) == 1 && read_attribute(s, key, CKA_LABEL).size == 5;
}

static bool wants_no_label(struct subject *s)
{
	CK_OBJECT_HANDLE key;

	return make_aes(s, NULL, 0, &key) == CKR_OK;
}

static bool has(struct subject *s, CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE type, CK_BBOOL value)
{
	struct octets got = read_attribute(s, key, type);

	return got.size == 1 && got.at[0] == value;
}

static bool secret_is_not_extractable(struct subject *s)
{
	return has(s, aes_key(s, 16), CKA_EXTRACTABLE, CK_FALSE);
}

static bool private_is_not_extractable(struct subject *s)
{
	return has(s, ec_pair(s, "secp256r1").private, CKA_EXTRACTABLE, CK_FALSE);
}

static bool usage_is_all(struct subject *s)
{
	CK_OBJECT_HANDLE key;

	assert_int_equal(make_aes(s, NULL, 0, &key), CKR_OK);
	return has(s, key, CKA_ENCRYPT, CK_TRUE) && has(s, key, CKA_SIGN, CK_TRUE);
}

static bool does_not_derive(struct subject *s)
{
	CK_OBJECT_HANDLE key;

	assert_int_equal(make_aes(s, NULL, 0, &key), CKR_OK);
	return has(s, key, CKA_DERIVE, CK_FALSE);
}

static bool takes_odd_bool(struct subject *s)
{
	uint32_t wide = 1;
	CK_ATTRIBUTE more = ATTRIBUTE(CKA_EXTRACTABLE, wide);
	CK_OBJECT_HANDLE key;

	return make_aes(s, &more, 1, &key) != CKR_DEVICE_ERROR;
}

static bool stores_no_odd_bool(struct subject *s)
{
	CK_BYTE odd = 0xff;
	CK_ATTRIBUTE more = ATTRIBUTE(CKA_EXTRACTABLE, odd);
	CK_OBJECT_HANDLE key;

	assert_int_equal(make_aes(s, &more, 1, &key), CKR_OK);
	return has(s, key, CKA_EXTRACTABLE, CK_TRUE);
}

static bool takes_narrow_number(struct subject *s)
{
	uint32_t type = CKK_AES;
	CK_ATTRIBUTE more = ATTRIBUTE(CKA_KEY_TYPE, type);
	CK_OBJECT_HANDLE key;

	return make_aes(s, &more, 1, &key) != CKR_DEVICE_ERROR;
}

static bool makes_session_keys(struct subject *s)
{
	CK_ATTRIBUTE more = ATTRIBUTE(CKA_TOKEN, no);
	CK_OBJECT_HANDLE key;

	return make_aes(s, &more, 1, &key) == CKR_OK;
}

CASE(templates)
{
	static const struct row rows[] = {
	        {"refuse-attribute CKA_LABEL CKR_GENERAL_ERROR", takes_label, USUAL},
	        {"refuse-attribute CKA_LABEL C_GenerateKey secret", takes_label, USUAL},
	        {"refuse-value CKA_TOKEN false", makes_session_keys, USUAL},
	        {"require-attribute CKA_LABEL CKR_TEMPLATE_INCOMPLETE CKM_AES_KEY_GEN",
	                wants_no_label, USUAL},
	        {"drop-attribute CKA_LABEL", takes_label, USUAL},
	        {"default CKA_EXTRACTABLE true", secret_is_not_extractable, USUAL},
	        {"default CKA_EXTRACTABLE true private", private_is_not_extractable, USUAL},
	        {"usage none", usage_is_all, USUAL},
	        {"usage all", does_not_derive, USUAL},
	        {"odd-bool refused CKR_DEVICE_ERROR", takes_odd_bool, USUAL},
	        {"odd-bool stored", stores_no_odd_bool, USUAL},
	        {"odd-number refused CKR_DEVICE_ERROR", takes_narrow_number, USUAL},
	};

	CHECK(rows);
}

/* Reads */

static bool reads_what_there_is(struct subject *s)
{
	CK_OBJECT_HANDLE key = rsa_pair(s, 1024).private;
	CK_BBOOL token;
	CK_BYTE value[64];
	CK_ATTRIBUTE template[] = {ATTRIBUTE(CKA_TOKEN, token), ATTRIBUTE(CKA_EC_POINT, value)};

	return s->p11->C_GetAttributeValue(s->session, key, template, 2) ==
	               CKR_ATTRIBUTE_TYPE_INVALID &&
	       template[0].ulValueLen == 1 && template[1].ulValueLen == CK_UNAVAILABLE_INFORMATION;
}

static bool reads_into_more_room(struct subject *s)
{
	struct octets value;

	return try_attribute(s, aes_key(s, 16), CKA_KEY_TYPE, &value) == CKR_OK && value.size == 8;
}

static bool says_unavailable(struct subject *s)
{
	CK_BYTE small[2];
	CK_ATTRIBUTE attribute = ATTRIBUTE(CKA_KEY_TYPE, small);

	assert_int_equal(s->p11->C_GetAttributeValue(s->session, aes_key(s, 16), &attribute, 1),
	        CKR_BUFFER_TOO_SMALL);
	return attribute.ulValueLen == CK_UNAVAILABLE_INFORMATION;
}

/* One octet more than was promised, which the test has. */
static bool respects_room(struct subject *s)
{
	CK_BYTE octets[8] = {0};
	CK_ATTRIBUTE attribute = {CKA_KEY_TYPE, octets, 7};

	return s->p11->C_GetAttributeValue(s->session, aes_key(s, 16), &attribute, 1) ==
	       CKR_BUFFER_TOO_SMALL;
}

static bool reads_usual_sizes(struct subject *s)
{
	struct key_pair pair = rsa_pair(s, 1024);

	return read_attribute(s, pair.public, CKA_TOKEN).size == 1 &&
	       read_attribute(s, pair.public, CKA_KEY_TYPE).size == 8 &&
	       read_attribute(s, pair.public, CKA_MODULUS).size == 128;
}

static bool is_local(struct subject *s)
{
	struct octets value;

	return try_attribute(s, aes_key(s, 16), CKA_LOCAL, &value) == CKR_OK && value.size == 1 &&
	       value.at[0] == CK_TRUE;
}

CASE(reads_of_attributes)
{
	static const struct row rows[] = {
	        {"bulk-read-fails", reads_what_there_is, USUAL},
	        {"bulk-read-fails CKR_ARGUMENTS_BAD single", reads_what_there_is, USUAL},
	        {"missing-ok", reads_what_there_is, USUAL},
	        {"exact-number-room", reads_into_more_room, USUAL},
	        {"short-keeps-length", says_unavailable, USUAL},
	        {"room-ignored", respects_room, USUAL},
	        {"bool-size 4", reads_usual_sizes, USUAL},
	        {"number-size 4", reads_usual_sizes, USUAL},
	        {"leading-zero", reads_usual_sizes, USUAL},
	        {"hide-attribute CKA_LOCAL secret", is_local, USUAL},
	        {"show-attribute CKA_LOCAL false", is_local, USUAL},
	};

	CHECK(rows);
}

/* Mechanisms */

struct gcm {
	CK_BYTE iv[12], out[64];
	CK_ULONG size, bits;
	bool zero_iv, short_form;
};

static CK_RV gcm_init(struct subject *s, struct gcm *gcm, CK_OBJECT_HANDLE key)
{
	CK_GCM_PARAMS params = {gcm->iv, sizeof(gcm->iv), gcm->bits, NULL, 0, 128};
	struct {
		CK_BYTE *iv;
		CK_ULONG iv_size;
		CK_BYTE *aad;
		CK_ULONG aad_size, tag_bits;
	} short_params = {gcm->iv, sizeof(gcm->iv), NULL, 0, 128};
	CK_MECHANISM mechanism = {CKM_AES_GCM, &params, sizeof(params)};

	if (gcm->short_form) {
		mechanism.pParameter = &short_params;
		mechanism.ulParameterLen = sizeof(short_params);
	}
	return s->p11->C_EncryptInit(s->session, &mechanism, key);
}

static CK_RV gcm_encrypt(struct subject *s, struct gcm *gcm, CK_OBJECT_HANDLE key)
{
	CK_BYTE data[20] = "twenty octets here.";
	CK_RV rv;

	if (!gcm->zero_iv)
		memset(gcm->iv, 7, sizeof(gcm->iv));
	rv = gcm_init(s, gcm, key);
	gcm->size = sizeof(gcm->out);
	return rv != CKR_OK
	               ? rv
	               : s->p11->C_Encrypt(s->session, data, sizeof(data), gcm->out, &gcm->size);
}

static bool takes_long_form(struct subject *s)
{
	struct gcm gcm = {.bits = 96};

	return gcm_encrypt(s, &gcm, aes_key(s, 16)) == CKR_OK && gcm.size == 36;
}

static bool takes_short_form(struct subject *s)
{
	struct gcm gcm = {.short_form = true};

	return gcm_encrypt(s, &gcm, aes_key(s, 16)) == CKR_OK && gcm.size == 36;
}

static bool refuses_short_form(struct subject *s)
{
	return !takes_short_form(s);
}

static bool short_form_is_no_device_error(struct subject *s)
{
	struct gcm gcm = {.short_form = true};

	return gcm_init(s, &gcm, aes_key(s, 16)) != CKR_DEVICE_ERROR;
}

static bool takes_no_bits(struct subject *s)
{
	struct gcm gcm = {.bits = 0};

	return gcm_encrypt(s, &gcm, aes_key(s, 16)) == CKR_OK;
}

/* The IV that the vendor draws is the one that decrypts. */
static bool leaves_iv(struct subject *s)
{
	static const CK_BYTE zeros[12];
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	struct gcm gcm = {.bits = 96, .zero_iv = true};
	CK_GCM_PARAMS params = {gcm.iv, sizeof(gcm.iv), 96, NULL, 0, 128};
	CK_MECHANISM mechanism = {CKM_AES_GCM, &params, sizeof(params)};
	CK_BYTE plain[64];
	CK_ULONG size = sizeof(plain);

	assert_int_equal(gcm_encrypt(s, &gcm, key), CKR_OK);
	assert_int_equal(s->p11->C_DecryptInit(s->session, &mechanism, key), CKR_OK);
	assert_int_equal(s->p11->C_Decrypt(s->session, gcm.out, gcm.size, plain, &size), CKR_OK);
	assert_string_equal((char *)plain, "twenty octets here.");
	return memcmp(gcm.iv, zeros, sizeof(zeros)) == 0;
}

static bool leaves_iv_at_init(struct subject *s)
{
	static const CK_BYTE zeros[12];
	struct gcm gcm = {.bits = 96, .zero_iv = true};

	assert_int_equal(gcm_init(s, &gcm, aes_key(s, 16)), CKR_OK);
	return memcmp(gcm.iv, zeros, sizeof(zeros)) == 0;
}

static bool says_general_error(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	struct gcm gcm = {.bits = 96};
	CK_GCM_PARAMS params = {gcm.iv, sizeof(gcm.iv), 96, NULL, 0, 128};
	CK_MECHANISM mechanism = {CKM_AES_GCM, &params, sizeof(params)};
	CK_BYTE plain[64];
	CK_ULONG size = sizeof(plain);

	assert_int_equal(gcm_encrypt(s, &gcm, key), CKR_OK);
	gcm.out[3] ^= 1;
	assert_int_equal(s->p11->C_DecryptInit(s->session, &mechanism, key), CKR_OK);
	return s->p11->C_Decrypt(s->session, gcm.out, gcm.size, plain, &size) == CKR_GENERAL_ERROR;
}

static CK_RV encrypt_rsa(struct subject *s, CK_MECHANISM *mechanism)
{
	CK_OBJECT_HANDLE key = rsa_pair(s, 1024).public;

	return s->p11->C_EncryptInit(s->session, mechanism, key);
}

static CK_RV encrypt_oaep(struct subject *s, CK_ULONG source, void *label, CK_ULONG size)
{
	CK_RSA_PKCS_OAEP_PARAMS params = {CKM_SHA_1, CKG_MGF1_SHA1, source, label, size};
	CK_MECHANISM mechanism = {CKM_RSA_PKCS_OAEP, &params, sizeof(params)};

	return encrypt_rsa(s, &mechanism);
}

static bool source_may_be_0(struct subject *s)
{
	CK_RV rv = encrypt_oaep(s, 0, NULL, 0);

	assert_int_equal(encrypt_oaep(s, CKZ_DATA_SPECIFIED, NULL, 0), CKR_OK);
	return rv != CKR_MECHANISM_PARAM_INVALID;
}

static bool label_is_no_bad_parameter(struct subject *s)
{
	return encrypt_oaep(s, CKZ_DATA_SPECIFIED, s, 4) != CKR_MECHANISM_PARAM_INVALID;
}

static bool takes_surplus_parameter(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_RSA_PKCS, &mechanism, sizeof(mechanism)};

	return encrypt_rsa(s, &mechanism) == CKR_OK;
}

CASE(mechanisms)
{
	static const struct row rows[] = {
	        {"gcm-params 40", takes_long_form, USUAL},
	        {"gcm-params 40", refuses_short_form, USUAL},
	        {"gcm-params 48 CKR_DEVICE_ERROR", short_form_is_no_device_error, USUAL},
	        {"gcm-iv-bits exact", takes_no_bits, USUAL},
	        {"gcm-iv-bits zero", takes_long_form, USUAL},
	        {"gcm-iv init", leaves_iv, USUAL},
	        {"gcm-iv encrypt", leaves_iv, USUAL},
	        {"gcm-iv init", leaves_iv_at_init, USUAL},
	        {"gcm-tag-code CKR_ENCRYPTED_DATA_INVALID", says_general_error, USUAL},
	        {"oaep-source strict", source_may_be_0, USUAL},
	        {"oaep-label refused", label_is_no_bad_parameter, USUAL},
	        {"plain-mechanisms strict", takes_surplus_parameter, USUAL},
	};

	CHECK(rows);
}

/* Sizes */

static bool query_is_exact(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_ECDSA, NULL, 0};
	CK_BYTE data[32] = {1}, signature[128];
	CK_ULONG asked = 0, got = sizeof(signature);

	assert_int_equal(
	        s->p11->C_SignInit(s->session, &mechanism, ec_pair(s, "secp256r1").private),
	        CKR_OK);
	if (s->p11->C_Sign(s->session, data, sizeof(data), NULL, &asked) != CKR_OK)
		return false;
	assert_int_equal(s->p11->C_Sign(s->session, data, sizeof(data), signature, &got), CKR_OK);
	return asked == got;
}

static bool too_small_is_told(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};
	CK_BYTE data[] = "data", digest[64];
	CK_ULONG size = 5;

	assert_int_equal(s->p11->C_DigestInit(s->session, &mechanism), CKR_OK);
	return s->p11->C_Digest(s->session, data, sizeof(data), digest, &size) ==
	               CKR_BUFFER_TOO_SMALL &&
	       size == 32 &&
	       s->p11->C_Digest(s->session, data, sizeof(data), digest, &size) == CKR_OK;
}

static bool length_is_true(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};
	CK_BYTE data[] = "data", digest[64];
	CK_ULONG size = sizeof(digest);

	assert_int_equal(s->p11->C_DigestInit(s->session, &mechanism), CKR_OK);
	return s->p11->C_Digest(s->session, data, sizeof(data), digest, &size) == CKR_OK &&
	       size == 32;
}

static bool lists_are_checked(struct subject *s)
{
	CK_MECHANISM_TYPE list[2];
	CK_ULONG count = 2;

	return s->p11->C_GetMechanismList(s->slot, list, &count) == CKR_BUFFER_TOO_SMALL;
}

CASE(sizes)
{
	static const struct row rows[] = {
	        {"size-query 80 CKM_ECDSA", query_is_exact, USUAL},
	        {"size-query -16", query_is_exact, USUAL},
	        {"no-size-query", query_is_exact, USUAL},
	        {"length-kept", too_small_is_told, USUAL},
	        {"length-garbage 22061 C_Digest", too_small_is_told, USUAL},
	        {"too-small-ends CKM_SHA256", too_small_is_told, USUAL},
	        {"truncate", too_small_is_told, USUAL},
	        {"returns-room CKM_SHA256", length_is_true, USUAL},
	        {"output-room 65", length_is_true, USUAL},
	        {"data-limit 4 CKR_DATA_LEN_RANGE", length_is_true, USUAL},
	        {"list-short-ok", lists_are_checked, USUAL},
	};

	CHECK(rows);
}

/* Operations */

static CK_RV begin_digest(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};

	return s->p11->C_DigestInit(s->session, &mechanism);
}

static bool search_is_apart(struct subject *s)
{
	assert_int_equal(s->p11->C_FindObjectsInit(s->session, NULL, 0), CKR_OK);
	return begin_digest(s) != CKR_DEVICE_ERROR;
}

static bool failure_ends(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_MECHANISM mechanism = {CKM_AES_ECB, NULL, 0};
	CK_BYTE data[15] = {1}, out[64];
	CK_ULONG size = sizeof(out);

	assert_int_equal(s->p11->C_EncryptInit(s->session, &mechanism, key), CKR_OK);
	assert_int_equal(
	        s->p11->C_Encrypt(s->session, data, sizeof(data), out, &size), CKR_DATA_LEN_RANGE);
	return s->p11->C_EncryptInit(s->session, &mechanism, key) == CKR_OK;
}

static bool is_not_cancelled(struct subject *s)
{
	assert_int_equal(begin_digest(s), CKR_OK);
	s->p11->C_DigestInit(s->session, NULL);
	return begin_digest(s) == CKR_OPERATION_ACTIVE;
}

static bool cancel_is_bad_argument(struct subject *s)
{
	return s->p11->C_DigestInit(s->session, NULL) == CKR_ARGUMENTS_BAD;
}

static bool find_needs_init(struct subject *s)
{
	CK_OBJECT_HANDLE object;
	CK_ULONG count;

	return s->p11->C_FindObjects(s->session, &object, 1, &count) ==
	       CKR_OPERATION_NOT_INITIALIZED;
}

CASE(operations)
{
	static const struct row rows[] = {
	        {"one-operation CKR_DEVICE_ERROR", search_is_apart, USUAL},
	        {"failed-stays-active", failure_ends, USUAL},
	        {"cancel-by-null allowed", is_not_cancelled, USUAL},
	        {"cancel-by-null refused CKR_MECHANISM_INVALID", cancel_is_bad_argument, USUAL},
	        {"find-lax", find_needs_init, USUAL},
	};

	CHECK(rows);
}

static bool is_cancelled(struct subject *s)
{
	assert_int_equal(begin_digest(s), CKR_OK);
	assert_int_equal(s->p11->C_SessionCancel(s->session, CKF_DIGEST), CKR_OK);
	return begin_digest(s) == CKR_OK;
}

static bool cancels_nothing(struct subject *s)
{
	return s->p11->C_SessionCancel(s->session, CKF_DIGEST) == CKR_FUNCTION_NOT_SUPPORTED;
}

CASE(cancelling)
{
	const struct setting able = {.twist = "interface 3.0, session-cancel", .table = {3, 0}};
	const struct setting unable = {.twist = "interface 3.0", .table = {3, 0}};

	assert_true(without_lens(&able, is_cancelled));
	assert_true(without_lens(&unable, cancels_nothing));
}

/* Sessions and logins */

static CK_RV open_with(struct subject *s, CK_FLAGS flags, CK_NOTIFY notify)
{
	CK_SESSION_HANDLE session;

	return s->p11->C_OpenSession(s->slot, flags, NULL, notify, &session);
}

static CK_RV notified(CK_SESSION_HANDLE session, CK_NOTIFICATION event, void *application)
{
	(void)session;
	(void)event;
	(void)application;
	return CKR_OK;
}

static bool opens_read_only(struct subject *s)
{
	return open_with(s, CKF_SERIAL_SESSION, NULL) == CKR_OK;
}

static bool opens_read_write(struct subject *s)
{
	CK_RV rv;

	assert_int_equal(s->p11->C_Initialize(NULL), CKR_OK);
	rv = open_with(s, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL);
	return rv == CKR_OK;
}

static bool opens_parallel(struct subject *s)
{
	return open_with(s, CKF_RW_SESSION, NULL) != CKR_DEVICE_ERROR;
}

static bool opens_with_notify(struct subject *s)
{
	return open_with(s, CKF_SERIAL_SESSION, notified) == CKR_OK;
}

static bool has_no_device_error(struct subject *s)
{
	CK_SESSION_INFO info;

	assert_int_equal(s->p11->C_GetSessionInfo(s->session, &info), CKR_OK);
	return info.ulDeviceError == 0;
}

static bool finds_without_login(struct subject *s)
{
	logout(s);
	return s->p11->C_FindObjectsInit(s->session, NULL, 0) == CKR_OK;
}

static bool takes_third_try(struct subject *s)
{
	CK_BYTE wrong[] = "wrong", right[] = USER_PIN;

	logout(s);
	s->p11->C_Login(s->session, CKU_USER, wrong, 5);
	s->p11->C_Login(s->session, CKU_USER, NULL, 0);
	return s->p11->C_Login(s->session, CKU_USER, right, 4) == CKR_OK;
}

static bool use_bears_other_calls(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_ECDSA, NULL, 0};
	CK_ATTRIBUTE more = ATTRIBUTE(CKA_ALWAYS_AUTHENTICATE, yes);
	CK_BYTE data[32] = {1}, out[128], pin[] = USER_PIN;
	CK_ULONG size = sizeof(out);
	CK_SESSION_INFO info;
	CK_OBJECT_HANDLE key;
	CK_RV rv = CKR_OK;
	struct octets oid = curve_oid("secp256r1");
	CK_ATTRIBUTE public = {CKA_EC_PARAMS, oid.at, oid.size};
	CK_MECHANISM generate = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
	CK_OBJECT_HANDLE ignored;

	assert_int_equal(s->p11->C_GenerateKeyPair(
	                         s->session, &generate, &public, 1, &more, 1, &ignored, &key),
	        CKR_OK);
	for (unsigned i = 0; i < 2; i++) {
		size = sizeof(out);
		assert_int_equal(s->p11->C_SignInit(s->session, &mechanism, key), CKR_OK);
		if (i == 1)
			assert_int_equal(s->p11->C_GetSessionInfo(s->session, &info), CKR_OK);
		assert_int_equal(s->p11->C_Login(s->session, CKU_CONTEXT_SPECIFIC, pin, 4), CKR_OK);
		rv = s->p11->C_Sign(s->session, data, sizeof(data), out, &size);
		if (i == 0)
			assert_int_equal(rv, CKR_OK);
	}
	assert_true(rv == CKR_OK || rv == CKR_USER_NOT_LOGGED_IN);
	return rv == CKR_OK;
}

CASE(sessions)
{
	static const struct row rows[] = {
	        {"read-only-refused CKR_FUNCTION_FAILED", opens_read_only, USUAL},
	        {"read-write-refused", opens_read_write, BARE},
	        {"serial-demanded CKR_DEVICE_ERROR", opens_parallel, USUAL},
	        {"notify-refused", opens_with_notify, USUAL},
	        {"session-limit 1", opens_read_only, USUAL},
	        {"device-error 5", has_no_device_error, USUAL},
	        {"find-needs-login", finds_without_login, USUAL},
	        {"pin-tries 2", takes_third_try, USUAL},
	        {"always-auth-strict", use_bears_other_calls, USUAL},
	};

	CHECK(rows);
}

/* Initialising */

static CK_RV initialise(struct subject *s, CK_FLAGS flags, char *reserved)
{
	CK_C_INITIALIZE_ARGS args = {.flags = flags, .pReserved = reserved};

	return s->p11->C_Initialize(&args);
}

static bool initialises_with_locks(struct subject *s)
{
	return initialise(s, CKF_OS_LOCKING_OK, NULL) == CKR_OK;
}

static bool initialises_without_locks(struct subject *s)
{
	return initialise(s, 0, NULL) == CKR_OK;
}

static bool initialises_without_arguments(struct subject *s)
{
	return s->p11->C_Initialize(NULL) == CKR_OK;
}

static bool takes_reserved(struct subject *s)
{
	char reserved[] = "reserved";

	return initialise(s, 0, reserved) != CKR_DEVICE_ERROR;
}

static struct subject *shared;

static void *ask_often(void *unused)
{
	CK_SESSION_INFO info;

	for (unsigned i = 0; i < 50; i++)
		if (shared->p11->C_GetSessionInfo(shared->session, &info) != CKR_OK)
			return shared;
	return unused;
}

static bool bears_threads(struct subject *s)
{
	pthread_t thread[2];
	void *result[2];

	shared = s;
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, ask_often, NULL), 0);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(pthread_join(thread[i], &result[i]), 0);
	return overlaps() == 0 && result[0] == NULL && result[1] == NULL;
}

/* In a child: what it is answered comes back as its status. */
static int status_of_child(struct subject *s, bool (*ask)(struct subject *s))
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(ask(s) ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static bool knows_session(struct subject *s)
{
	CK_SESSION_INFO info;

	return s->p11->C_GetSessionInfo(s->session, &info) == CKR_OK;
}

static bool begins_anew(struct subject *s)
{
	s->p11->C_Finalize(NULL);
	return s->p11->C_Initialize(NULL) == CKR_OK;
}

static bool child_inherits(struct subject *s)
{
	return status_of_child(s, knows_session) == 0;
}

static bool child_begins_anew(struct subject *s)
{
	return status_of_child(s, begins_anew) == 0;
}

static bool bears_no_pointer(struct subject *s)
{
	return s->p11->C_GetSlotList(CK_TRUE, NULL, NULL) == CKR_ARGUMENTS_BAD;
}

static bool bears_no_value(struct subject *s)
{
	CK_ATTRIBUTE more = {CKA_LABEL, NULL, 5};
	CK_OBJECT_HANDLE key;

	make_aes(s, &more, 1, &key);
	return true;
}

CASE(initialising)
{
	static const struct row rows[] = {
	        {"cant-lock", initialises_with_locks, BARE},
	        {"os-locking-only", initialises_without_locks, BARE},
	        {"arguments-required", initialises_without_arguments, BARE},
	        {"reserved-refused CKR_DEVICE_ERROR", takes_reserved, BARE},
	        {"fork refuse", child_inherits, USUAL},
	        {"fork hang", child_begins_anew, USUAL},
	        {"null-crash", bears_no_pointer, CRASHES},
	        {"null-crash", bears_no_value, CRASHES},
	};

	CHECK(rows);
}

CASE(threads)
{
	const struct setting counting = {.twist = "single-threaded"};
	const struct setting failing = {.twist = "single-threaded fail"};
	const struct setting ending = {.twist = "single-threaded abort", .crashes = true};

	assert_false(without_lens(&counting, bears_threads));
	assert_false(without_lens(&failing, bears_threads));
	assert_false(without_lens(&ending, bears_threads));
}

/* Infos */

static bool text_is(const CK_UTF8CHAR *field, const char *text)
{
	return memcmp(field, text, strlen(text)) == 0 && field[strlen(text)] == ' ';
}

static bool is_softhsm(struct subject *s)
{
	CK_TOKEN_INFO token;
	CK_SLOT_INFO slot;
	CK_INFO info;

	assert_int_equal(s->p11->C_GetInfo(&info), CKR_OK);
	assert_int_equal(s->p11->C_GetSlotInfo(s->slot, &slot), CKR_OK);
	assert_int_equal(s->p11->C_GetTokenInfo(s->slot, &token), CKR_OK);
	return text_is(info.manufacturerID, "SoftHSM") &&
	       text_is(info.libraryDescription, "Implementation of PKCS11") &&
	       info.libraryVersion.major == 2 && info.libraryVersion.minor == 6 &&
	       text_is(slot.manufacturerID, "SoftHSM project") && text_is(token.label, "rules") &&
	       text_is(token.model, "SoftHSM v2") &&
	       (token.flags & CKF_USER_PIN_INITIALIZED) != 0 &&
	       (slot.flags & CKF_TOKEN_PRESENT) != 0 && token.ulMaxSessionCount == 0;
}

static bool gcm_info_is_true(struct subject *s)
{
	CK_MECHANISM_INFO info;

	return s->p11->C_GetMechanismInfo(s->slot, CKM_AES_GCM, &info) == CKR_OK &&
	       info.ulMinKeySize == 16 && info.ulMaxKeySize == 32 &&
	       (info.flags & CKF_ENCRYPT) != 0;
}

static bool list_is_good(struct subject *s)
{
	CK_MECHANISM_TYPE list[256];
	CK_ULONG count = 0, asked, gcm = 0;

	assert_int_equal(s->p11->C_GetMechanismList(s->slot, NULL, &count), CKR_OK);
	asked = count;
	count = COUNT(list);
	assert_int_equal(s->p11->C_GetMechanismList(s->slot, list, &count), CKR_OK);
	assert_int_equal(count, asked);
	for (CK_ULONG i = 0; i < count; i++) {
		gcm += list[i] == CKM_AES_GCM;
		for (CK_ULONG j = 0; j < i; j++)
			if (list[j] == list[i])
				return false;
		if (list[i] == CKM_AES_CCM)
			return false;
	}
	return gcm == 1;
}

static bool has_no_interfaces_of_3(struct subject *s)
{
	CK_C_GetInterfaceList get;
	void *symbol = twist_symbol("C_GetInterfaceList");
	CK_ULONG count = 0;

	(void)s;
	memcpy(&get, &symbol, sizeof(symbol));
	assert_int_equal(get(NULL, &count), CKR_OK);
	return count == 1;
}

CASE(infos)
{
	static const struct row rows[] = {
	        {"nul-padded", is_softhsm, USUAL},
	        {"info manufacturer \"Vendor Inc\"", is_softhsm, USUAL},
	        {"info description Other", is_softhsm, USUAL},
	        {"info library-version 1.2", is_softhsm, USUAL},
	        {"slot manufacturer Other", is_softhsm, USUAL},
	        {"token label Other", is_softhsm, USUAL},
	        {"token model Other", is_softhsm, USUAL},
	        {"token-flags -CKF_USER_PIN_INITIALIZED", is_softhsm, USUAL},
	        {"slot-flags -CKF_TOKEN_PRESENT", is_softhsm, USUAL},
	        {"session-counts -2", is_softhsm, USUAL},
	        {"mechanism-unit CKM_AES_GCM bits", gcm_info_is_true, USUAL},
	        {"mechanism-sizes CKM_AES_GCM 16 64", gcm_info_is_true, USUAL},
	        {"mechanism-flags CKM_AES_GCM -CKF_ENCRYPT", gcm_info_is_true, USUAL},
	        {"mechanism-list-padding", list_is_good, USUAL},
	        {"hide-mechanism CKM_AES_GCM", list_is_good, USUAL},
	        {"hide-mechanism CKM_AES_GCM", takes_long_form, USUAL},
	        {"advertise-mechanism CKM_AES_CCM", list_is_good, USUAL},
	        {"interface 3.2", has_no_interfaces_of_3, USUAL},
	};

	CHECK(rows);
}

/* Numbers and codes */

static bool knows_standard_numbers(struct subject *s)
{
	struct octets oid = curve_oid("Ed25519"), type;
	CK_KEY_TYPE edwards = CKK_EC_EDWARDS, vendors = 0x80000012;
	CK_MECHANISM_INFO info;
	struct key_pair pair;

	if (generate_edwards(s, CKM_EC_EDWARDS_KEY_PAIR_GEN, oid.at, oid.size, &pair) == CKR_OK)
		return s->p11->C_GetMechanismInfo(s->slot, 0x80000C01, &info) ==
		       CKR_MECHANISM_INVALID;
	assert_int_equal(generate_edwards(s, 0x80000C01, oid.at, oid.size, &pair), CKR_OK);
	assert_int_equal(s->p11->C_GetMechanismInfo(s->slot, 0x80000C01, &info), CKR_OK);
	assert_int_equal(s->p11->C_GetMechanismInfo(s->slot, CKM_EC_EDWARDS_KEY_PAIR_GEN, &info),
	        CKR_MECHANISM_INVALID);
	type = read_attribute(s, pair.public, CKA_KEY_TYPE);
	assert_memory_equal(type.at, &vendors, sizeof(vendors));
	assert_memory_not_equal(type.at, &edwards, sizeof(edwards));
	return false;
}

static bool session_info_comes(struct subject *s)
{
	CK_SESSION_INFO info = {.slotID = CK_UNAVAILABLE_INFORMATION};

	return s->p11->C_GetSessionInfo(s->session, &info) == CKR_OK && info.slotID == s->slot;
}

static bool answers_soon(struct subject *s)
{
	struct timespec begin, end;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	assert_true(session_info_comes(s));
	clock_gettime(CLOCK_MONOTONIC, &end);
	return (end.tv_sec - begin.tv_sec) * 1000 + (end.tv_nsec - begin.tv_nsec) / 1000000 < 250;
}

static bool bad_session_is_told(struct subject *s)
{
	CK_SESSION_INFO info;

	return s->p11->C_GetSessionInfo(0x7fff, &info) == CKR_SESSION_HANDLE_INVALID;
}

/* A code that is answered once is gone then. */
static bool first_call_is_good(struct subject *s)
{
	bool first = session_info_comes(s);

	assert_true(session_info_comes(s));
	return first;
}

CASE(numbers_and_codes)
{
	static const struct row rows[] = {
	        {"renumber-mechanism CKM_EC_EDWARDS_KEY_PAIR_GEN 0x80000C01, "
	         "renumber-key-type CKK_EC_EDWARDS 0x80000012",
	                knows_standard_numbers, USUAL},
	        {"return C_GetSessionInfo CKR_DEVICE_ERROR", session_info_comes, USUAL},
	        {"return C_GetSessionInfo CKR_DEVICE_ERROR 1", first_call_is_good, USUAL},
	        {"slow C_GetSessionInfo 250", answers_soon, NATIVE},
	        {"pretend C_GetSessionInfo", session_info_comes, USUAL},
	        {"code C_GetSessionInfo CKR_SESSION_HANDLE_INVALID CKR_OK", bad_session_is_told,
	                USUAL},
	};

	CHECK(rows);
}

/* Vendors as a whole: the file is good, and the vendor says who it is. */

static bool is_nobody_else(struct subject *s)
{
	CK_INFO info;

	assert_int_equal(s->p11->C_Initialize(NULL), CKR_OK);
	assert_int_equal(s->p11->C_GetInfo(&info), CKR_OK);
	return text_is(info.manufacturerID, "SoftHSM");
}

CASE(vendors)
{
	static const char *const names[] = {
	        "cloudhsm", "luna", "nshield", "nss", "opencryptoki", "tpm2", "ykcs11"};

	for (size_t i = 0; i < COUNT(names); i++) {
		const struct setting setting = {.like = names[i], .bare = true};

		assert_false(without_lens(&setting, is_nobody_else));
	}
}

/* What was counted */

static bool is_counted(struct subject *s)
{
	CK_SESSION_HANDLE other = another_session(s);
	struct twist_seen seen[TWIST_SEEN];
	CK_SESSION_INFO info;

	forget_calls();
	assert_int_equal(s->p11->C_GetSessionInfo(s->session, &info), CKR_OK);
	assert_int_equal(s->p11->C_GetSessionInfo(other, &info), CKR_OK);
	s->p11->C_DigestFinal(other, NULL, NULL);
	assert_int_equal(calls("C_GetSessionInfo"), 2);
	assert_int_equal(calls("all"), 3);
	assert_int_equal(sequence(seen, COUNT(seen)), 3);
	assert_int_equal(seen[0].function, P11L_C_GetSessionInfo);
	assert_int_equal(seen[0].session, s->session);
	assert_int_equal(seen[1].session, other);
	assert_int_equal(seen[2].function, P11L_C_DigestFinal);
	assert_int_not_equal(seen[2].rv, CKR_OK);
	return true;
}

CASE(calls_are_counted)
{
	const struct setting setting = {.twist = ""};

	assert_true(without_lens(&setting, is_counted));
}

/* Mistakes in directives */

static bool is_told(struct subject *s)
{
	(void)s;
	return true;
}

CASE(mistakes_end_the_process)
{
	static const struct {
		const char *twist, *says;
	} mistakes[] = {
	        {"nul-padded, no-such-twist", "twist:2: there is no twist \"no-such-twist\""},
	        {"point-read", "twist:1: point-read needs more words"},
	        {"point-read sideways", "\"sideways\" is not known here; expected raw|xy"},
	        {"nul-padded more", "\"more\" is one word too many for nul-padded"},
	        {"default CKA_NONSENSE true", "\"CKA_NONSENSE\" is no attribute"},
	        {"return C_Nonsense CKR_OK", "there is no function \"C_Nonsense\""},
	};

	for (size_t i = 0; i < COUNT(mistakes); i++) {
		const struct setting setting = {.twist = mistakes[i].twist, .crashes = true};

		assert_false(without_lens(&setting, is_told));
		assert_non_null(strstr(said(), mistakes[i].says));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(points),
	        cmocka_unit_test(curves),
	        cmocka_unit_test(ecdh),
	        cmocka_unit_test(signatures),
	        cmocka_unit_test(templates),
	        cmocka_unit_test(reads_of_attributes),
	        cmocka_unit_test(mechanisms),
	        cmocka_unit_test(sizes),
	        cmocka_unit_test(operations),
	        cmocka_unit_test(cancelling),
	        cmocka_unit_test(sessions),
	        cmocka_unit_test(initialising),
	        cmocka_unit_test(threads),
	        cmocka_unit_test(infos),
	        cmocka_unit_test(numbers_and_codes),
	        cmocka_unit_test(vendors),
	        cmocka_unit_test(calls_are_counted),
	        cmocka_unit_test(mistakes_end_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
