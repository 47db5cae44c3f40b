/* SPDX-License-Identifier: MIT */
/*
 * Hands secrets of every kind to a module on an empty SoftHSM, then looks for them in the trace.
 * usage: secrets MODULE TRACE
 * Calls that the module refuses count as well: their arguments are traced all the same.
 */
#include "client.h"

/* A secret; kept as octets that stand nowhere else. */
struct secret {
	const char *what;
	CK_BYTE octets[256];
	CK_ULONG size;
};

enum {
	SO_PIN,
	FIRST_PIN,
	SECOND_PIN,
	THIRD_PIN,
	USER_LOGIN_PIN,
	KEY_VALUE,
	EC_VALUE,
	EXPONENT,
	PLAINTEXT,
	DIGESTED,
	SEED,
	RANDOM,
	WRAPPED,
	DERIVED,
	PASSWORD,
	UNKNOWN_PARAMETER,
	UNKNOWN_ATTRIBUTE,
	SECRETS
};

static struct secret secrets[SECRETS] = {
        [SO_PIN] = {"SO PIN (C_InitToken, C_Login)", "so-Pin\"quoted\\1", 15},
        [FIRST_PIN] = {"PIN (C_InitPIN, C_Login, C_SetPIN old)", "first-PIN-7291", 14},
        [SECOND_PIN] = {"PIN (C_SetPIN new, then old)", "second-PIN-\xc3\xa4\xc3\xb6", 15},
        [THIRD_PIN] = {"PIN (C_SetPIN new)", "third-PIN-\x01\x02\x7f", 13},
        [USER_LOGIN_PIN] = {"PIN (C_LoginUser)", "named-PIN-6610", 14},
        [KEY_VALUE] = {"key value", "0123456789abcdef-AES-key-value-!", 32},
        [EC_VALUE] = {"EC private value", "EC-private-value-of-32-octets-:)", 32},
        [EXPONENT] = {"private exponent", "", 128},
        [PLAINTEXT] = {"plaintext", "meet me at noon, bring the money", 32},
        [DIGESTED] = {"digested data", "data that was only digested.....", 32},
        [SEED] = {"seed", "seed-of-the-generator-9f8e7d6c5b", 32},
        [RANDOM] = {"random numbers", "", 32},
        [WRAPPED] = {"wrapped key", "", 256},
        [DERIVED] = {"derived key", "", 32},
        [PASSWORD] = {"password of a mechanism parameter", "password-in-parameter", 21},
        [UNKNOWN_PARAMETER] = {"parameter of an unknown mechanism", "param-of-unknown-mech", 21},
        [UNKNOWN_ATTRIBUTE] = {"value of an unknown attribute", "value-of-unknown-attr", 21},
};

#define OCTETS(which) secrets[which].octets, secrets[which].size
#define VALUE(which)  OCTETS(which)

static CK_FUNCTION_LIST_PTR p11;
static CK_SESSION_HANDLE session;
static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
static CK_OBJECT_CLASS secret_key = CKO_SECRET_KEY, private_key = CKO_PRIVATE_KEY;
static CK_KEY_TYPE aes = CKK_AES, rsa = CKK_RSA, ec = CKK_EC;

/* PINs in every function that takes one. */
static void plant_pins(void *module)
{
	CK_C_LoginUser login_user = FIND(CK_C_LoginUser, module, "C_LoginUser");
	CK_UTF8CHAR label[33] = "secrets                         ";
	CK_SLOT_ID slot;
	CK_ULONG one = 1;

	MUST(p11->C_GetSlotList(CK_FALSE, &slot, &one));
	MUST(p11->C_InitToken(slot, OCTETS(SO_PIN), label));
	session = open_session(p11, token_slot(p11));
	MUST(p11->C_Login(session, CKU_SO, OCTETS(SO_PIN)));
	MUST(p11->C_InitPIN(session, OCTETS(FIRST_PIN)));
	MUST(p11->C_Logout(session));
	MUST(p11->C_Login(session, CKU_USER, OCTETS(FIRST_PIN)));
	MUST(p11->C_SetPIN(session, OCTETS(FIRST_PIN), OCTETS(SECOND_PIN)));
	MUST(p11->C_SetPIN(session, OCTETS(SECOND_PIN), OCTETS(THIRD_PIN)));
	/* A 2.40 module has no such function; what it answers is no matter here. */
	if (login_user != NULL)
		login_user(session, CKU_USER, OCTETS(USER_LOGIN_PIN), text("somebody"), 8);
}

