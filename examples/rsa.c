/* SPDX-License-Identifier: MIT */
/* An RSA key pair, and something encrypted with OAEP, which is the usual mechanism. */
#include "example.h"

int main(void)
{
	struct p11l_module *module = NULL;
	struct p11l_session *session = NULL;
	struct p11l_object *public_key = NULL, *private_key = NULL;
	struct p11l_buffer ciphertext = {0}, plaintext = {0};
	CK_RV rv;

	TRY(example_open(&module, &session));
	TRY(p11l_generate_keypair(session, CKK_RSA, 2048, NULL, &public_key, &private_key));
	TRY(p11l_encrypt(public_key, NULL, "INPUT DATA", 10, &ciphertext));
	example_print("ciphertext", &ciphertext);
	TRY(p11l_decrypt(private_key, NULL, ciphertext.p, ciphertext.len, &plaintext));
	printf("plaintext: %.*s\n", (int)plaintext.len, (const char *)plaintext.p);
out:
	p11l_buffer_free(&plaintext);
	p11l_buffer_free(&ciphertext);
	p11l_object_free(private_key);
	p11l_object_free(public_key);
	return example_close(rv, module, session);
}
