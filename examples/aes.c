/* SPDX-License-Identifier: MIT */
/* An AES key for this session, and something encrypted with it. */
#include "example.h"

int main(void)
{
	struct p11l_module *module = NULL;
	struct p11l_session *session = NULL;
	struct p11l_object *key = NULL;
	struct p11l_buffer ciphertext = {0}, plaintext = {0};
	struct p11l_mechanism mechanism;
	CK_BYTE iv[16];
	CK_RV rv;

	TRY(example_open(&module, &session));
	TRY(p11l_generate_key(session, CKK_AES, 256, NULL, &key));
	TRY(p11l_random(session, iv, sizeof(iv)));
	mechanism = p11l_iv(CKM_AES_CBC_PAD, iv, sizeof(iv));
	TRY(p11l_encrypt(key, &mechanism, "INPUT DATA", 10, &ciphertext));
	example_print("ciphertext", &ciphertext);
	TRY(p11l_decrypt(key, &mechanism, ciphertext.p, ciphertext.len, &plaintext));
	printf("plaintext: %.*s\n", (int)plaintext.len, (const char *)plaintext.p);
out:
	p11l_buffer_free(&plaintext);
	p11l_buffer_free(&ciphertext);
	p11l_object_free(key);
	return example_close(rv, module, session);
}
