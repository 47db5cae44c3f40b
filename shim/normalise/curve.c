/* SPDX-License-Identifier: MIT */
#include "curve.h"

#include "der.h"

#include <string.h>

/* X9.62 identifiers of the kinds of fields, by their content octets. */
static const uint8_t prime_field[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x01, 0x01};
static const uint8_t binary_field[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x01, 0x02};

static bool equals(const struct p11l_der *der, const uint8_t *octets, size_t size)
{
	return der->size == size && memcmp(der->at, octets, size) == 0;
}

/* An INTEGER that is positive, without the zero octet that its sign may need. */
static bool take_positive(struct p11l_der *der, struct p11l_der *number)
{
	if (!p11l_der_take(der, P11L_DER_INTEGER, number) || number->size == 0 ||
	        number->at[0] > 0x7f)
		return false;
	if (number->at[0] != 0)
		return true;
	number->at++;
	number->size--;
	return number->size > 0 && number->at[0] > 0x7f;
}

/* A number of the domain parameters, with or without zeros in front. */
static bool same(const struct p11l_der *number, const uint8_t *octets, size_t size)
{
	size_t zeros = size >= number->size ? size - number->size : 0;

	for (size_t i = 0; i < zeros; i++)
		if (octets[i] != 0)
			return false;
	return zeros + number->size == size &&
	       memcmp(number->at, octets + zeros, number->size) == 0;
}

/* SpecifiedECDomain of SEC 1, C.2. */
struct domain {
	struct p11l_der prime, a, b, base, order;
	unsigned bits; /* of a binary field */
};

static bool read_binary_field(struct p11l_der *field, struct domain *domain)
{
	struct p11l_der details, degree;

	if (!p11l_der_take(field, P11L_DER_SEQUENCE, &details) ||
	        !take_positive(&details, &degree) || degree.size > 2)
		return false;
	for (size_t i = 0; i < degree.size; i++)
		domain->bits = domain->bits << 8 | degree.at[i];
	return true;
}

static bool read_field(struct p11l_der *from, struct domain *domain)
{
	struct p11l_der field, kind;

	if (!p11l_der_take(from, P11L_DER_SEQUENCE, &field) ||
	        !p11l_der_take(&field, P11L_DER_OID, &kind))
		return false;
	if (equals(&kind, binary_field, sizeof(binary_field)))
		return read_binary_field(&field, domain);
	return equals(&kind, prime_field, sizeof(prime_field)) &&
	       take_positive(&field, &domain->prime) && field.size == 0;
}

/* The seed says how a and b were chosen, which changes nothing about the curve. */
static bool read_coefficients(struct p11l_der *from, struct domain *domain)
{
	struct p11l_der curve, seed;

	return p11l_der_take(from, P11L_DER_SEQUENCE, &curve) &&
	       p11l_der_take(&curve, P11L_DER_OCTET_STRING, &domain->a) &&
	       p11l_der_take(&curve, P11L_DER_OCTET_STRING, &domain->b) &&
	       (curve.size == 0 || p11l_der_take(&curve, P11L_DER_BIT_STRING, &seed)) &&
	       curve.size == 0;
}

/* All listed curves have the cofactor 1; it may be left out. */
static bool read_cofactor(struct p11l_der *from)
{
	struct p11l_der cofactor;

	return from->size == 0 || (p11l_der_take(from, P11L_DER_INTEGER, &cofactor) &&
	                                  equals(&cofactor, (const uint8_t *)"\1", 1));
}

static bool read_version(struct p11l_der *from)
{
	struct p11l_der version;

	return p11l_der_take(from, P11L_DER_INTEGER, &version) && version.size == 1 &&
	       version.at[0] >= 1 && version.at[0] <= 3;
}

/* What tells the whole curve, once its field is known. */
static bool read_rest(struct p11l_der *from, struct domain *domain)
{
	return read_coefficients(from, domain) &&
	       p11l_der_take(from, P11L_DER_OCTET_STRING, &domain->base) &&
	       take_positive(from, &domain->order) && read_cofactor(from) && from->size == 0;
}

/* The base point, in full or with the parity of y alone. */
static bool same_base(const struct p11l_der *base, const uint8_t *x, size_t n)
{
	const uint8_t *y = x + n;

	if (base->size == 1 + 2 * n && base->at[0] == 4)
		return memcmp(base->at + 1, x, 2 * n) == 0;
	return base->size == 1 + n && base->at[0] == (2 | (y[n - 1] & 1)) &&
	       memcmp(base->at + 1, x, n) == 0;
}

static bool same_domain(const struct domain *domain, const struct p11l_curve *curve)
{
	const uint8_t *at = curve->domain;
	size_t n = curve->octets;

	return at != NULL && same(&domain->prime, at, n) && same(&domain->a, at + n, n) &&
	       same(&domain->b, at + 2 * n, n) && same_base(&domain->base, at + 3 * n, n) &&
	       same(&domain->order, at + 5 * n, n);
}

