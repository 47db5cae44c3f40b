/* SPDX-License-Identifier: MIT */
/* What objects are, in the formats that the world exchanges. */
#include "parts.h"

#include "highlevel/codec/families.h"

#include <string.h>

/* What each type of key consists of, without its parameters. */
static const struct {
	CK_KEY_TYPE key_type;
	CK_ATTRIBUTE_TYPE public_types[3], private_types[9];
} families[] = {
        {CKK_RSA, {CKA_MODULUS, CKA_PUBLIC_EXPONENT, P11L_NONE},
                {CKA_MODULUS, CKA_PUBLIC_EXPONENT, CKA_PRIVATE_EXPONENT, CKA_PRIME_1, CKA_PRIME_2,
                        CKA_EXPONENT_1, CKA_EXPONENT_2, CKA_COEFFICIENT, P11L_NONE}},
        {CKK_DSA, {CKA_VALUE, P11L_NONE}, {CKA_VALUE, P11L_NONE}},
        {CKK_DH, {CKA_VALUE, P11L_NONE}, {CKA_VALUE, P11L_NONE}},
        {CKK_X9_42_DH, {CKA_VALUE, P11L_NONE}, {CKA_VALUE, P11L_NONE}},
        {CKK_EC, {CKA_EC_POINT, P11L_NONE}, {CKA_VALUE, CKA_EC_POINT, P11L_NONE}},
        {CKK_EC_EDWARDS, {CKA_EC_POINT, P11L_NONE}, {CKA_VALUE, CKA_EC_POINT, P11L_NONE}},
        {CKK_EC_MONTGOMERY, {CKA_EC_POINT, P11L_NONE}, {CKA_VALUE, CKA_EC_POINT, P11L_NONE}},
        {CKK_ML_DSA, {CKA_PARAMETER_SET, CKA_VALUE, P11L_NONE},
                {CKA_PARAMETER_SET, CKA_SEED, CKA_VALUE, P11L_NONE}},
        {CKK_ML_KEM, {CKA_PARAMETER_SET, CKA_VALUE, P11L_NONE},
                {CKA_PARAMETER_SET, CKA_SEED, CKA_VALUE, P11L_NONE}},
        {CKK_SLH_DSA, {CKA_PARAMETER_SET, CKA_VALUE, P11L_NONE},
                {CKA_PARAMETER_SET, CKA_VALUE, P11L_NONE}},
};

#define TYPES_MAX 16

static CK_ULONG append(CK_ATTRIBUTE_TYPE *to, CK_ULONG count, const CK_ATTRIBUTE_TYPE *types)
{
	while (*types != P11L_NONE && count + 1 < TYPES_MAX)
		to[count++] = *types++;
	to[count] = P11L_NONE;
	return count;
}

/* Class, type and what is asked for, of an object whose class and type are known. */
static CK_RV read(struct p11l_object *object, const CK_ATTRIBUTE_TYPE *types,
        struct p11l_attributes *attributes)
{
	CK_RV rv = p11l_attributes_set_ulong(attributes, CKA_CLASS, object->object_class);

	if (rv == CKR_OK)
		rv = p11l_attributes_set_ulong(attributes, CKA_KEY_TYPE, object->key_type);
	return rv == CKR_OK ? p11l_read_known(object, types, attributes) : rv;
}

static CK_RV not_known(const struct p11l_object *object)
{
	const char *name = p11l_constant_name("CKK_", object->key_type);

	return p11l_refuse(P11L_CKR_UNSUPPORTED, "key", NULL,
	        "is of type %s (0x%lx), which there is no format for",
	        name != NULL ? name : "unknown", object->key_type);
}

/* --- Public keys */

/* The attributes of the public half of this type; false when the type is not known. */
static bool public_types(CK_KEY_TYPE key_type, CK_ATTRIBUTE_TYPE types[TYPES_MAX])
{
	CK_ULONG count = append(types, 0, p11l_parameter_types(key_type));

	for (size_t i = 0; i < COUNT(families); i++)
		if (families[i].key_type == key_type)
			return append(types, count, families[i].public_types) > 0;
	return false;
}

