/* SPDX-License-Identifier: MIT */
/* Keys and certificates of OpenSSL's making on the token, where they must work and be found. */
#define _GNU_SOURCE /* asprintf */
#include "other_party.h"

#define DATA "INPUT DATA"

static const struct p11l_key_options readable = {.size = sizeof(readable),
        .private_attributes =
                (const CK_ATTRIBUTE[]){
                        {CKA_SENSITIVE, P11L_POINTER(&p11l_true_false[0]), sizeof(CK_BBOOL)},
                        {CKA_EXTRACTABLE, P11L_POINTER(&p11l_true_false[1]), sizeof(CK_BBOOL)}},
        .private_attribute_count = 2};

static struct p11l_object *the(const struct p11l_objects *objects, CK_OBJECT_CLASS object_class)
{
	struct p11l_object *found = NULL;

	for (CK_ULONG i = 0; i < p11l_objects_count(objects); i++)
		if (p11l_object_class(p11l_objects_at(objects, i)) == object_class) {
			assert_null(found);
			found = p11l_objects_at(objects, i);
		}
	assert_non_null(found);
	return found;
}

static void same_id(const struct p11l_object *one, const struct p11l_object *other)
{
	CK_ULONG size, other_size;
	const CK_BYTE *id = p11l_object_id(one, &size);
	const CK_BYTE *other_id = p11l_object_id(other, &other_size);

	assert_int_equal(size, 20);
	assert_int_equal(other_size, 20);
	assert_memory_equal(id, other_id, 20);
}

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

/* --- Certificates */

static char *pem_of(const char *label, const struct octets *der)
{
	struct p11l_buffer text = {0};
	char *copy;

	OK(p11l_encode_pem(label, der->p, der->size, &text));
	copy = strndup((const char *)text.p, text.len);
	assert_non_null(copy);
	p11l_buffer_free(&text);
	return copy;
}

/* A certificate by itself is stored, found by the id of its key, and read again. */
CASE(certificate)
{
	EVP_PKEY *key = make_key("EC", "P-256", 0);
	struct octets der = make_certificate(key, NULL, "a name"), spki = spki_of(key);
	struct p11l_session *session = begin_session(NULL);
	struct p11l_buffer out = {0}, id = {0};
	struct p11l_attributes decoded = {0};
	struct p11l_objects *objects;
	struct p11l_object *found;

	OK(p11l_import(
	        session, der.p, der.size, P11L_KEY(.label = "mine", .store = CK_TRUE), &objects));
	assert_int_equal(p11l_objects_count(objects), 1);
	assert_int_equal(p11l_object_class(p11l_objects_at(objects, 0)), CKO_CERTIFICATE);
	OK(p11l_decode_x509_public_key(der.p, der.size, &decoded));
	OK(p11l_key_id(decoded.entry, decoded.count, P11L_ID_SUBJECT_KEY, &id));
	OK(p11l_get_object(session, P11L_SELECT(.id = id.p, .id_size = id.len), &found));
	assert_string_equal(p11l_object_label(found), "mine");
	OK(p11l_export_certificate(found, &out));
	assert_int_equal(out.len, der.size);
	assert_memory_equal(out.p, der.p, der.size);
	OK(p11l_export_public(found, &out));
	assert_int_equal(out.len, spki.size);
	assert_memory_equal(out.p, spki.p, spki.size);
	OK(p11l_get_attribute(found, CKA_SUBJECT, &out));
	OK(p11l_decode_x509_name(out.p, out.len, &id));
	assert_int_equal(id.len, strlen("CN=a name"));
	assert_memory_equal(id.p, "CN=a name", id.len);
	p11l_attributes_clear(&decoded);
	p11l_buffer_free(&out);
	p11l_buffer_free(&id);
	p11l_object_free(found);
	p11l_objects_free(objects);
	octets_free(&der);
	octets_free(&spki);
	EVP_PKEY_free(key);
	p11l_close(session);
}

