/* SPDX-License-Identifier: MIT */
/* The extended set of a certificate's attributes, out of a Certificate that was read. */
#ifndef P11L_X509_H
#define P11L_X509_H

#include "parts.h"

/* CKA_START_DATE and CKA_END_DATE. */
CK_RV p11l_certificate_dates(const struct p11l_asn *asn, struct p11l_attributes *to);

/* CKA_HASH_OF_SUBJECT_PUBLIC_KEY and CKA_HASH_OF_ISSUER_PUBLIC_KEY. */
CK_RV p11l_certificate_hashes(const struct p11l_asn *asn, struct p11l_attributes *to);

#endif
