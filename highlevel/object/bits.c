/* SPDX-License-Identifier: MIT */
/* How long keys are. */
#include "parts.h"

#include <string.h>

/* Bits of a number without its leading zeros. */
static CK_ULONG bits_of_number(const CK_BYTE *octets, CK_ULONG size)
{
	CK_ULONG bits;

	while (size > 0 && *octets == 0) {
		octets++;
		size--;
	}
	if (size == 0)
		return 0;
	bits = 8 * size;
	for (CK_BYTE first = *octets; (first & 0x80) == 0; first = (CK_BYTE)(first << 1))
		bits--;
	return bits;
}

static CK_ULONG of_number(const CK_ATTRIBUTE_TYPE type, const CK_BYTE *value, CK_ULONG size)
{
	const CK_ATTRIBUTE params = {type, P11L_POINTER(value), size};

	return type == CKA_EC_PARAMS ? p11l_curve_bits(&params) : bits_of_number(value, size);
}

/* Types of keys whose length says itself, and what p11l_generate_keypair calls its sets. */
static const struct {
	CK_KEY_TYPE key_type;
	CK_ULONG parameter_set; /* 0: any */
	CK_ULONG bits;
} fixed[] = {
        {CKK_DES, 0, 64},
        {CKK_DES2, 0, 128},
        {CKK_DES3, 0, 192},
        {CKK_CHACHA20, 0, 256},
        {CKK_POLY1305, 0, 256},
        {CKK_ML_DSA, CKP_ML_DSA_44, 44},
        {CKK_ML_DSA, CKP_ML_DSA_65, 65},
        {CKK_ML_DSA, CKP_ML_DSA_87, 87},
        {CKK_ML_KEM, CKP_ML_KEM_512, 512},
        {CKK_ML_KEM, CKP_ML_KEM_768, 768},
        {CKK_ML_KEM, CKP_ML_KEM_1024, 1024},
};

static CK_ULONG fixed_bits(CK_KEY_TYPE key_type, CK_ULONG parameter_set)
{
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (fixed[i].key_type == key_type &&
		        (fixed[i].parameter_set == 0 || fixed[i].parameter_set == parameter_set))
			return fixed[i].bits;
	return key_type == CKK_SLH_DSA && parameter_set != P11L_NONE ? parameter_set : 0;
}

/* The attribute that tells how long keys of a type are. */
static const struct {
	CK_KEY_TYPE key_type;
	CK_ATTRIBUTE_TYPE tells;
} telling[] = {
        {CKK_RSA, CKA_MODULUS},
        {CKK_DSA, CKA_PRIME},
        {CKK_DH, CKA_PRIME},
        {CKK_X9_42_DH, CKA_PRIME},
        {CKK_EC, CKA_EC_PARAMS},
        {CKK_EC_EDWARDS, CKA_EC_PARAMS},
        {CKK_EC_MONTGOMERY, CKA_EC_PARAMS},
        {CKK_ML_DSA, CKA_PARAMETER_SET},
        {CKK_ML_KEM, CKA_PARAMETER_SET},
        {CKK_SLH_DSA, CKA_PARAMETER_SET},
};

static CK_ATTRIBUTE_TYPE teller_of(CK_KEY_TYPE key_type)
{
	for (size_t i = 0; i < sizeof(telling) / sizeof(telling[0]); i++)
		if (telling[i].key_type == key_type)
			return telling[i].tells;
	return CKA_VALUE_LEN;
}

/* Private keys whose token tells no modulus may tell how long it is. */
static CK_ULONG modulus_bits(struct p11l_object *key)
{
	CK_ULONG bits;

	return p11l_get_ulong(key, CKA_MODULUS_BITS, &bits) == CKR_OK ? bits : 0;
}

static CK_ULONG number_bits(struct p11l_object *key, CK_ATTRIBUTE_TYPE type)
{
	const CK_ATTRIBUTE *known = p11l_object_known(key, type);
	struct p11l_buffer value = {0};
	CK_ULONG bits = 0;

	if (known != NULL)
		return of_number(type, known->pValue, known->ulValueLen);
	if (p11l_get_attribute(key, type, &value) == CKR_OK)
		bits = of_number(type, value.p, value.len);
	p11l_buffer_free(&value);
	return bits;
}

static CK_ULONG ask_bits(struct p11l_object *key)
{
	CK_ATTRIBUTE_TYPE teller = teller_of(key->key_type);
	CK_ULONG number, bits;

	if (teller == CKA_PARAMETER_SET)
		return p11l_get_ulong(key, teller, &number) == CKR_OK
		               ? fixed_bits(key->key_type, number)
		               : 0;
	if (teller == CKA_VALUE_LEN)
		return p11l_get_ulong(key, teller, &number) == CKR_OK && number < P11L_NONE / 8
		               ? 8 * number
		               : 0;
	bits = number_bits(key, teller);
	return bits == 0 && teller == CKA_MODULUS ? modulus_bits(key) : bits;
}

CK_ULONG p11l_key_bits(struct p11l_object *key)
{
	CK_ULONG bits;

	if (key == NULL || key->key_type == P11L_NONE)
		return 0;
	bits = fixed_bits(key->key_type, P11L_NONE);
	if (bits == 0)
		bits = atomic_load(&key->bits);
	if (bits == 0) {
		bits = ask_bits(key);
		atomic_store(&key->bits, bits);
		/* What was refused on the way is nobody's error: the length is unknown, that is
		 * all. */
		if (bits == 0)
			p11l_error_forget();
	}
	return bits;
}