static CK_OBJECT_HANDLE plant_key(void)
{
	CK_ATTRIBUTE template[] = {
	        {CKA_CLASS, &secret_key, sizeof(secret_key)},
	        {CKA_KEY_TYPE, &aes, sizeof(aes)},
	        {CKA_ENCRYPT, &yes, sizeof(yes)},
	        {CKA_WRAP, &yes, sizeof(yes)},
	        {CKA_DERIVE, &yes, sizeof(yes)},
	        {CKA_SENSITIVE, &no, sizeof(no)},
	        {CKA_EXTRACTABLE, &yes, sizeof(yes)},
	        {CKA_LABEL, text("planted"), 7},
	        {CKA_VALUE, VALUE(KEY_VALUE)},
	};
	CK_ATTRIBUTE unknown = {CKA_VENDOR_DEFINED | 0x77, VALUE(UNKNOWN_ATTRIBUTE)};
	CK_OBJECT_HANDLE key = 0;
	CK_BYTE read[64];
	CK_ATTRIBUTE value = {CKA_VALUE, read, sizeof(read)};

	MUST(p11->C_CreateObject(session, template, COUNT(template), &key));
	MUST(p11->C_GetAttributeValue(session, key, &value, 1));
	MUST(p11->C_FindObjectsInit(session, &template[8], 1));
	MUST(p11->C_FindObjectsFinal(session));
	p11->C_SetAttributeValue(session, key, &template[8], 1);
	p11->C_CreateObject(session, &unknown, 1, &(CK_OBJECT_HANDLE){0});
	return key;
}

static void plant_private_keys(void)
{
	static CK_BYTE modulus[128] = {0xc1, 0x55}, public_exponent[] = {1, 0, 1},
	               prime[64] = {0xd3};
	static CK_BYTE curve[] = {6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7};
	CK_ATTRIBUTE rsa_template[] = {
	        {CKA_CLASS, &private_key, sizeof(private_key)},
	        {CKA_KEY_TYPE, &rsa, sizeof(rsa)},
	        {CKA_MODULUS, modulus, sizeof(modulus)},
	        {CKA_PUBLIC_EXPONENT, public_exponent, sizeof(public_exponent)},
	        {CKA_PRIVATE_EXPONENT, VALUE(EXPONENT)},
	        {CKA_PRIME_1, prime, sizeof(prime)},
	        {CKA_PRIME_2, prime, sizeof(prime)},
	        {CKA_EXPONENT_1, VALUE(EXPONENT)},
	        {CKA_EXPONENT_2, VALUE(EXPONENT)},
	        {CKA_COEFFICIENT, VALUE(EXPONENT)},
	};
	CK_ATTRIBUTE ec_template[] = {
	        {CKA_CLASS, &private_key, sizeof(private_key)},
	        {CKA_KEY_TYPE, &ec, sizeof(ec)},
	        {CKA_EC_PARAMS, curve, sizeof(curve)},
	        {CKA_VALUE, VALUE(EC_VALUE)},
	};
	CK_OBJECT_HANDLE key = 0;

	MUST(p11->C_CreateObject(session, rsa_template, COUNT(rsa_template), &key));
	MUST(p11->C_CreateObject(session, ec_template, COUNT(ec_template), &key));
}

static void plant_data(CK_OBJECT_HANDLE key)
{
	CK_BYTE iv[16] = {0}, out[512];
	CK_MECHANISM cbc = {CKM_AES_CBC_PAD, iv, sizeof(iv)};
	CK_MECHANISM sha = {CKM_SHA256, NULL, 0};
	CK_ULONG size = sizeof(out);

	MUST(p11->C_EncryptInit(session, &cbc, key));
	MUST(p11->C_Encrypt(session, OCTETS(PLAINTEXT), out, &size));
	MUST(p11->C_EncryptInit(session, &cbc, key));
	size = sizeof(out);
	MUST(p11->C_EncryptUpdate(session, OCTETS(PLAINTEXT), out, &size));
	size = sizeof(out);
	MUST(p11->C_EncryptFinal(session, out, &size));
	MUST(p11->C_DigestInit(session, &sha));
	MUST(p11->C_DigestUpdate(session, OCTETS(DIGESTED)));
	size = sizeof(out);
	MUST(p11->C_DigestFinal(session, out, &size));
	MUST(p11->C_SeedRandom(session, OCTETS(SEED)));
	MUST(p11->C_GenerateRandom(session, OCTETS(RANDOM)));
}

/* Secrets that the module makes. */
static void plant_results(CK_OBJECT_HANDLE key)
{
	CK_MECHANISM wrap = {CKM_AES_KEY_WRAP, NULL, 0};
	CK_BYTE data[32] = "data that a key is derived from";
	CK_KEY_DERIVATION_STRING_DATA parameter = {data, sizeof(data)};
	CK_MECHANISM derive = {CKM_AES_ECB_ENCRYPT_DATA, &parameter, sizeof(parameter)};
	CK_ULONG length = 32;
	CK_ATTRIBUTE template[] = {
	        {CKA_CLASS, &secret_key, sizeof(secret_key)},
	        {CKA_KEY_TYPE, &aes, sizeof(aes)},
	        {CKA_VALUE_LEN, &length, sizeof(length)},
	        {CKA_SENSITIVE, &no, sizeof(no)},
	        {CKA_EXTRACTABLE, &yes, sizeof(yes)},
	};
	CK_ATTRIBUTE value = {CKA_VALUE, VALUE(DERIVED)};
	CK_OBJECT_HANDLE derived = 0;

	MUST(p11->C_WrapKey(
	        session, &wrap, key, key, secrets[WRAPPED].octets, &secrets[WRAPPED].size));
	MUST(p11->C_DeriveKey(session, &derive, key, template, COUNT(template), &derived));
	MUST(p11->C_GetAttributeValue(session, derived, &value, 1));
	p11->C_UnwrapKey(session, &wrap, key, OCTETS(WRAPPED), template, 2, &derived);
}

