/* SPDX-License-Identifier: MIT */
#include "asn.h"
#include "strict.h"

#include <stdio.h>
#include <string.h>

/* libtasn1 names types "MODULE.Type". */
static CK_RV create(struct p11l_asn *asn, const asn1_static_node *module, const char *type)
{
	char name[ASN1_MAX_NAME_SIZE];

	asn->type = type;
	snprintf(name, sizeof(name), "%s.%s", module->name, type);
	if (asn1_array2tree(module, &asn->definitions, NULL) != ASN1_SUCCESS ||
	        asn1_create_element(asn->definitions, name, &asn->node) != ASN1_SUCCESS)
		return p11l_no_memory();
	return CKR_OK;
}

CK_RV p11l_asn_start(struct p11l_asn *asn, const asn1_static_node *module, const char *type)
{
	memset(asn, 0, sizeof(*asn));
	return create(asn, module, type);
}

CK_RV p11l_asn_read(
        struct p11l_asn *asn, const asn1_static_node *module, const char *type, struct p11l_der der)
{
	int size = (int)der.size;
	CK_RV rv;

	memset(asn, 0, sizeof(*asn));
	asn->der = der;
	if (der.size > P11L_DER_MAX)
		return p11l_refuse(P11L_CKR_MALFORMED, type, der.at, "is longer than 16 MiB");
	rv = p11l_strict_walk(module, type, der);
	if (rv == CKR_OK)
		rv = create(asn, module, type);
	if (rv != CKR_OK)
		return rv;
	switch (asn1_der_decoding2(&asn->node, der.at, &size, ASN1_DECODE_FLAG_STRICT_DER, NULL)) {
	case ASN1_SUCCESS:
		return CKR_OK;
	case ASN1_MEM_ALLOC_ERROR:
		return p11l_no_memory();
	default:
		return p11l_refuse(P11L_CKR_MALFORMED, type, der.at, "is not valid DER");
	}
}

void p11l_asn_free(struct p11l_asn *asn)
{
	asn1_delete_structure2(&asn->node, ASN1_DELETE_FLAG_ZEROIZE);
	asn1_delete_structure(&asn->definitions);
}

bool p11l_asn_whole(const struct p11l_asn *asn, const char *field, struct p11l_der *whole)
{
	int start = 0, end = -1;

	if (asn1_der_decoding_startEnd(asn->node, asn->der.at, (int)asn->der.size, field, &start,
	            &end) != ASN1_SUCCESS ||
	        end < start)
		return false;
	whole->at = asn->der.at + start;
	whole->size = (size_t)(end - start) + 1;
	return true;
}

bool p11l_asn_content(const struct p11l_asn *asn, const char *field, struct p11l_der *content)
{
	struct p11l_der whole;

	return p11l_asn_whole(asn, field, &whole) &&
	       p11l_der_only(whole.at, whole.size, whole.at[0], content);
}

CK_RV p11l_asn_refuse(const struct p11l_asn *asn, CK_RV rv, const char *field, const char *what)
{
	struct p11l_der whole = asn->der;
	char path[96];

	snprintf(path, sizeof(path), "%s%s%s", asn->type, field[0] != '\0' ? "." : "", field);
	if (field[0] != '\0')
		p11l_asn_whole(asn, field, &whole);
	p11l_refuse(rv, path, whole.at, "%s", what);
	return rv;
}

CK_RV p11l_asn_natural(const struct p11l_asn *asn, const char *field, struct p11l_der *number)
{
	if (!p11l_asn_content(asn, field, number))
		return p11l_asn_refuse(asn, P11L_CKR_MALFORMED, field, "is missing");
	if (number->at[0] > 0x7f)
		return p11l_asn_refuse(asn, P11L_CKR_MALFORMED, field, "is negative");
	if (number->at[0] == 0 && number->size > 1) {
		number->at++;
		number->size--;
	}
	return CKR_OK;
}

CK_RV p11l_asn_small(const struct p11l_asn *asn, const char *field, CK_ULONG *number)
{
	struct p11l_der natural = {NULL, 0};
	CK_RV rv = p11l_asn_natural(asn, field, &natural);

	*number = 0;
	if (rv == CKR_OK && natural.size > 3)
		rv = p11l_asn_refuse(asn, P11L_CKR_MALFORMED, field, "is far too large");
	for (size_t i = 0; rv == CKR_OK && i < natural.size; i++)
		*number = *number << 8 | natural.at[i];
	return rv;
}

static bool is_explicit(const struct p11l_asn *asn, const char *field)
{
	struct p11l_der whole;

	return p11l_asn_whole(asn, field, &whole) && (whole.at[0] & ASN1_CLASS_STRUCTURED) != 0;
}

CK_RV p11l_asn_bits(const struct p11l_asn *asn, const char *field, struct p11l_der *octets)
{
	struct p11l_der tagged;
	bool there = p11l_asn_content(asn, field, octets);

	/* Behind an explicit tag there is another one. */
	if (there && is_explicit(asn, field)) {
		tagged = *octets;
		there = p11l_der_only(tagged.at, tagged.size, P11L_DER_BIT_STRING, octets);
	}
	if (!there)
		return p11l_asn_refuse(asn, P11L_CKR_MALFORMED, field, "is missing");
	if (octets->at[0] != 0)
		return p11l_asn_refuse(
		        asn, P11L_CKR_MALFORMED, field, "should have no unused bits");
	octets->at++;
	octets->size--;
	return CKR_OK;
}
