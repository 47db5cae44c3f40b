/* SPDX-License-Identifier: MIT */
/*
 * Keys and domain parameters: generated, imported, exported. Templates hold what the mechanism
 * needs and what was asked for, nothing empty, and of the capabilities those that keys of the type
 * have. Keys that are not stored live as long as the session.
 */
#ifndef P11L_KEY_H
#define P11L_KEY_H

#include "highlevel/api/mechanism.h"
#include "highlevel/api/object.h"

#ifdef __cplusplus
extern "C" {
#endif

/* No capabilities at all, where 0 means the usual ones. */
#define P11L_NO_CAPABILITIES (~(CK_FLAGS)0 >> 1)

/* What a new key is to be like. */
struct p11l_key_options {
	CK_ULONG size;
	const char *label;
	const void *id;
	CK_ULONG id_size; /* octets */
	CK_BBOOL store;   /* on the token, for good */
	/*
	 * What it may be used for: CKF_ENCRYPT, CKF_SIGN, CKF_WRAP, CKF_DERIVE, ...; either flag of
	 * two that belong together means both sides. 0: what keys of its type are usually for;
	 * otherwise the usual ones that are not among them are set to false.
	 */
	CK_FLAGS capabilities;
	const struct p11l_mechanism *mechanism; /* NULL: the usual one */
	/* Others for the key, or the public one of a pair; P11L_UNSET leaves one of ours out. */
	const CK_ATTRIBUTE *attributes;
	CK_ULONG attribute_count;
	const CK_ATTRIBUTE *private_attributes; /* for the private key of a pair */
	CK_ULONG private_attribute_count;
};
#define P11L_KEY(...) \
	(&(const struct p11l_key_options){.size = sizeof(struct p11l_key_options), __VA_ARGS__})

/*
 * C_GenerateKey. bits is the length where the type has several: AES 128, 192, 256; generic secret
 * and HMAC keys; 0 for DES, DES2, DES3, ChaCha20 and the like. options may be NULL.
 * P11L_CKR_NO_DEFAULT: no mechanism is known for the type, or the token lacks it.
 */
CK_RV p11l_generate_key(struct p11l_session *session, CK_KEY_TYPE key_type, CK_ULONG bits,
        const struct p11l_key_options *options, struct p11l_object **key);

/*
 * C_GenerateKeyPair. bits: RSA, the modulus; DSA, DH and X9.42 DH, the prime of parameters that
 * are generated first; EC 192 to 521, the NIST curve of this size; Edwards and Montgomery 255 or
 * 448; ML-DSA 44, 65 or 87; ML-KEM 512, 768 or 1024; SLH-DSA one of CKP_SLH_DSA_...
 * The id of a pair that is stored without one is chosen at random, the same for both.
 */
CK_RV p11l_generate_keypair(struct p11l_session *session, CK_KEY_TYPE key_type, CK_ULONG bits,
        const struct p11l_key_options *options, struct p11l_object **public_key,
        struct p11l_object **private_key);

/* Domain parameters that the token generates (CKO_DOMAIN_PARAMETERS): DSA, DH, X9.42 DH. */
CK_RV p11l_generate_parameters(struct p11l_session *session, CK_KEY_TYPE key_type, CK_ULONG bits,
        const struct p11l_key_options *options, struct p11l_object **parameters);

/* Where given domain parameters are kept. */
enum p11l_place {
	P11L_LOCAL,   /* only here: no call, and no handle */
	P11L_SESSION, /* an object of the session */
	P11L_STORED   /* an object on the token */
};

/* Given domain parameters: CKA_PRIME, CKA_BASE, CKA_SUBPRIME, or CKA_EC_PARAMS. */
CK_RV p11l_create_parameters(struct p11l_session *session, CK_KEY_TYPE key_type,
        enum p11l_place place, const CK_ATTRIBUTE *attributes, CK_ULONG count,
        struct p11l_object **parameters);

/* Local ones of a curve by its name or object identifier: p11l_encode_named_curve_parameters. */
CK_RV p11l_curve(struct p11l_session *session, const char *curve, struct p11l_object **parameters);

/* A key pair of these parameters. */
CK_RV p11l_parameters_keypair(struct p11l_object *parameters,
        const struct p11l_key_options *options, struct p11l_object **public_key,
        struct p11l_object **private_key);

/*
 * Whatever p11l_decode_any understands becomes objects: a private key and, where the input tells
 * it, its public key; a public key; a certificate; domain parameters. They are made by
 * C_CreateObject with what options say. Without an id they get the one that their public key has
 * by p11l_key_id (P11L_ID_SUBJECT_KEY), so that a certificate and its key find each other; the
 * certificate of a pair that is on the token gets the id of this pair. Of PEM all blocks are
 * imported. Private keys are private and sensitive unless private_attributes say otherwise, which
 * are for them only; attributes are for all the others. If one of several is refused, those made
 * before are destroyed again. An id is looked for by one search for each certificate alone, then
 * there is one call for each object.
 */
CK_RV p11l_import(struct p11l_session *session, const void *data, CK_ULONG size,
        const struct p11l_key_options *options, struct p11l_objects **objects);

/* A secret key of given octets; the same options as if it were generated. */
CK_RV p11l_import_secret(struct p11l_session *session, CK_KEY_TYPE key_type, const void *value,
        CK_ULONG size, const struct p11l_key_options *options, struct p11l_object **key);

/*
 * The public key as SubjectPublicKeyInfo in DER: of a public key, of a certificate, or of a private
 * key, from its own attributes (RSA, CKA_PUBLIC_KEY_INFO), else of the public key or certificate on
 * the token that has its id.
 */
CK_RV p11l_export_public(struct p11l_object *key, struct p11l_buffer *spki);

/*
 * The private key as PrivateKeyInfo (PKCS #8) in DER, if the token tells it
 * (CKR_ATTRIBUTE_SENSITIVE); of a secret key its value.
 */
CK_RV p11l_export_private(struct p11l_object *key, struct p11l_buffer *octets);

/* CKA_VALUE of a certificate. */
CK_RV p11l_export_certificate(struct p11l_object *certificate, struct p11l_buffer *der);

#ifdef __cplusplus
}
#endif

#endif
