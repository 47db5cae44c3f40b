/* SPDX-License-Identifier: MIT */
/* A key leaves the token under another key, and comes back, not to leave it again. */
#include "example.h"

int main(void)
{
	struct p11l_module *module = NULL;
	struct p11l_session *session = NULL;
	struct p11l_object *wrapping_key = NULL, *key = NULL, *restored = NULL;
	struct p11l_buffer wrapped = {0};
	CK_RV rv;

	TRY(example_open(&module, &session));
	TRY(p11l_generate_key(session, CKK_AES, 256, NULL, &wrapping_key));
	TRY(p11l_generate_key(session, CKK_AES, 128,
	        P11L_KEY(.attributes = P11L_ATTRS(P11L_BOOL(CKA_EXTRACTABLE, 1))), &key));
	TRY(p11l_wrap(wrapping_key, NULL, key, &wrapped));
	example_print("wrapped", &wrapped);
	TRY(p11l_unwrap(wrapping_key, NULL, wrapped.p, wrapped.len, CKO_SECRET_KEY, CKK_AES,
	        P11L_KEY(.label = "restored",
	                .attributes = P11L_ATTRS(P11L_BOOL(CKA_EXTRACTABLE, 0))),
	        &restored));
	printf("restored: %s\n", p11l_object_label(restored));
out:
	p11l_buffer_free(&wrapped);
	p11l_object_free(restored);
	p11l_object_free(key);
	p11l_object_free(wrapping_key);
	return example_close(rv, module, session);
}
