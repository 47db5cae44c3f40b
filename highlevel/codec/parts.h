/* SPDX-License-Identifier: MIT */
/* What the codecs share. The functions of codec.h check arguments and call those here. */
#ifndef P11L_PARTS_H
#define P11L_PARTS_H

#include "asn.h"
#include "highlevel/api/attributes.h"
#include "highlevel/api/codec.h"

/* Where a decoder puts what it finds. */
struct p11l_target {
	struct p11l_attributes *key;
	struct p11l_attributes
	        *public_key; /* of a private key, as far as its file tells; or NULL */
	bool bare_point;     /* CKA_EC_POINT without the OCTET STRING around it */
};

typedef CK_RV p11l_decoder(struct p11l_der der, const struct p11l_target *to);

/*
 * Empties the outputs, calls the decoder, and leaves the outputs empty if it fails. public_key may
 * be NULL.
 */
CK_RV p11l_decode_with(p11l_decoder *decode, const void *der, CK_ULONG size, bool bare_point,
        struct p11l_attributes *key, struct p11l_attributes *public_key);

/* What an encoder takes attributes from. */
struct p11l_template {
	const CK_ATTRIBUTE *entry;
	CK_ULONG count;
};

typedef CK_RV p11l_encoder(const struct p11l_template *from, struct p11l_buffer *out);

/* secret: what is written is wiped like a key. */
CK_RV p11l_encode_with(p11l_encoder *encode, bool secret, const CK_ATTRIBUTE *entry, CK_ULONG count,
        struct p11l_buffer *out);

/* The same for functions that turn octets into octets. */
typedef CK_RV p11l_converter(struct p11l_der in, struct p11l_buffer *out);
CK_RV p11l_convert_with(
        p11l_converter *convert, const void *in, CK_ULONG size, struct p11l_buffer *out);

/* The value of an attribute; without one the error is recorded. */
CK_RV p11l_need(const struct p11l_template *from, CK_ATTRIBUTE_TYPE type, struct p11l_der *value);
CK_RV p11l_need_ulong(const struct p11l_template *from, CK_ATTRIBUTE_TYPE type, CK_ULONG *value);

/* The same for one that may be left out. */
bool p11l_has(const struct p11l_template *from, CK_ATTRIBUTE_TYPE type, struct p11l_der *value);

/* An error about the value of an attribute. */
CK_RV p11l_refuse_attribute(CK_RV rv, CK_ATTRIBUTE_TYPE type, const char *what);

/* CKA_CLASS and CKA_KEY_TYPE. */
CK_RV p11l_set_kind(struct p11l_attributes *key, CK_OBJECT_CLASS object_class, CK_KEY_TYPE type);
CK_RV p11l_set_der(
        struct p11l_attributes *key, CK_ATTRIBUTE_TYPE type, const struct p11l_der *value);

/* INTEGERs of a structure and the attributes that hold them. field NULL ends a list. */
struct p11l_natural {
	const char *field;
	CK_ATTRIBUTE_TYPE type;
};
CK_RV p11l_read_naturals(
        const struct p11l_asn *asn, const struct p11l_natural *list, struct p11l_attributes *to);
CK_RV p11l_write_naturals(
        struct p11l_asn *asn, const struct p11l_natural *list, const struct p11l_template *from);

/* A whole structure of such INTEGERs. */
CK_RV p11l_read_record(const asn1_static_node *module, const char *type, struct p11l_der der,
        const struct p11l_natural *list, struct p11l_attributes *to);
CK_RV p11l_write_record(const asn1_static_node *module, const char *type,
        const struct p11l_natural *list, const struct p11l_template *from, struct p11l_buffer *out);

/* A type that is nothing but an INTEGER. */
CK_RV p11l_read_integer(const asn1_static_node *module, const char *type, struct p11l_der der,
        struct p11l_der *number);
CK_RV p11l_write_integer(const asn1_static_node *module, const char *type,
        const struct p11l_der *number, struct p11l_buffer *out);

/* A number without zeros in front; 0 is one octet. */
struct p11l_der p11l_significant(struct p11l_der number);

#endif
