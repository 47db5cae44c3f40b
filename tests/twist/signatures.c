/* SPDX-License-Identifier: MIT */
/* Signatures in other forms, data of other lengths, and mechanisms without parts. */
#include "internal.h"

#define SIGNATURE 256 /* octets of an ECDSA signature in any form */

enum { DER, SHORT, UNEVEN };

static bool is_ecdsa(CK_MECHANISM_TYPE type)
{
	return type == CKM_ECDSA || type == CKM_ECDSA_SHA1 ||
	       (type >= CKM_ECDSA_SHA224 && type <= CKM_ECDSA_SHA512);
}

/* Octets of r and of s, or 0 when the operation of this call is about something else. */
static size_t half_of(const struct twist_call *call)
{
	const struct twist_operation *operation = twist_operation_of(call);
	const struct twist_curve *curve;

	if (operation == NULL || !operation->active || !is_ecdsa(operation->mechanism))
		return 0;
	curve = twist_object_curve(call->arg[0], operation->key);
	return curve != NULL && !curve->newer ? curve->field : 0;
}

static size_t zeros(const uint8_t *number, size_t size)
{
	size_t count = 0;

	while (count + 1 < size && number[count] == 0)
		count++;
	return count;
}

static size_t put_integer(uint8_t *out, const uint8_t *number, size_t size)
{
	uint8_t positive[SIGNATURE] = {0};
	size_t skip = zeros(number, size);

	memcpy(positive + 1, number + skip, size - skip);
	if ((positive[1] & 0x80) != 0)
		return twist_der(out, 0x02, positive, size - skip + 1);
	return twist_der(out, 0x02, positive + 1, size - skip);
}

/* Octets that a signature has at most. */
static size_t longest(unsigned form, size_t half)
{
	return form == DER ? 2 * (half + 3) + (2 * (half + 3) < 128 ? 2 : 3) : 2 * half;
}

static size_t to_form(unsigned form, const uint8_t *signature, size_t half, uint8_t *out)
{
	size_t r = zeros(signature, half), s = zeros(signature + half, half), size;

	if (form == DER) {
		size = put_integer(out, signature, half);
		size += put_integer(out + size, signature + half, half);
		return twist_der(out, 0x30, out, size);
	}
	if (form == SHORT)
		r = s = r < s ? r : s;
	memcpy(out, signature + r, half - r);
	memcpy(out + half - r, signature + half + s, half - s);
	return 2 * half - r - s;
}

static const uint8_t *get_integer(const uint8_t *at, const uint8_t *end, size_t half, uint8_t *out)
{
	size_t size;

	if (end - at < 2 || at[0] != 0x02 || at[1] >= 0x80 || end - at - 2 < at[1])
		return NULL;
	size = at[1];
	at += 2;
	if (size > 0 && *at == 0) {
		at++;
		size--;
	}
	if (size > half)
		return NULL;
	memset(out, 0, half - size);
	memcpy(out + half - size, at, size);
	return at + size;
}

static bool from_der(const uint8_t *der, size_t size, size_t half, uint8_t *out)
{
	size_t length;
	const uint8_t *at = twist_content(der, size, 0x30, &length), *end = der + size;

	if (at != NULL)
		at = get_integer(at, end, half, out);
	if (at != NULL)
		at = get_integer(at, end, half, out + half);
	return at == end;
}

static bool from_halves(const uint8_t *signature, size_t size, size_t half, uint8_t *out)
{
	if (size > 2 * half || size % 2 != 0)
		return false;
	memset(out, 0, 2 * half);
	memcpy(out + half - size / 2, signature, size / 2);
	memcpy(out + 2 * half - size / 2, signature + size / 2, size / 2);
	return true;
}

static CK_RV sign(struct twist *twist, struct twist_call *call)
{
	uint8_t whole[SIGNATURE] = {0}, changed[SIGNATURE];
	struct twist_call below = *call;
	int output = twist_output(call->function);
	CK_ULONG *length = twist_output_length(call), size = sizeof(whole);
	size_t half = half_of(call), most = longest(twist->choice, half);
	CK_RV rv;

	if (half == 0 || length == NULL)
		return twist_next(call);
	if (call->arg[output] == 0 || *length < most) {
		rv = call->arg[output] == 0 ? CKR_OK : CKR_BUFFER_TOO_SMALL;
		*length = most;
		return rv;
	}
	below.arg[output] = (uintptr_t)whole;
	below.arg[output + 1] = (uintptr_t)&size;
	rv = twist_next(&below);
	if (rv != CKR_OK || size != 2 * half)
		return rv;
	size = to_form(twist->choice, whole, half, changed);
	return twist_give(changed, size, (void *)call->arg[output], length);
}

static CK_RV verify(struct twist *twist, struct twist_call *call)
{
	unsigned param = call->function == P11L_C_Verify ? 3 : 1;
	const uint8_t *signature = (const uint8_t *)call->arg[param];
	size_t half = half_of(call), size = call->arg[param + 1];
	uint8_t whole[SIGNATURE];
	bool good;

	if (half == 0 || signature == NULL)
		return twist_next(call);
	good = twist->choice == DER ? from_der(signature, size, half, whole)
	                            : from_halves(signature, size, half, whole);
	if (!good) {
		twist_end_operation(call->arg[0], TWIST_VERIFY);
		return twist->rv;
	}
	call->arg[param] = (uintptr_t)whole;
	call->arg[param + 1] = 2 * half;
	return twist_next(call);
}

static CK_RV change_form(struct twist *twist, struct twist_call *call)
{
	if (twist_output(call->function) >= 0)
		return sign(twist, call);
	return verify(twist, call);
}

static CK_RV limit_digest(struct twist *twist, struct twist_call *call)
{
	const struct twist_operation *operation = twist_operation_of(call);
	size_t half = half_of(call);

	if (half == 0 || operation->mechanism != CKM_ECDSA || call->arg[2] <= half)
		return twist_next(call);
	twist_end_operation(call->arg[0], twist_step(call->function).class);
	return twist->rv;
}

static CK_RV refuse_parts(struct twist *twist, struct twist_call *call)
{
	const struct twist_operation *operation = twist_operation_of(call);

	if (operation == NULL || !operation->active || operation->mechanism != twist->mechanism)
		return twist_next(call);
	twist_end_operation(call->arg[0], twist_step(call->function).class);
	return twist->rv;
}

const struct twist_row twist_signatures[] = {
        {"single-part", "m?r",
                ON(DigestUpdate) | ON(EncryptUpdate) | ON(DecryptUpdate) | ON(SignUpdate) |
                        ON(VerifyUpdate),
                refuse_parts, NULL, CKR_OPERATION_NOT_INITIALIZED},
        {"ecdsa-digest-limit", "?r", ON(Sign) | ON(Verify), limit_digest, NULL, CKR_DEVICE_ERROR},
        {"ecdsa-form", "w?r", ON(Sign) | ON(SignFinal) | ON(Verify) | ON(VerifyFinal), change_form,
                "der|short|uneven", CKR_SIGNATURE_INVALID},
        {0},
};
