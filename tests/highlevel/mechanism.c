/* SPDX-License-Identifier: MIT */
/* The constructors of mechanisms, and which ones are usual. */
#include "highlevel.h"

static const CK_BYTE octets[16] = "sixteen octets.";
#define SELF ((void *)(uintptr_t)octets)

/* The parameter is of this type. */
#define PARAMETER(type, mechanism)                                                             \
	(assert_int_equal((mechanism).size, sizeof(type)), assert_null((mechanism).parameter), \
	        (const type *)(mechanism).own)

static void constructors(void **state)
{
	const CK_SALSA20_CHACHA20_POLY1305_PARAMS *chacha;
	const CK_RSA_PKCS_OAEP_PARAMS *oaep;
	const CK_RSA_PKCS_PSS_PARAMS *pss;
	const CK_X9_42_DH1_DERIVE_PARAMS *x9_42;
	const CK_ECDH1_DERIVE_PARAMS *ecdh;
	const CK_SIGN_ADDITIONAL_CONTEXT *context;
	const CK_GCM_PARAMS *gcm;
	const CK_CCM_PARAMS *ccm;
	const CK_AES_CTR_PARAMS *ctr;
	const CK_EDDSA_PARAMS *eddsa;
	const CK_HKDF_PARAMS *hkdf;
	struct p11l_mechanism m, copy;

	(void)state;
	p11l_set_raw(&m, CKM_AES_CBC, octets, 16);
	assert_ptr_equal(m.parameter, octets);
	assert_int_equal(m.size, 16);
	p11l_set_gcm(&m, SELF, 12, octets, 3, 0);
	copy = m; /* a mechanism may be copied */
	memset(&m, 0, sizeof(m));
	gcm = PARAMETER(CK_GCM_PARAMS, copy);
	assert_int_equal(copy.type, CKM_AES_GCM);
	assert_int_equal(gcm->ulIvLen, 12);
	assert_int_equal(gcm->ulIvBits, 96);
	assert_int_equal(gcm->ulTagBits, 128);
	assert_int_equal(gcm->ulAADLen, 3);
	p11l_set_ccm(&m, 100, octets, 13, NULL, 0, 8);
	ccm = PARAMETER(CK_CCM_PARAMS, m);
	assert_int_equal(ccm->ulDataLen, 100);
	assert_int_equal(ccm->ulMACLen, 8);
	p11l_set_ctr(&m, octets, 0);
	ctr = PARAMETER(CK_AES_CTR_PARAMS, m);
	assert_int_equal(ctr->ulCounterBits, 128);
	assert_memory_equal(ctr->cb, octets, 16);
	p11l_set_chacha20_poly1305(&m, octets, 12, octets, 2);
	chacha = PARAMETER(CK_SALSA20_CHACHA20_POLY1305_PARAMS, m);
	assert_int_equal(chacha->ulNonceLen, 12);
	assert_int_equal(chacha->ulAADLen, 2);
	/* The hash is that of the name, the mask is made with the same, the salt is as long. */
	p11l_set_pss(&m, CKM_SHA384_RSA_PKCS_PSS, 0, P11L_NONE);
	pss = PARAMETER(CK_RSA_PKCS_PSS_PARAMS, m);
	assert_int_equal(pss->hashAlg, CKM_SHA384);
	assert_int_equal(pss->mgf, CKG_MGF1_SHA384);
	assert_int_equal(pss->sLen, 48);
	p11l_set_pss(&m, CKM_RSA_PKCS_PSS, 0, 0);
	assert_int_equal(pss->hashAlg, CKM_SHA256);
	assert_int_equal(pss->sLen, 0);
	p11l_set_pss(&m, CKM_RSA_PKCS_PSS, CKM_SHA3_512, P11L_NONE);
	assert_int_equal(pss->mgf, CKG_MGF1_SHA3_512);
	assert_int_equal(pss->sLen, 64);
	p11l_set_oaep(&m, 0, NULL, 0);
	oaep = PARAMETER(CK_RSA_PKCS_OAEP_PARAMS, m);
	assert_int_equal(oaep->hashAlg, CKM_SHA_1);
	assert_int_equal(oaep->mgf, CKG_MGF1_SHA1);
	assert_int_equal(oaep->source, CKZ_DATA_SPECIFIED);
	p11l_set_oaep(&m, CKM_SHA224, octets, 5);
	assert_int_equal(oaep->mgf, CKG_MGF1_SHA224);
	assert_int_equal(oaep->ulSourceDataLen, 5);
	p11l_set_ecdh(&m, CKD_SHA256_KDF, octets, 1, octets, 2);
	ecdh = PARAMETER(CK_ECDH1_DERIVE_PARAMS, m);
	assert_int_equal(ecdh->ulSharedDataLen, 1);
	assert_int_equal(ecdh->ulPublicDataLen, 2);
	p11l_set_dh(&m, octets, 16);
	assert_int_equal(m.type, CKM_DH_PKCS_DERIVE);
	p11l_set_x9_42_dh(&m, CKD_NULL, octets, 3, octets, 4);
	x9_42 = PARAMETER(CK_X9_42_DH1_DERIVE_PARAMS, m);
	assert_int_equal(x9_42->ulOtherInfoLen, 3);
	assert_int_equal(x9_42->ulPublicDataLen, 4);
	/* No parameter where there is nothing to say: many modules know none. */
	p11l_set_eddsa(&m, CK_FALSE, NULL, 0);
	assert_int_equal(m.size, 0);
	p11l_set_eddsa(&m, CK_TRUE, NULL, 0);
	eddsa = PARAMETER(CK_EDDSA_PARAMS, m);
	assert_int_equal(eddsa->phFlag, CK_TRUE);
	p11l_set_sign_context(&m, CKM_ML_DSA, CKH_HEDGE_PREFERRED, NULL, 0);
	assert_int_equal(m.size, 0);
	p11l_set_sign_context(&m, CKM_ML_DSA, CKH_DETERMINISTIC_REQUIRED, octets, 7);
	context = PARAMETER(CK_SIGN_ADDITIONAL_CONTEXT, m);
	assert_int_equal(context->hedgeVariant, CKH_DETERMINISTIC_REQUIRED);
	assert_int_equal(context->ulContextLen, 7);
	p11l_set_derive_data(&m, CKM_AES_ECB_ENCRYPT_DATA, NULL, octets, 16);
	assert_int_equal(PARAMETER(CK_KEY_DERIVATION_STRING_DATA, m)->ulLen, 16);
	p11l_set_derive_data(&m, CKM_AES_CBC_ENCRYPT_DATA, octets, octets, 16);
	assert_int_equal(PARAMETER(CK_AES_CBC_ENCRYPT_DATA_PARAMS, m)->length, 16);
	p11l_set_derive_data(&m, CKM_DES3_CBC_ENCRYPT_DATA, octets, octets, 16);
	assert_int_equal(PARAMETER(CK_DES_CBC_ENCRYPT_DATA_PARAMS, m)->length, 16);
	p11l_set_hkdf(&m, CKM_SHA256, octets, 4, NULL, 0);
	hkdf = PARAMETER(CK_HKDF_PARAMS, m);
	assert_int_equal(hkdf->ulSaltType, CKF_HKDF_SALT_DATA);
	assert_true(hkdf->bExtract && hkdf->bExpand);
	p11l_set_hkdf(&m, CKM_SHA256, NULL, 0, octets, 4);
	assert_int_equal(hkdf->ulSaltType, CKF_HKDF_SALT_NULL);
	/* Nothing to fill in is no reason to crash. */
	p11l_set_gcm(NULL, NULL, 0, NULL, 0, 0);
	p11l_set_raw(NULL, 0, NULL, 0);
}

