/* SPDX-License-Identifier: MIT */
/* Dates and hashes of certificates. */
#include "sha1.h"
#include "x509.h"

#include <string.h>

/* Two digits as a number, or a number that no date has. */
static unsigned two_digits(const uint8_t *at)
{
	if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
		return 100;
	return 10u * (at[0] - '0') + (at[1] - '0');
}

/* Whether this is YYMMDDHHMMSSZ. */
static bool is_time(const uint8_t *at)
{
	static const uint8_t low[] = {0, 1, 1, 0, 0, 0}, high[] = {99, 12, 31, 23, 59, 59};

	for (size_t i = 0; i < sizeof(low); i++)
		if (two_digits(at + 2 * i) < low[i] || two_digits(at + 2 * i) > high[i])
			return false;
	return at[12] == 'Z';
}

/* RFC 5280, 4.1.2.5: to the second, in UTC; two digits of a year mean 1950 to 2049. */
static bool read_date(struct p11l_der whole, CK_DATE *date)
{
	static const CK_BYTE centuries[][2] = {{'1', '9'}, {'2', '0'}};
	CK_BYTE text[8]; /* YYYYMMDD */
	struct p11l_der time;

	if (p11l_der_only(whole.at, whole.size, (enum p11l_der_tag)ASN1_TAG_UTCTime, &time)) {
		if (time.size != 13 || !is_time(time.at))
			return false;
		memcpy(text, centuries[time.at[0] < '5'], sizeof(centuries[0]));
		memcpy(text + 2, time.at, 6);
	} else {
		if (!p11l_der_only(whole.at, whole.size,
		            (enum p11l_der_tag)ASN1_TAG_GENERALIZEDTime, &time) ||
		        time.size != 15 || two_digits(time.at) > 99 || !is_time(time.at + 2))
			return false;
		memcpy(text, time.at, 8);
	}
	memcpy(date->year, text, 4);
	memcpy(date->month, text + 4, 2);
	memcpy(date->day, text + 6, 2);
	return true;
}

static CK_RV set_date(const struct p11l_asn *asn, const char *field, CK_ATTRIBUTE_TYPE type,
        struct p11l_attributes *to)
{
	struct p11l_der whole;
	CK_DATE date;

	if (!p11l_asn_whole(asn, field, &whole) || !read_date(whole, &date))
		return p11l_asn_refuse(asn, P11L_CKR_MALFORMED, field, "is no time as in RFC 5280");
	return p11l_attributes_set(to, type, &date, sizeof(date));
}

CK_RV p11l_certificate_dates(const struct p11l_asn *asn, struct p11l_attributes *to)
{
	CK_RV rv = set_date(asn, "tbsCertificate.validity.notBefore", CKA_START_DATE, to);

	return rv == CKR_OK ? set_date(asn, "tbsCertificate.validity.notAfter", CKA_END_DATE, to)
	                    : rv;
}

/* The DER of an extension with this identifier (2.5.29.n); false when there is none. */
static bool find_extension(const struct p11l_asn *asn, uint8_t n, struct p11l_der *whole)
{
	const uint8_t wanted[] = {0x55, 0x1d, n};
	struct p11l_der tagged, list, extension, oid;

	if (!p11l_asn_content(asn, "tbsCertificate.extensions", &tagged) ||
	        !p11l_der_only(tagged.at, tagged.size, P11L_DER_SEQUENCE, &list))
		return false;
	while (whole->at = list.at, p11l_der_take(&list, P11L_DER_SEQUENCE, &extension)) {
		whole->size = (size_t)(list.at - whole->at);
		if (p11l_der_take(&extension, P11L_DER_OID, &oid) && oid.size == sizeof(wanted) &&
		        memcmp(oid.at, wanted, sizeof(wanted)) == 0)
			return true;
	}
	return false;
}

/* A field of what an extension holds; size 0 when that has no such field. */
static CK_RV read_extension(
        struct p11l_der whole, const char *type, const char *field, struct p11l_der *value)
{
	struct p11l_asn extension, inner = {0};
	struct p11l_der octets = {NULL, 0};
	CK_RV rv = p11l_asn_read(&extension, p11l_asn_pkix, "Extension", whole);

	if (rv == CKR_OK && p11l_asn_content(&extension, "extnValue", &octets))
		rv = p11l_asn_read(&inner, p11l_asn_pkix, type, octets);
	if (rv != CKR_OK || !p11l_asn_content(&inner, field, value))
		value->size = 0;
	p11l_asn_free(&inner);
	p11l_asn_free(&extension);
	return rv;
}

static CK_RV set_subject_hash(const struct p11l_asn *asn, struct p11l_attributes *to)
{
	struct p11l_der extension, value = {NULL, 0};
	CK_BYTE digest[P11L_SHA1];
	CK_RV rv = CKR_OK;

	if (find_extension(asn, 14, &extension))
		rv = read_extension(extension, "SubjectKeyIdentifier", "", &value);
	if (rv != CKR_OK || value.size > 0)
		return rv != CKR_OK ? rv : p11l_set_der(to, CKA_HASH_OF_SUBJECT_PUBLIC_KEY, &value);
	rv = p11l_asn_bits(asn, "tbsCertificate.subjectPublicKeyInfo.subjectPublicKey", &value);
	if (rv != CKR_OK)
		return rv;
	p11l_sha1(value.at, value.size, digest);
	return p11l_attributes_set(to, CKA_HASH_OF_SUBJECT_PUBLIC_KEY, digest, sizeof(digest));
}

static CK_RV set_issuer_hash(const struct p11l_asn *asn, struct p11l_attributes *to)
{
	struct p11l_der extension, value = {NULL, 0};
	CK_RV rv = CKR_OK;

	if (find_extension(asn, 35, &extension))
		rv = read_extension(extension, "AuthorityKeyIdentifier", "keyIdentifier", &value);
	if (rv == CKR_OK && value.size > 0)
		rv = p11l_set_der(to, CKA_HASH_OF_ISSUER_PUBLIC_KEY, &value);
	return rv;
}

CK_RV p11l_certificate_hashes(const struct p11l_asn *asn, struct p11l_attributes *to)
{
	CK_RV rv = set_subject_hash(asn, to);

	return rv == CKR_OK ? set_issuer_hash(asn, to) : rv;
}
