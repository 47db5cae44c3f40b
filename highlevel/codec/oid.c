/* SPDX-License-Identifier: MIT */
/* Object identifiers as numbers with dots between them. */
#include "asn.h"

#include <string.h>

bool p11l_oid_text(const void *der, CK_ULONG size, char text[P11L_OID_TEXT])
{
	struct p11l_der content;
	int taken = 0;

	if (!p11l_der_only(der, size, P11L_DER_OID, &content))
		return false;
	/* libtasn1 starts at the length. */
	return asn1_get_object_id_der((const unsigned char *)der + 1, (int)size - 1, &taken, text,
	               P11L_OID_TEXT) == ASN1_SUCCESS &&
	       text[0] != '\0';
}

bool p11l_oid_der(const char *text, CK_BYTE der[P11L_OID_DER], CK_ULONG *size)
{
	char again[P11L_OID_TEXT];
	int length = P11L_OID_DER;

	/* libtasn1 reads what are no numbers as 0, so it has to come back. */
	if (asn1_object_id_der(text, der, &length, 0) != ASN1_SUCCESS)
		return false;
	*size = (CK_ULONG)length;
	return p11l_oid_text(der, *size, again) && strcmp(again, text) == 0;
}
