/* SPDX-License-Identifier: MIT */
/* Finding out what some octets are, by the tags of what they begin with. */
#include "families.h"
#include "pem.h"
#include "prime.h"
#include "strict.h"

#include <string.h>

static CK_RV dh_parameters(struct p11l_der der, const struct p11l_target *to)
{
	return p11l_dh_parameters(der, to->key, NULL);
}

/* How each format is decoded, and what PEM calls it. */
static const struct format {
	enum p11l_format format;
	p11l_decoder *decode;
	const char *label, *other_label;
} formats[] = {
        {P11L_FORMAT_CERTIFICATE, p11l_certificate_extended, "CERTIFICATE", "X509 CERTIFICATE"},
        {P11L_FORMAT_SPKI, p11l_spki, "PUBLIC KEY", ""},
        {P11L_FORMAT_PRIVATE_KEY_INFO, p11l_private_key_info, "PRIVATE KEY", ""},
        {P11L_FORMAT_ENCRYPTED_KEY, p11l_private_key_info, "ENCRYPTED PRIVATE KEY", ""},
        {P11L_FORMAT_RSA_PUBLIC, p11l_rsa_public, "RSA PUBLIC KEY", ""},
        {P11L_FORMAT_RSA_PRIVATE, p11l_rsa_private, "RSA PRIVATE KEY", ""},
        {P11L_FORMAT_DSA_PARAMETERS, p11l_dsa_parameters, "DSA PARAMETERS", ""},
        {P11L_FORMAT_DSA_PRIVATE, p11l_dsa_private, "DSA PRIVATE KEY", ""},
        {P11L_FORMAT_DH_PARAMETERS, dh_parameters, "DH PARAMETERS", ""},
        {P11L_FORMAT_X9_42_PARAMETERS, p11l_x9_42_parameters, "X9.42 DH PARAMETERS", ""},
        {P11L_FORMAT_EC_PARAMETERS, p11l_ec_parameters, "EC PARAMETERS", ""},
        {P11L_FORMAT_EC_PRIVATE, p11l_ec_private, "EC PRIVATE KEY", "SM2 PRIVATE KEY"},
};

#define COUNT  (sizeof(formats) / sizeof(formats[0]))
#define VALUES 9 /* of an RSA private key; nothing has to be told apart behind that */

/* The first values in a SEQUENCE. */
struct sketch {
	unsigned count;
	uint8_t tag[VALUES];
	struct p11l_der value[VALUES];
};

static bool draw(struct p11l_der der, struct sketch *sketch)
{
	struct p11l_der content;

	memset(sketch, 0, sizeof(*sketch));
	if (!p11l_der_only(der.at, der.size, P11L_DER_SEQUENCE, &content))
		return false;
	while (content.size > 0 && sketch->count < VALUES) {
		sketch->tag[sketch->count] = content.at[0];
		if (!p11l_der_take(&content, (enum p11l_der_tag)content.at[0],
		            &sketch->value[sketch->count]))
			break;
		sketch->count++;
	}
	return sketch->count > 0;
}

/* PKCS #3 has p and g, or a small number behind them; DSA p, q, g; X9.42 p, g, q. */
static enum p11l_format of_three(const struct sketch *s)
{
	size_t second = p11l_significant(s->value[1]).size;
	size_t third = p11l_significant(s->value[2]).size;

	if (third <= 3)
		return P11L_FORMAT_DH_PARAMETERS;
	/* No q is shorter than 160 bits, and a DSA base is nearly as long as the prime. */
	return second >= 20 && second < third ? P11L_FORMAT_DSA_PARAMETERS
	                                      : P11L_FORMAT_X9_42_PARAMETERS;
}

/*
 * PKCS #3 has p and g, an RSA key n and e. No e is even, hardly a g is what e usually is, and
 * where both would do the first number decides, which takes a while to look at.
 */
