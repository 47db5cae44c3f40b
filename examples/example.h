/* SPDX-License-Identifier: MIT */
/*
 * What all examples begin and end with. They want a token that is called DEMO, with the PIN 1234:
 *   PKCS11_LENS=/path/of/pkcs11-lens.so PKCS11_MODULE=/path/of/the/vendors.so ./aes
 */
#ifndef EXAMPLE_H
#define EXAMPLE_H

#include <pkcs11-lens.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRY(call)                 \
	do {                      \
		rv = (call);      \
		if (rv != CKR_OK) \
			goto out; \
	} while (0)

/* Loads pkcs11-lens and the module behind it, and opens a session on the token. */
static inline CK_RV example_open(struct p11l_module **module, struct p11l_session **session)
{
	CK_RV rv;

	if (p11l_bind(getenv("PKCS11_LENS")) != CKR_OK) {
		fprintf(stderr, "%s\n", dlerror());
		exit(1);
	}
	rv = p11l_load(getenv("PKCS11_MODULE"), module);
	if (rv != CKR_OK)
		return rv;
	return p11l_open(*module, P11L_OPEN(.token = "DEMO", .pin = "1234"), session);
}

/* Says what went wrong, closes everything, and is the exit status of the program. */
static inline int example_close(CK_RV rv, struct p11l_module *module, struct p11l_session *session)
{
	if (rv != CKR_OK)
		fprintf(stderr, "%s\n", p11l_error_text());
	p11l_close(session);
	p11l_module_free(module);
	return rv == CKR_OK ? 0 : 1;
}

static inline void example_print(const char *what, const struct p11l_buffer *octets)
{
	printf("%s: ", what);
	for (CK_ULONG i = 0; i < octets->len; i++)
		printf("%02x", octets->p[i]);
	printf("\n");
}

#endif