/* Constructors are functions of the table, so the lens must be bound. */
CASE(constructed)
{
	prepare(NULL);
	constructors(NULL);
}

/* Every type of key that SoftHSM makes signs, encrypts or wraps by what is usual for it. */
CASE(what_is_usual_works)
{
	static const struct {
		CK_KEY_TYPE type;
		CK_ULONG bits;
		CK_MECHANISM_TYPE sign; /* P11L_NONE: it does not sign */
	} pairs[] =
	        {
	                {CKK_RSA, 1024, CKM_SHA512_RSA_PKCS},
	                {CKK_EC, 256, CKM_ECDSA_SHA512},
	                {CKK_EC_EDWARDS, 255, CKM_EDDSA},
	                {CKK_DSA, 1024, CKM_DSA_SHA512},
	        },
	  secrets[] = {
	          {CKK_AES, 128, CKM_AES_CMAC},
	          {CKK_DES3, 0, CKM_DES3_CMAC},
	          {CKK_GENERIC_SECRET, 512, CKM_SHA512_HMAC},
	  };
	struct p11l_session *session = begin_session(NULL);
	struct p11l_object *public_key, *private_key, *key;
	struct p11l_mechanism named;
	struct p11l_buffer signature = {0};

	for (size_t i = 0; i < COUNT(pairs); i++) {
		OK(p11l_generate_keypair(
		        session, pairs[i].type, pairs[i].bits, NULL, &public_key, &private_key));
		named = p11l_plain(pairs[i].sign);
		OK(p11l_sign(private_key, NULL, "x", 1, &signature));
		OK(p11l_verify(public_key, &named, "x", 1, signature.p, signature.len));
		p11l_object_free(public_key);
		p11l_object_free(private_key);
	}
	for (size_t i = 0; i < COUNT(secrets); i++) {
		OK(p11l_generate_key(session, secrets[i].type, secrets[i].bits,
		        P11L_KEY(.capabilities = CKF_SIGN), &key));
		named = p11l_plain(secrets[i].sign);
		OK(p11l_sign(key, NULL, "x", 1, &signature));
		OK(p11l_verify(key, &named, "x", 1, signature.p, signature.len));
		p11l_object_free(key);
	}
	p11l_buffer_free(&signature);
	p11l_close(session);
}

/* A token that has none of them: the record names what it would need. */
CASE(none_is_there)
{
	static const struct world world = {.twist = "hide-mechanism CKM_AES_MAC,"
	                                            "hide-mechanism CKM_AES_CMAC"};
	struct p11l_session *session = begin_session(&world);
	struct p11l_buffer signature = {0};
	struct p11l_object *key;

	OK(p11l_generate_key(session, CKK_AES, 128, P11L_KEY(.capabilities = CKF_SIGN), &key));
	FAILS(P11L_CKR_NO_DEFAULT, p11l_sign(key, NULL, "x", 1, &signature));
	assert_says("CKM_AES_MAC, CKM_AES_CMAC");
	assert_says("CKK_AES");
	p11l_object_free(key);
	OK(p11l_generate_key(
	        session, CKK_GENERIC_SECRET, 256, P11L_KEY(.capabilities = CKF_SIGN), &key));
	FAILS(P11L_CKR_NO_DEFAULT, p11l_encrypt(key, NULL, "x", 1, &signature));
	assert_says("CKK_GENERIC_SECRET");
	p11l_buffer_free(&signature);
	p11l_object_free(key);
	p11l_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(constructed),
	        cmocka_unit_test(what_is_usual_works),
	        cmocka_unit_test(none_is_there),
	};

	return cmocka_run_group_tests_name("highlevel/mechanism", tests, NULL, NULL);
}
