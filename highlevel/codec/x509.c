/* SPDX-License-Identifier: MIT */
/* Certificates as objects, and the keys in them. */
#include "x509.h"
#include "families.h"
#include "strict.h"

#include "logging/render/name.h"

#include <string.h>

static const uint8_t relative_name = ASN1_TAG_SET | ASN1_CLASS_STRUCTURED;

/* A list whose elements are of one type, without a tree of all of them. */
static CK_RV walk_list(struct p11l_der list, const char *type)
{
	struct p11l_place place = {NULL, type};
	struct p11l_der content, whole;
	CK_RV rv = CKR_OK;
	uint8_t tag;

	while (rv == CKR_OK && list.size > 0) {
		whole = list;
		rv = p11l_strict_take(&place, &list, &tag, &content);
		whole.size -= list.size;
		if (rv == CKR_OK)
			rv = p11l_strict_walk(p11l_asn_pkix, type, whole);
	}
	return rv;
}

/* A SEQUENCE of SETs of attributes. */
static CK_RV set_name(const struct p11l_asn *asn, const char *field, CK_ATTRIBUTE_TYPE type,
        struct p11l_attributes *to)
{
	struct p11l_der name, names, set;
	CK_RV rv = CKR_OK;

	if (!p11l_asn_whole(asn, field, &name) ||
	        !p11l_der_only(name.at, name.size, P11L_DER_SEQUENCE, &names))
		return p11l_asn_refuse(asn, P11L_CKR_MALFORMED, field, "is no Name");
	while (rv == CKR_OK && names.size > 0) {
		const void *at = names.at;

		if (!p11l_der_take(&names, (enum p11l_der_tag)relative_name, &set) || set.size == 0)
			return p11l_refuse(P11L_CKR_MALFORMED, "RelativeDistinguishedName", at,
			        "is no SET, or an empty one");
		rv = walk_list(set, "AttributeTypeAndValue");
	}
	return rv == CKR_OK ? p11l_set_der(to, type, &name) : rv;
}

static CK_RV check_extensions(const struct p11l_asn *asn)
{
	static const char field[] = "tbsCertificate.extensions";
	struct p11l_der tagged, list;

	if (!p11l_asn_content(asn, field, &tagged))
		return CKR_OK;
	if (!p11l_der_only(tagged.at, tagged.size, P11L_DER_SEQUENCE, &list) || list.size == 0)
		return p11l_asn_refuse(
		        asn, P11L_CKR_MALFORMED, field, "is no SEQUENCE, or an empty one");
	return walk_list(list, "Extension");
}

/* What C_CreateObject needs (PKCS #11, "X.509 public key certificate objects"). */
static CK_RV set_plain(const struct p11l_asn *asn, struct p11l_attributes *to)
{
	struct p11l_der serial = {NULL, 0};
	CK_RV rv = p11l_attributes_set_ulong(to, CKA_CLASS, CKO_CERTIFICATE);

	p11l_asn_whole(asn, "tbsCertificate.serialNumber", &serial);
	if (rv == CKR_OK)
		rv = p11l_attributes_set_ulong(to, CKA_CERTIFICATE_TYPE, CKC_X_509);
	if (rv == CKR_OK)
		rv = p11l_set_der(to, CKA_VALUE, &asn->der);
	if (rv == CKR_OK)
		rv = set_name(asn, "tbsCertificate.subject", CKA_SUBJECT, to);
	if (rv == CKR_OK)
		rv = set_name(asn, "tbsCertificate.issuer", CKA_ISSUER, to);
	return rv == CKR_OK ? p11l_set_der(to, CKA_SERIAL_NUMBER, &serial) : rv;
}

