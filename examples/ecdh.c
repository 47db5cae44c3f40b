/* SPDX-License-Identifier: MIT */
/* Diffie-Hellman on an elliptic curve: both parties get the same key. Here one program is both. */
#include "agree.h"
#include "example.h"

int main(void)
{
	struct p11l_module *module = NULL;
	struct p11l_session *session = NULL;
	struct p11l_object *curve = NULL, *public_key[2] = {NULL}, *private_key[2] = {NULL};
	struct p11l_object *key[2] = {NULL};
	struct p11l_buffer point[2] = {{0}};
	CK_RV rv;

	TRY(example_open(&module, &session));
	TRY(p11l_curve(session, "secp256r1", &curve));
	for (int party = 0; party < 2; party++) {
		TRY(p11l_parameters_keypair(curve, NULL, &public_key[party], &private_key[party]));
		/* This is what goes over the network. */
		TRY(p11l_get_attribute(public_key[party], CKA_EC_POINT, &point[party]));
	}
	for (int party = 0; party < 2; party++) {
		struct p11l_mechanism mechanism;

		/* The point may be raw or DER: the token gets it as it wants it. */
		p11l_set_ecdh(&mechanism, CKD_NULL, NULL, 0, point[!party].p, point[!party].len);
		TRY(p11l_derive(private_key[party], &mechanism, CKK_AES, 128, NULL, &key[party]));
	}
	TRY(example_agree(key));
out:
	for (int party = 0; party < 2; party++) {
		p11l_object_free(key[party]);
		p11l_buffer_free(&point[party]);
		p11l_object_free(private_key[party]);
		p11l_object_free(public_key[party]);
	}
	p11l_object_free(curve);
	return example_close(rv, module, session);
}
