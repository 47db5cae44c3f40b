/* SPDX-License-Identifier: MIT */
/* Blocks of PEM in a text. */
#ifndef P11L_PEM_H
#define P11L_PEM_H

#include "parts.h"

/* Goes behind the next BEGIN line; false when there is none. */
bool p11l_pem_find(struct p11l_der *text, struct p11l_der *label);

/* Decodes what follows such a line, and goes behind the END line. */
CK_RV p11l_pem_body(struct p11l_der *text, struct p11l_der label, struct p11l_buffer *der);

bool p11l_pem_is_private(struct p11l_der label);

#endif
