/* SPDX-License-Identifier: MIT */
/*
 * Keys, parameters, signatures and certificates between the attributes of PKCS #11 and the formats
 * that the world exchanges. No vendor needs to be loaded, and nothing here has a state.
 *
 * Decoders take DER, strictly, and fill an attribute array; encoders take any template that holds
 * the attributes named and fill a buffer with DER. All sizes are in octets. What an output held
 * before is wiped and given back; after a failure it is empty. All functions return
 *   CKR_OK
 *   CKR_ARGUMENTS_BAD            a pointer is NULL, or a value cannot be encoded
 *   CKR_HOST_MEMORY
 *   P11L_CKR_MALFORMED           the input is not what it should be
 *   P11L_CKR_UNSUPPORTED         it is something that PKCS #11 has no attributes for
 *   CKR_BUFFER_TOO_SMALL         encoders, into memory of the caller's
 *   CKR_TEMPLATE_INCOMPLETE      encoders, when an attribute is missing
 *   CKR_ATTRIBUTE_VALUE_INVALID  encoders, when one cannot be right
 * and leave an error record that names the field and its offset, or the attribute
 * (highlevel/error.h). Decoded attributes are CKA_CLASS, CKA_KEY_TYPE and what the key consists of;
 * capabilities, label and identifier are the caller's to add.
 */
#ifndef P11L_CODEC_H
#define P11L_CODEC_H

#include "attributes.h"
#include "buffer.h"
#include "cryptoki.h"
#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Big integers (PKCS #11, "General data types"): most significant octet first, no zeros in front;
 * 0 is one octet. The first takes a number, the second octets with or without zeros in front.
 */
CK_RV p11l_biginteger(CK_ULONG value, struct p11l_buffer *out);
CK_RV p11l_biginteger_octets(const void *octets, CK_ULONG size, struct p11l_buffer *out);

/*
 * RSA, PKCS #1 (RFC 8017, appendix A.1): CKA_MODULUS and CKA_PUBLIC_EXPONENT; of a private key
 * CKA_PRIVATE_EXPONENT, CKA_PRIME_1 and _2, CKA_EXPONENT_1 and _2, CKA_COEFFICIENT too.
 * Keys of more than two primes are P11L_CKR_UNSUPPORTED. Wherever there is a public_key, it may be
 * NULL; otherwise it gets the template of the public key that belongs to the private key, or
 * nothing when the input does not tell it.
 */
CK_RV p11l_decode_rsa_public_key(const void *der, CK_ULONG size, struct p11l_attributes *key);
CK_RV p11l_decode_rsa_private_key(const void *der, CK_ULONG size, struct p11l_attributes *key,
        struct p11l_attributes *public_key);
CK_RV p11l_encode_rsa_public_key(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out);
CK_RV p11l_encode_rsa_private_key(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out);

/*
 * DSA (RFC 3279, section 2.3.2): Dss-Parms as CKA_PRIME, CKA_SUBPRIME and CKA_BASE of domain
 * parameters; a public key as the big integer that CKA_VALUE is; and the private key in the form
 * that OpenSSL calls "DSA PRIVATE KEY", whose public half is decoded into public_key and is
 * needed as well to encode it: public_value is its CKA_VALUE.
 */
CK_RV p11l_decode_dsa_domain_parameters(
        const void *der, CK_ULONG size, struct p11l_attributes *parameters);
CK_RV p11l_encode_dsa_domain_parameters(
        const CK_ATTRIBUTE *parameters, CK_ULONG count, struct p11l_buffer *out);
CK_RV p11l_decode_dsa_public_key(const void *der, CK_ULONG size, struct p11l_buffer *value);
CK_RV p11l_encode_dsa_public_key(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out);
CK_RV p11l_decode_dsa_private_key(const void *der, CK_ULONG size, struct p11l_attributes *key,
        struct p11l_attributes *public_key);
CK_RV p11l_encode_dsa_private_key(const CK_ATTRIBUTE *key, CK_ULONG count, const void *public_value,
        CK_ULONG public_size, struct p11l_buffer *out);

