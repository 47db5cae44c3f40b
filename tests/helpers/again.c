/* SPDX-License-Identifier: MIT */
/*
 * Decodes whatever the file is, writes it as DER to standard output from its attributes alone, or
 * says on standard error why not.
 * usage: again FILE
 */
#include "highlevel/api/codec.h"

#include <stdio.h>
#include <string.h>

/* Private keys leave out what a token would not tell them: the public key goes back in. */
static CK_RV add_public(struct p11l_decoded *d)
{
	const CK_ATTRIBUTE *point = p11l_attributes_find(&d->public_key, CKA_EC_POINT);

	if (d->object_class != CKO_PRIVATE_KEY || point == NULL)
		return CKR_OK;
	return p11l_attributes_set(&d->attributes, CKA_EC_POINT, point->pValue, point->ulValueLen);
}

static CK_RV write_again(const struct p11l_decoded *d, struct p11l_buffer *out)
{
	const CK_ATTRIBUTE *entry = d->attributes.entry, *params;
	CK_ULONG count = d->attributes.count;

	switch (d->format) {
	case P11L_FORMAT_CERTIFICATE:
		return p11l_encode_x509_certificate(entry, count, out);
	case P11L_FORMAT_SPKI:
		return p11l_encode_spki(entry, count, out);
	case P11L_FORMAT_PRIVATE_KEY_INFO:
		return p11l_encode_private_key_info(entry, count, out);
	case P11L_FORMAT_RSA_PUBLIC:
		return p11l_encode_rsa_public_key(entry, count, out);
	case P11L_FORMAT_RSA_PRIVATE:
		return p11l_encode_rsa_private_key(entry, count, out);
	case P11L_FORMAT_DSA_PARAMETERS:
		return p11l_encode_dsa_domain_parameters(entry, count, out);
	case P11L_FORMAT_DH_PARAMETERS:
		return p11l_encode_dh_domain_parameters(entry, count, out);
	case P11L_FORMAT_X9_42_PARAMETERS:
		return p11l_encode_x9_42_dh_domain_parameters(entry, count, out);
	case P11L_FORMAT_EC_PRIVATE:
		return p11l_encode_ec_private_key(entry, count, out);
	case P11L_FORMAT_EC_PARAMETERS:
		params = p11l_attribute_in(entry, count, CKA_EC_PARAMS);
		return p11l_buffer_set(out, params->pValue, params->ulValueLen);
	default:
		return CKR_GENERAL_ERROR;
	}
}

int main(int argc, char **argv)
{
	static CK_BYTE data[1 << 20];
	struct p11l_decoded decoded = {0};
	struct p11l_buffer out = {0};
	size_t size = 0;
	FILE *file;
	CK_RV rv;

	file = argc == 2 ? fopen(argv[1], "rb") : NULL;
	if (file != NULL) {
		size = fread(data, 1, sizeof(data), file);
		fclose(file);
	}
	rv = p11l_decode_any(data, size, &decoded);
	if (rv == CKR_OK)
		rv = add_public(&decoded);
	if (rv == CKR_OK)
		rv = write_again(&decoded, &out);
	if (rv == CKR_OK)
		fwrite(out.p, 1, out.len, stdout);
	else
		fprintf(stderr, "0x%lx %s\n", rv, p11l_last_error()->text);
	p11l_decoded_free(&decoded);
	p11l_buffer_free(&out);
	return rv == CKR_OK ? 0 : 1;
}
