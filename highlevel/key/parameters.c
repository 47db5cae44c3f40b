/* SPDX-License-Identifier: MIT */
/* Domain parameters that are given, and key pairs of any. */
#include "parts.h"

#include "highlevel/api/codec.h"

#include <string.h>

/* What parameters consist of. */
static const struct {
	CK_KEY_TYPE key_type;
	CK_ATTRIBUTE_TYPE types[4];
} families[] = {
        {CKK_DSA, {CKA_PRIME, CKA_SUBPRIME, CKA_BASE, P11L_NONE}},
        {CKK_DH, {CKA_PRIME, CKA_BASE, P11L_NONE}},
        {CKK_X9_42_DH, {CKA_PRIME, CKA_BASE, CKA_SUBPRIME, P11L_NONE}},
        {CKK_EC, {CKA_EC_PARAMS, P11L_NONE}},
        {CKK_EC_EDWARDS, {CKA_EC_PARAMS, P11L_NONE}},
        {CKK_EC_MONTGOMERY, {CKA_EC_PARAMS, P11L_NONE}},
};

const CK_ATTRIBUTE_TYPE *p11l_parameter_types(CK_KEY_TYPE key_type)
{
	static const CK_ATTRIBUTE_TYPE none = P11L_NONE;

	for (size_t i = 0; i < COUNT(families); i++)
		if (families[i].key_type == key_type)
			return families[i].types;
	return &none;
}

/* Decoded parameters say what they are for. */
static bool is_of_type(const struct p11l_attributes *attributes, CK_KEY_TYPE key_type)
{
	const CK_ATTRIBUTE *said = p11l_attributes_find(attributes, CKA_KEY_TYPE);

	return said == NULL || (said->ulValueLen == sizeof(key_type) &&
	                               memcmp(said->pValue, &key_type, sizeof(key_type)) == 0);
}

static CK_RV check_complete(CK_KEY_TYPE key_type, const struct p11l_attributes *attributes)
{
	const CK_ATTRIBUTE_TYPE *types = p11l_parameter_types(key_type);
	const char *name = p11l_constant_name("CKK_", key_type);

	if (*types == P11L_NONE)
		return p11l_refuse(CKR_ARGUMENTS_BAD, "key_type", NULL,
		        "keys of type %s (0x%lx) have no domain parameters",
		        name != NULL ? name : "unknown", key_type);
	if (!is_of_type(attributes, key_type))
		return p11l_refuse(CKR_TEMPLATE_INCONSISTENT, "CKA_KEY_TYPE", NULL,
		        "is not %s, which the parameters shall be for", name);
	for (; *types != P11L_NONE; types++)
		if (p11l_attributes_find(attributes, *types) == NULL)
			return p11l_refuse(CKR_TEMPLATE_INCOMPLETE,
			        p11l_constant_name("CKA_", *types), NULL,
			        "is missing; parameters of type %s need it", name);
	return CKR_OK;
}

static CK_RV make_local(struct p11l_session *session, const struct p11l_attributes *attributes,
        struct p11l_object **parameters)
{
	CK_RV rv = p11l_object_new(
	        session, CK_INVALID_HANDLE, attributes->entry, attributes->count, parameters);

	if (rv == CKR_OK)
		(*parameters)->is_local = true;
	return rv;
}

CK_RV p11l_create_parameters(struct p11l_session *session, CK_KEY_TYPE key_type,
        enum p11l_place place, const CK_ATTRIBUTE *attributes, CK_ULONG count,
        struct p11l_object **parameters)
{
	const struct p11l_key_options options = {
	        .size = sizeof(options), .store = place == P11L_STORED ? CK_TRUE : CK_FALSE};
	struct p11l_attributes all = {0};
	CK_RV rv;

