/* SPDX-License-Identifier: MIT */
/* Whether two parties have the same key, without looking at it. */
#ifndef AGREE_H
#define AGREE_H

#include "example.h"

/* Octets of hexadecimal digits. */
static inline CK_RV example_octets(const char *digits, CK_BYTE *octets, size_t size)
{
	unsigned value;

	for (size_t i = 0; i < size; i++) {
		if (sscanf(digits + 2 * i, "%2x", &value) != 1)
			return CKR_ARGUMENTS_BAD;
		octets[i] = (CK_BYTE)value;
	}
	return CKR_OK;
}

/* What one of them encrypts, the other one can read. */
static inline CK_RV example_agree(struct p11l_object *key[2])
{
	static const CK_BYTE iv[16];
	struct p11l_mechanism mechanism = p11l_iv(CKM_AES_CBC_PAD, iv, sizeof(iv));
	struct p11l_buffer ciphertext = {0}, plaintext = {0};
	CK_RV rv;

	TRY(p11l_encrypt(key[0], &mechanism, "INPUT DATA", 10, &ciphertext));
	TRY(p11l_decrypt(key[1], &mechanism, ciphertext.p, ciphertext.len, &plaintext));
	if (plaintext.len != 10 || memcmp(plaintext.p, "INPUT DATA", 10) != 0)
		rv = CKR_GENERAL_ERROR;
	else
		printf("both have the same key\n");
out:
	p11l_buffer_free(&plaintext);
	p11l_buffer_free(&ciphertext);
	return rv;
}

#endif
