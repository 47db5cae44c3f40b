/* SPDX-License-Identifier: MIT */
/* Structures that are made of INTEGERs, as those of RSA, DSA and DH are. */
#include "parts.h"

struct p11l_der p11l_significant(struct p11l_der number)
{
	while (number.size > 1 && number.at[0] == 0) {
		number.at++;
		number.size--;
	}
	return number;
}

CK_RV p11l_read_naturals(
        const struct p11l_asn *asn, const struct p11l_natural *list, struct p11l_attributes *to)
{
	struct p11l_der number;
	CK_RV rv = CKR_OK;

	for (; rv == CKR_OK && list->field != NULL; list++) {
		rv = p11l_asn_natural(asn, list->field, &number);
		if (rv == CKR_OK)
			rv = p11l_set_der(to, list->type, &number);
	}
	return rv;
}

CK_RV p11l_write_naturals(
        struct p11l_asn *asn, const struct p11l_natural *list, const struct p11l_template *from)
{
	struct p11l_der number;
	CK_RV rv = CKR_OK;

	for (; rv == CKR_OK && list->field != NULL; list++) {
		rv = p11l_need(from, list->type, &number);
		if (rv == CKR_OK)
			rv = p11l_asn_write_natural(asn, list->field, number.at, number.size);
	}
	return rv;
}

CK_RV p11l_read_record(const asn1_static_node *module, const char *type, struct p11l_der der,
        const struct p11l_natural *list, struct p11l_attributes *to)
{
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_read(&asn, module, type, der);

	if (rv == CKR_OK)
		rv = p11l_read_naturals(&asn, list, to);
	p11l_asn_free(&asn);
	return rv;
}

CK_RV p11l_write_record(const asn1_static_node *module, const char *type,
        const struct p11l_natural *list, const struct p11l_template *from, struct p11l_buffer *out)
{
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_start(&asn, module, type);

	if (rv == CKR_OK)
		rv = p11l_write_naturals(&asn, list, from);
	if (rv == CKR_OK)
		rv = p11l_asn_finish(&asn, out);
	p11l_asn_free(&asn);
	return rv;
}

CK_RV p11l_read_integer(const asn1_static_node *module, const char *type, struct p11l_der der,
        struct p11l_der *number)
{
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_read(&asn, module, type, der);

	if (rv == CKR_OK)
		rv = p11l_asn_natural(&asn, "", number);
	p11l_asn_free(&asn);
	return rv;
}

CK_RV p11l_write_integer(const asn1_static_node *module, const char *type,
        const struct p11l_der *number, struct p11l_buffer *out)
{
	struct p11l_asn asn;
	CK_RV rv = p11l_asn_start(&asn, module, type);

	if (rv == CKR_OK)
		rv = p11l_asn_write_natural(&asn, "", number->at, number->size);
	if (rv == CKR_OK)
		rv = p11l_asn_finish(&asn, out);
	p11l_asn_free(&asn);
	return rv;
}