/*
 * Signatures of DSA and ECDSA (RFC 3279, sections 2.2.2 and 2.2.3): r and s one behind the other,
 * each as long as the order of the group, as PKCS #11 has them, and Dss-Sig-Value or
 * ECDSA-Sig-Value. Decoding needs the octets of the order: of CKA_SUBPRIME, or what
 * p11l_ec_order_octets says. With 0 it is the smallest size in use (DSA 20, 28, 32; ECDSA 20, 24,
 * 28, 32, 40, 48, 64, 66) that holds both numbers, which is nearly always the right one.
 */
CK_RV p11l_encode_dsa_signature(const void *signature, CK_ULONG size, struct p11l_buffer *out);
CK_RV p11l_decode_dsa_signature(
        const void *der, CK_ULONG size, CK_ULONG order, struct p11l_buffer *signature);
CK_RV p11l_encode_ecdsa_signature(const void *signature, CK_ULONG size, struct p11l_buffer *out);
CK_RV p11l_decode_ecdsa_signature(
        const void *der, CK_ULONG size, CK_ULONG order, struct p11l_buffer *signature);

/*
 * Diffie-Hellman by PKCS #3, section 9: CKA_PRIME and CKA_BASE of domain parameters. The optional
 * privateValueLength is what CKA_VALUE_BITS says of private keys, which no object may be created
 * with; so decoding hands it out beside the template (0: absent; NULL: not wanted), and it is
 * written if the template has CKA_VALUE_BITS.
 */
CK_RV p11l_decode_dh_domain_parameters(
        const void *der, CK_ULONG size, struct p11l_attributes *parameters, CK_ULONG *value_bits);
CK_RV p11l_encode_dh_domain_parameters(
        const CK_ATTRIBUTE *parameters, CK_ULONG count, struct p11l_buffer *out);

/*
 * By X9.42 (RFC 3279, section 2.3.3): CKA_PRIME, CKA_BASE, CKA_SUBPRIME. The optional factor j and
 * the seed have no attributes and are dropped. To encode parameters without CKA_SUBPRIME it is
 * computed when the prime is a safe one, p = 2q + 1 with q prime, and the base generates a subgroup
 * of this order; else nothing proper can be said and they are CKR_TEMPLATE_INCOMPLETE.
 */
CK_RV p11l_decode_x9_42_dh_domain_parameters(
        const void *der, CK_ULONG size, struct p11l_attributes *parameters);
CK_RV p11l_encode_x9_42_dh_domain_parameters(
        const CK_ATTRIBUTE *parameters, CK_ULONG count, struct p11l_buffer *out);

/* A public key of either as an INTEGER (RFC 3279, section 2.3.3); decoded, as CKA_VALUE is. */
CK_RV p11l_decode_dh_public_key(const void *der, CK_ULONG size, struct p11l_buffer *value);
CK_RV p11l_encode_dh_public_key(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out);

/*
 * CKA_EC_PARAMS of a curve by its object identifier ("1.2.840.10045.3.1.7") or any of its names
 * ("secp256r1", "prime256v1", "P-256"), capitals or not. An identifier need not be a known one;
 * a name that is not known is P11L_CKR_UNSUPPORTED.
 */
CK_RV p11l_encode_named_curve_parameters(const char *curve, struct p11l_buffer *out);

/* What CKA_EC_PARAMS says, in whatever form; strings are static, and NULL for unknown curves. */
struct p11l_ec_info {
	const char *name;      /* "secp256r1" */
	CK_KEY_TYPE key_type;  /* CKK_EC, CKK_EC_EDWARDS, CKK_EC_MONTGOMERY; unknown: CKK_EC */
	CK_ULONG field_octets; /* of a coordinate; unknown: 0 */
	CK_ULONG order_octets; /* of the group's order, and so of r and s; unknown: 0 */
	CK_BBOOL is_named;     /* an identifier or a name, not domain parameters written out */
};

/* What the attribute says; unknown curves are success. */
CK_RV p11l_decode_ec_parameters(const void *der, CK_ULONG size, struct p11l_ec_info *info);

