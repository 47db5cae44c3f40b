/* SPDX-License-Identifier: MIT */
/* Elliptic curves, and the little DER that twists write. */
#include "points.h"

#define CURVE(name, field, newer, ...)                                                        \
	{                                                                                     \
		name, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}), \
		        field, newer                                                          \
	}

static const struct twist_curve curves[] = {
        CURVE("secp224r1", 28, false, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x21),
        CURVE("secp256r1", 32, false, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07),
        CURVE("secp256k1", 32, false, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a),
        CURVE("secp384r1", 48, false, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22),
        CURVE("secp521r1", 66, false, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23),
        CURVE("edwards25519", 32, true, 0x06, 0x03, 0x2b, 0x65, 0x70),
        CURVE("edwards448", 57, true, 0x06, 0x03, 0x2b, 0x65, 0x71),
        CURVE("curve25519", 32, true, 0x06, 0x03, 0x2b, 0x65, 0x6e),
        CURVE("curve448", 56, true, 0x06, 0x03, 0x2b, 0x65, 0x6f),
};

/* SoftHSM itself has names on some private keys where the public ones have identifiers. */
static bool is_name_of(const struct twist_curve *curve, const uint8_t *params, size_t size)
{
	size_t length;
	const uint8_t *name = twist_content(params, size, 0x13, &length);

	return name != NULL && length == strlen(curve->name) &&
	       memcmp(name, curve->name, length) == 0;
}

const struct twist_curve *twist_curve_of(const uint8_t *params, size_t size)
{
	for (size_t i = 0; i < COUNT(curves); i++)
		if ((size == curves[i].oid_size && memcmp(params, curves[i].oid, size) == 0) ||
		        is_name_of(&curves[i], params, size))
			return &curves[i];
	return NULL;
}

const struct twist_curve *twist_object_curve(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object)
{
	uint8_t params[64];
	size_t size = twist_object_octets(session, object, CKA_EC_PARAMS, params, sizeof(params));

	return twist_curve_of(params, size);
}

size_t twist_der(uint8_t *out, uint8_t tag, const void *value, size_t size)
{
	size_t head = 2;

	if (size >= 256)
		head = 4;
	else if (size >= 128)
		head = 3;
	memmove(out + head, value, size);
	out[0] = tag;
	out[1] = (uint8_t)size;
	if (head == 3) {
		out[1] = 0x81;
		out[2] = (uint8_t)size;
	}
	if (head == 4) {
		out[1] = 0x82;
		out[2] = (uint8_t)(size >> 8);
		out[3] = (uint8_t)size;
	}
	return head + size;
}

const uint8_t *twist_content(const uint8_t *der, size_t size, uint8_t tag, size_t *length)
{
	size_t head = 2;

	if (size < 2 || der[0] != tag)
		return NULL;
	*length = der[1];
	if (der[1] == 0x81 && size > 2) {
		head = 3;
		*length = der[2];
	} else if (der[1] == 0x82 && size > 3) {
		head = 4;
		*length = (size_t)der[2] << 8 | der[3];
	} else if (der[1] >= 0x80) {
		return NULL;
	}
	return head + *length == size ? der + head : NULL;
}

const struct twist_curve *twist_curve_number(unsigned number)
{
	return number < COUNT(curves) ? &curves[number] : NULL;
}