static enum p11l_format of_two(const struct sketch *s)
{
	struct p11l_der first = p11l_significant(s->value[0]);
	struct p11l_der second = p11l_significant(s->value[1]);
	bool usual = second.size > 0 && second.size <= 4 && (second.size > 1 || second.at[0] > 7);

	if (second.size > 0 && (second.at[second.size - 1] & 1) == 0)
		return P11L_FORMAT_DH_PARAMETERS;
	return !usual && p11l_is_prime(&first) ? P11L_FORMAT_DH_PARAMETERS : P11L_FORMAT_RSA_PUBLIC;
}

static enum p11l_format of_integers(const struct sketch *s)
{
	unsigned n = 0;

	while (n < s->count && s->tag[n] == P11L_DER_INTEGER)
		n++;
	switch (n) {
	case 2:
		return of_two(s);
	case 3:
		return s->count == 3 ? of_three(s) : P11L_FORMAT_X9_42_PARAMETERS;
	case 4:
		return P11L_FORMAT_X9_42_PARAMETERS;
	case 6:
		return P11L_FORMAT_DSA_PRIVATE;
	default:
		return P11L_FORMAT_RSA_PRIVATE;
	}
}

static enum p11l_format of_sequence(const struct sketch *s)
{
	if (s->tag[0] == P11L_DER_SEQUENCE && s->count > 1) {
		if (s->tag[1] == P11L_DER_BIT_STRING)
			return P11L_FORMAT_SPKI;
		return s->tag[1] == P11L_DER_OCTET_STRING ? P11L_FORMAT_ENCRYPTED_KEY
		                                          : P11L_FORMAT_CERTIFICATE;
	}
	if (s->tag[0] != P11L_DER_INTEGER || s->count < 2)
		return P11L_FORMAT_UNKNOWN;
	if (s->tag[1] == P11L_DER_OCTET_STRING)
		return P11L_FORMAT_EC_PRIVATE;
	if (s->tag[1] != P11L_DER_SEQUENCE)
		return of_integers(s);
	return s->tag[2] == P11L_DER_SEQUENCE ? P11L_FORMAT_EC_PARAMETERS
	                                      : P11L_FORMAT_PRIVATE_KEY_INFO;
}

static enum p11l_format sniff(struct p11l_der der)
{
	struct sketch sketch;

	if (der.size > 0 && (der.at[0] == P11L_DER_OID || der.at[0] == P11L_DER_PRINTABLE_STRING))
		return P11L_FORMAT_EC_PARAMETERS;
	return draw(der, &sketch) ? of_sequence(&sketch) : P11L_FORMAT_UNKNOWN;
}

static void read_type(const struct p11l_attributes *from, CK_ATTRIBUTE_TYPE type, CK_ULONG *value)
{
	const CK_ATTRIBUTE *found = p11l_attributes_find(from, type);

	if (found != NULL)
		memcpy(value, found->pValue, sizeof(*value));
}

/* A certificate can be stored whatever its key is, so that this is of no type known hurts nobody.
 */
static void read_certificate_key(struct p11l_der der, struct p11l_decoded *decoded)
{
	struct p11l_target to = {&decoded->public_key, NULL, false};

	decoded->key_type = CK_UNAVAILABLE_INFORMATION;
	if (p11l_certificate_key(der, &to) == CKR_OK)
		return;
	p11l_error_forget();
	p11l_attributes_clear(&decoded->public_key);
}

static CK_RV decode_as(
        struct p11l_der der, const struct format *format, struct p11l_decoded *decoded)
{
	struct p11l_target to = {&decoded->attributes, &decoded->public_key, false};
	CK_RV rv;

	decoded->format = format->format;
	rv = format->decode(der, &to);
	if (rv != CKR_OK)
		return rv;
	if (format->format == P11L_FORMAT_CERTIFICATE)
		read_certificate_key(der, decoded);
	read_type(&decoded->attributes, CKA_CLASS, &decoded->object_class);
	read_type(&decoded->public_key, CKA_KEY_TYPE, &decoded->key_type);
	read_type(&decoded->attributes, CKA_KEY_TYPE, &decoded->key_type);
	return CKR_OK;
}

