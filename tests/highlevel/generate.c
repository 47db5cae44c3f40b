/* SPDX-License-Identifier: MIT */
/* Keys and key pairs that the token generates. */
#include "other_party.h"

#define DATA "INPUT DATA"

static bool is_true(struct p11l_object *key, CK_ATTRIBUTE_TYPE type)
{
	CK_BBOOL value = CK_FALSE;

	OK(p11l_get_bool(key, type, &value));
	return value != CK_FALSE;
}

static CK_ULONG number(struct p11l_object *object, CK_ATTRIBUTE_TYPE type)
{
	CK_ULONG value = 0;

	OK(p11l_get_ulong(object, type, &value));
	return value;
}

/* What the token says of a key, not what we remember of its template. */
static struct p11l_object *as_token_has_it(struct p11l_session *session, struct p11l_object *key)
{
	struct p11l_object *again = NULL;

	OK(p11l_adopt(session, p11l_object_handle(key), &again));
	return again;
}

CASE(aes)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key, *seen;

	OK(p11l_generate_key(session, CKK_AES, 256, NULL, &key));
	assert_calls(1, "all");
	assert_calls(1, "C_GenerateKey");
	assert_int_equal(p11l_object_class(key), CKO_SECRET_KEY);
	assert_int_equal(p11l_object_key_type(key), CKK_AES);
	assert_false(p11l_object_is_stored(key));
	assert_string_equal(p11l_object_label(key), "");
	seen = as_token_has_it(session, key);
	assert_int_equal(number(seen, CKA_VALUE_LEN), 32);
	assert_true(is_true(seen, CKA_PRIVATE) && is_true(seen, CKA_SENSITIVE));
	assert_true(is_true(seen, CKA_ENCRYPT) && is_true(seen, CKA_DECRYPT));
	assert_true(is_true(seen, CKA_SIGN) && is_true(seen, CKA_VERIFY));
	assert_true(is_true(seen, CKA_WRAP) && is_true(seen, CKA_UNWRAP));
	assert_false(is_true(seen, CKA_DERIVE));
	assert_false(is_true(seen, CKA_TOKEN));
	p11l_object_free(seen);
	p11l_object_free(key);
	p11l_close(session);
}

CASE(des)
{
	static const CK_BYTE iv[8] = {1};
	struct p11l_mechanism mechanism = p11l_iv(CKM_DES3_CBC_PAD, iv, sizeof(iv));
	struct p11l_session *session = begin_session(NULL);
	struct p11l_buffer out = {0}, back = {0};
	struct p11l_object *key;

	OK(p11l_generate_key(session, CKK_DES3, 0, NULL, &key));
	OK(p11l_encrypt(key, &mechanism, DATA, strlen(DATA), &out));
	OK(p11l_decrypt(key, &mechanism, out.p, out.len, &back));
	assert_int_equal(back.len, strlen(DATA));
	assert_memory_equal(back.p, DATA, back.len);
	p11l_object_free(key);
	/* All bits may be said, but not those of another type. */
	OK(p11l_generate_key(session, CKK_DES2, 128, NULL, &key));
	p11l_object_free(key);
	FAILS(CKR_KEY_SIZE_RANGE, p11l_generate_key(session, CKK_DES3, 128, NULL, &key));
	assert_says("CKK_DES3 have 192, not 128");
	assert_null(key);
	p11l_buffer_free(&out);
	p11l_buffer_free(&back);
	p11l_close(session);
}

/* The manual's example of a key that is used outside. */
CASE(extractable)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_buffer value = {0};
	struct p11l_object *key;

	OK(p11l_generate_key(session, CKK_AES, 256,
	        P11L_KEY(.attributes = P11L_ATTRS(
	                         P11L_BOOL(CKA_SENSITIVE, 0), P11L_BOOL(CKA_EXTRACTABLE, 1))),
	        &key));
	OK(p11l_get_attribute(key, CKA_VALUE, &value));
	assert_int_equal(value.len, 32);
	OK(p11l_export_private(key, &value));
	assert_int_equal(value.len, 32);
	assert_true(value.flags & P11L_SECRET);
	p11l_buffer_free(&value);
	p11l_object_free(key);
	p11l_close(session);
}