/* The certificate of a pair that was made on the token gets the id that the pair has. */
CASE(certificate_of_a_pair)
{
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *public_key, *private_key;
	struct p11l_objects *objects;
	struct p11l_buffer spki = {0};
	EVP_PKEY *issuer = make_key("EC", "P-256", 0), *key;
	struct octets der;

	for (unsigned i = 0; i < 2; i++) {
		OK(p11l_generate_keypair(session, i == 0 ? CKK_RSA : CKK_EC, i == 0 ? 1024 : 256,
		        P11L_KEY(.store = CK_TRUE), &public_key, &private_key));
		OK(p11l_export_public(public_key, &spki));
		key = key_of_spki(&spki);
		der = make_certificate(key, issuer, "of a pair");
		OK(p11l_import(session, der.p, der.size, NULL, &objects));
		same_id(the(objects, CKO_CERTIFICATE), private_key);
		p11l_objects_free(objects);
		/* What the caller says is first. */
		OK(p11l_import(
		        session, der.p, der.size, P11L_KEY(.id = "x", .id_size = 1), &objects));
		assert_memory_equal(
		        p11l_object_id(p11l_objects_at(objects, 0), &(CK_ULONG){0}), "x", 1);
		p11l_objects_free(objects);
		p11l_object_free(public_key);
		p11l_object_free(private_key);
		octets_free(&der);
		EVP_PKEY_free(key);
	}
	EVP_PKEY_free(issuer);
	p11l_buffer_free(&spki);
	p11l_close(session);
}

/* A file with a key, its certificate and that of the issuer. */
static void import_bundle(
        struct p11l_session *session, const char *type, const char *group, bool tells_public)
{
	EVP_PKEY *issuer = make_key("EC", "P-256", 0), *key = make_key(type, group, 0);
	struct octets der = make_certificate(key, issuer, "leaf"),
	              root = make_certificate(issuer, NULL, "root"), pkcs8 = pkcs8_of(key);
	char *parts[] = {pem_of("PRIVATE KEY", &pkcs8), pem_of("CERTIFICATE", &der),
	        pem_of("CERTIFICATE", &root)};
	struct p11l_objects *objects;
	unsigned at = 0;
	char *text;

	assert_true(
	        asprintf(&text, "key\n%sits certificate\n%s%s", parts[0], parts[1], parts[2]) > 0);
	OK(p11l_import(session, text, strlen(text), NULL, &objects));
	assert_int_equal(p11l_objects_count(objects), tells_public ? 4 : 3);
	assert_int_equal(p11l_object_class(p11l_objects_at(objects, at)), CKO_PRIVATE_KEY);
	if (tells_public) {
		at++;
		assert_int_equal(p11l_object_class(p11l_objects_at(objects, at)), CKO_PUBLIC_KEY);
		same_id(p11l_objects_at(objects, 0), p11l_objects_at(objects, at));
	}
	same_id(p11l_objects_at(objects, 0), p11l_objects_at(objects, at + 1));
	assert_memory_not_equal(p11l_object_id(p11l_objects_at(objects, 0), &(CK_ULONG){0}),
	        p11l_object_id(p11l_objects_at(objects, at + 2), &(CK_ULONG){0}), 20);
	p11l_objects_free(objects);
	free(text);
	for (size_t i = 0; i < COUNT(parts); i++)
		free(parts[i]);
	octets_free(&der);
	octets_free(&root);
	octets_free(&pkcs8);
	EVP_PKEY_free(key);
	EVP_PKEY_free(issuer);
}

CASE(bundle)
{
	struct p11l_session *session = begin_session(&(const struct world){.normalise = true});

	import_bundle(session, "EC", "P-256", true);
	/* The private key does not say what its public one is, but there is one certificate only
	 * that it can belong to. */
	import_bundle(session, "ED25519", NULL, false);
	p11l_close(session);
}

