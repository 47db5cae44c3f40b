/* SPDX-License-Identifier: MIT */
/* ECDH-1 and ECDH-4: what the other party's point and the shared data look like to the vendor. */
#include "parameter.h"

#include <stdatomic.h>

/* The form that this module took last after refusing the other, until C_Finalize. */
static atomic_int learned; /* enum p11l_point_form; 0: none */

void p11l_ecdh_forget(void)
{
	atomic_store(&learned, P11L_POINT_NONE);
}

/* Where the fields lie that the three structs have in common. */
struct agreement {
	CK_ULONG size; /* of the struct */
	CK_ULONG *shared_size, *public_size;
	CK_BYTE_PTR *shared, *public;
};

#define AGREEMENT(field)                                                          \
	(struct agreement)                                                        \
	{                                                                         \
		sizeof(block->field), &block->field.ulSharedDataLen,              \
		        &block->field.ulPublicDataLen, &block->field.pSharedData, \
		        &block->field.pPublicData                                 \
	}

/* Has the parameter copied into block; false when the mechanism is none of these. */
static bool open_agreement(struct p11l_parameter *parameter, struct agreement *agreement)
{
	union p11l_block *block = &parameter->block;

	if (parameter->known == NULL || parameter->mechanism->pParameter == NULL)
		return false;
	switch (parameter->known->parameter_struct[0]) {
	case P11L_STRUCT_CK_ECDH1_DERIVE_PARAMS:
		*agreement = AGREEMENT(ecdh1);
		break;
	case P11L_STRUCT_CK_ECDH2_DERIVE_PARAMS:
		*agreement = AGREEMENT(ecdh2);
		break;
	case P11L_STRUCT_CK_ECMQV_DERIVE_PARAMS:
		*agreement = AGREEMENT(ecmqv);
		break;
	default:
		return false;
	}
	return p11l_parameter_copy(parameter, agreement->size);
}

CK_RV p11l_parameter_shared(struct p11l_parameter *parameter)
{
	struct agreement agreement;

	if (!open_agreement(parameter, &agreement))
		return CKR_OK;
	if (*agreement.shared_size == 0 && *agreement.shared != NULL) {
		*agreement.shared = NULL;
		p11l_note("ECDH-4", "pSharedData of length 0 -> NULL");
	}
	if (*agreement.public_size == 0 && *agreement.public != NULL) {
		*agreement.public = NULL;
		p11l_note("ECDH-4", "pPublicData of length 0 -> NULL");
	}
	return CKR_OK;
}

/* The point, with the help of the key's curve where its length leaves it open. */
static struct p11l_point read_point(
        const struct p11l_parameter *parameter, const CK_BYTE *octets, CK_ULONG size)
{
	struct p11l_point point = p11l_point_parse(P11L_ANY, 0, octets, size);
	CK_ULONG key_type;
	unsigned field;

	if (!point.ambiguous)
		return point;
	p11l_parameter_curve(parameter, &key_type, &field);
	return p11l_point_parse(key_type, field, octets, size);
}

static const char *form_name(enum p11l_point_form form)
{
	return form == P11L_POINT_DER ? "DER" : form == P11L_POINT_RAW ? "raw" : "other";
}

/* Has the parameter lead to the same point in another form; false when there is no such thing. */
static bool convert(struct p11l_parameter *parameter, enum p11l_point_form form)
{
	struct agreement agreement;
	struct p11l_point point;
	CK_ULONG size;

	if (!open_agreement(parameter, &agreement) || *agreement.public_size > P11L_POINT_MAX ||
	        !p11l_readable(*agreement.public, *agreement.public_size))
		return false;
	point = read_point(parameter, *agreement.public, *agreement.public_size);
	if (point.form == P11L_POINT_NONE || point.form == form)
		return false;
	size = p11l_point_write(&point, form, parameter->point, sizeof(parameter->point));
	if (size == 0)
		return false;
	p11l_note("ECDH-1", "%s %lu -> %s %lu", form_name(point.form), *agreement.public_size,
	        form_name(form), size);
	*agreement.public = parameter->point;
	*agreement.public_size = size;
	return true;
}

/* The form that the parameter has now. */
static enum p11l_point_form form_of(struct p11l_parameter *parameter)
{
	struct agreement agreement;

	if (!open_agreement(parameter, &agreement) || *agreement.public_size > P11L_POINT_MAX ||
	        !p11l_readable(*agreement.public, *agreement.public_size))
		return P11L_POINT_NONE;
	return read_point(parameter, *agreement.public, *agreement.public_size).form;
}

/* What vendors answer to a point in a form that they do not take. */
static bool may_mean_form(CK_RV rv)
{
	static const CK_RV codes[] = {CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD,
	        CKR_PUBLIC_KEY_INVALID, CKR_KEY_SIZE_RANGE, CKR_GENERAL_ERROR,
	        0x8000002F /* Luna: the point is not valid */};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i] == rv)
			return true;
	return false;
}

static void accepted_der(const struct p11l_parameter *parameter)
{
	(void)parameter;
	atomic_store(&learned, P11L_POINT_DER);
}

static void accepted_raw(const struct p11l_parameter *parameter)
{
	(void)parameter;
	atomic_store(&learned, P11L_POINT_RAW);
}

/* A refused derivation has made no key, so it may be asked for once more. */
static bool other_form(struct p11l_parameter *parameter, CK_RV rv)
{
	enum p11l_point_form other =
	        form_of(parameter) == P11L_POINT_DER ? P11L_POINT_RAW : P11L_POINT_DER;

	if (!may_mean_form(rv) || !convert(parameter, other))
		return false;
	parameter->accepted = other == P11L_POINT_DER ? accepted_der : accepted_raw;
	return true;
}

CK_RV p11l_parameter_peer(struct p11l_parameter *parameter)
{
	unsigned long option = p11l_option(parameter->rules, P11L_NORMALISE_ECDH_POINT);
	enum p11l_point_form form = option == P11L_ECDH_DER ? P11L_POINT_DER
	                            : option == P11L_ECDH_RAW
	                                    ? P11L_POINT_RAW
	                                    : (enum p11l_point_form)atomic_load(&learned);

	convert(parameter, form == P11L_POINT_NONE ? P11L_POINT_RAW : form);
	if (option == P11L_ECDH_AUTO)
		parameter->other_form = other_form;
	return CKR_OK;
}
