/* SPDX-License-Identifier: MIT */
/* RSA: keys, signatures, encryption, public keys from outside. */
#include "facts.h"

#define MODULUS 256

static CK_BYTE exponent[3] = {1, 0, 1};
static CK_BYTE data[32] = "thirty-two octets of some data..";

/* For all that it can do: making another costs more than anything that is done with it. */
static CK_RV make_pair(struct pair *pair)
{
	CK_ATTRIBUTE public[] = {
	        NUMBER(CKA_MODULUS_BITS, 8 * MODULUS),
	        OCTETS(CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent)),
	        TRUE_(CKA_VERIFY),
	        TRUE_(CKA_ENCRYPT),
	};
	CK_ATTRIBUTE private[] = {TRUE_(CKA_SIGN), TRUE_(CKA_DECRYPT)};

	return generate_pair(
	        CKM_RSA_PKCS_KEY_PAIR_GEN, public, COUNT(public), private, COUNT(private), pair);
}

static void facts_of_public_key(CK_OBJECT_HANDLE key)
{
	CK_BYTE octets[MODULUS + 8] = {0};
	CK_ULONG bits = 0, size = sizeof(octets);

	fact_rv("rsa.exponent.read", read_octets(key, CKA_PUBLIC_EXPONENT, octets, &size));
	fact("rsa.exponent", "%ld %02x%02x%02x", (long)size, octets[0], octets[1], octets[2]);
	size = sizeof(octets);
	fact_rv("rsa.modulus.read", read_octets(key, CKA_MODULUS, octets, &size));
	fact("rsa.modulus.length", "%ld", (long)size);
	size = sizeof(bits);
	fact_rv("rsa.modulus-bits.read", read_octets(key, CKA_MODULUS_BITS, &bits, &size));
	fact("rsa.modulus-bits", "%lu", bits);
}

static void facts_of_pkcs(struct pair *pair)
{
	CK_MECHANISM pkcs = {CKM_RSA_PKCS, NULL, 0};
	CK_MECHANISM spurious = {CKM_RSA_PKCS, data, sizeof(data)};
	CK_BYTE signature[MODULUS], long_data[MODULUS] = {0};
	CK_ULONG size = 0;

	p11->C_SignInit(session, &pkcs, pair->private);
	fact_rv("rsa.pkcs.query", p11->C_Sign(session, data, sizeof(data), NULL, &size));
	fact("rsa.pkcs.query-length", "%lu", size);
	size = 5;
	fact_rv("rsa.pkcs.short", p11->C_Sign(session, data, sizeof(data), signature, &size));
	fact_yes("rsa.pkcs.short-length-told", size == MODULUS);
	size = sizeof(signature);
	fact_rv("rsa.pkcs.after-short", p11->C_Sign(session, data, sizeof(data), signature, &size));
	fact("rsa.pkcs.length", "%lu", size);
	fresh_session();
	size = sizeof(signature);
	fact_rv("rsa.pkcs.sign", sign(&pkcs, pair->private, data, sizeof(data), signature, &size));
	fact_rv("rsa.pkcs.verify",
	        verify(&pkcs, pair->public, data, sizeof(data), signature, MODULUS));
	fact_rv("rsa.pkcs.verify-other", verify(&pkcs, pair->public, data, 16, signature, MODULUS));
	fact_rv("rsa.pkcs.verify-shorter",
	        verify(&pkcs, pair->public, data, sizeof(data), signature, MODULUS - 1));
	fresh_session();
	size = sizeof(signature);
	fact_rv("rsa.pkcs.too-long",
	        sign(&pkcs, pair->private, long_data, MODULUS - 10, signature, &size));
	fresh_session();
	fact_rv("rsa.pkcs.spurious-parameter", p11->C_SignInit(session, &spurious, pair->private));
	fresh_session();
}

static void facts_of_pss(struct pair *pair)
{
	CK_RSA_PKCS_PSS_PARAMS params = {CKM_SHA256, CKG_MGF1_SHA256, 32};
	CK_MECHANISM pss = {CKM_SHA256_RSA_PKCS_PSS, &params, sizeof(params)};
	CK_BYTE signature[MODULUS];
	CK_ULONG size = sizeof(signature);

	if (!has_mechanism("rsa.pss", CKM_SHA256_RSA_PKCS_PSS, CKF_SIGN))
		return;
	fact_rv("rsa.pss.sign", sign(&pss, pair->private, data, sizeof(data), signature, &size));
	fact("rsa.pss.length", "%lu", size);
	fact_rv("rsa.pss.verify",
	        verify(&pss, pair->public, data, sizeof(data), signature, MODULUS));
	fresh_session();
	params.mgf = CKG_MGF1_SHA1;
	params.hashAlg = CKM_SHA384;
	fact_rv("rsa.pss.other-hash", p11->C_SignInit(session, &pss, pair->private));
	fresh_session();
	pss.pParameter = NULL;
	pss.ulParameterLen = 0;
	fact_rv("rsa.pss.no-parameter", p11->C_SignInit(session, &pss, pair->private));
	fresh_session();
}

