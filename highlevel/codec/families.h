/* SPDX-License-Identifier: MIT */
/* The families, for what has several of them inside: SPKI, PKCS #8, certificates, sniffing. */
#ifndef P11L_FAMILIES_H
#define P11L_FAMILIES_H

#include "parts.h"

p11l_decoder p11l_rsa_public, p11l_rsa_private, p11l_dsa_parameters, p11l_dsa_private,
        p11l_x9_42_parameters, p11l_ec_parameters, p11l_ec_private, p11l_spki,
        p11l_private_key_info, p11l_certificate, p11l_certificate_extended, p11l_certificate_key;
p11l_encoder p11l_write_rsa_public, p11l_write_rsa_private, p11l_write_dsa_parameters,
        p11l_write_dh_parameters, p11l_write_x9_42_parameters, p11l_write_ec_private,
        p11l_write_spki;

/* Whether a template can be a public key. CKA_VALUE of most private ones looks like one, but is
 * not. */
CK_RV p11l_check_public(const struct p11l_template *from);

/* PKCS #3, with privateValueLength (0: absent) unless value_bits is NULL. */
CK_RV p11l_dh_parameters(struct p11l_der der, struct p11l_attributes *to, CK_ULONG *value_bits);

#endif
