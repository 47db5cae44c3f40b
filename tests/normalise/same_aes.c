/* SPDX-License-Identifier: MIT */
/* Secret keys: AES in its modes, wrapping, HMAC; and digests. */
#include "facts.h"

#define BLOCK 16
#define TAG   16

static CK_BYTE value[32] = "0123456789abcdef0123456789abcdef";
static CK_BYTE iv[BLOCK] = "initial vector..";
static CK_BYTE data[20] = "twenty octets, data.";

static CK_RV create_key(CK_KEY_TYPE type, CK_ULONG length, CK_OBJECT_HANDLE *key)
{
	bool is_aes = type == CKK_AES;
	CK_ATTRIBUTE template[] = {
	        NUMBER(CKA_CLASS, CKO_SECRET_KEY),
	        NUMBER(CKA_KEY_TYPE, type),
	        OCTETS(CKA_VALUE, value, length),
	        FALSE_(CKA_SENSITIVE),
	        TRUE_(CKA_EXTRACTABLE),
	        TRUE_(is_aes ? CKA_ENCRYPT : CKA_SIGN),
	        TRUE_(is_aes ? CKA_DECRYPT : CKA_VERIFY),
	        TRUE_(CKA_WRAP),
	        TRUE_(CKA_UNWRAP),
	};

	return create(template, COUNT(template) - (is_aes ? 0 : 2), key);
}

/* --- Plain modes */

static void facts_of_making(void)
{
	CK_ATTRIBUTE minimal[] = {NUMBER(CKA_VALUE_LEN, 32)};
	CK_ATTRIBUTE given[] = {
	        NUMBER(CKA_CLASS, CKO_SECRET_KEY),
	        NUMBER(CKA_KEY_TYPE, CKK_AES),
	        OCTETS(CKA_VALUE, value, sizeof(value)),
	        NUMBER(CKA_VALUE_LEN, sizeof(value)),
	};
	CK_OBJECT_HANDLE key;
	CK_ULONG length = 0, size = sizeof(length);

	fact_rv("aes.generate", generate_key(CKM_AES_KEY_GEN, minimal, COUNT(minimal), &key));
	read_octets(key, CKA_VALUE_LEN, &length, &size);
	fact("aes.generate.length", "%lu", length);
	destroy(key);
	fact_rv("aes.create", create(given, COUNT(given) - 1, &key));
	destroy(key);
	fact_rv("aes.create.with-length", create(given, COUNT(given), &key));
	destroy(key);
	given[3] = (CK_ATTRIBUTE)NUMBER(CKA_VALUE_LEN, 16);
	fact_yes("aes.create.other-length-refused", create(given, COUNT(given), &key) != CKR_OK);
	destroy(key);
	minimal[0] = (CK_ATTRIBUTE)NUMBER(CKA_VALUE_LEN, 33);
	fact_rv("aes.generate.33", generate_key(CKM_AES_KEY_GEN, minimal, 1, &key));
}

static void facts_of_padding(CK_OBJECT_HANDLE key)
{
	CK_MECHANISM cbc = {CKM_AES_CBC_PAD, iv, BLOCK};
	CK_BYTE cipher[64], plain[64];
	CK_ULONG size = 0;

	p11->C_EncryptInit(session, &cbc, key);
	fact_rv("aes.cbc-pad.query", p11->C_Encrypt(session, data, sizeof(data), NULL, &size));
	fact_yes("aes.cbc-pad.query-enough", size >= 2 * BLOCK);
	size = 5;
	fact_rv("aes.cbc-pad.short", p11->C_Encrypt(session, data, sizeof(data), cipher, &size));
	fact_yes("aes.cbc-pad.short-enough", size >= 2 * BLOCK);
	size = sizeof(cipher);
	fact_rv("aes.cbc-pad.after-short",
	        p11->C_Encrypt(session, data, sizeof(data), cipher, &size));
	fresh_session();
	size = sizeof(cipher);
	fact_rv("aes.cbc-pad.encrypt", encrypt(&cbc, key, data, sizeof(data), cipher, &size));
	fact("aes.cbc-pad.length", "%lu", size);
	size = sizeof(data);
	fact_rv("aes.cbc-pad.decrypt-exact", decrypt(&cbc, key, cipher, 2 * BLOCK, plain, &size));
	fact("aes.cbc-pad.decrypt-exact-length", "%lu", size);
	fresh_session();
	size = sizeof(plain);
	fact_rv("aes.cbc-pad.decrypt", decrypt(&cbc, key, cipher, 2 * BLOCK, plain, &size));
	fact_yes("aes.cbc-pad.same", size == sizeof(data) && memcmp(plain, data, size) == 0);
	fresh_session();
}

