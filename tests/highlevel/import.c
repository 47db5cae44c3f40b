/* SPDX-License-Identifier: MIT */
/* Keys of OpenSSL's making on the token, where they must work and be found. */
#include "imported.h"
#include "other_party.h"

#define DATA "INPUT DATA"

static const struct p11l_key_options readable = {.size = sizeof(readable),
        .private_attributes =
                (const CK_ATTRIBUTE[]){
                        {CKA_SENSITIVE, P11L_POINTER(&p11l_true_false[0]), sizeof(CK_BBOOL)},
                        {CKA_EXTRACTABLE, P11L_POINTER(&p11l_true_false[1]), sizeof(CK_BBOOL)}},
        .private_attribute_count = 2};

/* --- Signing keys: the token signs and OpenSSL verifies, and the other way round. */

static const struct signing {
	const char *type, *group;
	unsigned bits, q_bits;
	CK_MECHANISM_TYPE mechanism;
	const char *digest;
} signings[] = {
        {"RSA", NULL, 1024, 0, CKM_SHA256_RSA_PKCS, "SHA256"},
        {"RSA", NULL, 2048, 0, CKM_SHA256_RSA_PKCS, "SHA256"},
        {"RSA", NULL, 3072, 0, CKM_SHA256_RSA_PKCS, "SHA256"},
        {"RSA", NULL, 4096, 0, CKM_SHA512_RSA_PKCS, "SHA512"},
        {"DSA", NULL, 1024, 160, CKM_DSA_SHA1, "SHA1"},
        {"DSA", NULL, 2048, 256, CKM_DSA_SHA256, "SHA256"},
        {"EC", "prime192v1", 0, 0, CKM_ECDSA, "SHA1"},
        {"EC", "P-224", 0, 0, CKM_ECDSA, "SHA1"},
        {"EC", "P-256", 0, 0, CKM_ECDSA, "SHA256"},
        {"EC", "P-384", 0, 0, CKM_ECDSA, "SHA256"},
        {"EC", "P-521", 0, 0, CKM_ECDSA, "SHA512"},
        {"EC", "secp256k1", 0, 0, CKM_ECDSA, "SHA256"},
        {"EC", "brainpoolP256r1", 0, 0, CKM_ECDSA, "SHA256"},
        {"EC", "brainpoolP512r1", 0, 0, CKM_ECDSA, "SHA512"},
        {"ED25519", NULL, 0, 0, CKM_EDDSA, NULL},
        {"ED448", NULL, 0, 0, CKM_EDDSA, NULL},
};

static EVP_PKEY *make(const struct signing *row)
{
	return row->q_bits > 0 ? make_dsa_key(row->bits, row->q_bits)
	                       : make_key(row->type, row->group, row->bits);
}

/* DSA and ECDSA have signatures of two numbers. */
static void to_der(
        const struct signing *row, const struct p11l_buffer *raw, struct p11l_buffer *der)
{
	if (row->q_bits > 0)
		OK(p11l_encode_dsa_signature(raw->p, raw->len, der));
	else if (strcmp(row->type, "EC") == 0)
		OK(p11l_encode_ecdsa_signature(raw->p, raw->len, der));
	else
		OK(p11l_buffer_set(der, raw->p, raw->len));
}

static void from_der(
        const struct signing *row, EVP_PKEY *key, const struct octets *der, struct p11l_buffer *raw)
{
	CK_ULONG order = ((CK_ULONG)EVP_PKEY_get_bits(key) + 7) / 8;

	if (row->q_bits > 0)
		OK(p11l_decode_dsa_signature(der->p, der->size, row->q_bits / 8, raw));
	else if (strcmp(row->type, "EC") == 0)
		OK(p11l_decode_ecdsa_signature(der->p, der->size, order, raw));
	else
		OK(p11l_buffer_set(raw, der->p, der->size));
}

/* What is signed: tokens often know ECDSA of digests only. */
static struct p11l_buffer message(const struct signing *row)
{
	struct p11l_buffer data = {0};
	unsigned char digest[EVP_MAX_MD_SIZE];
	size_t size = 0;

	if (row->mechanism != CKM_ECDSA) {
		OK(p11l_buffer_set(&data, DATA, strlen(DATA)));
		return data;
	}
	assert_int_equal(
	        EVP_Q_digest(NULL, row->digest, NULL, DATA, strlen(DATA), digest, &size), 1);
	OK(p11l_buffer_set(&data, digest, size));
	return data;
}