CASE(names)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key, *found;
	CK_ULONG size;

	OK(p11l_generate_key(session, CKK_AES, 128,
	        P11L_KEY(.label = "My key", .id = "\1\2", .id_size = 2, .store = CK_TRUE), &key));
	assert_string_equal(p11l_object_label(key), "My key");
	assert_memory_equal(p11l_object_id(key, &size), "\1\2", 2);
	assert_int_equal(size, 2);
	assert_true(p11l_object_is_stored(key));
	p11l_object_free(key);
	OK(p11l_get_key(session, P11L_SELECT(.label = "My key"), &found));
	assert_int_equal(p11l_key_bits(found), 128);
	assert_memory_equal(p11l_object_id(found, &size), "\1\2", 2);
	assert_int_equal(size, 2);
	p11l_object_free(found);
	p11l_close(session);
}

CASE(capabilities)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key, *seen;

	OK(p11l_generate_key(
	        session, CKK_AES, 128, P11L_KEY(.capabilities = CKF_DECRYPT | CKF_DERIVE), &key));
	seen = as_token_has_it(session, key);
	assert_true(is_true(seen, CKA_ENCRYPT) && is_true(seen, CKA_DECRYPT));
	assert_true(is_true(seen, CKA_DERIVE));
	assert_false(is_true(seen, CKA_SIGN) || is_true(seen, CKA_UNWRAP));
	p11l_object_free(seen);
	p11l_object_free(key);
	p11l_close(session);
}

/* What the mock was given in the first template of the last call of a function. */
static CK_ATTRIBUTE asked[32];
static CK_ULONG asked_count;
static CK_BYTE asked_octets[32][80];
static CK_MECHANISM_TYPE asked_mechanism;

static CK_RV keep_template(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	const CK_ATTRIBUTE *template;

	if (function != P11L_C_GenerateKey && function != P11L_C_GenerateKeyPair)
		return rv;
	template = (const CK_ATTRIBUTE *)arg[2];
	asked_count = arg[3];
	asked_mechanism = ((const CK_MECHANISM *)arg[1])->mechanism;
	assert_true(asked_count <= COUNT(asked));
	for (CK_ULONG i = 0; i < asked_count; i++) {
		asked[i] = template[i];
		asked[i].pValue = asked_octets[i];
		assert_true(asked[i].ulValueLen <= sizeof(asked_octets[i]));
		memcpy(asked_octets[i], template[i].pValue, template[i].ulValueLen);
	}
	return rv;
}

static const CK_ATTRIBUTE *asked_for(CK_ATTRIBUTE_TYPE type)
{
	for (CK_ULONG i = 0; i < asked_count; i++)
		if (asked[i].type == type)
			return &asked[i];
	return NULL;
}

static CK_ULONG asked_number(CK_ATTRIBUTE_TYPE type)
{
	CK_ULONG value;

	assert_non_null(asked_for(type));
	assert_int_equal(asked_for(type)->ulValueLen, sizeof(value));
	memcpy(&value, asked_for(type)->pValue, sizeof(value));
	return value;
}

static bool asked_for_true(CK_ATTRIBUTE_TYPE type)
{
	assert_non_null(asked_for(type));
	assert_int_equal(asked_for(type)->ulValueLen, sizeof(CK_BBOOL));
	return *(const CK_BBOOL *)asked_for(type)->pValue != CK_FALSE;
}

/* Nothing that is empty, nothing that keys of the type have not; and what was unset is not there.
 */