/* In two parts, with no data between them; the result at the first try or at the second. */
static CK_RV sign_parts(
        CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, bool second, CK_BYTE signature[MODULUS])
{
	CK_ULONG size = 5;

	p11->C_SignInit(session, mechanism, key);
	p11->C_SignUpdate(session, data, 10);
	p11->C_SignUpdate(session, data + 10, sizeof(data) - 10);
	if (second) {
		fact_rv("rsa.sha256.final-short", p11->C_SignFinal(session, signature, &size));
		fact_yes("rsa.sha256.final-short-length-told", size == MODULUS);
	}
	size = MODULUS;
	return p11->C_SignFinal(session, signature, &size);
}

static void facts_of_parts(struct pair *pair)
{
	CK_MECHANISM hashed = {CKM_SHA256_RSA_PKCS, NULL, 0};
	CK_BYTE whole[MODULUS], signature[MODULUS] = {0};
	CK_ULONG size = sizeof(whole);

	if (!has_mechanism("rsa.sha256", CKM_SHA256_RSA_PKCS, CKF_SIGN))
		return;
	fact_rv("rsa.sha256.sign", sign(&hashed, pair->private, data, sizeof(data), whole, &size));
	p11->C_SignInit(session, &hashed, pair->private);
	fact_rv("rsa.sha256.update-nothing", p11->C_SignUpdate(session, NULL, 0));
	fresh_session();
	fact_rv("rsa.sha256.final", sign_parts(&hashed, pair->private, false, signature));
	fact_yes("rsa.sha256.parts==whole", memcmp(whole, signature, MODULUS) == 0);
	fresh_session();
	memset(signature, 0, sizeof(signature));
	fact_rv("rsa.sha256.after-short", sign_parts(&hashed, pair->private, true, signature));
	fact_yes("rsa.sha256.after-short==whole", memcmp(whole, signature, MODULUS) == 0);
	fresh_session();
}

/* --- Encryption */

static void facts_of_oaep(const char *name, struct pair *pair, CK_RSA_PKCS_OAEP_PARAMS *params)
{
	CK_MECHANISM oaep = {CKM_RSA_PKCS_OAEP, params, sizeof(*params)};
	CK_BYTE cipher[MODULUS], plain[MODULUS];
	CK_ULONG size = sizeof(cipher), plain_size = sizeof(data);
	char line[60];

	snprintf(line, sizeof(line), "rsa.oaep.%s.encrypt", name);
	fact_rv(line, encrypt(&oaep, pair->public, data, sizeof(data), cipher, &size));
	fresh_session();
	snprintf(line, sizeof(line), "rsa.oaep.%s.decrypt-exact", name);
	fact_rv(line, decrypt(&oaep, pair->private, cipher, MODULUS, plain, &plain_size));
	fresh_session();
	plain_size = sizeof(plain);
	snprintf(line, sizeof(line), "rsa.oaep.%s.decrypt", name);
	fact_rv(line, decrypt(&oaep, pair->private, cipher, MODULUS, plain, &plain_size));
	snprintf(line, sizeof(line), "rsa.oaep.%s.same", name);
	fact_yes(line, plain_size == sizeof(data) && memcmp(plain, data, sizeof(data)) == 0);
	fresh_session();
}

static void facts_of_pkcs_encryption(struct pair *pair)
{
	CK_MECHANISM pkcs = {CKM_RSA_PKCS, NULL, 0};
	CK_BYTE cipher[2 * MODULUS], plain[MODULUS];
	CK_ULONG size = 0;

	p11->C_EncryptInit(session, &pkcs, pair->public);
	fact_rv("rsa.encrypt.query", p11->C_Encrypt(session, data, sizeof(data), NULL, &size));
	fact("rsa.encrypt.query-length", "%lu", size);
	fresh_session();
	size = sizeof(cipher);
	fact_rv("rsa.encrypt", encrypt(&pkcs, pair->public, data, sizeof(data), cipher, &size));
	fact("rsa.encrypt.length", "%lu", size);
	size = sizeof(data);
	fact_rv("rsa.decrypt.exact", decrypt(&pkcs, pair->private, cipher, MODULUS, plain, &size));
	fact("rsa.decrypt.exact-length", "%lu", size);
	fresh_session();
	size = sizeof(plain);
	fact_rv("rsa.decrypt", decrypt(&pkcs, pair->private, cipher, MODULUS, plain, &size));
	fact("rsa.decrypt.length", "%lu", size);
	fact_yes("rsa.decrypt.same", memcmp(plain, data, sizeof(data)) == 0);
	fresh_session();
}