static void facts_of_parts(CK_OBJECT_HANDLE key)
{
	CK_MECHANISM cbc = {CKM_AES_CBC_PAD, iv, BLOCK};
	CK_BYTE cipher[64];
	CK_ULONG size = 5, last;

	p11->C_EncryptInit(session, &cbc, key);
	fact_rv("aes.cbc-pad.update-short",
	        p11->C_EncryptUpdate(session, data, sizeof(data), cipher, &size));
	fact_yes("aes.cbc-pad.update-short-enough", size >= BLOCK);
	size = sizeof(cipher);
	fact_rv("aes.cbc-pad.update",
	        p11->C_EncryptUpdate(session, data, sizeof(data), cipher, &size));
	fact("aes.cbc-pad.update-length", "%lu", size);
	last = 5;
	fact_rv("aes.cbc-pad.final-short", p11->C_EncryptFinal(session, cipher + 32, &last));
	fact_yes("aes.cbc-pad.final-short-enough", last >= BLOCK);
	last = 32;
	fact_rv("aes.cbc-pad.final", p11->C_EncryptFinal(session, cipher + 32, &last));
	fact("aes.cbc-pad.parts-length", "%lu", size + last);
	fresh_session();
}

static void facts_of_refusals(CK_OBJECT_HANDLE key)
{
	CK_MECHANISM short_iv = {CKM_AES_CBC_PAD, iv, 8};
	CK_MECHANISM no_iv = {CKM_AES_CBC_PAD, NULL, 0};
	CK_MECHANISM cbc = {CKM_AES_CBC, iv, BLOCK};
	CK_MECHANISM unknown = {0x7ffffff0, NULL, 0};
	CK_BYTE cipher[64];
	CK_ULONG size = sizeof(cipher);

	fact_rv("aes.iv-of-8", p11->C_EncryptInit(session, &short_iv, key));
	fresh_session();
	fact_rv("aes.no-iv", p11->C_EncryptInit(session, &no_iv, key));
	fresh_session();
	fact_rv("aes.part-of-a-block", encrypt(&cbc, key, data, sizeof(data), cipher, &size));
	fresh_session();
	fact_rv("aes.no-such-mechanism", p11->C_EncryptInit(session, &unknown, key));
	fresh_session();
	fact_rv("aes.no-such-key", p11->C_EncryptInit(session, &cbc, nothing));
	fresh_session();
}

void section_aes(void)
{
	CK_OBJECT_HANDLE key;

	if (!has_secret_keys("aes"))
		return;
	facts_of_making();
	if (create_key(CKK_AES, 32, &key) != CKR_OK)
		return;
	if (has_mechanism("aes.cbc-pad", CKM_AES_CBC_PAD, CKF_ENCRYPT)) {
		facts_of_padding(key);
		facts_of_parts(key);
		facts_of_refusals(key);
	}
	destroy(key);
}

/* --- GCM */

static CK_RV gcm(bool encrypts, CK_GCM_PARAMS *params, CK_ULONG params_size, CK_OBJECT_HANDLE key,
        CK_BYTE *in, CK_ULONG length, CK_BYTE *out, CK_ULONG *size)
{
	CK_MECHANISM mechanism = {CKM_AES_GCM, params, params_size};
	CK_RV rv = (encrypts ? encrypt : decrypt)(&mechanism, key, in, length, out, size);

	fresh_session();
	return rv;
}

