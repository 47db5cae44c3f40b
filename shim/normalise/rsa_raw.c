/* SPDX-License-Identifier: MIT */
/* RSA-7: what is decrypted without any padding is a number, with zeros in front or without. */
#include "parameter.h"

#include "lasting.h"

#include <string.h>

#define MAX_MODULUS 2048 /* octets */

/* The octets of the key's modulus; 0 when it cannot be had. One call, before the operation. */
static CK_ULONG modulus_of(const struct p11l_parameter *parameter)
{
	CK_BYTE modulus[MAX_MODULUS];
	CK_ATTRIBUTE wanted = {CKA_MODULUS, modulus, sizeof(modulus)};
	CK_ULONG zeros = 0;

	if (parameter->below->C_GetAttributeValue(parameter->session, parameter->key, &wanted, 1) !=
	                CKR_OK ||
	        wanted.ulValueLen > sizeof(modulus))
		return 0;
	while (zeros < wanted.ulValueLen && modulus[zeros] == 0)
		zeros++;
	return wanted.ulValueLen - zeros;
}

CK_RV p11l_parameter_raw(struct p11l_parameter *parameter)
{
	if (parameter->mechanism->mechanism == CKM_RSA_X_509)
		parameter->modulus = modulus_of(parameter);
	return CKR_OK;
}

void p11l_parameter_raw_begun(const struct p11l_parameter *parameter)
{
	struct p11l_lasting *kept = NULL;

	/* What an earlier operation has left is not true any more. */
	p11l_lasting_free(p11l_lasting_take(parameter->session, P11L_C_Decrypt));
	if (parameter->modulus > 0)
		kept = p11l_lasting_room(sizeof(parameter->modulus));
	if (kept == NULL)
		return;
	memcpy(kept->parameter, &parameter->modulus, sizeof(parameter->modulus));
	p11l_lasting_keep(kept, parameter->session, P11L_C_Decrypt);
}

/* C_Decrypt with as many octets as the modulus has. */
static CK_RV decrypt_padded(p11l_below *below, CK_SESSION_HANDLE session, const CK_BYTE *in,
        CK_ULONG size, CK_ULONG modulus, CK_BYTE_PTR out, CK_ULONG_PTR out_size)
{
	CK_BYTE padded[MAX_MODULUS] = {0};

	p11l_note("RSA-7", "%lu octets -> %lu", size, modulus);
	memcpy(padded + modulus - size, in, size);
	return below->C_Decrypt(session, padded, modulus, out, out_size);
}

CK_RV p11l_mechanism_C_Decrypt(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_BYTE_PTR pEncryptedData, CK_ULONG ulEncryptedDataLen, CK_BYTE_PTR pData,
        CK_ULONG_PTR pulDataLen)
{
	struct p11l_lasting *kept = p11l_lasting_take(hSession, P11L_C_Decrypt);
	CK_ULONG modulus = 0;
	CK_RV rv;

	if (kept != NULL)
		memcpy(&modulus, kept->parameter, sizeof(modulus));
	if (ulEncryptedDataLen > 0 && ulEncryptedDataLen < modulus &&
	        p11l_readable(pEncryptedData, ulEncryptedDataLen))
		rv = decrypt_padded(below, hSession, pEncryptedData, ulEncryptedDataLen, modulus,
		        pData, pulDataLen);
	else
		rv = below->C_Decrypt(
		        hSession, pEncryptedData, ulEncryptedDataLen, pData, pulDataLen);
	if (kept == NULL)
		return rv;
	/* A question for the size does not end the operation. */
	if (rv == CKR_BUFFER_TOO_SMALL || (rv == CKR_OK && pData == NULL))
		p11l_lasting_keep(kept, hSession, P11L_C_Decrypt);
	else
		p11l_lasting_free(kept);
	return rv;
}
