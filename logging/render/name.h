/* SPDX-License-Identifier: MIT */
/* Distinguished names out of DER, for people. */
#ifndef P11L_NAME_H
#define P11L_NAME_H

#include "text.h"

#include <stdbool.h>

/* Writes a DER Name as "CN=..., O=..."; writes nothing and returns false when it is none. */
bool p11l_name_text(struct p11l_text *t, const uint8_t *der, size_t length);

/* The same for the subject of a certificate, of which the end may be missing. */
bool p11l_subject_text(struct p11l_text *t, const uint8_t *der, size_t length);

#endif