/* Secrets in mechanism parameters; SoftHSM knows neither mechanism. */
static void plant_parameters(CK_OBJECT_HANDLE key)
{
	CK_BYTE salt[8] = {0}, iv[8] = {0};
	CK_PBE_PARAMS pbe = {iv, OCTETS(PASSWORD), salt, sizeof(salt), 1000};
	CK_MECHANISM by_password = {CKM_PBE_SHA1_DES3_EDE_CBC, &pbe, sizeof(pbe)};
	CK_MECHANISM unknown = {CKM_VENDOR_DEFINED | 0x77, OCTETS(UNKNOWN_PARAMETER)};
	CK_OBJECT_HANDLE made = 0;

	p11->C_GenerateKey(session, &by_password, NULL, 0, &made);
	p11->C_EncryptInit(session, &unknown, key);
}

/* --- Looking for them */

static char *trace;
static size_t trace_size;

static void read_trace(const char *path)
{
	FILE *file = fopen(path, "rb");

	trace = malloc(16 << 20);
	if (file == NULL || trace == NULL) {
		printf("cannot read %s\n", path);
		exit(1);
	}
	trace_size = fread(trace, 1, 16 << 20, file);
	fclose(file);
}

static bool in_trace(const char *octets, size_t size)
{
	for (size_t i = 0; i + size <= trace_size; i++)
		if (memcmp(trace + i, octets, size) == 0)
			return true;
	return false;
}

/* Writes octets one by one in a form like "%02x"; returns the length. */
static size_t spell(char *out, const char *form, const CK_BYTE *octets, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++)
		n += (size_t)sprintf(out + n, form, octets[i]);
	return n;
}

/* Printable characters as they are, the others by a form: what an escaped string looks like. */
static size_t escape(char *out, const char *form, const CK_BYTE *octets, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++) {
		bool plain = octets[i] >= ' ' && octets[i] < 0x7f && octets[i] != '"' &&
		             octets[i] != '\\';

		n += (size_t)sprintf(out + n, plain ? "%c" : form, octets[i]);
	}
	return n;
}

#define PART 6 /* octets that are taken for a leak */

static bool leaked(const CK_BYTE *part)
{
	static const char *const spelt[] = {"%02x", "%02X", "%02x ", "%02x:", "\\x%02x", "\\x%02X",
	        "\\%03o", "%%%02X", "0x%02x, "};
	static const char *const escaped[] = {"\\x%02x", "\\x%02X", "\\%03o", "\\u%04x"};
	char form[PART * 8];

	for (size_t i = 0; i < COUNT(spelt); i++)
		if (in_trace(form, spell(form, spelt[i], part, PART)))
			return true;
	for (size_t i = 0; i < COUNT(escaped); i++)
		if (in_trace(form, escape(form, escaped[i], part, PART)))
			return true;
	return in_trace((const char *)part, PART);
}

static int look(const struct secret *secret)
{
	const CK_BYTE *octets = secret->octets;

	if (!leaked(octets) && !leaked(octets + secret->size / 2) &&
	        !leaked(octets + secret->size - PART))
		return 0;
	printf("in the trace: %s\n", secret->what);
	return 1;
}

int main(int argc, char **argv)
{
	CK_OBJECT_HANDLE key;
	int found = 0;
	void *module;

	if (argc != 3)
		return 2;
	for (CK_ULONG i = 0; i < secrets[EXPONENT].size; i++)
		secrets[EXPONENT].octets[i] = (CK_BYTE)(0x91 + i * 37);
	module = load(argv[1]);
	p11 = function_list(module);
	MUST(p11->C_Initialize(NULL));
	plant_pins(module);
	key = plant_key();
	plant_private_keys();
	plant_data(key);
	plant_results(key);
	plant_parameters(key);
	MUST(p11->C_Finalize(NULL));

	read_trace(argv[2]);
	if (!in_trace("planted", 7) || !in_trace("C_WrapKey", 9)) {
		printf("%s is not the trace of this\n", argv[2]);
		return 1;
	}
	for (int i = 0; i < SECRETS; i++)
		found += look(&secrets[i]);
	return found != 0;
}
