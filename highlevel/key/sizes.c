/* SPDX-License-Identifier: MIT */
#include "sizes.h"

#include "highlevel/api/codec.h"
#include "parts.h"

#include <stdio.h>

/* What a number of bits means for those types that have a few only. */
static const struct size {
	CK_KEY_TYPE key_type;
	CK_ULONG bits;
	const char *curve;      /* or */
	CK_ULONG parameter_set; /* where that is another number */
} sizes[] = {
        {CKK_EC, 192, "secp192r1", 0},
        {CKK_EC, 224, "secp224r1", 0},
        {CKK_EC, 256, "secp256r1", 0},
        {CKK_EC, 384, "secp384r1", 0},
        {CKK_EC, 521, "secp521r1", 0},
        {CKK_EC_EDWARDS, 255, "edwards25519", 0},
        {CKK_EC_EDWARDS, 448, "edwards448", 0},
        {CKK_EC_MONTGOMERY, 255, "curve25519", 0},
        {CKK_EC_MONTGOMERY, 448, "curve448", 0},
        {CKK_ML_DSA, 44, NULL, CKP_ML_DSA_44},
        {CKK_ML_DSA, 65, NULL, CKP_ML_DSA_65},
        {CKK_ML_DSA, 87, NULL, CKP_ML_DSA_87},
        {CKK_ML_KEM, 512, NULL, CKP_ML_KEM_512},
        {CKK_ML_KEM, 768, NULL, CKP_ML_KEM_768},
        {CKK_ML_KEM, 1024, NULL, CKP_ML_KEM_1024},
};

static CK_RV set_rsa(CK_ULONG bits, struct p11l_attributes *attributes)
{
	static const CK_BYTE exponent[] = {1, 0, 1}; /* 65537 */
	CK_RV rv = p11l_attributes_set_ulong(attributes, CKA_MODULUS_BITS, bits);

	return rv == CKR_OK ? p11l_attributes_set(
	                              attributes, CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent))
	                    : rv;
}

static CK_RV set_curve(const char *curve, struct p11l_attributes *attributes)
{
	CK_BYTE octets[64];
	struct p11l_buffer params;
	CK_RV rv;

	p11l_buffer_over(&params, octets, sizeof(octets));
	rv = p11l_encode_named_curve_parameters(curve, &params);
	return rv == CKR_OK ? p11l_attributes_set(attributes, CKA_EC_PARAMS, params.p, params.len)
	                    : rv;
}

/* Names the lengths that there are. */
static CK_RV refuse(CK_KEY_TYPE key_type, CK_ULONG bits)
{
	const char *name = p11l_constant_name("CKK_", key_type);
	char there[80] = "";
	size_t used = 0;

	for (size_t i = 0; i < COUNT(sizes); i++)
		if (sizes[i].key_type == key_type && used < sizeof(there))
			used += (size_t)snprintf(there + used, sizeof(there) - used, "%s%lu",
			        used > 0 ? ", " : "", sizes[i].bits);
	if (used == 0)
		return p11l_refuse(P11L_CKR_NO_DEFAULT, "key_type", NULL,
		        "how key pairs of type %s (0x%lx) are made is not known; say it with "
		        "bits 0, a mechanism and attributes",
		        name != NULL ? name : "unknown", key_type);
	return p11l_refuse(CKR_KEY_SIZE_RANGE, "bits", NULL,
	        "%lu does not go with %s, which has %s; for others say 0 and give attributes", bits,
	        name, there);
}

CK_RV p11l_set_size(CK_KEY_TYPE key_type, CK_ULONG bits, struct p11l_attributes *attributes)
{
	if (key_type == CKK_RSA)
		return set_rsa(bits, attributes);
	if (key_type == CKK_SLH_DSA)
		return p11l_attributes_set_ulong(attributes, CKA_PARAMETER_SET, bits);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		const struct size *size = &sizes[i];

		if (size->key_type != key_type || size->bits != bits)
			continue;
		return size->curve != NULL ? set_curve(size->curve, attributes)
		                           : p11l_attributes_set_ulong(attributes,
		                                     CKA_PARAMETER_SET, size->parameter_set);
	}
	return refuse(key_type, bits);
}