static void facts_of_encryption(struct pair *pair)
{
	CK_RSA_PKCS_OAEP_PARAMS sha1 = {CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0};
	CK_RSA_PKCS_OAEP_PARAMS no_source = {CKM_SHA_1, CKG_MGF1_SHA1, 0, NULL, 0};
	CK_RSA_PKCS_OAEP_PARAMS sha256 = {CKM_SHA256, CKG_MGF1_SHA256, CKZ_DATA_SPECIFIED, NULL, 0};

	facts_of_pkcs_encryption(pair);
	if (!has_mechanism("rsa.oaep", CKM_RSA_PKCS_OAEP, CKF_ENCRYPT))
		return;
	facts_of_oaep("sha1", pair, &sha1);
	facts_of_oaep("no-source", pair, &no_source);
	facts_of_oaep("sha256", pair, &sha256);
}

/* --- Public keys from outside */

static void facts_of_import(const char *name, CK_BYTE *modulus, CK_ULONG length, CK_BYTE *signature)
{
	CK_MECHANISM pkcs = {CKM_RSA_PKCS, NULL, 0};
	CK_ATTRIBUTE template[] = {
	        NUMBER(CKA_CLASS, CKO_PUBLIC_KEY),
	        NUMBER(CKA_KEY_TYPE, CKK_RSA),
	        TRUE_(CKA_VERIFY),
	        OCTETS(CKA_MODULUS, modulus, length),
	        OCTETS(CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent)),
	};
	CK_OBJECT_HANDLE key;
	CK_ULONG bits = 0, size = sizeof(bits);
	char line[60];

	snprintf(line, sizeof(line), "rsa.import.%s", name);
	fact_rv(line, create(template, COUNT(template), &key));
	if (key == 0)
		return;
	snprintf(line, sizeof(line), "rsa.import.%s.verify", name);
	fact_rv(line, verify(&pkcs, key, data, sizeof(data), signature, MODULUS));
	fresh_session();
	snprintf(line, sizeof(line), "rsa.import.%s.modulus-bits", name);
	read_octets(key, CKA_MODULUS_BITS, &bits, &size);
	fact(line, "%lu", bits);
	size = 0;
	snprintf(line, sizeof(line), "rsa.import.%s.modulus-length", name);
	read_octets(key, CKA_MODULUS, NULL, &size);
	fact(line, "%ld", (long)size);
	destroy(key);
}

static void facts_of_imports(struct pair *pair)
{
	CK_MECHANISM pkcs = {CKM_RSA_PKCS, NULL, 0};
	CK_BYTE octets[MODULUS + 2] = {0}, *modulus, signature[MODULUS];
	CK_ULONG size = MODULUS + 1, signature_size = MODULUS;

	if (sign(&pkcs, pair->private, data, sizeof(data), signature, &signature_size) != CKR_OK ||
	        read_octets(pair->public, CKA_MODULUS, octets + 1, &size) != CKR_OK ||
	        size < MODULUS || size > MODULUS + 1)
		return;
	modulus = octets + 1 + size - MODULUS;
	facts_of_import("plain", modulus, MODULUS, signature);
	facts_of_import("leading-zero", modulus - 1, MODULUS + 1, signature);
}

void section_rsa(void)
{
	CK_ATTRIBUTE minimal[] = {NUMBER(CKA_MODULUS_BITS, 8 * MODULUS)};
	struct pair pair;

	if (!has_mechanism("rsa", CKM_RSA_PKCS_KEY_PAIR_GEN, 0))
		return;
	fact_rv("rsa.generate-minimal",
	        generate_pair(CKM_RSA_PKCS_KEY_PAIR_GEN, minimal, 1, NULL, 0, &pair));
	if (pair.public != 0)
		facts_of_public_key(pair.public);
	destroy_pair(&pair);
	fact_rv("rsa.generate", make_pair(&pair));
	facts_of_pkcs(&pair);
	facts_of_pss(&pair);
	facts_of_parts(&pair);
	facts_of_encryption(&pair);
	facts_of_imports(&pair);
	destroy_pair(&pair);
}
