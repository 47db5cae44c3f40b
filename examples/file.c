/* SPDX-License-Identifier: MIT */
/* A file of any size is encrypted in constant memory: file INPUT OUTPUT. The IV goes in front. */
#include "example.h"

#include <fcntl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct p11l_module *module = NULL;
	struct p11l_session *session = NULL;
	struct p11l_object *key = NULL;
	struct p11l_mechanism mechanism;
	CK_BYTE iv[16];
	int in = argc > 2 ? open(argv[1], O_RDONLY) : -1;
	int out = argc > 2 ? open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
	CK_RV rv;

	TRY(example_open(&module, &session));
	if (in < 0 || out < 0)
		TRY(CKR_ARGUMENTS_BAD);
	TRY(p11l_generate_key(session, CKK_AES, 256, NULL, &key));
	TRY(p11l_random(session, iv, sizeof(iv)));
	if (write(out, iv, sizeof(iv)) != sizeof(iv))
		TRY(CKR_FUNCTION_FAILED);
	mechanism = p11l_iv(CKM_AES_CBC_PAD, iv, sizeof(iv));
	TRY(p11l_encrypt_fd(key, &mechanism, in, out));
	printf("encrypted %s to %s\n", argv[1], argv[2]);
out:
	p11l_object_free(key);
	return example_close(rv, module, session);
}
