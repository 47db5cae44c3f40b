/* SPDX-License-Identifier: MIT */
/*
 * The table of what attributes are when the template leaves them open: objects made in every way,
 * in the session and on the token, times attributes. One fact for each: 0, 1, another length, or
 * "-" for an attribute that the object has not got. usage: defaults MODULE
 */
#include "facts.h"

static const struct {
	const char *name;
	CK_ATTRIBUTE_TYPE type;
} attributes[] = {
        {"TOKEN", CKA_TOKEN},
        {"PRIVATE", CKA_PRIVATE},
        {"SENSITIVE", CKA_SENSITIVE},
        {"EXTRACTABLE", CKA_EXTRACTABLE},
        {"ALWAYS_SENSITIVE", CKA_ALWAYS_SENSITIVE},
        {"NEVER_EXTRACTABLE", CKA_NEVER_EXTRACTABLE},
        {"LOCAL", CKA_LOCAL},
        {"MODIFIABLE", CKA_MODIFIABLE},
        {"COPYABLE", CKA_COPYABLE},
        {"DESTROYABLE", CKA_DESTROYABLE},
        {"ENCRYPT", CKA_ENCRYPT},
        {"DECRYPT", CKA_DECRYPT},
        {"SIGN", CKA_SIGN},
        {"VERIFY", CKA_VERIFY},
        {"SIGN_RECOVER", CKA_SIGN_RECOVER},
        {"VERIFY_RECOVER", CKA_VERIFY_RECOVER},
        {"WRAP", CKA_WRAP},
        {"UNWRAP", CKA_UNWRAP},
        {"DERIVE", CKA_DERIVE},
        {"TRUSTED", CKA_TRUSTED},
        {"WRAP_WITH_TRUSTED", CKA_WRAP_WITH_TRUSTED},
        {"ALWAYS_AUTHENTICATE", CKA_ALWAYS_AUTHENTICATE},
};

static CK_BYTE value[32] = "0123456789abcdef0123456789abcdef";
static CK_BYTE iv[16];

/* The last attribute of each template is CKA_TOKEN, which session objects do without. */
static const char *const places[] = {"session", "token"};

static void row(const char *object, int place, const char *half, CK_RV rv, CK_OBJECT_HANDLE handle)
{
	char line[100];
	CK_BYTE octets[16];

	snprintf(line, sizeof(line), "%s.%s%s", object, places[place], half);
	fact_rv(line, rv);
	for (size_t i = 0; handle != 0 && i < COUNT(attributes); i++) {
		CK_ULONG size = sizeof(octets);

		snprintf(line, sizeof(line), "%s.%s%s.%s", object, places[place], half,
		        attributes[i].name);
		if (read_octets(handle, attributes[i].type, octets, &size) != CKR_OK)
			fact(line, "-");
		else if (size != 1)
			fact(line, "%ld octets", (long)size);
		else
			fact(line, "%d", octets[0]);
	}
	destroy(handle);
}

static void rows_of_pair(const char *object, int place, CK_RV rv, struct pair *pair)
{
	row(object, place, ".private", rv, pair->private);
	row(object, place, ".public", rv, pair->public);
}

/* --- Generated */

static void generated_key(const char *object, CK_MECHANISM_TYPE type, int place)
{
	CK_ATTRIBUTE template[] = {NUMBER(CKA_VALUE_LEN, 32), TRUE_(CKA_TOKEN)};
	CK_OBJECT_HANDLE key;
	CK_RV rv;

	if (!has_mechanism(object, type, CKF_GENERATE))
		return;
	rv = generate_key(type, template, 1 + (CK_ULONG)place, &key);
	if (rv == CKR_FUNCTION_NOT_SUPPORTED)
		fact(object, "unsupported: the function");
	else
		row(object, place, "", rv, key);
}

