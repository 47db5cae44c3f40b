/* SPDX-License-Identifier: MIT */
#include "codec_test.h"

#include <openssl/core_names.h>
#include <openssl/encoder.h>
#include <openssl/params.h>
#include <openssl/x509.h>

static int digit(char c)
{
	const char *digits = "0123456789abcdef", *at = strchr(digits, c);

	assert_true(c != '\0' && at != NULL);
	return (int)(at - digits);
}

struct octets hex(const char *text)
{
	struct octets octets = {malloc(strlen(text) / 2 + 1), 0};

	assert_non_null(octets.p);
	for (; *text != '\0'; text++) {
		if (*text == ' ')
			continue;
		octets.p[octets.size++] = (unsigned char)(digit(text[0]) << 4 | digit(text[1]));
		text++;
	}
	return octets;
}

void octets_free(struct octets *octets)
{
	free(octets->p);
	octets->p = NULL;
	octets->size = 0;
}

EVP_PKEY *make_key(const char *type, const char *group, unsigned bits)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM params[3] = {OSSL_PARAM_END, OSSL_PARAM_END, OSSL_PARAM_END};
	EVP_PKEY *key = NULL;
	size_t used = 0;
	char name[64];

	if (group != NULL) {
		snprintf(name, sizeof(name), "%s", group);
		params[used++] =
		        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name, 0);
	}
	if (bits > 0)
		params[used++] = OSSL_PARAM_construct_uint(OSSL_PKEY_PARAM_BITS, &bits);
	assert_non_null(ctx);
	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_params(ctx, params), 1);
	assert_int_equal(EVP_PKEY_generate(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* i2d functions allocate by OpenSSL. */
static struct octets taken(unsigned char *p, int size)
{
	struct octets octets = {malloc((size_t)size), (size_t)size};

	assert_true(size > 0);
	memcpy(octets.p, p, (size_t)size);
	OPENSSL_free(p);
	return octets;
}

struct octets spki_of(EVP_PKEY *key)
{
	unsigned char *p = NULL;
	int size = i2d_PUBKEY(key, &p);

	return taken(p, size);
}

struct octets pkcs8_of(EVP_PKEY *key)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
	unsigned char *p = NULL;
	int size = i2d_PKCS8_PRIV_KEY_INFO(info, &p);

	PKCS8_PRIV_KEY_INFO_free(info);
	return taken(p, size);
}

struct octets write_key(EVP_PKEY *key, const char *structure, int selection)
{
	OSSL_ENCODER_CTX *ctx =
	        OSSL_ENCODER_CTX_new_for_pkey(key, selection, "DER", structure, NULL);
	unsigned char *p = NULL;
	size_t size = 0;

	assert_non_null(ctx);
	assert_int_equal(OSSL_ENCODER_to_data(ctx, &p, &size), 1);
	OSSL_ENCODER_CTX_free(ctx);
	return taken(p, (int)size);
}

void assert_ok(CK_RV rv)
{
	if (rv != CKR_OK)
		print_message("0x%lx: %s\n", rv, p11l_last_error()->text);
	assert_int_equal(rv, CKR_OK);
}

void assert_octets(const struct p11l_buffer *got, const struct octets *want)
{
	assert_int_equal(got->len, want->size);
	assert_memory_equal(got->p, want->p, want->size);
}

void assert_refused(CK_RV rv, CK_RV want, const char *field, CK_ULONG offset)
{
	const struct p11l_error *error = p11l_last_error();

	if (rv != want || strcmp(error->field, field) != 0 || error->offset != offset)
		print_message("0x%lx: %s\n", rv, error->text);
	assert_int_equal(rv, want);
	assert_int_equal(error->rv, want);
	assert_string_equal(error->field, field);
	assert_int_equal(error->offset, offset);
	assert_null(strchr(error->text, '\n'));
	assert_non_null(strstr(error->text, field));
}

const CK_ATTRIBUTE *attribute(const struct p11l_attributes *in, CK_ATTRIBUTE_TYPE type)
{
	const CK_ATTRIBUTE *found = p11l_attributes_find(in, type);

	assert_non_null(found);
	return found;
}

CK_ULONG number(const struct p11l_attributes *in, CK_ATTRIBUTE_TYPE type)
{
	const CK_ATTRIBUTE *found = attribute(in, type);
	CK_ULONG value;

	assert_int_equal(found->ulValueLen, sizeof(value));
	memcpy(&value, found->pValue, sizeof(value));
	return value;
}