/* Version 1 says nothing; 2 and 3 are 1 and 2 behind an explicit tag. */
static CK_RV check_version(const struct p11l_asn *asn)
{
	static const char field[] = "tbsCertificate.version";
	struct p11l_der tagged, version;

	if (!p11l_asn_content(asn, field, &tagged))
		return CKR_OK;
	if (!p11l_der_only(tagged.at, tagged.size, P11L_DER_INTEGER, &version) ||
	        version.size != 1 || (version.at[0] != 1 && version.at[0] != 2))
		return p11l_asn_refuse(
		        asn, P11L_CKR_MALFORMED, field, "is written, but is neither 1 nor 2");
	return CKR_OK;
}

static CK_RV read(struct p11l_der der, bool extended, struct p11l_attributes *to)
{
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_read(&asn, p11l_asn_pkix, "Certificate", der);

	if (rv == CKR_OK)
		rv = check_version(&asn);
	if (rv == CKR_OK)
		rv = set_plain(&asn, to);
	if (rv == CKR_OK)
		rv = check_extensions(&asn);
	if (rv == CKR_OK && extended)
		rv = p11l_certificate_dates(&asn, to);
	if (rv == CKR_OK && extended)
		rv = p11l_certificate_hashes(&asn, to);
	p11l_asn_free(&asn);
	return rv;
}

CK_RV p11l_certificate(struct p11l_der der, const struct p11l_target *to)
{
	return read(der, false, to->key);
}

CK_RV p11l_certificate_extended(struct p11l_der der, const struct p11l_target *to)
{
	return read(der, true, to->key);
}

CK_RV p11l_certificate_key(struct p11l_der der, const struct p11l_target *to)
{
	struct p11l_der spki = {NULL, 0};
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_read(&asn, p11l_asn_pkix, "Certificate", der);

	if (rv == CKR_OK && p11l_asn_whole(&asn, "tbsCertificate.subjectPublicKeyInfo", &spki))
		rv = p11l_spki(spki, to);
	p11l_asn_free(&asn);
	return rv;
}

CK_RV p11l_decode_x509_certificate(
        const void *der, CK_ULONG size, CK_BBOOL extended_set, struct p11l_attributes *certificate)
{
	return p11l_decode_with(
	        extended_set != CK_FALSE ? p11l_certificate_extended : p11l_certificate, der, size,
	        false, certificate, NULL);
}

CK_RV p11l_decode_x509_public_key(const void *der, CK_ULONG size, struct p11l_attributes *key)
{
	return p11l_decode_with(p11l_certificate_key, der, size, false, key, NULL);
}

static CK_RV write(const struct p11l_template *from, struct p11l_buffer *out)
{
	struct p11l_der value = {NULL, 0};
	struct p11l_asn asn;
	CK_RV rv = p11l_need(from, CKA_VALUE, &value);

	if (rv != CKR_OK)
		return rv;
	rv = p11l_asn_read(&asn, p11l_asn_pkix, "Certificate", value);
	p11l_asn_free(&asn);
	return rv == CKR_OK ? p11l_buffer_set(out, value.at, value.size)
	                    : p11l_refuse_attribute(CKR_ATTRIBUTE_VALUE_INVALID, CKA_VALUE,
	                              "is no X.509 certificate in DER");
}

CK_RV p11l_encode_x509_certificate(
        const CK_ATTRIBUTE *certificate, CK_ULONG count, struct p11l_buffer *out)
{
	return p11l_encode_with(write, false, certificate, count, out);
}

static CK_RV write_name(struct p11l_der der, struct p11l_buffer *out)
{
	char line[4001];
	struct p11l_text text = {.at = line, .end = line + sizeof(line) - 1};

	if (!p11l_name_text(&text, der.at, der.size))
		return p11l_refuse(P11L_CKR_MALFORMED, "Name", der.at, "is no Name in DER");
	return p11l_buffer_set(out, line, (CK_ULONG)(text.at - line));
}

CK_RV p11l_decode_x509_name(const void *der, CK_ULONG size, struct p11l_buffer *text)
{
	return p11l_convert_with(write_name, der, size, text);
}
