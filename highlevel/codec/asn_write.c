/* SPDX-License-Identifier: MIT */
#include "asn.h"

#include <stdlib.h>
#include <string.h>

static CK_RV outcome(const struct p11l_asn *asn, const char *field, int result)
{
	if (result == ASN1_SUCCESS)
		return CKR_OK;
	if (result == ASN1_MEM_ALLOC_ERROR)
		return p11l_no_memory();
	return p11l_refuse(CKR_ARGUMENTS_BAD, field, NULL, "cannot be written into a %s: %s",
	        asn->type, asn1_strerror(result));
}

static CK_RV write_value(
        struct p11l_asn *asn, const char *field, const void *octets, CK_ULONG length)
{
	if (length > P11L_DER_MAX)
		return p11l_refuse(CKR_ARGUMENTS_BAD, field, NULL, "is longer than 16 MiB");
	return outcome(asn, field, asn1_write_value(asn->node, field, octets, (int)length));
}

CK_RV p11l_asn_write_der(struct p11l_asn *asn, const char *field, const void *octets, CK_ULONG size)
{
	return write_value(asn, field, octets, octets != NULL ? size : 0);
}

CK_RV p11l_asn_choose(struct p11l_asn *asn, const char *field, const char *alternative)
{
	return write_value(asn, field, alternative, 1);
}

CK_RV p11l_asn_write_oid(struct p11l_asn *asn, const char *field, const void *oid, CK_ULONG size)
{
	char text[P11L_OID_TEXT];

	if (!p11l_oid_text(oid, size, text))
		return p11l_refuse(
		        CKR_ARGUMENTS_BAD, field, NULL, "is no object identifier in DER");
	return write_value(asn, field, text, 1);
}

/* Something of the same size goes to libtasn1, and the value itself stays where it is. */
static CK_RV defer(struct p11l_asn *asn, const char *field, const void *octets, CK_ULONG size,
        CK_BYTE first, CK_ULONG padding)
{
	CK_BYTE *filler = calloc(1, padding + size + 1);
	CK_RV rv;

	if (filler == NULL)
		return p11l_no_memory();
	filler[padding] = first;
	rv = write_value(asn, field, filler, padding + size);
	free(filler);
	if (rv == CKR_OK && size > 0)
		asn->deferred[asn->deferred_count++] =
		        (struct p11l_deferred){field, {octets, size}};
	return rv;
}

CK_RV p11l_asn_write_octets(
        struct p11l_asn *asn, const char *field, const void *octets, CK_ULONG size)
{
	if (octets == NULL)
		return write_value(asn, field, NULL, 0);
	if (size > P11L_DER_MAX || asn->deferred_count == P11L_DEFERRED_MAX)
		return p11l_refuse(CKR_ARGUMENTS_BAD, field, NULL, "is longer than 16 MiB");
	return defer(asn, field, octets, size, 0, 0);
}

CK_RV p11l_asn_write_natural(
        struct p11l_asn *asn, const char *field, const void *octets, CK_ULONG size)
{
	const CK_BYTE *number = octets;

	if (octets == NULL)
		return write_value(asn, field, NULL, 0);
	while (size > 0 && number[0] == 0) {
		number++;
		size--;
	}
	if (size > P11L_DER_MAX || asn->deferred_count == P11L_DEFERRED_MAX)
		return p11l_refuse(CKR_ARGUMENTS_BAD, field, NULL, "is longer than 16 MiB");
	if (size == 0)
		return write_value(asn, field, "", 1);
	/* The filler has the sign of the number, as it decides about an octet in front. */
	return defer(asn, field, number, size, number[0] > 0x7f ? 0x80 : 0x01, 1);
}

CK_RV p11l_asn_write_small(struct p11l_asn *asn, const char *field, CK_ULONG number)
{
	CK_BYTE octets[1 + sizeof(number)] = {0};

	for (size_t i = sizeof(octets); i-- > 1; number >>= 8)
		octets[i] = (CK_BYTE)number;
	return write_value(asn, field, octets, sizeof(octets));
}

CK_RV p11l_asn_write_bits(
        struct p11l_asn *asn, const char *field, const void *octets, CK_ULONG size)
{
	if (size > P11L_DER_MAX / 8)
		return p11l_refuse(CKR_ARGUMENTS_BAD, field, NULL, "is longer than 2 MiB");
	return write_value(asn, field, octets, octets != NULL ? 8 * size : 0);
}

/* Finds the places of what was deferred, and puts it there. */
static CK_RV fill_in(struct p11l_asn *asn, const struct p11l_buffer *out)
{
	int size = (int)out->len;
	struct p11l_der content;
	int result;

	if (asn->deferred_count == 0)
		return CKR_OK;
	result = asn1_der_decoding2(&asn->node, out->p, &size, ASN1_DECODE_FLAG_STRICT_DER, NULL);
	if (result != ASN1_SUCCESS)
		return outcome(asn, "", result);
	asn->der = (struct p11l_der){out->p, out->len};
	for (unsigned i = 0; i < asn->deferred_count; i++) {
		const struct p11l_deferred *deferred = &asn->deferred[i];
		size_t n = deferred->value.size;

		if (!p11l_asn_content(asn, deferred->field, &content) || content.size < n)
			return outcome(asn, deferred->field, ASN1_ELEMENT_NOT_FOUND);
		memcpy(out->p + (content.at - out->p) + content.size - n, deferred->value.at, n);
	}
	return CKR_OK;
}

CK_RV p11l_asn_finish(struct p11l_asn *asn, struct p11l_buffer *out)
{
	int size = 0, result;
	CK_RV rv;

	p11l_buffer_clear(out);
	result = asn1_der_coding(asn->node, "", NULL, &size, NULL);
	if (result != ASN1_MEM_ERROR)
		return outcome(asn, "", result);
	rv = p11l_buffer_reserve(out, (CK_ULONG)size);
	if (rv != CKR_OK)
		return rv;
	rv = outcome(asn, "", asn1_der_coding(asn->node, "", out->p, &size, NULL));
	out->len = rv == CKR_OK ? (CK_ULONG)size : 0;
	return rv == CKR_OK ? fill_in(asn, out) : rv;
}
