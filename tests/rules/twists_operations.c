/* SPDX-License-Identifier: MIT */
/* Twists of mechanism parameters, sizes and operations. */
#include "twists.h"

/* Mechanisms */

struct gcm {
	CK_BYTE iv[12], out[64];
	CK_ULONG size, bits;
	bool zero_iv, short_form;
};

static CK_RV gcm_init(struct subject *s, struct gcm *gcm, CK_OBJECT_HANDLE key)
{
	CK_GCM_PARAMS params = {gcm->iv, sizeof(gcm->iv), gcm->bits, NULL, 0, 128};
	struct {
		CK_BYTE *iv;
		CK_ULONG iv_size;
		CK_BYTE *aad;
		CK_ULONG aad_size, tag_bits;
	} short_params = {gcm->iv, sizeof(gcm->iv), NULL, 0, 128};
	CK_MECHANISM mechanism = {CKM_AES_GCM, &params, sizeof(params)};

	if (gcm->short_form) {
		mechanism.pParameter = &short_params;
		mechanism.ulParameterLen = sizeof(short_params);
	}
	return s->p11->C_EncryptInit(s->session, &mechanism, key);
}

static CK_RV gcm_encrypt(struct subject *s, struct gcm *gcm, CK_OBJECT_HANDLE key)
{
	CK_BYTE data[20] = "twenty octets here.";
	CK_RV rv;

	if (!gcm->zero_iv)
		memset(gcm->iv, 7, sizeof(gcm->iv));
	rv = gcm_init(s, gcm, key);
	gcm->size = sizeof(gcm->out);
	return rv != CKR_OK
	               ? rv
	               : s->p11->C_Encrypt(s->session, data, sizeof(data), gcm->out, &gcm->size);
}

static bool takes_long_form(struct subject *s)
{
	struct gcm gcm = {.bits = 96};

	return gcm_encrypt(s, &gcm, aes_key(s, 16)) == CKR_OK && gcm.size == 36;
}

static bool takes_short_form(struct subject *s)
{
	struct gcm gcm = {.short_form = true};

	return gcm_encrypt(s, &gcm, aes_key(s, 16)) == CKR_OK && gcm.size == 36;
}

static bool refuses_short_form(struct subject *s)
{
	return !takes_short_form(s);
}

static bool short_form_is_no_device_error(struct subject *s)
{
	struct gcm gcm = {.short_form = true};

	return gcm_init(s, &gcm, aes_key(s, 16)) != CKR_DEVICE_ERROR;
}

static bool takes_no_bits(struct subject *s)
{
	struct gcm gcm = {.bits = 0};

	return gcm_encrypt(s, &gcm, aes_key(s, 16)) == CKR_OK;
}

/* The IV that the vendor draws is the one that decrypts. */
static bool leaves_iv(struct subject *s)
{
	static const CK_BYTE zeros[12];
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	struct gcm gcm = {.bits = 96, .zero_iv = true};
	CK_GCM_PARAMS params = {gcm.iv, sizeof(gcm.iv), 96, NULL, 0, 128};
	CK_MECHANISM mechanism = {CKM_AES_GCM, &params, sizeof(params)};
	CK_BYTE plain[64];
	CK_ULONG size = sizeof(plain);

	assert_int_equal(gcm_encrypt(s, &gcm, key), CKR_OK);
	assert_int_equal(s->p11->C_DecryptInit(s->session, &mechanism, key), CKR_OK);
	assert_int_equal(s->p11->C_Decrypt(s->session, gcm.out, gcm.size, plain, &size), CKR_OK);
	assert_string_equal((char *)plain, "twenty octets here.");
	return memcmp(gcm.iv, zeros, sizeof(zeros)) == 0;
}

static bool leaves_iv_at_init(struct subject *s)
{
	static const CK_BYTE zeros[12];
	struct gcm gcm = {.bits = 96, .zero_iv = true};

	assert_int_equal(gcm_init(s, &gcm, aes_key(s, 16)), CKR_OK);
	return memcmp(gcm.iv, zeros, sizeof(zeros)) == 0;
}

static bool says_general_error(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	struct gcm gcm = {.bits = 96};
	CK_GCM_PARAMS params = {gcm.iv, sizeof(gcm.iv), 96, NULL, 0, 128};
	CK_MECHANISM mechanism = {CKM_AES_GCM, &params, sizeof(params)};
	CK_BYTE plain[64];
	CK_ULONG size = sizeof(plain);

	assert_int_equal(gcm_encrypt(s, &gcm, key), CKR_OK);
	gcm.out[3] ^= 1;
	assert_int_equal(s->p11->C_DecryptInit(s->session, &mechanism, key), CKR_OK);
	return s->p11->C_Decrypt(s->session, gcm.out, gcm.size, plain, &size) == CKR_GENERAL_ERROR;
}

