/* SPDX-License-Identifier: MIT */
/* What the tests of the codecs share: OpenSSL as the other party, and how errors are looked at. */
#ifndef CODEC_TEST_H
#define CODEC_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "highlevel/api/codec.h"

#include <openssl/evp.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Octets that the test frees. */
struct octets {
	unsigned char *p;
	size_t size;
};

struct octets hex(const char *text); /* spaces in it are skipped */
void octets_free(struct octets *octets);

/* A key of OpenSSL's making; curve or group is NULL where there is none. Fails when it cannot. */
EVP_PKEY *make_key(const char *type, const char *group, unsigned bits);

/* The forms in which OpenSSL writes a key. */
struct octets spki_of(EVP_PKEY *key);
struct octets pkcs8_of(EVP_PKEY *key);
struct octets write_key(EVP_PKEY *key, const char *structure, int selection);

void assert_octets(const struct p11l_buffer *got, const struct octets *want);
void assert_ok(CK_RV rv);

/* What a decoder refused: the code, and the field and offset that it named. */
void assert_refused(CK_RV rv, CK_RV want, const char *field, CK_ULONG offset);

/* The value of an attribute that must be there. */
const CK_ATTRIBUTE *attribute(const struct p11l_attributes *in, CK_ATTRIBUTE_TYPE type);
CK_ULONG number(const struct p11l_attributes *in, CK_ATTRIBUTE_TYPE type);

#endif
