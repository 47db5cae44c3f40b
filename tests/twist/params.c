/* SPDX-License-Identifier: MIT */
/* CKA_EC_PARAMS in other forms than an object identifier, and Montgomery keys. */
#include "points.h"

#include "explicit.h"

enum { EXPLICIT, NAME, UTF8, YKCS11, GNUPG, OID };

static const uint8_t gnupg_ed25519[] = {
        0x06, 0x09, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01};
static const uint8_t gnupg_x25519[] = {
        0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x97, 0x55, 0x01, 0x05, 0x01};

static size_t put(uint8_t *out, const uint8_t *octets, size_t size)
{
	memcpy(out, octets, size);
	return size;
}

/* A name whose length octet is one too high, for the one curve that is known to have it. */
static size_t put_name(const struct twist_curve *curve, unsigned form, uint8_t *out)
{
	size_t size = twist_der(out, form == UTF8 ? 0x0c : 0x13, curve->name, strlen(curve->name));

	if (form == YKCS11 && strcmp(curve->name, "curve25519") == 0)
		out[1]++;
	return size;
}

/* The parameters of a curve in this form; 0 when it has none. */
static size_t put_params(const struct twist_curve *curve, unsigned form, uint8_t *out)
{
	switch (form) {
	case EXPLICIT:
		return strcmp(curve->name, "secp256r1") == 0
		               ? put(out, explicit_secp256r1, sizeof(explicit_secp256r1))
		               : 0;
	case GNUPG:
		if (strcmp(curve->name, "edwards25519") == 0)
			return put(out, gnupg_ed25519, sizeof(gnupg_ed25519));
		if (strcmp(curve->name, "curve25519") == 0)
			return put(out, gnupg_x25519, sizeof(gnupg_x25519));
		return 0;
	case OID:
		return curve->newer ? put(out, curve->oid, curve->oid_size) : 0;
	default:
		return curve->newer ? put_name(curve, form, out) : 0;
	}
}

static bool change_params(struct twist *twist, const struct twist_call *call,
        CK_ATTRIBUTE_TYPE type, uint8_t *octets, size_t *size)
{
	const struct twist_curve *curve =
	        type == CKA_EC_PARAMS ? twist_curve_of(octets, *size) : NULL;
	size_t changed = curve != NULL ? put_params(curve, twist->choice, octets) : 0;

	(void)call;
	if (changed == 0)
		return false;
	*size = changed;
	return true;
}

static CK_RV read_params(struct twist *twist, struct twist_call *call)
{
	return twist_read_changed(twist, call, change_params);
}

/* The curve that is meant, in whatever form. */
static const struct twist_curve *curve_meant(const CK_ATTRIBUTE *params, int *form)
{
	const struct twist_curve *curve;
	uint8_t octets[TWIST_VALUE];

	for (unsigned i = 0; (curve = twist_curve_number(i)) != NULL; i++) {
		for (*form = EXPLICIT; *form <= OID; ++*form) {
			size_t size = put_params(curve, (unsigned)*form, octets);

			if (size != 0 && size == params->ulValueLen &&
			        memcmp(octets, params->pValue, size) == 0)
				return curve;
		}
	}
	return NULL;
}

/* ec-params-accept: one form is taken, and the module behind gets what it knows. */
static CK_RV take_params(struct twist *twist, struct twist_call *call)
{
	const struct twist_curve *curve;
	struct twist_draft draft;
	CK_ATTRIBUTE *params;
	int form;

	params = twist_draft(&draft, call, 0) ? twist_find(&draft, CKA_EC_PARAMS) : NULL;
	if (params == NULL || params->pValue == NULL)
		return twist_next(call);
	curve = curve_meant(params, &form);
	if (curve == NULL || !curve->newer)
		return twist_next(call);
	/* Only one curve has a malformed name. */
	if (form != (int)twist->choice && !(twist->choice == YKCS11 && form == NAME &&
	                                          strcmp(curve->name, "curve25519") != 0))
		return twist->rv;
	params->pValue = (void *)(uintptr_t)curve->oid;
	params->ulValueLen = curve->oid_size;
	twist_use(call, &draft);
	return twist_next(call);
}

/*
 * montgomery: SoftHSM makes such keys when it is asked for Edwards keys on these curves, and can
 * derive with them, but calls them Edwards keys.
 */

static bool show_montgomery(struct twist *twist, const struct twist_call *call,
        CK_ATTRIBUTE_TYPE type, uint8_t *octets, size_t *size)
{
	const CK_ULONG montgomery = CKK_EC_MONTGOMERY;
	const struct twist_curve *curve;

	(void)twist;
	if (type != CKA_KEY_TYPE || *size != sizeof(montgomery))
		return false;
	curve = twist_object_curve(call->arg[0], call->arg[1]);
	if (curve == NULL || strncmp(curve->name, "curve", 5) != 0)
		return false;
	memcpy(octets, &montgomery, sizeof(montgomery));
	return true;
}

static CK_RV make_montgomery(struct twist *twist, struct twist_call *call)
{
	static const CK_ULONG edwards = CKK_EC_EDWARDS;
	CK_MECHANISM mechanism = {CKM_EC_EDWARDS_KEY_PAIR_GEN, NULL, 0};
	struct twist_draft draft[2];
	CK_ATTRIBUTE *type;

	if (call->function == P11L_C_GetAttributeValue)
		return twist_read_changed(twist, call, show_montgomery);
	if (call->function == P11L_C_GenerateKeyPair) {
		const CK_MECHANISM *given = twist_mechanism_of(call);

		if (given == NULL || given->mechanism != CKM_EC_MONTGOMERY_KEY_PAIR_GEN)
			return twist_next(call);
		call->arg[1] = (uintptr_t)&mechanism;
	}
	for (unsigned i = 0; i < twist_templates_of(call); i++) {
		if (!twist_draft(&draft[i], call, i))
			continue;
		type = twist_find(&draft[i], CKA_KEY_TYPE);
		if (type != NULL && twist_number_in(&draft[i], CKA_KEY_TYPE) == CKK_EC_MONTGOMERY)
			type->pValue = (void *)(uintptr_t)&edwards;
		twist_use(call, &draft[i]);
	}
	return twist_next(call);
}

const struct twist_row twist_params[] = {
        {"ec-params", "w", ON(GetAttributeValue), read_params, "explicit|name|utf8|ykcs11|gnupg",
                0},
        {"ec-params-accept", "w?r", ON(GenerateKeyPair) | ON(CreateObject), take_params,
                "explicit|name|utf8|ykcs11|gnupg|oid", CKR_ATTRIBUTE_VALUE_INVALID},
        {"montgomery", "", ON_TEMPLATE | ON(FindObjectsInit) | ON(GetAttributeValue),
                make_montgomery, NULL, 0},
        {0},
};