/* The curve before the key, as "openssl ecparam -genkey" writes it; and alone. */
CASE(curve_before_key)
{
	EVP_PKEY *key = make_key("EC", "P-256", 0);
	struct octets parameters = write_key(
	                      key, "PEM", "type-specific", OSSL_KEYMGMT_SELECT_DOMAIN_PARAMETERS),
	              sec1 = write_key(key, "PEM", "type-specific", EVP_PKEY_KEYPAIR);
	struct p11l_session *session = begin_session(NULL);
	struct p11l_objects *objects;
	char *text;

	assert_true(asprintf(&text, "%.*s%.*s", (int)parameters.size, parameters.p, (int)sec1.size,
	                    sec1.p) > 0);
	OK(p11l_import(session, text, strlen(text), NULL, &objects));
	assert_int_equal(p11l_objects_count(objects), 2);
	same_id(the(objects, CKO_PRIVATE_KEY), the(objects, CKO_PUBLIC_KEY));
	p11l_objects_free(objects);
	free(text);
	octets_free(&parameters);
	octets_free(&sec1);
	EVP_PKEY_free(key);
	p11l_close(session);
}

/* A public key beside the private one that tells it is no second object. */
CASE(no_duplicates)
{
	struct p11l_session *session = begin_session(NULL);
	EVP_PKEY *key = make_key("EC", "P-256", 0);
	struct octets pkcs8 = pkcs8_of(key), spki = spki_of(key);
	char *private_part = pem_of("PRIVATE KEY", &pkcs8),
	     *public_part = pem_of("PUBLIC KEY", &spki);
	struct p11l_objects *objects;
	char *text;

	for (unsigned i = 0; i < 2; i++) {
		assert_true(asprintf(&text, "%s%s", i == 0 ? private_part : public_part,
		                    i == 0 ? public_part : private_part) > 0);
		OK(p11l_import(session, text, strlen(text), NULL, &objects));
		assert_int_equal(p11l_objects_count(objects), 2);
		same_id(the(objects, CKO_PRIVATE_KEY), the(objects, CKO_PUBLIC_KEY));
		p11l_objects_free(objects);
		free(text);
	}
	free(private_part);
	free(public_part);
	octets_free(&pkcs8);
	octets_free(&spki);
	EVP_PKEY_free(key);
	p11l_close(session);
}

/* --- Refused */

static unsigned creations, destructions;
static CK_OBJECT_HANDLE created[8], destroyed[8];

static CK_RV refuse_third(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	if (function == P11L_C_CreateObject) {
		if (creations == 2)
			return CKR_DEVICE_MEMORY;
		created[creations] = 0x700 + creations;
		*(CK_OBJECT_HANDLE *)arg[3] = created[creations++];
	}
	if (function == P11L_C_DestroyObject) {
		destroyed[destructions++] = arg[1];
		return CKR_GENERAL_ERROR;
	}
	return rv;
}

/*
 * The third of three objects is refused: the others are taken back, and the error is that of the
 * third whatever comes of this.
 */
CASE(all_or_nothing)
{
	struct p11l_session *session = begin_session(&(const struct world){.mock = ""});
	EVP_PKEY *key = make_key("EC", "P-256", 0);
	struct octets pkcs8 = pkcs8_of(key), der = make_certificate(key, NULL, "leaf");
	char *parts[] = {pem_of("PRIVATE KEY", &pkcs8), pem_of("CERTIFICATE", &der)}, *text;
	struct p11l_objects *objects;

	vendor()->hook = refuse_third;
	assert_true(asprintf(&text, "%s%s", parts[0], parts[1]) > 0);
	FAILS(CKR_DEVICE_MEMORY,
	        p11l_import(session, text, strlen(text), P11L_KEY(.store = CK_TRUE), &objects));
	assert_says("C_CreateObject");
	assert_null(objects);
	assert_int_equal(creations, 2);
	assert_int_equal(destructions, 2);
	assert_memory_equal(created, destroyed, 2 * sizeof(created[0]));
	free(text);
	free(parts[0]);
	free(parts[1]);
	octets_free(&pkcs8);
	octets_free(&der);
	EVP_PKEY_free(key);
	p11l_close(session);
}

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
	        cmocka_unit_test(certificate),
	        cmocka_unit_test(certificate_of_a_pair),
	        cmocka_unit_test(bundle),
	        cmocka_unit_test(curve_before_key),
	        cmocka_unit_test(no_duplicates),
	        cmocka_unit_test(all_or_nothing),
	        cmocka_unit_test(bad_input),
	        cmocka_unit_test(secret),
	};

	return cmocka_run_group_tests_name("highlevel/import", tests, NULL, NULL);
}