static void generated_rsa(int place)
{
	CK_BYTE exponent[3] = {1, 0, 1};
	CK_ATTRIBUTE public[] = {
	        NUMBER(CKA_MODULUS_BITS, 2048),
	        OCTETS(CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent)),
	        TRUE_(CKA_TOKEN),
	};
	CK_ATTRIBUTE private[] = {TRUE_(CKA_TOKEN)};
	struct pair pair;
	CK_RV rv;

	if (!has_mechanism("default.rsa.generate", CKM_RSA_PKCS_KEY_PAIR_GEN, 0))
		return;
	rv = generate_pair(CKM_RSA_PKCS_KEY_PAIR_GEN, public, 2 + (CK_ULONG)place, private,
	        (CK_ULONG)place, &pair);
	rows_of_pair("default.rsa.generate", place, rv, &pair);
}

static void generated_ec(int place)
{
	CK_ATTRIBUTE public[] = {OCTETS(CKA_EC_PARAMS, p256, sizeof(p256)), TRUE_(CKA_TOKEN)};
	CK_ATTRIBUTE private[] = {TRUE_(CKA_TOKEN)};
	struct pair pair;
	CK_RV rv;

	if (!has_mechanism("default.ec.generate", CKM_EC_KEY_PAIR_GEN, 0))
		return;
	rv = generate_pair(
	        CKM_EC_KEY_PAIR_GEN, public, 1 + (CK_ULONG)place, private, (CK_ULONG)place, &pair);
	rows_of_pair("default.ec.generate", place, rv, &pair);
}

/* --- From outside */

static void created_aes(int place)
{
	CK_ATTRIBUTE template[] = {
	        NUMBER(CKA_CLASS, CKO_SECRET_KEY),
	        NUMBER(CKA_KEY_TYPE, CKK_AES),
	        OCTETS(CKA_VALUE, value, sizeof(value)),
	        TRUE_(CKA_TOKEN),
	};
	CK_OBJECT_HANDLE key;
	CK_RV rv;

	if (!has_secret_keys("default.aes.create"))
		return;
	rv = create(template, 3 + (CK_ULONG)place, &key);
	row("default.aes.create", place, "", rv, key);
}

static void created_ec(int place)
{
	CK_ATTRIBUTE template[] = {
	        NUMBER(CKA_CLASS, CKO_PRIVATE_KEY),
	        NUMBER(CKA_KEY_TYPE, CKK_EC),
	        OCTETS(CKA_EC_PARAMS, p256, sizeof(p256)),
	        OCTETS(CKA_VALUE, value, sizeof(value)),
	        TRUE_(CKA_TOKEN),
	};
	CK_OBJECT_HANDLE key;
	CK_RV rv;

	if (!has_mechanism("default.ec.create", CKM_EC_KEY_PAIR_GEN, 0))
		return;
	rv = create(template, 4 + (CK_ULONG)place, &key);
	if (rv == CKR_ATTRIBUTE_VALUE_INVALID) {
		fact("default.ec.create", "unsupported: private keys from outside");
		return;
	}
	row("default.ec.create", place, "", rv, key);
}

static CK_RV wrapping_key(CK_OBJECT_HANDLE *key)
{
	CK_ATTRIBUTE template[] = {
	        NUMBER(CKA_CLASS, CKO_SECRET_KEY),
	        NUMBER(CKA_KEY_TYPE, CKK_AES),
	        OCTETS(CKA_VALUE, value, sizeof(value)),
	        TRUE_(CKA_EXTRACTABLE),
	        TRUE_(CKA_WRAP),
	        TRUE_(CKA_UNWRAP),
	};

	return create(template, COUNT(template), key);
}

static CK_MECHANISM wrapping_mechanism(void)
{
	CK_MECHANISM_INFO info = {0};

	p11->C_GetMechanismInfo(slot, CKM_AES_KEY_WRAP, &info);
	if ((info.flags & CKF_WRAP) != 0)
		return (CK_MECHANISM){CKM_AES_KEY_WRAP, NULL, 0};
	return (CK_MECHANISM){CKM_AES_CBC_PAD, iv, sizeof(iv)};
}