CASE(minimal)
{
	static const CK_ATTRIBUTE_TYPE never[] = {CKA_LABEL, CKA_ID, CKA_DERIVE, CKA_SENSITIVE,
	        CKA_EXTRACTABLE, CKA_SIGN_RECOVER, CKA_MODIFIABLE};
	struct p11l_session *session = begin_session(&(const struct world){.mock = ""});
	struct p11l_object *key;

	vendor()->hook = keep_template;
	OK(p11l_generate_key(session, CKK_AES, 128,
	        P11L_KEY(.label = "", .id = "", .capabilities = CKF_ENCRYPT,
	                .attributes = P11L_ATTRS(P11L_UNSET(CKA_SENSITIVE), P11L_UNSET(CKA_COLOR))),
	        &key));
	for (size_t i = 0; i < COUNT(never); i++)
		assert_null(asked_for(never[i]));
	assert_int_equal(asked_number(CKA_CLASS), CKO_SECRET_KEY);
	assert_int_equal(asked_number(CKA_KEY_TYPE), CKK_AES);
	assert_int_equal(asked_number(CKA_VALUE_LEN), 16);
	/* class, type, length, token, private; encrypt and decrypt, four others that are false */
	assert_int_equal(asked_count, 11);
	assert_true(asked_for_true(CKA_ENCRYPT) && asked_for_true(CKA_DECRYPT));
	assert_false(asked_for_true(CKA_SIGN) || asked_for_true(CKA_UNWRAP));
	p11l_object_free(key);
	OK(p11l_generate_key(
	        session, CKK_AES, 128, P11L_KEY(.capabilities = P11L_NO_CAPABILITIES), &key));
	assert_int_equal(asked_count, 12);
	assert_false(asked_for_true(CKA_ENCRYPT) || asked_for_true(CKA_SIGN));
	p11l_object_free(key);
	p11l_close(session);
}

/* The sizes of post-quantum keys are sets of parameters. */
CASE(parameter_sets)
{
	static const struct {
		CK_KEY_TYPE type;
		CK_ULONG bits, set;
		CK_MECHANISM_TYPE mechanism;
	} rows[] = {
	        {CKK_ML_DSA, 44, CKP_ML_DSA_44, CKM_ML_DSA_KEY_PAIR_GEN},
	        {CKK_ML_DSA, 65, CKP_ML_DSA_65, CKM_ML_DSA_KEY_PAIR_GEN},
	        {CKK_ML_DSA, 87, CKP_ML_DSA_87, CKM_ML_DSA_KEY_PAIR_GEN},
	        {CKK_ML_KEM, 512, CKP_ML_KEM_512, CKM_ML_KEM_KEY_PAIR_GEN},
	        {CKK_ML_KEM, 768, CKP_ML_KEM_768, CKM_ML_KEM_KEY_PAIR_GEN},
	        {CKK_ML_KEM, 1024, CKP_ML_KEM_1024, CKM_ML_KEM_KEY_PAIR_GEN},
	        {CKK_SLH_DSA, CKP_SLH_DSA_SHA2_128F, CKP_SLH_DSA_SHA2_128F,
	                CKM_SLH_DSA_KEY_PAIR_GEN},
	};
	struct p11l_session *session = begin_session(&(const struct world){.mock = ""});
	struct p11l_object *public_key, *private_key;

	vendor()->hook = keep_template;
	for (size_t i = 0; i < COUNT(rows); i++) {
		OK(p11l_generate_keypair(
		        session, rows[i].type, rows[i].bits, NULL, &public_key, &private_key));
		assert_int_equal(asked_number(CKA_PARAMETER_SET), rows[i].set);
		assert_int_equal(asked_number(CKA_KEY_TYPE), rows[i].type);
		assert_int_equal(asked_mechanism, rows[i].mechanism);
		p11l_object_free(public_key);
		p11l_object_free(private_key);
	}
	FAILS(CKR_KEY_SIZE_RANGE,
	        p11l_generate_keypair(session, CKK_ML_DSA, 256, NULL, &public_key, &private_key));
	assert_says("44, 65, 87");
	p11l_close(session);
}

CASE(bad_arguments)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key, *other;

	FAILS(CKR_KEY_SIZE_RANGE, p11l_generate_key(session, CKK_AES, 100, NULL, &key));
	assert_says("100");
	FAILS(CKR_KEY_SIZE_RANGE, p11l_generate_keypair(session, CKK_EC, 255, NULL, &key, &other));
	assert_says("192, 224, 256, 384, 521");
	FAILS(CKR_KEY_SIZE_RANGE, p11l_generate_keypair(session, CKK_EC, 0, NULL, &key, &other));
	FAILS(P11L_CKR_NO_DEFAULT,
	        p11l_generate_keypair(session, CKK_BATON, 128, NULL, &key, &other));
	assert_says("CKK_BATON");
	FAILS(P11L_CKR_NO_DEFAULT, p11l_generate_key(session, CKK_BATON, 0, NULL, &key));
	FAILS(CKR_ARGUMENTS_BAD, p11l_generate_key(NULL, CKK_AES, 128, NULL, &key));
	assert_says("session");
	FAILS(CKR_ARGUMENTS_BAD, p11l_generate_key(session, CKK_AES, 128, NULL, NULL));
	FAILS(CKR_ARGUMENTS_BAD, p11l_generate_keypair(session, CKK_RSA, 1024, NULL, &key, NULL));
	FAILS(CKR_ATTRIBUTE_VALUE_INVALID,
	        p11l_generate_key(session, CKK_AES, 128,
	                P11L_KEY(.attributes = P11L_ATTRS(P11L_BYTES(CKA_WRAP, "1234", 4))), &key));
	assert_says("CKA_WRAP");
	FAILS(CKR_ARGUMENTS_BAD,
	        p11l_generate_key(session, CKK_AES, 128, P11L_KEY(.attribute_count = 1), &key));
	assert_null(key);
	assert_calls(0, "all");
	p11l_close(session);
}

