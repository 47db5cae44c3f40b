/* SPDX-License-Identifier: MIT */
/* AlgorithmIdentifiers of keys, and what each algorithm puts into SPKI and PKCS #8. */
#ifndef P11L_ALGORITHM_H
#define P11L_ALGORITHM_H

#include "parts.h"

struct p11l_algorithm_id;

/* What a family of algorithms does. write_parameters and those that read them may be NULL. */
struct p11l_key_codec {
	/* What both halves of a key have. */
	CK_RV (*read_parameters)(const struct p11l_algorithm_id *id, struct p11l_attributes *to);
	CK_RV(*read_public)
	(const struct p11l_algorithm_id *id, struct p11l_der bits, const struct p11l_target *to);
	CK_RV(*read_private)
	(const struct p11l_algorithm_id *id, struct p11l_der octets, const struct p11l_target *to);
	p11l_encoder *write_parameters;
	p11l_encoder *write_public;
	p11l_encoder *write_private;
};

struct p11l_algorithm {
	const char *oid;
	CK_KEY_TYPE key_type;
	const struct p11l_key_codec *codec;
	CK_ULONG parameter_set; /* CKA_PARAMETER_SET; 0: it has none */
	unsigned public_octets; /* of keys that have but one size; 0: they have many */
	unsigned private_octets, seed_octets;
};

extern const struct p11l_key_codec p11l_codec_rsa, p11l_codec_dsa, p11l_codec_dh, p11l_codec_x9_42,
        p11l_codec_ec, p11l_codec_curve, p11l_codec_pq, p11l_codec_slh;

/* One that was read: its place in a structure, and what stands there. */
struct p11l_algorithm_id {
	const struct p11l_algorithm *algorithm;
	struct p11l_der oid;        /* with tag and length */
	struct p11l_der parameters; /* likewise; size 0: absent */
};

/* The field of this name is an AlgorithmIdentifier; of a key that is not known it is refused. */
CK_RV p11l_read_algorithm(
        const struct p11l_asn *asn, const char *field, struct p11l_algorithm_id *id);

/* The algorithm of the key in a template. */
CK_RV p11l_algorithm_of(const struct p11l_template *from, const struct p11l_algorithm **algorithm);

/* Writes it into the field of this name. */
CK_RV p11l_write_algorithm(struct p11l_asn *asn, const char *field,
        const struct p11l_algorithm *algorithm, const struct p11l_template *from);

/* What both halves of a key begin with: class, type, and what the parameters say. */
CK_RV p11l_read_common(const struct p11l_algorithm_id *id, CK_OBJECT_CLASS object_class,
        struct p11l_attributes *to);

/* An error unless there are parameters, or unless there are none. */
CK_RV p11l_need_parameters(const struct p11l_algorithm_id *id);
CK_RV p11l_need_no_parameters(const struct p11l_algorithm_id *id);

#endif
