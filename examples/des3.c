/* SPDX-License-Identifier: MIT */
/* The same with 3DES, whose keys have one length and whose blocks are 8 octets. */
#include "example.h"

int main(void)
{
	struct p11l_module *module = NULL;
	struct p11l_session *session = NULL;
	struct p11l_object *key = NULL;
	struct p11l_buffer ciphertext = {0};
	struct p11l_mechanism mechanism;
	CK_BYTE iv[8];
	CK_RV rv;

	TRY(example_open(&module, &session));
	TRY(p11l_generate_key(session, CKK_DES3, 0, NULL, &key));
	TRY(p11l_random(session, iv, sizeof(iv)));
	mechanism = p11l_iv(CKM_DES3_CBC_PAD, iv, sizeof(iv));
	TRY(p11l_encrypt(key, &mechanism, "INPUT DATA", 10, &ciphertext));
	example_print("ciphertext", &ciphertext);
out:
	p11l_buffer_free(&ciphertext);
	p11l_object_free(key);
	return example_close(rv, module, session);
}
