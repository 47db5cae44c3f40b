/* SPDX-License-Identifier: MIT */
/* What reading and writing PKCS #11 URIs have in common. */
#ifndef P11L_MODULE_URI_H
#define P11L_MODULE_URI_H

#include "cryptoki.h"

#include <stdbool.h>

/* Characters that stand for themselves in values, besides those that always do. */
#define P11L_URI_BOTH  ":[]@!$'()*+,="
#define P11L_URI_PATH  P11L_URI_BOTH "&"
#define P11L_URI_QUERY P11L_URI_BOTH "/?|"

/* Those that always do: letters, digits and "-._~". */
bool p11l_uri_is_plain(char c);

/* The words for classes of objects; the last has no name. */
struct p11l_uri_type {
	const char *name;
	CK_OBJECT_CLASS object_class;
};
extern const struct p11l_uri_type p11l_uri_types[];

#endif