/* Shorthand for order_octets; 0 for anything not known. */
CK_ULONG p11l_ec_order_octets(const void *ec_params, CK_ULONG size);

/*
 * A point between its own octets (X9.62; RFC 7748, RFC 8032) and the OCTET STRING that CKA_EC_POINT
 * is. Both take either form and a BIT STRING; ec_params may be NULL where the form is clear
 * without it.
 */
CK_RV p11l_encode_ec_point(const void *point, CK_ULONG size, const void *ec_params,
        CK_ULONG params_size, struct p11l_buffer *out);
CK_RV p11l_decode_ec_point(const void *point, CK_ULONG size, const void *ec_params,
        CK_ULONG params_size, struct p11l_buffer *out);

/*
 * EC, Edwards and Montgomery public keys as SubjectPublicKeyInfo (RFC 5480, RFC 8410):
 * CKA_EC_PARAMS and CKA_EC_POINT. With encode_ec_point the latter is an OCTET STRING in DER, as
 * objects have it, otherwise the bare point, as mechanism parameters do. Encoding takes either.
 * Curves that are not known pass through, with whatever point they have.
 */
CK_RV p11l_decode_ec_public_key(
        const void *der, CK_ULONG size, CK_BBOOL encode_ec_point, struct p11l_attributes *key);
CK_RV p11l_encode_ec_public_key(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out);

/*
 * EC private keys by SEC 1 (RFC 5915): CKA_EC_PARAMS, CKA_VALUE. Encoded, CKA_VALUE gets the length
 * that the order demands, and the point is in it if the template has CKA_EC_POINT.
 */
CK_RV p11l_decode_ec_private_key(const void *der, CK_ULONG size, struct p11l_attributes *key,
        struct p11l_attributes *public_key);
CK_RV p11l_encode_ec_private_key(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out);

/*
 * SubjectPublicKeyInfo (RFC 5280, 4.1.2.7) of RSA, DSA, DH, X9.42 DH, EC, Edwards, Montgomery,
 * ML-DSA (RFC 9881), ML-KEM (RFC 9935) and SLH-DSA (RFC 9909). The last three have CKA_VALUE and
 * CKA_PARAMETER_SET. Encoded is what CKA_CLASS and CKA_KEY_TYPE say; a private RSA key will do.
 */
CK_RV p11l_decode_spki(const void *der, CK_ULONG size, struct p11l_attributes *key);
CK_RV p11l_encode_spki(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out);

/*
 * Private keys of the same types as PKCS #8, versions 1 and 2 (RFC 5958). ML-DSA and ML-KEM have
 * CKA_SEED, CKA_VALUE (the expanded key) or both, and each alternative is written as it was read.
 * Edwards and Montgomery keys become version 2 if the template has CKA_EC_POINT.
 * An EncryptedPrivateKeyInfo is P11L_CKR_ENCRYPTED.
 */
CK_RV p11l_decode_private_key_info(const void *der, CK_ULONG size, struct p11l_attributes *key,
        struct p11l_attributes *public_key);
CK_RV p11l_encode_private_key_info(
        const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out);

/*
 * X.509 certificates (RFC 5280), which are not verified: CKA_CERTIFICATE_TYPE, CKA_VALUE,
 * CKA_SUBJECT, CKA_ISSUER, CKA_SERIAL_NUMBER; the extended set has CKA_START_DATE and CKA_END_DATE
 * (UTC), CKA_HASH_OF_SUBJECT_PUBLIC_KEY (the subject key identifier, or where there is none the
 * SHA-1 of the key, which is the usual one) and CKA_HASH_OF_ISSUER_PUBLIC_KEY (the authority key
 * identifier, if there is one). p11l_encode_x509_certificate gives CKA_VALUE back.
 */
CK_RV p11l_decode_x509_certificate(
        const void *der, CK_ULONG size, CK_BBOOL extended_set, struct p11l_attributes *certificate);
CK_RV p11l_encode_x509_certificate(
        const CK_ATTRIBUTE *certificate, CK_ULONG count, struct p11l_buffer *out);

/* The public key of a certificate, as p11l_decode_spki has it. */
CK_RV p11l_decode_x509_public_key(const void *der, CK_ULONG size, struct p11l_attributes *key);