static void token_signs(const struct signing *row, EVP_PKEY *key, struct p11l_object *private_key)
{
	struct p11l_mechanism mechanism = p11l_plain(row->mechanism);
	struct p11l_buffer raw = {0}, der = {0}, data = message(row);

	OK(p11l_sign(private_key, &mechanism, data.p, data.len, &raw));
	to_der(row, &raw, &der);
	assert_true(verifies(key, row->digest, DATA, strlen(DATA), &der));
	p11l_buffer_free(&data);
	p11l_buffer_free(&raw);
	p11l_buffer_free(&der);
}

static void token_verifies(const struct signing *row, EVP_PKEY *key, struct p11l_object *public_key)
{
	struct p11l_mechanism mechanism = p11l_plain(row->mechanism);
	struct octets der = sign_with(key, row->digest, DATA, strlen(DATA));
	struct p11l_buffer raw = {0}, data = message(row);

	from_der(row, key, &der, &raw);
	OK(p11l_verify(public_key, &mechanism, data.p, data.len, raw.p, raw.len));
	data.p[0] ^= 1;
	FAILS(CKR_SIGNATURE_INVALID,
	        p11l_verify(public_key, &mechanism, data.p, data.len, raw.p, raw.len));
	p11l_buffer_free(&data);
	p11l_buffer_free(&raw);
	octets_free(&der);
}

/* The very octets come back, of either half. */
static void comes_back(struct p11l_object *public_key, struct p11l_object *private_key,
        const struct octets *spki, const struct octets *pkcs8, const char *type)
{
	struct p11l_buffer out = {0};

	OK(p11l_export_public(public_key, &out));
	assert_int_equal(out.len, spki->size);
	assert_memory_equal(out.p, spki->p, spki->size);
	OK(p11l_export_private(private_key, &out));
	/* OpenSSL puts the point into private EC keys, which tokens need not tell. */
	if (strcmp(type, "EC") != 0) {
		assert_int_equal(out.len, pkcs8->size);
		assert_memory_equal(out.p, pkcs8->p, pkcs8->size);
	}
	p11l_buffer_free(&out);
}

static void import_one(struct p11l_session *session, const struct signing *row)
{
	EVP_PKEY *key = make(row);
	struct octets spki = spki_of(key), pkcs8 = pkcs8_of(key);
	struct p11l_objects *private_half, *public_half;
	struct p11l_object *private_key, *public_key;
	const unsigned char *p;
	struct p11l_buffer out = {0};
	EVP_PKEY *again;

	OK(p11l_import(session, pkcs8.p, pkcs8.size, &readable, &private_half));
	OK(p11l_import(session, spki.p, spki.size, NULL, &public_half));
	assert_int_equal(p11l_objects_count(public_half), 1);
	private_key = the(private_half, CKO_PRIVATE_KEY);
	public_key = the(public_half, CKO_PUBLIC_KEY);
	if (p11l_objects_count(private_half) == 2) {
		same_id(the(private_half, CKO_PUBLIC_KEY), private_key);
		same_id(public_key, private_key);
	}
	token_signs(row, key, private_key);
	token_verifies(row, key, public_key);
	comes_back(public_key, private_key, &spki, &pkcs8, row->type);
	OK(p11l_export_private(private_key, &out));
	p = out.p;
	again = d2i_AutoPrivateKey(NULL, &p, (long)out.len);
	assert_non_null(again);
	assert_int_equal(EVP_PKEY_eq(again, key), 1);
	EVP_PKEY_free(again);
	p11l_buffer_free(&out);
	p11l_objects_free(private_half);
	p11l_objects_free(public_half);
	octets_free(&spki);
	octets_free(&pkcs8);
	EVP_PKEY_free(key);
}

CASE(signing_keys)
{
	struct p11l_session *session = begin_session(&(const struct world){.normalise = true});

	for (size_t i = 0; i < COUNT(signings); i++) {
		print_message("%s %s %u\n", signings[i].type,
		        signings[i].group != NULL ? signings[i].group : "", signings[i].bits);
		import_one(session, &signings[i]);
	}
	p11l_close(session);
}

/* --- Keys of an exchange: both sides get the same secret. */

static const struct exchange {
	const char *type, *group;
	CK_KEY_TYPE key_type; /* SoftHSM 2.6 takes Montgomery keys for Edwards keys */
} exchanges[] = {{"DH", "modp_2048", CKK_DH}, {"EC", "P-256", CKK_EC}, {"EC", "P-521", CKK_EC},
        {"X25519", NULL, CKK_EC_EDWARDS}, {"X448", NULL, CKK_EC_EDWARDS}};

