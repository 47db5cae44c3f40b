/* SPDX-License-Identifier: MIT */
/* A DSA key pair with domain parameters of its own, and a signature. */
#include "example.h"

int main(void)
{
	struct p11l_module *module = NULL;
	struct p11l_session *session = NULL;
	struct p11l_object *public_key = NULL, *private_key = NULL;
	struct p11l_buffer signature = {0};
	CK_RV rv;

	TRY(example_open(&module, &session));
	TRY(p11l_generate_keypair(session, CKK_DSA, 1024, NULL, &public_key, &private_key));
	TRY(p11l_sign(private_key, NULL, "INPUT DATA", 10, &signature));
	example_print("signature", &signature);
	TRY(p11l_verify(public_key, NULL, "INPUT DATA", 10, signature.p, signature.len));
out:
	p11l_buffer_free(&signature);
	p11l_object_free(private_key);
	p11l_object_free(public_key);
	return example_close(rv, module, session);
}