	if (parameters == NULL || session == NULL)
		return p11l_bad_argument(parameters == NULL ? "parameters" : "session");
	*parameters = NULL;
	rv = p11l_usual_template(&options, CKO_DOMAIN_PARAMETERS, key_type, &all);
	if (rv == CKR_OK)
		rv = p11l_given_template(attributes, count, &all);
	if (rv == CKR_OK)
		rv = check_complete(key_type, &all);
	if (rv == CKR_OK)
		rv = place == P11L_LOCAL
		             ? make_local(session, &all, parameters)
		             : p11l_create_object(session, all.entry, all.count, parameters);
	p11l_attributes_clear(&all);
	return rv;
}

CK_RV p11l_curve(struct p11l_session *session, const char *curve, struct p11l_object **parameters)
{
	struct p11l_buffer der = {0};
	struct p11l_ec_info info = {.key_type = CKK_EC};
	CK_RV rv;

	if (parameters == NULL || session == NULL)
		return p11l_bad_argument(parameters == NULL ? "parameters" : "session");
	*parameters = NULL;
	if (curve == NULL)
		return p11l_bad_argument("curve");
	rv = p11l_encode_named_curve_parameters(curve, &der);
	if (rv == CKR_OK)
		rv = p11l_decode_ec_parameters(der.p, der.len, &info);
	if (rv == CKR_OK)
		rv = p11l_create_parameters(session, info.key_type, P11L_LOCAL,
		        &(const CK_ATTRIBUTE){CKA_EC_PARAMS, der.p, der.len}, 1, parameters);
	p11l_buffer_free(&der);
	return rv;
}

/* Those that are not known yet, which types ends up with. */
static CK_ULONG copy_known(struct p11l_object *object, const CK_ATTRIBUTE_TYPE *types,
        struct p11l_attributes *attributes, CK_ATTRIBUTE_TYPE *unknown, CK_ULONG room, CK_RV *rv)
{
	CK_ULONG count = 0;

	for (; *types != P11L_NONE && *rv == CKR_OK; types++) {
		const CK_ATTRIBUTE *known = p11l_object_known(object, *types);

		if (known != NULL)
			*rv = p11l_attributes_set(
			        attributes, *types, known->pValue, known->ulValueLen);
		else if (count < room)
			unknown[count++] = *types;
	}
	return count;
}

CK_RV p11l_read_known(struct p11l_object *object, const CK_ATTRIBUTE_TYPE *types,
        struct p11l_attributes *attributes)
{
	CK_ATTRIBUTE_TYPE unknown[16];
	struct p11l_attributes read = {0};
	CK_RV rv = CKR_OK;
	CK_ULONG count = copy_known(object, types, attributes, unknown, COUNT(unknown), &rv);

	if (rv != CKR_OK || count == 0)
		return rv;
	rv = p11l_get_attributes(object, unknown, count, &read);
	if (rv == CKR_OK)
		rv = p11l_given_template(read.entry, read.count, attributes);
	p11l_attributes_clear(&read);
	return rv;
}

CK_RV p11l_parameters_keypair(struct p11l_object *parameters,
        const struct p11l_key_options *options, struct p11l_object **public_key,
        struct p11l_object **private_key)
{
	struct p11l_key_options all = p11l_key_options(options);
	struct p11l_attributes attributes = {0};
	CK_RV rv;

	if (public_key == NULL || private_key == NULL || parameters == NULL)
		return p11l_bad_argument(parameters == NULL   ? "parameters"
		                         : public_key == NULL ? "public_key"
		                                              : "private_key");
	*public_key = *private_key = NULL;
	rv = p11l_read_known(parameters, p11l_parameter_types(parameters->key_type), &attributes);
	if (rv == CKR_OK)
		rv = check_complete(parameters->key_type, &attributes);
	if (rv == CKR_OK)
		rv = p11l_make_pair(parameters->session, parameters->key_type, &attributes, &all,
		        public_key, private_key);
	p11l_attributes_clear(&attributes);
	return rv;
}