static void set_peer(struct p11l_mechanism *mechanism, EVP_PKEY *peer, const char *type,
        struct p11l_attributes *decoded)
{
	struct octets spki = spki_of(peer);
	const CK_ATTRIBUTE *value;

	OK(p11l_decode_spki(spki.p, spki.size, decoded));
	value = p11l_attributes_find(decoded, strcmp(type, "DH") == 0 ? CKA_VALUE : CKA_EC_POINT);
	assert_non_null(value);
	if (strcmp(type, "DH") == 0)
		p11l_set_dh(mechanism, value->pValue, value->ulValueLen);
	else
		p11l_set_ecdh(mechanism, CKD_NULL, NULL, 0, value->pValue, value->ulValueLen);
	octets_free(&spki);
}

static void exchange(struct p11l_session *session, const struct exchange *row)
{
	EVP_PKEY *own = make_key(row->type, row->group, 0),
	         *peer = make_key(row->type, row->group, 0);
	struct octets pkcs8 = pkcs8_of(own), secret = agree(own, peer);
	struct p11l_attributes decoded = {0};
	struct p11l_buffer value = {0};
	struct p11l_mechanism mechanism;
	struct p11l_objects *objects;
	struct p11l_object *shared;

	OK(p11l_import(session, pkcs8.p, pkcs8.size,
	        P11L_KEY(.attributes = P11L_ATTRS(P11L_ULONG(CKA_KEY_TYPE, row->key_type)),
	                .private_attributes = P11L_ATTRS(P11L_ULONG(CKA_KEY_TYPE, row->key_type))),
	        &objects));
	set_peer(&mechanism, peer, row->type, &decoded);
	OK(p11l_derive(the(objects, CKO_PRIVATE_KEY), &mechanism, CKK_GENERIC_SECRET,
	        8 * secret.size,
	        P11L_KEY(.attributes = P11L_ATTRS(
	                         P11L_BOOL(CKA_SENSITIVE, 0), P11L_BOOL(CKA_EXTRACTABLE, 1))),
	        &shared));
	OK(p11l_export_private(shared, &value));
	assert_int_equal(value.len, secret.size);
	assert_memory_equal(value.p, secret.p, secret.size);
	p11l_buffer_free(&value);
	p11l_attributes_clear(&decoded);
	p11l_object_free(shared);
	p11l_objects_free(objects);
	octets_free(&pkcs8);
	octets_free(&secret);
	EVP_PKEY_free(own);
	EVP_PKEY_free(peer);
}

CASE(exchange_keys)
{
	struct p11l_session *session = begin_session(&(const struct world){.normalise = true});

	for (size_t i = 0; i < COUNT(exchanges); i++) {
		print_message("%s\n", exchanges[i].type);
		exchange(session, &exchanges[i]);
	}
	p11l_close(session);
}

/* --- Formats */

/* Every form that OpenSSL has for a private key ends in the same objects. */
CASE(formats)
{
	static const struct {
		const char *format, *structure;
	} forms[] = {{"DER", "type-specific"}, {"PEM", "type-specific"}, {"DER", "PrivateKeyInfo"},
	        {"PEM", "PrivateKeyInfo"}};
	static const struct signing rows[] = {{"RSA", NULL, 2048, 0, CKM_SHA256_RSA_PKCS, "SHA256"},
	        {"DSA", NULL, 1024, 160, CKM_DSA_SHA1, "SHA1"},
	        {"EC", "P-256", 0, 0, CKM_ECDSA, "SHA256"}};
	struct p11l_session *session = begin_session(NULL);

	for (size_t i = 0; i < COUNT(rows); i++) {
		EVP_PKEY *key = make(&rows[i]);

		for (size_t j = 0; j < COUNT(forms); j++) {
			struct octets octets = write_key(
			        key, forms[j].format, forms[j].structure, EVP_PKEY_KEYPAIR);
			struct p11l_objects *objects;

			OK(p11l_import(session, octets.p, octets.size, NULL, &objects));
			token_signs(&rows[i], key, the(objects, CKO_PRIVATE_KEY));
			/* A private DSA key in PKCS #8 does not tell the public one. */
			if (p11l_objects_count(objects) > 1)
				token_verifies(&rows[i], key, the(objects, CKO_PUBLIC_KEY));
			else
				assert_true(i == 1 && j >= 2);
			p11l_objects_free(objects);
			octets_free(&octets);
		}
		EVP_PKEY_free(key);
	}
	p11l_close(session);
}