static CK_RV decode_der(struct p11l_der der, struct p11l_decoded *decoded)
{
	static const struct p11l_place place = {NULL, "input"};
	enum p11l_format format = sniff(der);
	struct p11l_der rest = der;
	CK_RV rv;

	for (size_t i = 0; i < COUNT; i++)
		if (formats[i].format == format)
			return decode_as(der, &formats[i], decoded);
	rv = p11l_strict_any(&place, &rest);
	if (rv == CKR_OK && rest.size > 0)
		rv = p11l_malformed(&place, rest.at, "has something behind its end");
	return rv != CKR_OK ? rv
	                    : p11l_malformed(&place, der.at,
	                              "is DER, but no key, certificate or parameters that are "
	                              "known");
}

static bool is_label(struct p11l_der label, const char *name)
{
	return label.size == strlen(name) && memcmp(label.at, name, label.size) == 0;
}

static const struct format *labelled(struct p11l_der label)
{
	for (size_t i = 0; i < COUNT; i++)
		if (is_label(label, formats[i].label) ||
		        (label.size > 0 && is_label(label, formats[i].other_label)))
			return &formats[i];
	return NULL;
}

/* The block to decode: EC PARAMETERS often stand before the key that they are about. */
static bool choose(struct p11l_der *text, struct p11l_der *label)
{
	struct p11l_der rest, other;

	if (!p11l_pem_find(text, label))
		return false;
	rest = *text;
	while (is_label(*label, "EC PARAMETERS") && p11l_pem_find(&rest, &other)) {
		*label = other;
		*text = rest;
	}
	return true;
}

static CK_RV decode_pem(struct p11l_der text, struct p11l_decoded *decoded)
{
	struct p11l_buffer der = {.flags = P11L_SECRET};
	const struct format *format;
	struct p11l_der label;
	CK_RV rv;

	if (!choose(&text, &label))
		return p11l_refuse(P11L_CKR_MALFORMED, "PEM", text.at, "has no BEGIN line");
	format = labelled(label);
	if (format == NULL)
		return p11l_refuse(P11L_CKR_UNSUPPORTED, "PEM", label.at,
		        "has a label that means nothing here: \"%.*s\"",
		        label.size < 40 ? (int)label.size : 40, (const char *)label.at);
	decoded->format = format->format;
	rv = p11l_pem_body(&text, label, &der);
	if (rv == CKR_OK) {
		/* Offsets are those in the DER from here on. */
		p11l_error_begin(der.p, der.len);
		rv = decode_as((struct p11l_der){der.p, der.len}, format, decoded);
	}
	p11l_buffer_free(&der);
	return rv;
}

static bool is_text(struct p11l_der data)
{
	struct p11l_der content, label;

	return data.size > 0 &&
	       !p11l_der_only(data.at, data.size, (enum p11l_der_tag)data.at[0], &content) &&
	       p11l_pem_find(&data, &label);
}

CK_RV p11l_decode_any(const void *data, CK_ULONG size, struct p11l_decoded *decoded)
{
	struct p11l_der in = {data, size};
	CK_RV rv;

	p11l_error_begin(data, size);
	if (decoded == NULL || data == NULL)
		return p11l_bad_argument(decoded == NULL ? "output" : "input");
	p11l_decoded_free(decoded);
	rv = is_text(in) ? decode_pem(in, decoded) : decode_der(in, decoded);
	if (rv != CKR_OK) {
		p11l_attributes_clear(&decoded->attributes);
		p11l_attributes_clear(&decoded->public_key);
	}
	return rv;
}

void p11l_decoded_free(struct p11l_decoded *decoded)
{
	if (decoded == NULL)
		return;
	p11l_attributes_clear(&decoded->attributes);
	p11l_attributes_clear(&decoded->public_key);
	memset(decoded, 0, sizeof(*decoded));
}
