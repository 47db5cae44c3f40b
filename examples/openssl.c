/* SPDX-License-Identifier: MIT */
/* Signs on the token; OpenSSL verifies with the public key that the token exports. */
#include "example.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

static int verify(const struct p11l_buffer *spki, const struct p11l_buffer *signature,
        const char *data, size_t size)
{
	const unsigned char *at = spki->p;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)spki->len);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	int good = key != NULL && context != NULL &&
	           EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
	           EVP_DigestVerify(context, signature->p, signature->len,
	                   (const unsigned char *)data, size) == 1;

	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return good;
}

int main(void)
{
	struct p11l_module *module = NULL;
	struct p11l_session *session = NULL;
	struct p11l_object *public_key = NULL, *private_key = NULL;
	struct p11l_mechanism mechanism = p11l_plain(CKM_ECDSA_SHA256);
	struct p11l_buffer signature = {0}, der = {0}, spki = {0};
	CK_RV rv;

	TRY(example_open(&module, &session));
	TRY(p11l_generate_keypair(session, CKK_EC, 256, NULL, &public_key, &private_key));
	TRY(p11l_sign(private_key, &mechanism, "INPUT DATA", 10, &signature));
	TRY(p11l_encode_ecdsa_signature(signature.p, signature.len, &der));
	TRY(p11l_export_public(public_key, &spki));
	if (!verify(&spki, &der, "INPUT DATA", 10))
		TRY(CKR_SIGNATURE_INVALID);
	printf("OpenSSL says that the signature is good\n");
out:
	p11l_buffer_free(&spki);
	p11l_buffer_free(&der);
	p11l_buffer_free(&signature);
	p11l_object_free(private_key);
	p11l_object_free(public_key);
	return example_close(rv, module, session);
}
