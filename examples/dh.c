/* SPDX-License-Identifier: MIT */
/* Diffie-Hellman with given parameters: both parties get the same key. Here one program is both. */
#include "agree.h"
#include "example.h"

/* The 2048-bit group of RFC 3526. */
static const char group_14[] =
        "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22"
        "514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6"
        "F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3D"
        "C2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB"
        "9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E8603"
        "9B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
        "15728E5A8AACAA68FFFFFFFFFFFFFFFF";

int main(void)
{
	struct p11l_module *module = NULL;
	struct p11l_session *session = NULL;
	struct p11l_object *parameters = NULL, *public_key[2] = {NULL}, *private_key[2] = {NULL};
	struct p11l_object *key[2] = {NULL};
	struct p11l_buffer value[2] = {{0}};
	CK_BYTE prime[256], base = 2;
	CK_RV rv;

	TRY(example_open(&module, &session));
	TRY(example_octets(group_14, prime, sizeof(prime)));
	TRY(p11l_create_parameters(session, CKK_DH, P11L_LOCAL,
	        P11L_ATTRS(P11L_BYTES(CKA_PRIME, prime, sizeof(prime)),
	                P11L_BYTES(CKA_BASE, &base, 1)),
	        &parameters));
	for (int party = 0; party < 2; party++) {
		TRY(p11l_parameters_keypair(
		        parameters, NULL, &public_key[party], &private_key[party]));
		/* This is what goes over the network. */
		TRY(p11l_get_attribute(public_key[party], CKA_VALUE, &value[party]));
	}
	for (int party = 0; party < 2; party++) {
		struct p11l_mechanism mechanism;

		p11l_set_dh(&mechanism, value[!party].p, value[!party].len);
		TRY(p11l_derive(private_key[party], &mechanism, CKK_AES, 128, NULL, &key[party]));
	}
	TRY(example_agree(key));
out:
	for (int party = 0; party < 2; party++) {
		p11l_object_free(key[party]);
		p11l_buffer_free(&value[party]);
		p11l_object_free(private_key[party]);
		p11l_object_free(public_key[party]);
	}
	p11l_object_free(parameters);
	return example_close(rv, module, session);
}