static void facts_of_gcm(CK_OBJECT_HANDLE key)
{
	CK_GCM_PARAMS params = {iv, 12, 96, data, sizeof(data), 8 * TAG};
	CK_MECHANISM mechanism = {CKM_AES_GCM, &params, sizeof(params)};
	CK_BYTE cipher[64], plain[64];
	CK_ULONG size = 0;

	p11->C_EncryptInit(session, &mechanism, key);
	fact_rv("aes.gcm.query", p11->C_Encrypt(session, data, sizeof(data), NULL, &size));
	fact("aes.gcm.query-length", "%lu", size);
	fresh_session();
	size = sizeof(data) + TAG;
	fact_rv("aes.gcm.encrypt",
	        gcm(true, &params, sizeof(params), key, data, sizeof(data), cipher, &size));
	fact("aes.gcm.length", "%lu", size);
	size = sizeof(data);
	fact_rv("aes.gcm.decrypt-exact",
	        gcm(false, &params, sizeof(params), key, cipher, sizeof(data) + TAG, plain, &size));
	size = sizeof(plain);
	fact_rv("aes.gcm.decrypt",
	        gcm(false, &params, sizeof(params), key, cipher, sizeof(data) + TAG, plain, &size));
	fact_yes("aes.gcm.same", size == sizeof(data) && memcmp(plain, data, size) == 0);
	cipher[3] ^= 1;
	size = sizeof(plain);
	fact_rv("aes.gcm.forged",
	        gcm(false, &params, sizeof(params), key, cipher, sizeof(data) + TAG, plain, &size));
}

/* The struct of version 2.40 has no ulIvBits. */
static void facts_of_gcm_forms(CK_OBJECT_HANDLE key)
{
	CK_GCM_PARAMS params = {iv, 12, 0, data, 0, 8 * TAG};
	struct {
		CK_BYTE *iv;
		CK_ULONG iv_length;
		CK_BYTE *aad;
		CK_ULONG aad_length, tag_bits;
	} shorter = {iv, 12, NULL, 0, 8 * TAG};
	CK_BYTE one[64] = {1}, other[64] = {2};
	CK_ULONG size = sizeof(one);

	fact_rv("aes.gcm.no-iv-bits",
	        gcm(true, &params, sizeof(params), key, data, sizeof(data), one, &size));
	size = sizeof(other);
	fact_rv("aes.gcm.40", gcm(true, (CK_GCM_PARAMS *)(void *)&shorter, sizeof(shorter), key,
	                              data, sizeof(data), other, &size));
	fact_yes("aes.gcm.40==48", memcmp(one, other, sizeof(data) + TAG) == 0);
	size = sizeof(one);
	params.ulTagBits = 0;
	fact_rv("aes.gcm.no-tag",
	        gcm(true, &params, sizeof(params), key, data, sizeof(data), one, &size));
	size = sizeof(one);
	params.ulTagBits = 8 * TAG;
	fact_rv("aes.gcm.nothing", gcm(true, &params, sizeof(params), key, data, 0, one, &size));
	fact("aes.gcm.nothing-length", "%lu", size);
}

void section_gcm(void)
{
	CK_OBJECT_HANDLE key;

	if (!has_mechanism("aes.gcm", CKM_AES_GCM, CKF_ENCRYPT) || !has_secret_keys("aes.gcm"))
		return;
	fact_rv("aes.gcm.key", create_key(CKK_AES, 32, &key));
	if (key == 0)
		return;
	facts_of_gcm(key);
	facts_of_gcm_forms(key);
	destroy(key);
}

/* --- Wrapping */

/* The keys are the same when they make the same of something. */
static bool is_same_key(CK_OBJECT_HANDLE one, CK_OBJECT_HANDLE other)
{
	CK_MECHANISM cbc = {CKM_AES_CBC, iv, BLOCK};
	CK_BYTE cipher[2][BLOCK] = {{1}, {2}};
	CK_ULONG size[2] = {BLOCK, BLOCK};

	encrypt(&cbc, one, data, BLOCK, cipher[0], &size[0]);
	fresh_session();
	encrypt(&cbc, other, data, BLOCK, cipher[1], &size[1]);
	fresh_session();
	return memcmp(cipher[0], cipher[1], BLOCK) == 0;
}