static CK_RV of_public(struct p11l_object *key, struct p11l_buffer *spki)
{
	CK_ATTRIBUTE_TYPE types[TYPES_MAX];
	struct p11l_attributes attributes = {0};
	CK_RV rv;

	if (!public_types(key->key_type, types))
		return not_known(key);
	rv = read(key, types, &attributes);
	if (rv == CKR_OK)
		rv = p11l_encode_spki(attributes.entry, attributes.count, spki);
	p11l_attributes_clear(&attributes);
	return rv;
}

/* The field as it stands there, whatever the algorithm. */
static CK_RV of_certificate(struct p11l_object *certificate, struct p11l_buffer *spki)
{
	struct p11l_buffer der = {0};
	struct p11l_der whole;
	struct p11l_asn asn;
	CK_RV rv = p11l_get_attribute(certificate, CKA_VALUE, &der);

	if (rv != CKR_OK)
		return rv;
	p11l_error_begin(der.p, der.len);
	rv = p11l_asn_read(&asn, p11l_asn_pkix, "Certificate", (struct p11l_der){der.p, der.len});
	if (rv == CKR_OK && p11l_asn_whole(&asn, "tbsCertificate.subjectPublicKeyInfo", &whole))
		rv = p11l_buffer_set(spki, whole.at, whole.size);
	p11l_asn_free(&asn);
	p11l_buffer_free(&der);
	return rv;
}

/* What a private key tells of its public one: CKA_PUBLIC_KEY_INFO, or an RSA key itself. */
static CK_RV from_itself(struct p11l_object *key, struct p11l_buffer *spki, bool *there)
{
	static const CK_ATTRIBUTE_TYPE info_only[] = {CKA_PUBLIC_KEY_INFO, P11L_NONE};
	static const CK_ATTRIBUTE_TYPE rsa[] = {
	        CKA_MODULUS, CKA_PUBLIC_EXPONENT, CKA_PUBLIC_KEY_INFO, P11L_NONE};
	struct p11l_attributes attributes = {0}, decoded = {0};
	CK_RV rv = read(key, key->key_type == CKK_RSA ? rsa : info_only, &attributes);
	const CK_ATTRIBUTE *info;

	/* That it has none of them is no reason not to look elsewhere. */
	*there = false;
	info = p11l_attributes_find(&attributes, CKA_PUBLIC_KEY_INFO);
	if (p11l_attributes_find(&attributes, CKA_PUBLIC_EXPONENT) != NULL &&
	        p11l_attributes_find(&attributes, CKA_MODULUS) != NULL) {
		*there = true;
		rv = p11l_encode_spki(attributes.entry, attributes.count, spki);
	} else if (info != NULL && info->ulValueLen > 0 &&
	           p11l_decode_spki(info->pValue, info->ulValueLen, &decoded) == CKR_OK) {
		*there = true;
		rv = p11l_buffer_set(spki, info->pValue, info->ulValueLen);
	}
	p11l_attributes_clear(&decoded);
	p11l_attributes_clear(&attributes);
	return rv;
}

/* A public key or, failing that, a certificate with the id of the private key. */
static struct p11l_object *partner(const struct p11l_objects *objects, CK_KEY_TYPE key_type)
{
	struct p11l_object *certificate = NULL;

	for (CK_ULONG i = 0; i < p11l_objects_count(objects); i++) {
		struct p11l_object *object = p11l_objects_at(objects, i);

		if (object->object_class == CKO_PUBLIC_KEY && object->key_type == key_type)
			return object;
		if (object->object_class == CKO_CERTIFICATE)
			certificate = object;
	}
	return certificate;
}

static CK_RV from_partner(struct p11l_object *key, struct p11l_buffer *spki)
{
	struct p11l_objects *objects = NULL;
	struct p11l_object *other = NULL;
	CK_ULONG size = 0;
	const CK_BYTE *id = p11l_object_id(key, &size);
	CK_RV rv = CKR_OK;

	if (size > 0)
		rv = p11l_find(key->session, P11L_SELECT(.id = id, .id_size = size), &objects);
	if (rv == CKR_OK)
		other = partner(objects, key->key_type);
	if (rv == CKR_OK && other == NULL)
		rv = p11l_refuse(P11L_CKR_NO_OBJECT, "key", NULL,
		        size > 0 ? "does not tell its public key, and there is no public key or "
		                   "certificate with its id on the token"
		                 : "does not tell its public key, and has no id by which to find "
		                   "that");
	else if (rv == CKR_OK)
		rv = other->object_class == CKO_CERTIFICATE ? of_certificate(other, spki)
		                                            : of_public(other, spki);
	p11l_objects_free(objects);
	return rv;
}