static void unwrapped_aes(int place)
{
	CK_ATTRIBUTE template[] = {
	        NUMBER(CKA_CLASS, CKO_SECRET_KEY),
	        NUMBER(CKA_KEY_TYPE, CKK_AES),
	        TRUE_(CKA_TOKEN),
	};
	CK_MECHANISM mechanism = wrapping_mechanism();
	CK_OBJECT_HANDLE wrapping, key = 0;
	CK_BYTE wrapped[100];
	CK_ULONG size = sizeof(wrapped);
	CK_RV rv;

	if (!has_secret_keys("default.aes.unwrap") || wrapping_key(&wrapping) != CKR_OK)
		return;
	rv = p11->C_WrapKey(home, &mechanism, wrapping, wrapping, wrapped, &size);
	if (rv == CKR_OK)
		rv = p11->C_UnwrapKey(home, &mechanism, wrapping, wrapped, size, template,
		        2 + (CK_ULONG)place, &key);
	row("default.aes.unwrap", place, "", rv, rv == CKR_OK ? key : 0);
	destroy(wrapping);
}

static void derived_secret(int place)
{
	CK_ATTRIBUTE public[] = {OCTETS(CKA_EC_PARAMS, p256, sizeof(p256))};
	CK_ATTRIBUTE private[] = {TRUE_(CKA_DERIVE)};
	CK_ATTRIBUTE template[] = {
	        NUMBER(CKA_CLASS, CKO_SECRET_KEY),
	        NUMBER(CKA_KEY_TYPE, CKK_GENERIC_SECRET),
	        NUMBER(CKA_VALUE_LEN, 32),
	        TRUE_(CKA_TOKEN),
	};
	CK_BYTE point[100];
	CK_ULONG size = sizeof(point);
	CK_ECDH1_DERIVE_PARAMS params = {.kdf = CKD_NULL, .pPublicData = point};
	CK_MECHANISM mechanism = {CKM_ECDH1_DERIVE, &params, sizeof(params)};
	CK_OBJECT_HANDLE key = 0;
	struct pair pair;
	CK_RV rv;

	if (!has_mechanism("default.secret.derive", CKM_ECDH1_DERIVE, CKF_DERIVE) ||
	        generate_pair(CKM_EC_KEY_PAIR_GEN, public, 1, private, 1, &pair) != CKR_OK)
		return;
	read_octets(pair.public, CKA_EC_POINT, point, &size);
	params.ulPublicDataLen = size;
	rv = p11->C_DeriveKey(home, &mechanism, pair.private, template, 3 + (CK_ULONG)place, &key);
	row("default.secret.derive", place, "", rv, rv == CKR_OK ? key : 0);
	destroy_pair(&pair);
}

/* A copy of a session key that the template says nothing about. */
static void copied_aes(int place)
{
	CK_ATTRIBUTE template[] = {OCTETS(CKA_LABEL, value, 4), TRUE_(CKA_TOKEN)};
	CK_OBJECT_HANDLE original, copy = 0;
	CK_RV rv;

	if (!has_secret_keys("default.aes.copy") || wrapping_key(&original) != CKR_OK)
		return;
	rv = p11->C_CopyObject(home, original, template, 1 + (CK_ULONG)place, &copy);
	row("default.aes.copy", place, "", rv, rv == CKR_OK ? copy : 0);
	destroy(original);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	start(argv[1]);
	for (int place = 0; place < 2; place++) {
		generated_key("default.aes.generate", CKM_AES_KEY_GEN, place);
		generated_key("default.secret.generate", CKM_GENERIC_SECRET_KEY_GEN, place);
		generated_rsa(place);
		generated_ec(place);
		created_aes(place);
		created_ec(place);
		unwrapped_aes(place);
		derived_secret(place);
		copied_aes(place);
	}
	p11->C_Finalize(NULL);
	return 0;
}