static void facts_of_unwrap(const char *name, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE wrapping,
        CK_BYTE *wrapped, CK_ULONG length, CK_OBJECT_HANDLE original, bool with_length)
{
	CK_ATTRIBUTE template[] = {
	        NUMBER(CKA_CLASS, CKO_SECRET_KEY),
	        NUMBER(CKA_KEY_TYPE, CKK_AES),
	        TRUE_(CKA_ENCRYPT),
	        NUMBER(CKA_VALUE_LEN, 16),
	};
	CK_OBJECT_HANDLE key = 0;
	char line[60];

	snprintf(line, sizeof(line), "%s.unwrap%s", name, with_length ? "-with-length" : "");
	fact_rv(line, p11->C_UnwrapKey(home, mechanism, wrapping, wrapped, length, template,
	                      COUNT(template) - (with_length ? 0 : 1), &key));
	if (key == 0)
		return;
	snprintf(line, sizeof(line), "%s.unwrap%s.same", name, with_length ? "-with-length" : "");
	fact_yes(line, is_same_key(key, original));
	destroy(key);
}

/* What the program says about the new key's secrecy holds. */
static void facts_of_secret_unwrap(const char *name, CK_MECHANISM *mechanism,
        CK_OBJECT_HANDLE wrapping, CK_BYTE *wrapped, CK_ULONG length)
{
	CK_ATTRIBUTE template[] = {
	        NUMBER(CKA_CLASS, CKO_SECRET_KEY),
	        NUMBER(CKA_KEY_TYPE, CKK_AES),
	        TRUE_(CKA_SENSITIVE),
	        FALSE_(CKA_EXTRACTABLE),
	};
	CK_OBJECT_HANDLE key = 0;
	CK_BYTE octets[32];
	CK_ULONG size = sizeof(octets);
	char line[60];

	snprintf(line, sizeof(line), "%s.unwrap-secret", name);
	fact_rv(line, p11->C_UnwrapKey(home, mechanism, wrapping, wrapped, length, template,
	                      COUNT(template), &key));
	if (key == 0)
		return;
	snprintf(line, sizeof(line), "%s.unwrap-secret.kept", name);
	fact_yes(line, read_octets(key, CKA_VALUE, octets, &size) == CKR_ATTRIBUTE_SENSITIVE);
	destroy(key);
}

static void facts_of_wrap(const char *name, CK_MECHANISM *mechanism, CK_ULONG expected)
{
	CK_OBJECT_HANDLE wrapping, key;
	CK_BYTE wrapped[64];
	CK_ULONG size = 0;
	char line[60];

	if (!has_mechanism(name, mechanism->mechanism, CKF_WRAP) ||
	        create_key(CKK_AES, 32, &wrapping) != CKR_OK ||
	        create_key(CKK_AES, 16, &key) != CKR_OK)
		return;
	snprintf(line, sizeof(line), "%s.query", name);
	fact_rv(line, p11->C_WrapKey(home, mechanism, wrapping, key, NULL, &size));
	snprintf(line, sizeof(line), "%s.query-enough", name);
	fact_yes(line, size >= expected);
	size = 5;
	snprintf(line, sizeof(line), "%s.short", name);
	fact_rv(line, p11->C_WrapKey(home, mechanism, wrapping, key, wrapped, &size));
	snprintf(line, sizeof(line), "%s.short-enough", name);
	fact_yes(line, size >= expected);
	size = expected;
	snprintf(line, sizeof(line), "%s.wrap", name);
	fact_rv(line, p11->C_WrapKey(home, mechanism, wrapping, key, wrapped, &size));
	snprintf(line, sizeof(line), "%s.length", name);
	fact(line, "%lu", size);
	facts_of_unwrap(name, mechanism, wrapping, wrapped, size, key, false);
	facts_of_unwrap(name, mechanism, wrapping, wrapped, size, key, true);
	facts_of_secret_unwrap(name, mechanism, wrapping, wrapped, size);
	destroy(key);
	destroy(wrapping);
}