static CK_RV of_private(struct p11l_object *key, struct p11l_buffer *spki)
{
	bool there = false;
	CK_RV rv = from_itself(key, spki, &there);

	if (there)
		return rv;
	/* A token that is gone will say so again. */
	p11l_error_forget();
	return from_partner(key, spki);
}

CK_RV p11l_export_public(struct p11l_object *key, struct p11l_buffer *spki)
{
	CK_RV rv;

	if (key == NULL || spki == NULL)
		return p11l_bad_argument(key == NULL ? "key" : "spki");
	p11l_buffer_clear(spki);
	rv = p11l_object_check(key, "key");
	if (rv != CKR_OK)
		return rv;
	switch (key->object_class) {
	case CKO_PUBLIC_KEY:
		return of_public(key, spki);
	case CKO_PRIVATE_KEY:
		return of_private(key, spki);
	case CKO_CERTIFICATE:
		return of_certificate(key, spki);
	default:
		return p11l_refuse(CKR_ARGUMENTS_BAD, "key", NULL,
		        "is neither a public key, nor a private key, nor a certificate");
	}
}

/* --- Private and secret keys */

static bool private_types(CK_KEY_TYPE key_type, CK_ATTRIBUTE_TYPE types[TYPES_MAX])
{
	CK_ULONG count = append(types, 0, p11l_parameter_types(key_type));

	for (size_t i = 0; i < COUNT(families); i++)
		if (families[i].key_type == key_type)
			return append(types, count, families[i].private_types) > 0;
	return false;
}

/* Whether it tells the part without which there is no private key. */
static bool tells_secret(const struct p11l_attributes *attributes)
{
	static const CK_ATTRIBUTE_TYPE types[] = {CKA_PRIVATE_EXPONENT, CKA_VALUE, CKA_SEED};

	for (size_t i = 0; i < COUNT(types); i++)
		if (p11l_attributes_find(attributes, types[i]) != NULL)
			return true;
	return false;
}

static CK_RV of_pair(struct p11l_object *key, struct p11l_buffer *octets)
{
	CK_ATTRIBUTE_TYPE types[TYPES_MAX];
	struct p11l_attributes attributes = {0};
	CK_RV rv;

	if (!private_types(key->key_type, types))
		return not_known(key);
	rv = read(key, types, &attributes);
	if (rv == CKR_OK && !tells_secret(&attributes))
		rv = p11l_refuse(CKR_ATTRIBUTE_SENSITIVE, "key", NULL,
		        "is not told by the token: CKA_SENSITIVE must be false and "
		        "CKA_EXTRACTABLE true, which is decided when the key is made");
	if (rv == CKR_OK)
		rv = p11l_encode_private_key_info(attributes.entry, attributes.count, octets);
	p11l_attributes_clear(&attributes);
	return rv;
}

CK_RV p11l_export_private(struct p11l_object *key, struct p11l_buffer *octets)
{
	if (key == NULL || octets == NULL)
		return p11l_bad_argument(key == NULL ? "key" : "octets");
	p11l_buffer_clear(octets);
	switch (key->object_class) {
	case CKO_PRIVATE_KEY:
		return of_pair(key, octets);
	case CKO_SECRET_KEY:
		return p11l_get_attribute(key, CKA_VALUE, octets);
	default:
		return p11l_refuse(CKR_ARGUMENTS_BAD, "key", NULL,
		        "is neither a private key nor a secret key");
	}
}

CK_RV p11l_export_certificate(struct p11l_object *certificate, struct p11l_buffer *der)
{
	if (certificate == NULL || der == NULL)
		return p11l_bad_argument(certificate == NULL ? "certificate" : "der");
	p11l_buffer_clear(der);
	if (certificate->object_class != CKO_CERTIFICATE)
		return p11l_refuse(CKR_ARGUMENTS_BAD, "certificate", NULL, "is none");
	return p11l_get_attribute(certificate, CKA_VALUE, der);
}
