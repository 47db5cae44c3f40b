/* SPDX-License-Identifier: MIT */
/* A key, data and what comes of it, for the tests of data in parts. */
#ifndef STREAMED_H
#define STREAMED_H

#include "other_party.h"

#include <sys/mman.h>
#include <unistd.h>

static const CK_BYTE value[32] = "an AES key, as everybody can see";
static const CK_BYTE iv[16] = "sixteen octets.";

static const CK_BYTE part[100];

#define MIB ((size_t)1 << 20)

static inline struct p11l_object *aes_key(struct p11l_session *session)
{
	struct p11l_object *key;

	OK(p11l_import_secret(session, CKK_AES, value, sizeof(value),
	        P11L_KEY(.capabilities = CKF_ENCRYPT | CKF_SIGN), &key));
	forget_calls();
	return key;
}

static inline struct p11l_mechanism cbc(void)
{
	return p11l_iv(CKM_AES_CBC_PAD, iv, sizeof(iv));
}

static inline CK_BYTE *pattern(size_t size)
{
	CK_BYTE *octets = malloc(size > 0 ? size : 1);

	assert_non_null(octets);
	for (size_t i = 0; i < size; i++)
		octets[i] = (CK_BYTE)(i * 7 + i / 251);
	return octets;
}

/* What OpenSSL makes of it; the caller frees it. */
static inline CK_BYTE *expected(const CK_BYTE *octets, size_t size, size_t *length)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	CK_BYTE *out = malloc(size + 32);
	int n = 0, last = 0;

	assert_non_null(out);
	EVP_EncryptInit_ex(ctx, EVP_aes_256_cbc(), NULL, value, iv);
	assert_int_equal(EVP_EncryptUpdate(ctx, out, &n, octets, (int)size), 1);
	assert_int_equal(EVP_EncryptFinal_ex(ctx, out + n, &last), 1);
	EVP_CIPHER_CTX_free(ctx);
	*length = (size_t)(n + last);
	return out;
}

/* A file of this size that holds the pattern. */
static inline int file_of(const CK_BYTE *octets, size_t size)
{
	int fd = memfd_create("octets", 0);

	assert_true(fd >= 0);
	for (size_t done = 0; done < size;) {
		ssize_t n = write(fd, octets + done, size - done);

		assert_true(n > 0);
		done += (size_t)n;
	}
	lseek(fd, 0, SEEK_SET);
	return fd;
}

#endif