/* A key type whose usual mechanism the token has not got: our own error, of one call. */
CASE(not_there)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key, *other;

	FAILS(P11L_CKR_NO_DEFAULT, p11l_generate_key(session, CKK_CHACHA20, 0, NULL, &key));
	assert_says("CKM_CHACHA20_KEY_GEN");
	assert_calls(1, "all");
	FAILS(P11L_CKR_NO_DEFAULT,
	        p11l_generate_keypair(session, CKK_X9_42_DH, 1024, NULL, &key, &other));
	assert_says("CKM_X9_42_DH_PARAMETER_GEN");
	/* Named, it is the token that says so. */
	FAILS(CKR_MECHANISM_INVALID,
	        p11l_generate_key(session, CKK_CHACHA20, 0,
	                P11L_KEY(.mechanism =
	                                 &(const struct p11l_mechanism){
	                                         .type = CKM_CHACHA20_KEY_GEN}),
	                &key));
	assert_null(key);
	p11l_close(session);
}

/* A program that was built with a shorter struct. */
CASE(older_program)
{
	struct p11l_key_options options = {.size = offsetof(struct p11l_key_options, capabilities),
	        .label = "old",
	        .capabilities = P11L_NO_CAPABILITIES,
	        .mechanism = (const struct p11l_mechanism *)8,
	        .attributes = (const CK_ATTRIBUTE *)8,
	        .attribute_count = 8};
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *key, *seen;

	OK(p11l_generate_key(session, CKK_AES, 128, &options, &key));
	seen = as_token_has_it(session, key);
	assert_string_equal(p11l_object_label(seen), "old");
	assert_true(is_true(seen, CKA_ENCRYPT));
	p11l_object_free(seen);
	p11l_object_free(key);
	p11l_close(session);
}

CASE(rsa)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *public_key, *private_key;
	struct p11l_buffer spki = {0}, signature = {0};
	EVP_PKEY *key;

	OK(p11l_generate_keypair(session, CKK_RSA, 2048, NULL, &public_key, &private_key));
	assert_calls(1, "all");
	OK(p11l_export_public(public_key, &spki));
	assert_calls(2, "all");
	key = key_of_spki(&spki);
	assert_int_equal(EVP_PKEY_get_bits(key), 2048);
	OK(p11l_sign(private_key, NULL, DATA, strlen(DATA), &signature));
	assert_true(verifies(key, "SHA512", DATA, strlen(DATA), &signature));
	assert_false(is_true(public_key, CKA_TOKEN));
	EVP_PKEY_free(key);
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_buffer_free(&spki);
	p11l_buffer_free(&signature);
	p11l_close(session);
}

CASE(rsa_exponent)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *public_key, *private_key;
	struct p11l_buffer exponent = {0};

	OK(p11l_generate_keypair(session, CKK_RSA, 1024,
	        P11L_KEY(.attributes = P11L_ATTRS(P11L_BYTES(CKA_PUBLIC_EXPONENT, "\1\0\0\17", 4))),
	        &public_key, &private_key));
	OK(p11l_get_attribute(public_key, CKA_PUBLIC_EXPONENT, &exponent));
	assert_int_equal(exponent.len, 4);
	assert_memory_equal(exponent.p, "\1\0\0\17", 4);
	p11l_buffer_free(&exponent);
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_close(session);
}

