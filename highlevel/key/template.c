/* SPDX-License-Identifier: MIT */
/* What the template of a new key says. */
#include "parts.h"

#include "highlevel/object/kind.h"

#include <string.h>

/* Keys of one length: no CKA_VALUE_LEN. All bits are counted, those of parity too. */
static const struct {
	CK_KEY_TYPE type;
	CK_ULONG bits;
} fixed_lengths[] = {
        {CKK_DES, 64},
        {CKK_DES2, 128},
        {CKK_DES3, 192},
        {CKK_CDMF, 64},
        {CKK_IDEA, 128},
        {CKK_SKIPJACK, 96},
        {CKK_JUNIPER, 128},
        {CKK_BATON, 320},
        {CKK_SEED, 128},
        {CKK_CHACHA20, 256},
        {CKK_POLY1305, 256},
        {CKK_GOST28147, 256},
};

struct p11l_key_options p11l_key_options(const struct p11l_key_options *options)
{
	struct p11l_key_options all = {.size = sizeof(all)};

	if (options != NULL)
		memcpy(&all, options, options->size < sizeof(all) ? options->size : sizeof(all));
	all.size = sizeof(all);
	return all;
}

/* Secret and private keys are nobody else's; whether they may be wrapped the token knows best. */
static CK_RV set_protection(struct p11l_attributes *attributes)
{
	CK_RV rv = p11l_attributes_set_bool(attributes, CKA_PRIVATE, CK_TRUE);

	return rv == CKR_OK ? p11l_attributes_set_bool(attributes, CKA_SENSITIVE, CK_TRUE) : rv;
}

/*
 * Tokens have defaults of their own for what a template leaves out. So what keys of the type are
 * usually for and this one is not is said to be false.
 */
static CK_RV set_capabilities(CK_FLAGS capabilities, struct p11l_attributes *attributes)
{
	CK_ULONG before = attributes->count;
	CK_RV rv = p11l_attributes_set_capabilities(attributes, P11L_USUAL);

	if (rv != CKR_OK || capabilities == 0)
		return rv;
	for (CK_ULONG i = before; i < attributes->count; i++)
		*(CK_BBOOL *)attributes->entry[i].pValue = CK_FALSE;
	return capabilities != P11L_NO_CAPABILITIES
	               ? p11l_attributes_set_capabilities(attributes, capabilities)
	               : CKR_OK;
}

static CK_RV set_names(const struct p11l_key_options *options, CK_OBJECT_CLASS object_class,
        struct p11l_attributes *attributes)
{
	CK_ULONG length = p11l_length(options->label);
	CK_RV rv = CKR_OK;

	if (length > 0)
		rv = p11l_attributes_set(attributes, CKA_LABEL, options->label, length);
	/* Domain parameters have no CKA_ID. */
	if (rv == CKR_OK && options->id != NULL && options->id_size > 0 &&
	        object_class != CKO_DOMAIN_PARAMETERS)
		rv = p11l_attributes_set(attributes, CKA_ID, options->id, options->id_size);
	return rv;
}

CK_RV p11l_usual_template(const struct p11l_key_options *options, CK_OBJECT_CLASS object_class,
        CK_KEY_TYPE key_type, struct p11l_attributes *attributes)
{
	bool is_public = object_class == CKO_PUBLIC_KEY;
	bool is_key =
	        is_public || object_class == CKO_PRIVATE_KEY || object_class == CKO_SECRET_KEY;
	CK_RV rv = p11l_attributes_set_ulong(attributes, CKA_CLASS, object_class);

	if (rv == CKR_OK && key_type != P11L_NONE)
		rv = p11l_attributes_set_ulong(attributes, CKA_KEY_TYPE, key_type);
	if (rv == CKR_OK)
		rv = p11l_attributes_set_bool(attributes, CKA_TOKEN, !!options->store);
	if (rv == CKR_OK)
		rv = set_names(options, object_class, attributes);
	if (rv == CKR_OK && is_key && !is_public)
		rv = set_protection(attributes);
	return rv == CKR_OK && is_key ? set_capabilities(options->capabilities, attributes) : rv;
}

CK_RV p11l_given_template(
        const CK_ATTRIBUTE *given, CK_ULONG count, struct p11l_attributes *attributes)
{
	CK_RV rv = CKR_OK;

	if (given == NULL && count > 0)
		return p11l_bad_argument("attributes");
	for (CK_ULONG i = 0; rv == CKR_OK && i < count; i++) {
		const CK_ATTRIBUTE *a = &given[i];

		if (a->ulValueLen == P11L_NONE)
			p11l_attributes_remove(attributes, a->type);
		else
			rv = p11l_check_values(a, 1);
		if (rv == CKR_OK && a->ulValueLen != P11L_NONE)
			rv = p11l_attributes_set(attributes, a->type, a->pValue, a->ulValueLen);
	}
	return rv;
}

void p11l_given_for(const struct p11l_key_options *options, CK_OBJECT_CLASS object_class,
        const CK_ATTRIBUTE **given, CK_ULONG *count)
{
	bool is_private = object_class == CKO_PRIVATE_KEY;

	*given = is_private ? options->private_attributes : options->attributes;
	*count = is_private ? options->private_attribute_count : options->attribute_count;
}

static CK_RV set_length(CK_KEY_TYPE key_type, CK_ULONG bits, struct p11l_attributes *attributes)
{
	for (size_t i = 0; i < COUNT(fixed_lengths); i++)
		if (fixed_lengths[i].type == key_type)
			return bits == 0 || bits == fixed_lengths[i].bits
			               ? CKR_OK
			               : p11l_refuse(CKR_KEY_SIZE_RANGE, "bits", NULL,
			                         "keys of type %s have %lu, not %lu",
			                         p11l_constant_name("CKK_", key_type),
			                         fixed_lengths[i].bits, bits);
	if (bits % 8 != 0)
		return p11l_refuse(CKR_KEY_SIZE_RANGE, "bits", NULL,
		        "%lu is no whole number of octets, which the standard counts keys in",
		        bits);
	return bits == 0 ? CKR_OK : p11l_attributes_set_ulong(attributes, CKA_VALUE_LEN, bits / 8);
}

CK_RV p11l_key_template(const struct p11l_key_options *options, CK_OBJECT_CLASS object_class,
        CK_KEY_TYPE key_type, CK_ULONG bits, struct p11l_attributes *attributes)
{
	struct p11l_key_options all = p11l_key_options(options);
	CK_RV rv = p11l_usual_template(&all, object_class, key_type, attributes);

	if (rv == CKR_OK && object_class == CKO_SECRET_KEY)
		rv = set_length(key_type, bits, attributes);
	/* A private key alone, that is unwrapped, is "the key" of the options as well. */
	if (rv == CKR_OK)
		rv = p11l_given_template(all.attributes, all.attribute_count, attributes);
	if (rv == CKR_OK && object_class == CKO_PRIVATE_KEY)
		rv = p11l_given_template(
		        all.private_attributes, all.private_attribute_count, attributes);
	return rv;
}

bool p11l_is_stored(const struct p11l_attributes *attributes)
{
	const CK_ATTRIBUTE *token = p11l_attributes_find(attributes, CKA_TOKEN);

	return token != NULL && token->ulValueLen == sizeof(CK_BBOOL) &&
	       *(const CK_BBOOL *)token->pValue != CK_FALSE;
}
