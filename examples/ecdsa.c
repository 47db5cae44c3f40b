/* SPDX-License-Identifier: MIT */
/* An EC key pair of a named curve that is stored on the token, and a signature. */
#include "example.h"

int main(void)
{
	struct p11l_module *module = NULL;
	struct p11l_session *session = NULL;
	struct p11l_object *curve = NULL, *public_key = NULL, *private_key = NULL;
	struct p11l_buffer signature = {0};
	CK_RV rv;

	TRY(example_open(&module, &session));
	TRY(p11l_curve(session, "secp256r1", &curve));
	TRY(p11l_parameters_keypair(curve, P11L_KEY(.label = "My EC Keypair", .store = CK_TRUE),
	        &public_key, &private_key));
	TRY(p11l_sign(private_key, NULL, "INPUT DATA", 10, &signature));
	example_print("signature", &signature);
	TRY(p11l_verify(public_key, NULL, "INPUT DATA", 10, signature.p, signature.len));
	TRY(p11l_destroy_object(private_key));
	TRY(p11l_destroy_object(public_key));
out:
	p11l_buffer_free(&signature);
	p11l_object_free(private_key);
	p11l_object_free(public_key);
	p11l_object_free(curve);
	return example_close(rv, module, session);
}
