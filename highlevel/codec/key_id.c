/* SPDX-License-Identifier: MIT */
/* CKA_ID by the conventions that programs have. */
#include "ec.h"
#include "families.h"
#include "sha1.h"

static CK_RV write_digest(struct p11l_der of, struct p11l_buffer *out)
{
	CK_BYTE digest[P11L_SHA1];

	p11l_sha1(of.at, of.size, digest);
	return p11l_buffer_set(out, digest, sizeof(digest));
}

/* NSS takes the number that makes the key unique. */
static CK_RV unique_number(const struct p11l_template *from, struct p11l_der *number)
{
	CK_ULONG key_type = 0;
	struct p11l_der ec_params, point;
	CK_RV rv = p11l_need_ulong(from, CKA_KEY_TYPE, &key_type);

	if (rv != CKR_OK || key_type == CKK_RSA)
		return rv != CKR_OK ? rv : p11l_need(from, CKA_MODULUS, number);
	if (!p11l_has(from, CKA_EC_PARAMS, &ec_params))
		return p11l_need(from, CKA_VALUE, number);
	rv = p11l_need(from, CKA_EC_POINT, &point);
	return rv == CKR_OK ? p11l_bare_point(key_type, ec_params, point, "CKA_EC_POINT", number)
	                    : rv;
}

static CK_RV hash_spki(struct p11l_der spki, enum p11l_id way, struct p11l_buffer *out)
{
	struct p11l_asn asn;
	CK_RV rv;

	if (way == P11L_ID_SPKI)
		return write_digest(spki, out);
	rv = p11l_asn_read(&asn, p11l_asn_pkix, "SubjectPublicKeyInfo", spki);
	if (rv == CKR_OK)
		rv = p11l_asn_bits(&asn, "subjectPublicKey", &spki);
	if (rv == CKR_OK)
		rv = write_digest(spki, out);
	p11l_asn_free(&asn);
	return rv;
}

static CK_RV id_of_key(const struct p11l_template *from, enum p11l_id way, struct p11l_buffer *out)
{
	struct p11l_buffer spki = {0};
	struct p11l_der number = {NULL, 0};
	CK_RV rv = p11l_check_public(from);

	if (rv == CKR_OK && way == P11L_ID_NSS) {
		rv = unique_number(from, &number);
		return rv == CKR_OK ? write_digest(p11l_significant(number), out) : rv;
	}
	if (rv == CKR_OK)
		rv = p11l_write_spki(from, &spki);
	if (rv == CKR_OK)
		rv = hash_spki((struct p11l_der){spki.p, spki.len}, way, out);
	p11l_buffer_free(&spki);
	return rv;
}

static CK_RV id_of_certificate(struct p11l_der der, enum p11l_id way, struct p11l_buffer *out)
{
	struct p11l_attributes key = {0};
	struct p11l_target to = {&key, NULL, false};
	CK_RV rv = p11l_certificate_key(der, &to);

	if (rv == CKR_OK)
		rv = id_of_key(&(struct p11l_template){key.entry, key.count}, way, out);
	p11l_attributes_clear(&key);
	return rv;
}

CK_RV p11l_key_id(
        const CK_ATTRIBUTE *key, CK_ULONG count, enum p11l_id way, struct p11l_buffer *out)
{
	struct p11l_template from = {key, count};
	CK_ULONG object_class = CKO_PUBLIC_KEY;
	struct p11l_der value = {NULL, 0};
	CK_RV rv;

	p11l_error_begin(NULL, 0);
	if (out == NULL || (key == NULL && count > 0))
		return p11l_bad_argument(out == NULL ? "output" : "template");
	p11l_buffer_clear(out);
	rv = p11l_need_ulong(&from, CKA_CLASS, &object_class);
	if (rv != CKR_OK || object_class != CKO_CERTIFICATE)
		return rv != CKR_OK ? rv : id_of_key(&from, way, out);
	rv = p11l_need(&from, CKA_VALUE, &value);
	return rv == CKR_OK ? id_of_certificate(value, way, out) : rv;
}
