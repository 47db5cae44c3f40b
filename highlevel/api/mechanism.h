/* SPDX-License-Identifier: MIT */
/*
 * Mechanisms with their parameters. A struct p11l_mechanism refers to the memory that it was made
 * of, which must last as long as it; it may be copied. NULL in place of one is the usual mechanism
 * for the key and the job, as far as the token has it.
 */
#ifndef P11L_MECHANISM_H
#define P11L_MECHANISM_H

#include "cryptoki.h"

#ifdef __cplusplus
extern "C" {
#endif

struct p11l_mechanism {
	CK_MECHANISM_TYPE type;
	const void *parameter; /* NULL: what own holds */
	CK_ULONG size;         /* of the parameter, in octets */
	CK_ULONG own[16];      /* a parameter struct of the standard */
};

/* Without a parameter, or with one that is made by hand; size in octets. */
void p11l_set_raw(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE type, const void *parameter,
        CK_ULONG size);

/*
 * AES-GCM (CK_GCM_PARAMS): tag_bits 0 means 128. Tokens that choose the IV themselves write it to
 * iv. The ciphertext ends with the tag.
 */
void p11l_set_gcm(struct p11l_mechanism *mechanism, void *iv, CK_ULONG iv_size, const void *aad,
        CK_ULONG aad_size, CK_ULONG tag_bits);

/* AES-CCM (CK_CCM_PARAMS): data_size is that of the plaintext; tag_size in octets, 0: 16. */
void p11l_set_ccm(struct p11l_mechanism *mechanism, CK_ULONG data_size, const void *nonce,
        CK_ULONG nonce_size, const void *aad, CK_ULONG aad_size, CK_ULONG tag_size);

/* AES-CTR (CK_AES_CTR_PARAMS): the first counter block; counter_bits 0: 128. */
void p11l_set_ctr(
        struct p11l_mechanism *mechanism, const CK_BYTE counter[16], CK_ULONG counter_bits);

/* ChaCha20-Poly1305 (CK_SALSA20_CHACHA20_POLY1305_PARAMS). */
void p11l_set_chacha20_poly1305(struct p11l_mechanism *mechanism, const void *nonce,
        CK_ULONG nonce_size, const void *aad, CK_ULONG aad_size);

/*
 * RSA PSS and OAEP (CK_RSA_PKCS_PSS_PARAMS, CK_RSA_PKCS_OAEP_PARAMS). hash is CKM_SHA256 and the
 * like, 0 the one in the name of the mechanism (else SHA-256 for PSS and SHA-1 for OAEP); the mask
 * is generated with the same. salt_size in octets, P11L_NONE: as long as the hash. label may be
 * NULL.
 */
void p11l_set_pss(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE type, CK_MECHANISM_TYPE hash,
        CK_ULONG salt_size);
void p11l_set_oaep(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE hash, const void *label,
        CK_ULONG label_size);

/*
 * ECDH (CKM_ECDH1_DERIVE, CK_ECDH1_DERIVE_PARAMS): kdf CKD_NULL and the like, shared data for it or
 * NULL, the other party's point, raw or as CKA_EC_POINT. For
 * CKM_ECDH1_COFACTOR_DERIVE change type afterwards.
 */
void p11l_set_ecdh(struct p11l_mechanism *mechanism, CK_ULONG kdf, const void *shared,
        CK_ULONG shared_size, const void *point, CK_ULONG point_size);

/* DH by PKCS #3: the other party's public value, a big integer. */
void p11l_set_dh(struct p11l_mechanism *mechanism, const void *value, CK_ULONG size);

/* DH by X9.42 (CKM_X9_42_DH_DERIVE, CK_X9_42_DH1_DERIVE_PARAMS). */
void p11l_set_x9_42_dh(struct p11l_mechanism *mechanism, CK_ULONG kdf, const void *other_info,
        CK_ULONG other_info_size, const void *value, CK_ULONG size);

/*
 * EdDSA (CK_EDDSA_PARAMS): with prehash Ed25519ph or Ed448ph; context of at most 255 octets, or
 * NULL. Without either there is no parameter.
 */
void p11l_set_eddsa(struct p11l_mechanism *mechanism, CK_BBOOL prehash, const void *context,
        CK_ULONG context_size);

/* ML-DSA and SLH-DSA (CK_SIGN_ADDITIONAL_CONTEXT): hedge is CKH_HEDGE_...; context or NULL. */
void p11l_set_sign_context(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE type, CK_ULONG hedge,
        const void *context, CK_ULONG context_size);

/* CKM_AES_CBC_ENCRYPT_DATA, CKM_AES_ECB_ENCRYPT_DATA, CKM_CONCATENATE_BASE_AND_DATA and the like:
 * data is what a key is derived from, iv is NULL except for CBC. */
void p11l_set_derive_data(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE type, const void *iv,
        const void *data, CK_ULONG size);

/*
 * HKDF (CKM_HKDF_DERIVE, CK_HKDF_PARAMS): extract and expand with this hash; salt and info may be
 * NULL.
 */
void p11l_set_hkdf(struct p11l_mechanism *mechanism, CK_MECHANISM_TYPE hash, const void *salt,
        CK_ULONG salt_size, const void *info, CK_ULONG info_size);

/* One without a parameter, as an expression. */
static inline struct p11l_mechanism p11l_plain(CK_MECHANISM_TYPE type)
{
	struct p11l_mechanism mechanism = {type, (const void *)0, 0, {0}};

	return mechanism;
}

/* A mechanism whose parameter is octets: an initialisation vector, a seed, a public value. */
static inline struct p11l_mechanism p11l_iv(CK_MECHANISM_TYPE type, const void *iv, CK_ULONG size)
{
	struct p11l_mechanism mechanism = {type, iv, size, {0}};

	return mechanism;
}

#ifdef __cplusplus
}
#endif

#endif