/* What is imported without options is nobody else's. */
CASE(protected)
{
	static const CK_ATTRIBUTE_TYPE must[] = {CKA_SENSITIVE, CKA_PRIVATE, CKA_SIGN, CKA_DECRYPT};
	EVP_PKEY *key = make_key("RSA", NULL, 1024);
	struct octets pkcs8 = pkcs8_of(key);
	struct p11l_session *session = begin_session(NULL);
	struct p11l_buffer out = {0};
	struct p11l_objects *objects;
	struct p11l_object *seen;
	CK_BBOOL value;

	OK(p11l_import(session, pkcs8.p, pkcs8.size, NULL, &objects));
	OK(p11l_adopt(session, p11l_object_handle(the(objects, CKO_PRIVATE_KEY)), &seen));
	for (size_t i = 0; i < COUNT(must); i++) {
		OK(p11l_get_bool(seen, must[i], &value));
		assert_true(value);
	}
	FAILS(CKR_ATTRIBUTE_SENSITIVE, p11l_export_private(seen, &out));
	assert_int_equal(out.len, 0);
	p11l_object_free(seen);
	p11l_objects_free(objects);
	octets_free(&pkcs8);
	EVP_PKEY_free(key);
	p11l_close(session);
}

/* --- Refused */

CASE(bad_input)
{
	static const char encrypted[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n"
	                                "-----END ENCRYPTED PRIVATE KEY-----\n";
	static const char request[] = "-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n"
	                              "-----END CERTIFICATE REQUEST-----\n";
	struct p11l_session *session = begin_session(NULL);
	struct p11l_objects *objects;

	FAILS(P11L_CKR_MALFORMED, p11l_import(session, "hello", 5, NULL, &objects));
	assert_null(objects);
	FAILS(P11L_CKR_MALFORMED, p11l_import(session, "", 0, NULL, &objects));
	FAILS(P11L_CKR_UNSUPPORTED, p11l_import(session, request, strlen(request), NULL, &objects));
	assert_says("CERTIFICATE REQUEST");
	assert_int_not_equal(
	        p11l_import(session, encrypted, strlen(encrypted), NULL, &objects), CKR_OK);
	FAILS(CKR_ARGUMENTS_BAD, p11l_import(session, NULL, 1, NULL, &objects));
	FAILS(CKR_ARGUMENTS_BAD, p11l_import(NULL, "x", 1, NULL, &objects));
	FAILS(CKR_ARGUMENTS_BAD, p11l_import(session, "x", 1, NULL, NULL));
	assert_calls(0, "all");
	p11l_close(session);
}

/* --- Secret keys */

CASE(secret)
{
	static const CK_BYTE value[32] = {1, 2, 3}, iv[16] = {7};
	struct p11l_mechanism mechanism = p11l_iv(CKM_AES_CBC_PAD, iv, sizeof(iv));
	struct p11l_session *session = begin_session(NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	struct p11l_buffer out = {0};
	unsigned char theirs[64];
	struct p11l_object *key;
	int size = 0, more = 0;

	OK(p11l_import_secret(
	        session, CKK_AES, value, sizeof(value), P11L_KEY(.label = "k"), &key));
	assert_calls(1, "all");
	assert_int_equal(p11l_object_key_type(key), CKK_AES);
	OK(p11l_encrypt(key, &mechanism, DATA, strlen(DATA), &out));
	assert_int_equal(EVP_EncryptInit_ex(ctx, EVP_aes_256_cbc(), NULL, value, iv), 1);
	assert_int_equal(
	        EVP_EncryptUpdate(ctx, theirs, &size, (const unsigned char *)DATA, strlen(DATA)),
	        1);
	assert_int_equal(EVP_EncryptFinal_ex(ctx, theirs + size, &more), 1);
	assert_int_equal(out.len, size + more);
	assert_memory_equal(out.p, theirs, out.len);
	EVP_CIPHER_CTX_free(ctx);
	FAILS(CKR_ATTRIBUTE_SENSITIVE, p11l_export_private(key, &out));
	p11l_object_free(key);
	FAILS(CKR_KEY_SIZE_RANGE, p11l_import_secret(session, CKK_DES3, value, 16, NULL, &key));
	assert_says("CKK_DES3");
	FAILS(CKR_ARGUMENTS_BAD, p11l_import_secret(session, CKK_AES, NULL, 16, NULL, &key));
	p11l_buffer_free(&out);
	p11l_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(signing_keys),
	        cmocka_unit_test(exchange_keys),
	        cmocka_unit_test(formats),
	        cmocka_unit_test(protected),
	        cmocka_unit_test(bad_input),
	        cmocka_unit_test(secret),
	};

	return cmocka_run_group_tests_name("highlevel/import", tests, NULL, NULL);
}
