/* SPDX-License-Identifier: MIT */
#include "input.h"

#include "highlevel/codec/pem.h"

#include <stdlib.h>
#include <string.h>

#define BEGIN_OCTETS 11 /* "-----BEGIN " */

/* What is secret lies in the arenas of the attributes, which do not move. */
static CK_RV grow(struct p11l_input *input)
{
	CK_ULONG room = input->room > 0 ? 2 * input->room : 4;
	struct p11l_input_item *larger;

	if (input->count < input->room)
		return CKR_OK;
	larger = realloc(input->item, room * sizeof(*larger));
	if (larger == NULL)
		return p11l_no_memory();
	input->item = larger;
	input->room = room;
	return CKR_OK;
}

static CK_RV read_one(const void *data, CK_ULONG size, struct p11l_input *input)
{
	struct p11l_input_item *item;
	CK_RV rv = grow(input);

	if (rv != CKR_OK)
		return rv;
	item = &input->item[input->count];
	memset(item, 0, sizeof(*item));
	rv = p11l_decode_any(data, size, &item->decoded);
	if (rv == CKR_OK)
		input->count++;
	return rv;
}

/* Each piece reaches from behind the last BEGIN line to the next one, and so has one block. */
static CK_RV read_blocks(struct p11l_der text, struct p11l_input *input)
{
	struct p11l_der ahead = text, label;
	CK_RV rv = CKR_OK;
	bool more = p11l_pem_find(&ahead, &label);

	while (rv == CKR_OK && more) {
		struct p11l_der piece = text;

		more = p11l_pem_find(&ahead, &label);
		if (more)
			piece.size = (size_t)(label.at - BEGIN_OCTETS - text.at);
		rv = read_one(piece.at, piece.size, input);
		text.at += piece.size;
		text.size -= piece.size;
	}
	return rv;
}

static bool is_text(struct p11l_der data)
{
	struct p11l_der content, label;

	return data.size > 0 &&
	       !p11l_der_only(data.at, data.size, (enum p11l_der_tag)data.at[0], &content) &&
	       p11l_pem_find(&data, &label);
}

/* OpenSSL writes the curve before the key, which says it once more. */
static void drop_curves(struct p11l_input *input)
{
	CK_ULONG kept = 0;
	bool key = false;

	for (CK_ULONG i = 0; i < input->count; i++)
		key = key || input->item[i].decoded.format == P11L_FORMAT_EC_PRIVATE;
	for (CK_ULONG i = 0; i < input->count; i++) {
		if (key && input->item[i].decoded.format == P11L_FORMAT_EC_PARAMETERS)
			p11l_decoded_free(&input->item[i].decoded);
		else
			input->item[kept++] = input->item[i];
	}
	input->count = kept;
}

const struct p11l_attributes *p11l_input_public(const struct p11l_input_item *item)
{
	return item->decoded.object_class == CKO_PUBLIC_KEY ? &item->decoded.attributes
	                                                    : &item->decoded.public_key;
}

static void tell_id(struct p11l_input_item *item)
{
	const struct p11l_attributes *key = p11l_input_public(item);
	struct p11l_buffer id;

	if (key->count == 0)
		return;
	p11l_buffer_over(&id, item->id, sizeof(item->id));
	item->has_id = p11l_key_id(key->entry, key->count, P11L_ID_SUBJECT_KEY, &id) == CKR_OK &&
	               id.len == sizeof(item->id);
	p11l_error_forget();
}

static bool same_parameters(const struct p11l_attributes *one, const struct p11l_attributes *other)
{
	CK_ULONG value = 0;
	const CK_ATTRIBUTE *type = p11l_attributes_find(one, CKA_KEY_TYPE);

	if (type == NULL || type->ulValueLen != sizeof(value))
		return false;
	memcpy(&value, type->pValue, sizeof(value));
	for (const CK_ATTRIBUTE_TYPE *t = p11l_parameter_types(value); *t != P11L_NONE; t++) {
		const CK_ATTRIBUTE *a = p11l_attributes_find(one, *t);
		const CK_ATTRIBUTE *b = p11l_attributes_find(other, *t);

		if (a == NULL || b == NULL || a->ulValueLen != b->ulValueLen ||
		        memcmp(a->pValue, b->pValue, a->ulValueLen) != 0)
			return false;
	}
	return true;
}

/*
 * A private key that does not tell its public key belongs to the first one in the same input that
 * it can belong to: a key and its certificate, before those of the issuers.
 */
static void guess_id(const struct p11l_input *input, struct p11l_input_item *item)
{
	if (item->has_id || item->decoded.object_class != CKO_PRIVATE_KEY)
		return;
	for (CK_ULONG i = 0; i < input->count && !item->has_id; i++) {
		const struct p11l_input_item *other = &input->item[i];

		if (!other->has_id || other->decoded.object_class == CKO_PRIVATE_KEY ||
		        other->decoded.key_type != item->decoded.key_type ||
		        !same_parameters(&item->decoded.attributes, p11l_input_public(other)))
			continue;
		memcpy(item->id, other->id, sizeof(item->id));
		item->has_id = true;
	}
}

CK_RV p11l_input_read(const void *data, CK_ULONG size, struct p11l_input *input)
{
	struct p11l_der in = {data, size};
	CK_RV rv = is_text(in) ? read_blocks(in, input) : read_one(data, size, input);

	if (rv != CKR_OK) {
		p11l_input_free(input);
		return rv;
	}
	drop_curves(input);
	for (CK_ULONG i = 0; i < input->count; i++)
		tell_id(&input->item[i]);
	for (CK_ULONG i = 0; i < input->count; i++)
		guess_id(input, &input->item[i]);
	return CKR_OK;
}

void p11l_input_free(struct p11l_input *input)
{
	for (CK_ULONG i = 0; i < input->count; i++)
		p11l_decoded_free(&input->item[i].decoded);
	free(input->item);
	memset(input, 0, sizeof(*input));
}
