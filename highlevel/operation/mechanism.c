/* SPDX-License-Identifier: MIT */
/* Mechanisms with the parameters that the standard gives them. */
#include "highlevel/operation/parts.h"

#include <string.h>

/* A hash function, the generator of masks that is made of it, and the signatures named after it. */
static const struct hash {
	CK_MECHANISM_TYPE type, pss;
	CK_RSA_PKCS_MGF_TYPE mgf;
	CK_ULONG octets;
} hashes[] = {
        {CKM_SHA_1, CKM_SHA1_RSA_PKCS_PSS, CKG_MGF1_SHA1, 20},
        {CKM_SHA224, CKM_SHA224_RSA_PKCS_PSS, CKG_MGF1_SHA224, 28},
        {CKM_SHA256, CKM_SHA256_RSA_PKCS_PSS, CKG_MGF1_SHA256, 32},
        {CKM_SHA384, CKM_SHA384_RSA_PKCS_PSS, CKG_MGF1_SHA384, 48},
        {CKM_SHA512, CKM_SHA512_RSA_PKCS_PSS, CKG_MGF1_SHA512, 64},
        {CKM_SHA3_224, CKM_SHA3_224_RSA_PKCS_PSS, CKG_MGF1_SHA3_224, 28},
        {CKM_SHA3_256, CKM_SHA3_256_RSA_PKCS_PSS, CKG_MGF1_SHA3_256, 32},
        {CKM_SHA3_384, CKM_SHA3_384_RSA_PKCS_PSS, CKG_MGF1_SHA3_384, 48},
        {CKM_SHA3_512, CKM_SHA3_512_RSA_PKCS_PSS, CKG_MGF1_SHA3_512, 64},
};
#define HASHES (sizeof(hashes) / sizeof(hashes[0]))

/* The row of a hash. One without a row is passed on as it is, for the token to refuse. */
static struct hash hash_of(CK_MECHANISM_TYPE type)
{
	for (size_t i = 0; i < HASHES; i++)
		if (hashes[i].type == type)
			return hashes[i];
	return (struct hash){.type = type};
}

static CK_MECHANISM_TYPE hash_in_name(CK_MECHANISM_TYPE pss)
{
	for (size_t i = 0; i < HASHES; i++)
		if (hashes[i].pss == pss)
			return hashes[i].type;
	return CKM_SHA256;
}

/* A copy, because a mechanism may be copied and its parameter must go along. */
static void own(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE type, const void *parameter,
        CK_ULONG size)
{
	if (mechanism == NULL)
		return;
	memset(mechanism, 0, sizeof(*mechanism));
	mechanism->type = type;
	mechanism->size = size;
	memcpy(mechanism->own, parameter, size);
}
#define OWN(mechanism, type, parameter) own(mechanism, type, &(parameter), sizeof(parameter))

void p11l_set_raw(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE type, const void *parameter,
        CK_ULONG size)
{
	if (mechanism != NULL)
		*mechanism = p11l_iv(type, parameter, size);
}

void p11l_set_gcm(struct p11l_mechanism *mechanism, void *iv, CK_ULONG iv_size, const void *aad,
        CK_ULONG aad_size, CK_ULONG tag_bits)
{
	CK_GCM_PARAMS parameter = {.pIv = iv,
	        .ulIvLen = iv_size,
	        .ulIvBits = iv_size * 8,
	        .pAAD = P11L_POINTER(aad),
	        .ulAADLen = aad_size,
	        .ulTagBits = tag_bits != 0 ? tag_bits : 128};

	OWN(mechanism, CKM_AES_GCM, parameter);
}

void p11l_set_ccm(struct p11l_mechanism *mechanism, CK_ULONG data_size, const void *nonce,
        CK_ULONG nonce_size, const void *aad, CK_ULONG aad_size, CK_ULONG tag_size)
{
	CK_CCM_PARAMS parameter = {.ulDataLen = data_size,
	        .pNonce = P11L_POINTER(nonce),
	        .ulNonceLen = nonce_size,
	        .pAAD = P11L_POINTER(aad),
	        .ulAADLen = aad_size,
	        .ulMACLen = tag_size != 0 ? tag_size : 16};

	OWN(mechanism, CKM_AES_CCM, parameter);
}

void p11l_set_ctr(
        struct p11l_mechanism *mechanism, const CK_BYTE counter[16], CK_ULONG counter_bits)
{
	CK_AES_CTR_PARAMS parameter;

	/* Without a counter all stays zero, which p11l_mechanism_for takes for a mistake. */
	memset(&parameter, 0, sizeof(parameter));
	if (counter != NULL) {
		parameter.ulCounterBits = counter_bits != 0 ? counter_bits : 128;
		memcpy(parameter.cb, counter, sizeof(parameter.cb));
	}
	OWN(mechanism, CKM_AES_CTR, parameter);
}

void p11l_set_chacha20_poly1305(struct p11l_mechanism *mechanism, const void *nonce,
        CK_ULONG nonce_size, const void *aad, CK_ULONG aad_size)
{
	CK_SALSA20_CHACHA20_POLY1305_PARAMS parameter = {.pNonce = P11L_POINTER(nonce),
	        .ulNonceLen = nonce_size,
	        .pAAD = P11L_POINTER(aad),
	        .ulAADLen = aad_size};

	OWN(mechanism, CKM_CHACHA20_POLY1305, parameter);
}