/*
 * CKA_SUBJECT or CKA_ISSUER for people: "CN=..., O=...", in UTF-8, with what cannot be shown
 * escaped. A text that is longer than 4000 octets ends early.
 */
CK_RV p11l_decode_x509_name(const void *der, CK_ULONG size, struct p11l_buffer *text);

/* Ways to make a CKA_ID of a public key, so that programs find what belongs together. */
enum p11l_id {
	P11L_ID_SUBJECT_KEY, /* SHA-1 of the key's bits (RFC 5280, 4.2.1.2): Java, OpenSSL, most */
	P11L_ID_NSS,         /* SHA-1 of the modulus, the public value, or the bare point */
	P11L_ID_SPKI,        /* SHA-1 of the whole SubjectPublicKeyInfo: GnuTLS */
};

/*
 * A CKA_ID (20 octets) from the attributes of a public key, of a private RSA key, or of a
 * certificate.
 */
CK_RV p11l_key_id(
        const CK_ATTRIBUTE *key, CK_ULONG count, enum p11l_id way, struct p11l_buffer *out);

/*
 * PEM (RFC 7468). Decodes the first block at or behind *offset (octets into the text; then moved
 * behind the block), so that several are got one after the other; text around blocks is skipped.
 * Without another block the result is P11L_CKR_MALFORMED. The label ("PRIVATE KEY") is cut at 63
 * characters; it and offset may be NULL. Blocks under a passphrase are P11L_CKR_ENCRYPTED. The
 * buffer is made P11L_SECRET where the label says that a private key is in it.
 */
#define P11L_PEM_LABEL 64
CK_RV p11l_decode_pem(const void *text, CK_ULONG size, CK_ULONG *offset, char label[P11L_PEM_LABEL],
        struct p11l_buffer *der);
CK_RV p11l_encode_pem(const char *label, const void *der, CK_ULONG size, struct p11l_buffer *text);

/* What p11l_decode_any finds. */
enum p11l_format {
	P11L_FORMAT_UNKNOWN,
	P11L_FORMAT_CERTIFICATE,      /* X.509 */
	P11L_FORMAT_SPKI,             /* SubjectPublicKeyInfo */
	P11L_FORMAT_PRIVATE_KEY_INFO, /* PKCS #8 */
	P11L_FORMAT_ENCRYPTED_KEY,    /* PKCS #8 under a passphrase, which is refused */
	P11L_FORMAT_RSA_PUBLIC,       /* PKCS #1 */
	P11L_FORMAT_RSA_PRIVATE,      /* PKCS #1 */
	P11L_FORMAT_DSA_PARAMETERS,   /* RFC 3279 */
	P11L_FORMAT_DSA_PRIVATE,      /* as OpenSSL has it */
	P11L_FORMAT_DH_PARAMETERS,    /* PKCS #3 */
	P11L_FORMAT_X9_42_PARAMETERS, /* RFC 3279 */
	P11L_FORMAT_EC_PARAMETERS,    /* RFC 5480, or written out */
	P11L_FORMAT_EC_PRIVATE,       /* SEC 1 */
};

/* All zeros is an empty one. */
struct p11l_decoded {
	enum p11l_format format;
	CK_OBJECT_CLASS object_class;
	CK_KEY_TYPE key_type;              /* of a certificate: that of its key */
	struct p11l_attributes attributes; /* ready for C_CreateObject */
	struct p11l_attributes public_key; /* that a private key or a certificate tells; or empty */
};

/*
 * Decodes whatever it is, in DER or PEM, by looking at it. Of several PEM blocks it takes the first
 * that is no "EC PARAMETERS", unless there is nothing else. The extended set is decoded of a
 * certificate. Two INTEGERs are a public RSA key unless the first is a prime, or a PEM label says
 * what they are. After a failure format still says what it was taken for.
 */
CK_RV p11l_decode_any(const void *data, CK_ULONG size, struct p11l_decoded *decoded);
void p11l_decoded_free(struct p11l_decoded *decoded);

#ifdef __cplusplus
}
#endif

#endif
