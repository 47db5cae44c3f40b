/* SPDX-License-Identifier: MIT */
/* Signatures of two numbers, as the vendor has them and as the standard does. */
#include "operation.h"

#include "signature.h"

static bool is_signature(const struct p11l_run *run)
{
	return run->op->sizes.order > 0 && p11l_is_ecdsa(run->op->mechanism);
}

bool p11l_mends_signatures(const struct p11l_run *run)
{
	return run->class == P11L_CLASS_SIGN && is_signature(run) &&
	       (p11l_on(run->rules, P11L_RULE_SIG_1) || p11l_on(run->rules, P11L_RULE_SIG_2));
}

void p11l_signature_standard(
        const struct p11l_run *run, CK_BYTE *signature, CK_ULONG_PTR size, CK_ULONG room)
{
	unsigned order = run->op->sizes.order;
	CK_ULONG plain = 2 * (CK_ULONG)order;

	if (*size == plain || room < plain)
		return;
	if (p11l_on(run->rules, P11L_RULE_SIG_1) &&
	        p11l_signature_plain(signature, *size, order, signature))
		p11l_note("SIG-1", "DER of %lu octets -> %lu", *size, plain);
	else if (p11l_on(run->rules, P11L_RULE_SIG_2) && *size < plain &&
	         p11l_signature_pad(signature, *size, order))
		p11l_note("SIG-2", "%lu octets -> %lu", *size, plain);
	else
		return;
	*size = plain;
}

void p11l_signature_vendor(const struct p11l_run *run, CK_BYTE_PTR *signature, CK_ULONG *size,
        CK_BYTE *other, CK_ULONG room)
{
	unsigned order = run->op->sizes.order;
	CK_ULONG der;

	if (!is_signature(run) || !p11l_on(run->rules, P11L_RULE_SIG_1) ||
	        *size != 2 * (CK_ULONG)order || !p11l_readable(*signature, *size))
		return;
	der = p11l_signature_der(*signature, order, other, room);
	if (der == 0)
		return;
	p11l_note("SIG-1", "%lu octets -> DER of %lu", *size, der);
	*signature = other;
	*size = der;
}

CK_ULONG p11l_signed_part(const struct p11l_run *run, CK_ULONG size)
{
	const struct p11l_sizes *sizes = &run->op->sizes;

	if (p11l_signs_with(run->op) != CKM_ECDSA || !sizes->whole || size <= sizes->order ||
	        !p11l_on(run->rules, P11L_RULE_SIG_3))
		return size;
	p11l_note("SIG-3", "digest of %lu octets -> %u", size, sizes->order);
	return sizes->order;
}

/* PKCS #1 v1.5 needs 11 octets of the modulus. The operation is over, so the key may be asked. */
CK_RV p11l_explain_sign(p11l_below *below, CK_SESSION_HANDLE session, CK_ULONG size, CK_RV rv)
{
	CK_ATTRIBUTE modulus = {CKA_MODULUS, NULL, 0};
	struct p11l_begun begun;

	if (!p11l_on(p11l_rules_of(session), P11L_RULE_SIG_10) ||
	        !p11l_session_begun(session, P11L_CLASS_SIGN, &begun) ||
	        begun.mechanism != CKM_RSA_PKCS)
		return rv;
	if (below->C_GetAttributeValue(session, begun.key, &modulus, 1) != CKR_OK ||
	        modulus.ulValueLen == CK_UNAVAILABLE_INFORMATION || modulus.ulValueLen <= 11 ||
	        size <= modulus.ulValueLen - 11)
		return rv;
	p11l_note("SIG-10", "%s -> CKR_DATA_LEN_RANGE", p11l_name(P11L_SPACE_rv, rv));
	return CKR_DATA_LEN_RANGE;
}