void p11l_set_pss(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE type, CK_MECHANISM_TYPE hash,
        CK_ULONG salt_size)
{
	struct hash h = hash_of(hash != 0 ? hash : hash_in_name(type));
	CK_RSA_PKCS_PSS_PARAMS parameter = {.hashAlg = h.type,
	        .mgf = h.mgf,
	        .sLen = salt_size != P11L_NONE ? salt_size : h.octets};

	OWN(mechanism, type, parameter);
}

void p11l_set_oaep(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE hash, const void *label,
        CK_ULONG label_size)
{
	struct hash h = hash_of(hash != 0 ? hash : CKM_SHA_1);
	CK_RSA_PKCS_OAEP_PARAMS parameter = {.hashAlg = h.type,
	        .mgf = h.mgf,
	        .source = CKZ_DATA_SPECIFIED,
	        .pSourceData = P11L_POINTER(label),
	        .ulSourceDataLen = label_size};

	OWN(mechanism, CKM_RSA_PKCS_OAEP, parameter);
}

void p11l_set_ecdh(struct p11l_mechanism *mechanism, CK_ULONG kdf, const void *shared,
        CK_ULONG shared_size, const void *point, CK_ULONG point_size)
{
	CK_ECDH1_DERIVE_PARAMS parameter = {.kdf = kdf,
	        .ulSharedDataLen = shared_size,
	        .pSharedData = P11L_POINTER(shared),
	        .ulPublicDataLen = point_size,
	        .pPublicData = P11L_POINTER(point)};

	OWN(mechanism, CKM_ECDH1_DERIVE, parameter);
}

void p11l_set_dh(struct p11l_mechanism *mechanism, const void *value, CK_ULONG size)
{
	p11l_set_raw(mechanism, CKM_DH_PKCS_DERIVE, value, size);
}

void p11l_set_x9_42_dh(struct p11l_mechanism *mechanism, CK_ULONG kdf, const void *other_info,
        CK_ULONG other_info_size, const void *value, CK_ULONG size)
{
	CK_X9_42_DH1_DERIVE_PARAMS parameter = {.kdf = kdf,
	        .ulOtherInfoLen = other_info_size,
	        .pOtherInfo = P11L_POINTER(other_info),
	        .ulPublicDataLen = size,
	        .pPublicData = P11L_POINTER(value)};

	OWN(mechanism, CKM_X9_42_DH_DERIVE, parameter);
}

void p11l_set_eddsa(struct p11l_mechanism *mechanism, CK_BBOOL prehash, const void *context,
        CK_ULONG context_size)
{
	CK_EDDSA_PARAMS parameter = {.phFlag = prehash,
	        .ulContextDataLen = context_size,
	        .pContextData = P11L_POINTER(context)};

	if (prehash || context_size > 0)
		OWN(mechanism, CKM_EDDSA, parameter);
	else
		p11l_set_raw(mechanism, CKM_EDDSA, NULL, 0);
}

void p11l_set_sign_context(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE type, CK_ULONG hedge,
        const void *context, CK_ULONG context_size)
{
	CK_SIGN_ADDITIONAL_CONTEXT parameter = {.hedgeVariant = hedge,
	        .pContext = P11L_POINTER(context),
	        .ulContextLen = context_size};

	if (hedge != CKH_HEDGE_PREFERRED || context_size > 0)
		OWN(mechanism, type, parameter);
	else
		p11l_set_raw(mechanism, type, NULL, 0);
}

void p11l_set_derive_data(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE type, const void *iv,
        const void *data, CK_ULONG size)
{
	CK_KEY_DERIVATION_STRING_DATA plain = {.pData = P11L_POINTER(data), .ulLen = size};
	CK_DES_CBC_ENCRYPT_DATA_PARAMS des = {.pData = P11L_POINTER(data), .length = size};
	CK_AES_CBC_ENCRYPT_DATA_PARAMS aes = {.pData = P11L_POINTER(data), .length = size};

	if (iv == NULL) {
		OWN(mechanism, type, plain);
	} else if (type == CKM_DES_CBC_ENCRYPT_DATA || type == CKM_DES3_CBC_ENCRYPT_DATA) {
		memcpy(des.iv, iv, sizeof(des.iv));
		OWN(mechanism, type, des);
	} else { /* the struct is the same for all ciphers with blocks of 16 octets */
		memcpy(aes.iv, iv, sizeof(aes.iv));
		OWN(mechanism, type, aes);
	}
}

void p11l_set_hkdf(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE hash, const void *salt,
        CK_ULONG salt_size, const void *info, CK_ULONG info_size)
{
	CK_HKDF_PARAMS parameter = {.bExtract = CK_TRUE,
	        .bExpand = CK_TRUE,
	        .prfHashMechanism = hash,
	        .ulSaltType = salt != NULL ? CKF_HKDF_SALT_DATA : CKF_HKDF_SALT_NULL,
	        .pSalt = P11L_POINTER(salt),
	        .ulSaltLen = salt_size,
	        .pInfo = P11L_POINTER(info),
	        .ulInfoLen = info_size};

	OWN(mechanism, CKM_HKDF_DERIVE, parameter);
}

CK_MECHANISM p11l_mechanism_view(const struct p11l_mechanism *mechanism)
{
	const void *parameter = mechanism->parameter;

	if (parameter == NULL && mechanism->size > 0)
		parameter = mechanism->own;
	return (CK_MECHANISM){mechanism->type, P11L_POINTER(parameter), mechanism->size};
}
