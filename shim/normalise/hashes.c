/* SPDX-License-Identifier: MIT */
#include "hashes.h"

#include "der.h"

#include <string.h>

const struct p11l_hashed p11l_hashed_rows[] = {
        {CKM_ECDSA_SHA1, CKM_ECDSA, CKM_SHA_1},
        {CKM_ECDSA_SHA224, CKM_ECDSA, CKM_SHA224},
        {CKM_ECDSA_SHA256, CKM_ECDSA, CKM_SHA256},
        {CKM_ECDSA_SHA384, CKM_ECDSA, CKM_SHA384},
        {CKM_ECDSA_SHA512, CKM_ECDSA, CKM_SHA512},
        {CKM_ECDSA_SHA3_224, CKM_ECDSA, CKM_SHA3_224},
        {CKM_ECDSA_SHA3_256, CKM_ECDSA, CKM_SHA3_256},
        {CKM_ECDSA_SHA3_384, CKM_ECDSA, CKM_SHA3_384},
        {CKM_ECDSA_SHA3_512, CKM_ECDSA, CKM_SHA3_512},
        {CKM_DSA_SHA1, CKM_DSA, CKM_SHA_1},
        {CKM_DSA_SHA224, CKM_DSA, CKM_SHA224},
        {CKM_DSA_SHA256, CKM_DSA, CKM_SHA256},
        {CKM_DSA_SHA384, CKM_DSA, CKM_SHA384},
        {CKM_DSA_SHA512, CKM_DSA, CKM_SHA512},
        {CKM_SHA1_RSA_PKCS, CKM_RSA_PKCS, CKM_SHA_1},
        {CKM_SHA224_RSA_PKCS, CKM_RSA_PKCS, CKM_SHA224},
        {CKM_SHA256_RSA_PKCS, CKM_RSA_PKCS, CKM_SHA256},
        {CKM_SHA384_RSA_PKCS, CKM_RSA_PKCS, CKM_SHA384},
        {CKM_SHA512_RSA_PKCS, CKM_RSA_PKCS, CKM_SHA512},
        {CKM_SHA1_RSA_PKCS_PSS, CKM_RSA_PKCS_PSS, CKM_SHA_1},
        {CKM_SHA224_RSA_PKCS_PSS, CKM_RSA_PKCS_PSS, CKM_SHA224},
        {CKM_SHA256_RSA_PKCS_PSS, CKM_RSA_PKCS_PSS, CKM_SHA256},
        {CKM_SHA384_RSA_PKCS_PSS, CKM_RSA_PKCS_PSS, CKM_SHA384},
        {CKM_SHA512_RSA_PKCS_PSS, CKM_RSA_PKCS_PSS, CKM_SHA512},
};

const size_t p11l_hashed_count = sizeof(p11l_hashed_rows) / sizeof(p11l_hashed_rows[0]);

/* The hash functions as DigestInfo names them (RFC 8017). */
static const struct identifier {
	CK_MECHANISM_TYPE digest;
	uint8_t size;
	uint8_t oid[11]; /* DER */
} identifiers[] = {
        {CKM_SHA_1, 7, {0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a}},
        {CKM_SHA224, 11, {0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x04}},
        {CKM_SHA256, 11, {0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01}},
        {CKM_SHA384, 11, {0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02}},
        {CKM_SHA512, 11, {0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03}},
};

const struct p11l_hashed *p11l_hashed_of(CK_MECHANISM_TYPE mechanism)
{
	for (size_t i = 0; i < p11l_hashed_count; i++)
		if (p11l_hashed_rows[i].type == mechanism)
			return &p11l_hashed_rows[i];
	return NULL;
}

size_t p11l_digest_info(CK_MECHANISM_TYPE digest, const uint8_t *octets, size_t size, uint8_t *out)
{
	const struct identifier *id = identifiers;
	size_t at;

	while (id->digest != digest)
		id++;
	at = p11l_der_head(P11L_DER_SEQUENCE, 6U + id->size + size, out);
	at += p11l_der_head(P11L_DER_SEQUENCE, 2U + id->size, out + at);
	memcpy(out + at, id->oid, id->size);
	at += id->size;
	out[at++] = 0x05; /* NULL */
	out[at++] = 0x00;
	at += p11l_der_head(P11L_DER_OCTET_STRING, size, out + at);
	memcpy(out + at, octets, size);
	return at + size;
}
