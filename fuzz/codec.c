/* SPDX-License-Identifier: MIT */
/*
 * Keys, certificates, parameters and signatures in DER and PEM. What is accepted must come back:
 * in the same octets where the form says everything, otherwise so that it is accepted again and
 * does not change any more.
 */
#include "fuzz.h"

#include "highlevel/api/codec.h"

/* What is wrong is said in one line, and about octets that are there. */
static void said_what(CK_RV rv, size_t size)
{
	const struct p11l_error *error = p11l_last_error();

	expect(rv == error->rv, "another error than was recorded");
	if (rv == CKR_OK)
		return;
	expect(error->text[0] != '\0' && strchr(error->text, '\n') == NULL, "no line of text");
	expect(error->offset == P11L_NO_OFFSET || error->offset <= size, "offset outside");
}

typedef CK_RV decode(const void *der, CK_ULONG size, struct p11l_attributes *key);
typedef CK_RV encode(const CK_ATTRIBUTE *key, CK_ULONG count, struct p11l_buffer *out);

static CK_RV rsa_private(const void *der, CK_ULONG size, struct p11l_attributes *key)
{
	return p11l_decode_rsa_private_key(der, size, key, NULL);
}

static CK_RV dh_parameters(const void *der, CK_ULONG size, struct p11l_attributes *key)
{
	return p11l_decode_dh_domain_parameters(der, size, key, NULL);
}

static CK_RV ec_private(const void *der, CK_ULONG size, struct p11l_attributes *key)
{
	return p11l_decode_ec_private_key(der, size, key, NULL);
}

static CK_RV private_key_info(const void *der, CK_ULONG size, struct p11l_attributes *key)
{
	return p11l_decode_private_key_info(der, size, key, NULL);
}

static CK_RV certificate(const void *der, CK_ULONG size, struct p11l_attributes *key)
{
	return p11l_decode_x509_certificate(der, size, CK_TRUE, key);
}

static const struct {
	decode *decode;
	encode *encode;
	bool same; /* the very octets come back */
} formats[] = {
        {p11l_decode_rsa_public_key, p11l_encode_rsa_public_key, true},
        {rsa_private, p11l_encode_rsa_private_key, true},
        {p11l_decode_dsa_domain_parameters, p11l_encode_dsa_domain_parameters, true},
        {dh_parameters, p11l_encode_dh_domain_parameters, false},
        {p11l_decode_x9_42_dh_domain_parameters, p11l_encode_x9_42_dh_domain_parameters, false},
        {ec_private, p11l_encode_ec_private_key, false},
        {p11l_decode_spki, p11l_encode_spki, false},
        {private_key_info, p11l_encode_private_key_info, false},
        {certificate, p11l_encode_x509_certificate, true},
};

static void comes_back(unsigned which, const uint8_t *der, size_t size)
{
	struct p11l_attributes key = {0};
	struct p11l_buffer first = {0}, second = {0};
	CK_RV rv = formats[which].decode(der, size, &key);

	said_what(rv, size);
	if (rv == CKR_OK) {
		expect(formats[which].encode(key.entry, key.count, &first) == CKR_OK,
		        "cannot be written again");
		expect(!formats[which].same ||
		                (first.len == size && memcmp(first.p, der, size) == 0),
		        "comes back otherwise");
		expect(formats[which].decode(first.p, first.len, &key) == CKR_OK,
		        "is not accepted when it comes back");
		expect(formats[which].encode(key.entry, key.count, &second) == CKR_OK &&
		                second.len == first.len &&
		                memcmp(second.p, first.p, first.len) == 0,
		        "changes each time");
	}
	p11l_buffer_free(&first);
	p11l_buffer_free(&second);
	p11l_attributes_clear(&key);
}

static void signatures(const uint8_t *der, size_t size)
{
	struct p11l_buffer raw = {0}, again = {0};
	CK_RV rv = p11l_decode_ecdsa_signature(der, size, 0, &raw);

	said_what(rv, size);
	if (rv == CKR_OK)
		expect(p11l_encode_ecdsa_signature(raw.p, raw.len, &again) == CKR_OK &&
		                again.len == size && memcmp(again.p, der, size) == 0,
		        "another signature");
	p11l_encode_dsa_signature(der, size, &again);
	p11l_buffer_free(&raw);
	p11l_buffer_free(&again);
}

static void small_things(const uint8_t *octets, size_t size)
{
	struct p11l_buffer out = {0};
	struct p11l_ec_info info;
	char name[64] = "";

	said_what(p11l_decode_ec_parameters(octets, size, &info), size);
	p11l_ec_order_octets(octets, size);
	memcpy(name, octets, size < sizeof(name) ? size : sizeof(name) - 1);
	p11l_encode_named_curve_parameters(name, &out);
	said_what(p11l_decode_ec_point(octets, size, NULL, 0, &out), size);
	said_what(p11l_encode_ec_point(octets, size, octets, size, &out), size);
	said_what(p11l_decode_dh_public_key(octets, size, &out), size);
	said_what(p11l_decode_x509_name(octets, size, &out), size);
	p11l_buffer_free(&out);
}

static void blocks(const uint8_t *text, size_t size)
{
	struct p11l_buffer der = {0};
	char label[P11L_PEM_LABEL];
	CK_ULONG offset = 0, before;

	do {
		before = offset;
		if (p11l_decode_pem(text, size, &offset, label, &der) != CKR_OK)
			break;
		expect(offset > before && offset <= size, "does not go on");
	} while (true);
	p11l_buffer_free(&der);
}

static void whatever(const uint8_t *data, size_t size)
{
	struct p11l_decoded decoded = {0};
	struct p11l_buffer id = {0};

	if (p11l_decode_any(data, size, &decoded) == CKR_OK) {
		expect(decoded.format != P11L_FORMAT_UNKNOWN, "accepted without a name");
		expect(p11l_attributes_find(&decoded.attributes, CKA_CLASS) != NULL, "no class");
		p11l_key_id(decoded.public_key.entry, decoded.public_key.count, P11L_ID_SUBJECT_KEY,
		        &id);
	} else {
		expect(p11l_last_error()->text[0] != '\0', "no line of text");
		expect(decoded.attributes.count == 0, "attributes in spite of an error");
	}
	p11l_decoded_free(&decoded);
	p11l_buffer_free(&id);
}

/* The first octet chooses what it is taken for. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned formats_count = sizeof(formats) / sizeof(formats[0]), which;
	uint8_t *octets;

	if (size < 1)
		return 0;
	octets = malloc(size);
	expect(octets != NULL, "out of memory");
	memcpy(octets, data + 1, size - 1);
	which = data[0] % (formats_count + 4);
	if (which < formats_count)
		comes_back(which, octets, size - 1);
	else if (which == formats_count)
		signatures(octets, size - 1);
	else if (which == formats_count + 1)
		small_things(octets, size - 1);
	else if (which == formats_count + 2)
		blocks(octets, size - 1);
	else
		whatever(octets, size - 1);
	free(octets);
	return 0;
}