static CK_RV encrypt_rsa(struct subject *s, CK_MECHANISM *mechanism)
{
	CK_OBJECT_HANDLE key = rsa_pair(s, 1024).public;

	return s->p11->C_EncryptInit(s->session, mechanism, key);
}

static CK_RV encrypt_oaep(struct subject *s, CK_ULONG source, void *label, CK_ULONG size)
{
	CK_RSA_PKCS_OAEP_PARAMS params = {CKM_SHA_1, CKG_MGF1_SHA1, source, label, size};
	CK_MECHANISM mechanism = {CKM_RSA_PKCS_OAEP, &params, sizeof(params)};

	return encrypt_rsa(s, &mechanism);
}

static bool source_may_be_0(struct subject *s)
{
	CK_RV rv = encrypt_oaep(s, 0, NULL, 0);

	assert_int_equal(encrypt_oaep(s, CKZ_DATA_SPECIFIED, NULL, 0), CKR_OK);
	return rv != CKR_MECHANISM_PARAM_INVALID;
}

static bool label_is_no_bad_parameter(struct subject *s)
{
	return encrypt_oaep(s, CKZ_DATA_SPECIFIED, s, 4) != CKR_MECHANISM_PARAM_INVALID;
}

static bool takes_surplus_parameter(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_RSA_PKCS, &mechanism, sizeof(mechanism)};

	return encrypt_rsa(s, &mechanism) == CKR_OK;
}

CASE(mechanisms)
{
	static const struct row rows[] = {
	        {"gcm-params 40", takes_long_form, USUAL},
	        {"gcm-params 40", refuses_short_form, USUAL},
	        {"gcm-params 48 CKR_DEVICE_ERROR", short_form_is_no_device_error, USUAL},
	        {"gcm-iv-bits exact", takes_no_bits, USUAL},
	        {"gcm-iv-bits zero", takes_long_form, USUAL},
	        {"gcm-iv init", leaves_iv, USUAL},
	        {"gcm-iv encrypt", leaves_iv, USUAL},
	        {"gcm-iv init", leaves_iv_at_init, USUAL},
	        {"gcm-tag-code CKR_ENCRYPTED_DATA_INVALID", says_general_error, USUAL},
	        {"oaep-source strict", source_may_be_0, USUAL},
	        {"oaep-label refused", label_is_no_bad_parameter, USUAL},
	        {"plain-mechanisms strict", takes_surplus_parameter, USUAL},
	        {"hide-mechanism CKM_AES_GCM", takes_long_form, USUAL},
	};

	CHECK(rows);
}

/* Sizes */

static bool query_is_exact(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_ECDSA, NULL, 0};
	CK_BYTE data[32] = {1}, signature[128];
	CK_ULONG asked = 0, got = sizeof(signature);

	assert_int_equal(
	        s->p11->C_SignInit(s->session, &mechanism, ec_pair(s, "secp256r1").private),
	        CKR_OK);
	if (s->p11->C_Sign(s->session, data, sizeof(data), NULL, &asked) != CKR_OK)
		return false;
	assert_int_equal(s->p11->C_Sign(s->session, data, sizeof(data), signature, &got), CKR_OK);
	return asked == got;
}

static bool too_small_is_told(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};
	CK_BYTE data[] = "data", digest[64];
	CK_ULONG size = 5;

	assert_int_equal(s->p11->C_DigestInit(s->session, &mechanism), CKR_OK);
	return s->p11->C_Digest(s->session, data, sizeof(data), digest, &size) ==
	               CKR_BUFFER_TOO_SMALL &&
	       size == 32 &&
	       s->p11->C_Digest(s->session, data, sizeof(data), digest, &size) == CKR_OK;
}

static bool length_is_true(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};
	CK_BYTE data[] = "data", digest[64];
	CK_ULONG size = sizeof(digest);

	assert_int_equal(s->p11->C_DigestInit(s->session, &mechanism), CKR_OK);
	return s->p11->C_Digest(s->session, data, sizeof(data), digest, &size) == CKR_OK &&
	       size == 32;
}

static bool takes_odd_parts(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_AES_ECB, NULL, 0};
	CK_BYTE data[5] = {1}, out[64];
	CK_ULONG size = sizeof(out);

	assert_int_equal(s->p11->C_EncryptInit(s->session, &mechanism, aes_key(s, 16)), CKR_OK);
	return s->p11->C_EncryptUpdate(s->session, data, sizeof(data), out, &size) == CKR_OK;
}