void section_wrap(void)
{
	CK_MECHANISM key_wrap = {CKM_AES_KEY_WRAP, NULL, 0};
	CK_MECHANISM cbc_pad = {CKM_AES_CBC_PAD, iv, BLOCK};

	if (!has_secret_keys("wrap"))
		return;
	facts_of_wrap("wrap.kw", &key_wrap, 24);
	facts_of_wrap("wrap.cbc-pad", &cbc_pad, 32);
}

/* --- HMAC and digests */

void section_hmac(void)
{
	CK_MECHANISM hmac = {CKM_SHA256_HMAC, NULL, 0};
	CK_ATTRIBUTE minimal[] = {NUMBER(CKA_VALUE_LEN, 32)};
	CK_BYTE mac[64];
	CK_ULONG size = 0;
	CK_OBJECT_HANDLE key;

	if (!has_secret_keys("hmac") || !has_mechanism("hmac", CKM_SHA256_HMAC, CKF_SIGN) ||
	        !has_mechanism("hmac", CKM_GENERIC_SECRET_KEY_GEN, CKF_GENERATE))
		return;
	fact_rv("hmac.generate-minimal",
	        generate_key(CKM_GENERIC_SECRET_KEY_GEN, minimal, 1, &key));
	fact_rv("hmac.sign-init-minimal", p11->C_SignInit(session, &hmac, key));
	fresh_session();
	destroy(key);
	if (create_key(CKK_GENERIC_SECRET, 32, &key) != CKR_OK)
		return;
	p11->C_SignInit(session, &hmac, key);
	fact_rv("hmac.query", p11->C_Sign(session, data, sizeof(data), NULL, &size));
	fact("hmac.query-length", "%lu", size);
	fresh_session();
	size = sizeof(mac);
	fact_rv("hmac.sign", sign(&hmac, key, data, sizeof(data), mac, &size));
	fact("hmac.length", "%lu", size);
	fact("hmac.value", "%02x%02x%02x%02x", mac[0], mac[1], mac[2], mac[3]);
	fact_rv("hmac.verify", verify(&hmac, key, data, sizeof(data), mac, 32));
	mac[0] ^= 1;
	fact_yes("hmac.forged-refused", verify(&hmac, key, data, sizeof(data), mac, 32) != CKR_OK);
	fresh_session();
	destroy(key);
}

void section_digest(void)
{
	CK_MECHANISM sha256 = {CKM_SHA256, NULL, 0}, spurious = {CKM_SHA256, data, sizeof(data)};
	CK_BYTE digest[32];
	CK_ULONG size = 0;

	if (!has_mechanism("digest", CKM_SHA256, CKF_DIGEST))
		return;
	p11->C_DigestInit(session, &sha256);
	fact_rv("digest.query", p11->C_Digest(session, data, sizeof(data), NULL, &size));
	fact("digest.query-length", "%lu", size);
	size = 5;
	fact_rv("digest.short", p11->C_Digest(session, data, sizeof(data), digest, &size));
	fact("digest.short-length", "%lu", size);
	size = sizeof(digest);
	fact_rv("digest.after-short", p11->C_Digest(session, data, sizeof(data), digest, &size));
	fact("digest.value", "%02x%02x%02x%02x", digest[0], digest[1], digest[2], digest[3]);
	fresh_session();
	p11->C_DigestInit(session, &sha256);
	fact_rv("digest.update-nothing", p11->C_DigestUpdate(session, NULL, 0));
	fact_rv("digest.update", p11->C_DigestUpdate(session, data, sizeof(data)));
	size = 5;
	fact_rv("digest.final-short", p11->C_DigestFinal(session, digest, &size));
	fact("digest.final-short-length", "%lu", size);
	size = sizeof(digest);
	fact_rv("digest.final", p11->C_DigestFinal(session, digest, &size));
	fact("digest.parts-value", "%02x%02x%02x%02x", digest[0], digest[1], digest[2], digest[3]);
	fresh_session();
	fact_rv("digest.spurious-parameter", p11->C_DigestInit(session, &spurious));
	fresh_session();
}