/* What only one half of a pair is to have. */
CASE(halves)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *public_key, *private_key, *seen;
	struct p11l_buffer octets = {0};

	OK(p11l_generate_keypair(session, CKK_EC, 256,
	        P11L_KEY(.capabilities = CKF_SIGN, .attributes = P11L_ATTRS(P11L_BOOL(CKA_WRAP, 1)),
	                .private_attributes = P11L_ATTRS(
	                        P11L_BOOL(CKA_SENSITIVE, 0), P11L_BOOL(CKA_EXTRACTABLE, 1))),
	        &public_key, &private_key));
	seen = as_token_has_it(session, public_key);
	assert_true(is_true(seen, CKA_VERIFY) && is_true(seen, CKA_WRAP));
	p11l_object_free(seen);
	seen = as_token_has_it(session, private_key);
	assert_true(is_true(seen, CKA_SIGN) && is_true(seen, CKA_PRIVATE));
	assert_false(is_true(seen, CKA_DERIVE));
	OK(p11l_export_private(seen, &octets));
	p11l_object_free(seen);
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_buffer_free(&octets);
	p11l_close(session);
}

/* Stored halves have the same id, chosen anew each time; others have none. */
CASE(ids)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *pair[3][2];
	const CK_BYTE *id[3][2];
	CK_ULONG size[3][2];

	for (unsigned i = 0; i < 3; i++) {
		OK(p11l_generate_keypair(
		        session, CKK_EC, 256, P11L_KEY(.store = i < 2), &pair[i][0], &pair[i][1]));
		for (unsigned half = 0; half < 2; half++)
			id[i][half] = p11l_object_id(pair[i][half], &size[i][half]);
	}
	assert_int_equal(size[0][0], 20);
	assert_int_equal(size[0][1], 20);
	assert_memory_equal(id[0][0], id[0][1], 20);
	assert_int_equal(size[1][0], 20);
	assert_memory_not_equal(id[0][0], id[1][0], 20);
	assert_int_equal(size[2][0], 0);
	for (unsigned i = 0; i < 3; i++) {
		p11l_object_free(pair[i][0]);
		p11l_object_free(pair[i][1]);
	}
	OK(p11l_generate_keypair(session, CKK_EC, 256,
	        P11L_KEY(.store = 1, .attributes = P11L_ATTRS(P11L_UNSET(CKA_ID))), &pair[0][0],
	        &pair[0][1]));
	p11l_object_id(pair[0][1], &size[0][1]);
	assert_int_equal(size[0][1], 0);
	p11l_object_free(pair[0][0]);
	p11l_object_free(pair[0][1]);
	p11l_close(session);
}

/* Elliptic curves by their size, used on both sides. */
CASE(curves)
{
	static const struct {
		CK_KEY_TYPE type;
		CK_ULONG bits;
		const char *name; /* OpenSSL's */
	} rows[] = {
	        {CKK_EC, 192, "prime192v1"},
	        {CKK_EC, 224, "secp224r1"},
	        {CKK_EC, 256, "prime256v1"},
	        {CKK_EC, 384, "secp384r1"},
	        {CKK_EC, 521, "secp521r1"},
	};
	struct p11l_mechanism raw = p11l_plain(CKM_ECDSA);
	struct p11l_session *session = begin_session(NULL);
	struct p11l_buffer spki = {0}, signature = {0}, der = {0};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct p11l_object *public_key, *private_key;
		unsigned char digest[32];
		char group[64] = "";
		EVP_PKEY *key;

		forget_calls();
		OK(p11l_generate_keypair(
		        session, rows[i].type, rows[i].bits, NULL, &public_key, &private_key));
		OK(p11l_export_public(public_key, &spki));
		assert_calls(2, "all");
		key = key_of_spki(&spki);
		assert_int_equal(EVP_PKEY_get_group_name(key, group, sizeof(group), NULL), 1);
		assert_string_equal(group, rows[i].name);
		assert_true(EVP_Q_digest(NULL, "SHA256", NULL, DATA, strlen(DATA), digest, NULL));
		/* A longer digest is cut by the token, or must be by the caller. */
		OK(p11l_sign(private_key, &raw, digest, rows[i].bits < 256 ? rows[i].bits / 8 : 32,
		        &signature));
		OK(p11l_encode_ecdsa_signature(signature.p, signature.len, &der));
		assert_true(verifies(key, "SHA256", DATA, strlen(DATA), &der));
		EVP_PKEY_free(key);
		p11l_object_free(public_key);
		p11l_object_free(private_key);
	}
	p11l_buffer_free(&spki);
	p11l_buffer_free(&signature);
	p11l_buffer_free(&der);
	p11l_close(session);
}