static bool lists_are_checked(struct subject *s)
{
	CK_MECHANISM_TYPE list[2];
	CK_ULONG count = 2;

	return s->p11->C_GetMechanismList(s->slot, list, &count) == CKR_BUFFER_TOO_SMALL;
}

CASE(sizes)
{
	static const struct row rows[] = {
	        {"size-query 80 CKM_ECDSA", query_is_exact, USUAL},
	        {"size-query -16", query_is_exact, USUAL},
	        {"no-size-query", query_is_exact, USUAL},
	        {"length-kept", too_small_is_told, USUAL},
	        {"length-garbage 22061 C_Digest", too_small_is_told, USUAL},
	        {"too-small-ends CKM_SHA256", too_small_is_told, USUAL},
	        {"truncate", too_small_is_told, USUAL},
	        {"returns-room CKM_SHA256", length_is_true, USUAL},
	        {"output-room 65", length_is_true, USUAL},
	        {"data-limit 4 CKR_DATA_LEN_RANGE", length_is_true, USUAL},
	        {"whole-blocks 16", takes_odd_parts, USUAL},
	        {"list-short-ok", lists_are_checked, USUAL},
	};

	CHECK(rows);
}

/* Operations */

static CK_RV begin_digest(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};

	return s->p11->C_DigestInit(s->session, &mechanism);
}

static bool search_is_apart(struct subject *s)
{
	assert_int_equal(s->p11->C_FindObjectsInit(s->session, NULL, 0), CKR_OK);
	return begin_digest(s) != CKR_DEVICE_ERROR;
}

static bool failure_ends(struct subject *s)
{
	CK_OBJECT_HANDLE key = aes_key(s, 16);
	CK_MECHANISM mechanism = {CKM_AES_ECB, NULL, 0};
	CK_BYTE data[15] = {1}, out[64];
	CK_ULONG size = sizeof(out);

	assert_int_equal(s->p11->C_EncryptInit(s->session, &mechanism, key), CKR_OK);
	assert_int_equal(
	        s->p11->C_Encrypt(s->session, data, sizeof(data), out, &size), CKR_DATA_LEN_RANGE);
	return s->p11->C_EncryptInit(s->session, &mechanism, key) == CKR_OK;
}

static bool is_not_cancelled(struct subject *s)
{
	assert_int_equal(begin_digest(s), CKR_OK);
	s->p11->C_DigestInit(s->session, NULL);
	return begin_digest(s) == CKR_OPERATION_ACTIVE;
}

static bool cancel_is_bad_argument(struct subject *s)
{
	return s->p11->C_DigestInit(s->session, NULL) == CKR_ARGUMENTS_BAD;
}

static bool find_needs_init(struct subject *s)
{
	CK_OBJECT_HANDLE object;
	CK_ULONG count;

	return s->p11->C_FindObjects(s->session, &object, 1, &count) ==
	       CKR_OPERATION_NOT_INITIALIZED;
}

CASE(operations)
{
	static const struct row rows[] = {
	        {"one-operation CKR_DEVICE_ERROR", search_is_apart, USUAL},
	        {"failed-stays-active", failure_ends, USUAL},
	        {"cancel-by-null allowed", is_not_cancelled, USUAL},
	        {"cancel-by-null refused CKR_MECHANISM_INVALID", cancel_is_bad_argument, USUAL},
	        {"find-lax", find_needs_init, USUAL},
	};

	CHECK(rows);
}

static bool is_cancelled(struct subject *s)
{
	assert_int_equal(begin_digest(s), CKR_OK);
	assert_int_equal(s->p11->C_SessionCancel(s->session, CKF_DIGEST), CKR_OK);
	return begin_digest(s) == CKR_OK;
}

static bool cancels_nothing(struct subject *s)
{
	return s->p11->C_SessionCancel(s->session, CKF_DIGEST) == CKR_FUNCTION_NOT_SUPPORTED;
}

CASE(cancelling)
{
	const struct setting able = {.twist = "interface 3.0, session-cancel", .table = {3, 0}};
	const struct setting unable = {.twist = "interface 3.0", .table = {3, 0}};

	assert_true(without_lens(&able, is_cancelled));
	assert_true(without_lens(&unable, cancels_nothing));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(mechanisms),
	        cmocka_unit_test(sizes),
	        cmocka_unit_test(operations),
	        cmocka_unit_test(cancelling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