/* Octets of the fields that are in use. In smaller ones the forms of points look alike. */
#define MIN_FIELD 14
#define MAX_FIELD 72

static struct p11l_params read_explicit(struct p11l_der der)
{
	struct p11l_params params = {.form = P11L_CURVE_UNKNOWN};
	struct domain domain = {.bits = 0};

	if (!read_version(&der) || !read_field(&der, &domain))
		return params;
	params.form = P11L_CURVE_EXPLICIT;
	params.octets = domain.bits > 0 ? (domain.bits + 7) / 8 : (unsigned)domain.prime.size;
	if (params.octets < MIN_FIELD || params.octets > MAX_FIELD)
		params.octets = 0;
	if (domain.bits > 0 || !read_rest(&der, &domain))
		return params;
	for (size_t i = 0; i < p11l_curve_count && params.curve == NULL; i++)
		if (same_domain(&domain, &p11l_curves[i]))
			params.curve = &p11l_curves[i];
	return params;
}

static struct p11l_params named(enum p11l_curve_form form, const struct p11l_der *name)
{
	struct p11l_params params = {
	        form, p11l_find_curve_named((const char *)name->at, name->size), 0};

	if (params.curve == NULL)
		params.form = P11L_CURVE_UNKNOWN;
	else
		params.octets = params.curve->octets;
	return params;
}

/* The length octet counts an octet that is not there. */
static bool is_bad_name(const uint8_t *octets, size_t size, struct p11l_der *name)
{
	name->at = octets + 2;
	name->size = size - 2;
	return size > 2 && octets[0] == P11L_DER_PRINTABLE_STRING && octets[1] == name->size + 1;
}

struct p11l_params p11l_params_parse(const void *ec_params, CK_ULONG size)
{
	struct p11l_params params = {.form = P11L_CURVE_UNKNOWN};
	struct p11l_der content;

	if (p11l_der_only(ec_params, size, P11L_DER_OID, &content)) {
		params.curve = p11l_find_curve(ec_params, size);
		params.form = P11L_CURVE_OID;
		params.octets = params.curve != NULL ? params.curve->octets : 0;
	} else if (p11l_der_only(ec_params, size, P11L_DER_PRINTABLE_STRING, &content)) {
		params = named(P11L_CURVE_NAME, &content);
	} else if (p11l_der_only(ec_params, size, P11L_DER_UTF8_STRING, &content)) {
		params = named(P11L_CURVE_UTF8_NAME, &content);
	} else if (p11l_der_only(ec_params, size, P11L_DER_SEQUENCE, &content)) {
		params = read_explicit(content);
	} else if (size > 2 && is_bad_name(ec_params, size, &content)) {
		params = named(P11L_CURVE_BAD_NAME, &content);
	}
	return params;
}

/* An Edwards or Montgomery curve by the identifier of RFC 8410, which is the shortest it has. */
static const struct p11l_curve *standard(const struct p11l_curve *curve)
{
	for (size_t i = 0; curve->key_type != CKK_EC && i < p11l_curve_count; i++)
		if (p11l_curves[i].key_type == curve->key_type &&
		        p11l_curves[i].octets == curve->octets)
			return &p11l_curves[i];
	return curve;
}

static CK_ULONG write_name(
        const struct p11l_curve *curve, enum p11l_curve_form form, CK_BYTE *out, CK_ULONG room)
{
	/* What the standard calls it stands behind the name that traces show. */
	const char *text = curve->name + strlen(curve->name) + 1;
	const struct p11l_der name = {(const uint8_t *)text, strlen(text)};
	uint8_t head[P11L_DER_HEAD];
	size_t before;

	if (curve->key_type == CKK_EC)
		return 0;
	before = p11l_der_head(
	        form == P11L_CURVE_UTF8_NAME ? P11L_DER_UTF8_STRING : P11L_DER_PRINTABLE_STRING,
	        name.size + (form == P11L_CURVE_BAD_NAME ? 1 : 0), head);
	if (before + name.size > room)
		return 0;
	memcpy(out, head, before);
	memcpy(out + before, name.at, name.size);
	return before + name.size;
}

CK_ULONG p11l_params_write(
        const struct p11l_curve *curve, enum p11l_curve_form form, CK_BYTE *out, CK_ULONG room)
{
	curve = standard(curve);
	if (form == P11L_CURVE_NAME || form == P11L_CURVE_UTF8_NAME || form == P11L_CURVE_BAD_NAME)
		return write_name(curve, form, out, room);
	if (form != P11L_CURVE_OID || curve->length > room)
		return 0;
	memcpy(out, curve->oid, curve->length);
	return curve->length;
}