CASE(edwards)
{
	struct p11l_mechanism eddsa = p11l_plain(CKM_EDDSA);
	struct p11l_session *session;
	struct p11l_buffer spki = {0}, signature = {0};
	struct p11l_object *public_key, *private_key;
	EVP_PKEY *key;

	if (ADDRESS_SANITIZER)
		skip_case("SoftHSM 2.6 leaks the name of the curve");
	session = begin_session(&(const struct world){.normalise = true});
	OK(p11l_generate_keypair(session, CKK_EC_EDWARDS, 255, NULL, &public_key, &private_key));
	OK(p11l_export_public(public_key, &spki));
	key = key_of_spki(&spki);
	assert_true(EVP_PKEY_is_a(key, "ED25519"));
	OK(p11l_sign(private_key, &eddsa, DATA, strlen(DATA), &signature));
	assert_true(verifies(key, NULL, DATA, strlen(DATA), &signature));
	EVP_PKEY_free(key);
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_buffer_free(&spki);
	p11l_buffer_free(&signature);
	p11l_close(session);
}

CASE(dsa)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *public_key, *private_key;
	struct p11l_buffer spki = {0}, signature = {0}, der = {0};
	struct p11l_objects *left;
	EVP_PKEY *key;

	OK(p11l_generate_keypair(session, CKK_DSA, 1024, NULL, &public_key, &private_key));
	assert_calls(1, "C_GenerateKey");
	assert_calls(1, "C_GenerateKeyPair");
	OK(p11l_export_public(public_key, &spki));
	key = key_of_spki(&spki);
	assert_int_equal(EVP_PKEY_get_bits(key), 1024);
	OK(p11l_sign(private_key, &(struct p11l_mechanism){.type = CKM_DSA_SHA256}, DATA,
	        strlen(DATA), &signature));
	OK(p11l_encode_dsa_signature(signature.p, signature.len, &der));
	assert_true(verifies(key, "SHA256", DATA, strlen(DATA), &der));
	/* The parameters were for this pair only. */
	OK(p11l_find(session, P11L_SELECT(.object_class = P11L_IS(CKO_DOMAIN_PARAMETERS)), &left));
	assert_int_equal(p11l_objects_count(left), 0);
	p11l_objects_free(left);
	EVP_PKEY_free(key);
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_buffer_free(&spki);
	p11l_buffer_free(&signature);
	p11l_buffer_free(&der);
	p11l_close(session);
}

/* What the caller's attributes say is enough. */
CASE(by_attributes)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *public_key, *private_key;
	struct p11l_buffer curve = {0};

	OK(p11l_encode_named_curve_parameters("brainpoolP256r1", &curve));
	OK(p11l_generate_keypair(session, CKK_EC, 0,
	        P11L_KEY(.attributes = P11L_ATTRS(P11L_BYTES(CKA_EC_PARAMS, curve.p, curve.len))),
	        &public_key, &private_key));
	p11l_object_free(public_key);
	p11l_object_free(private_key);
	p11l_buffer_free(&curve);
	p11l_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(aes),
	        cmocka_unit_test(des),
	        cmocka_unit_test(extractable),
	        cmocka_unit_test(names),
	        cmocka_unit_test(capabilities),
	        cmocka_unit_test(minimal),
	        cmocka_unit_test(parameter_sets),
	        cmocka_unit_test(bad_arguments),
	        cmocka_unit_test(not_there),
	        cmocka_unit_test(older_program),
	        cmocka_unit_test(rsa),
	        cmocka_unit_test(rsa_exponent),
	        cmocka_unit_test(halves),
	        cmocka_unit_test(ids),
	        cmocka_unit_test(curves),
	        cmocka_unit_test(edwards),
	        cmocka_unit_test(dsa),
	        cmocka_unit_test(by_attributes),
	};

	return cmocka_run_group_tests_name("highlevel/generate", tests, NULL, NULL);
}
