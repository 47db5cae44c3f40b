/* SPDX-License-Identifier: MIT */
/* What a line of the text trace says. */
#define _GNU_SOURCE
#include "harness.h"

#include <signal.h>

static struct traced t;

/* The line about the function that was called last, without time, process and number. */
static const char *last_line(void)
{
	const char *text = trace(), *at = text + strlen(text), *name;

	assert_true(at > text + 1);
	for (at -= 1; at > text && at[-1] != '\n'; at--)
		continue;
	name = strstr(at, " C_");
	assert_non_null(name);
	return name + 1;
}

/* The line up to the duration is this. */
static void assert_line(const char *expected)
{
	const char *line = last_line();
	size_t size = strlen(expected);

	if (strncmp(line, expected, size) != 0 || line[size] != ' ')
		fail_msg("expected %s\n     found %s", expected, line);
}

static void start(const char *personality)
{
	t = start_traced(personality, "");
}

CASE(head_of_a_line)
{
	unsigned year, month, day, hour, minute, second, fraction, pid, tid, number;
	char name[32];

	start("");
	assert_int_equal(sscanf(trace(), "%4u-%2u-%2uT%2u:%2u:%2u.%6uZ %u:%u #%u %31[A-Za-z_]",
	                         &year, &month, &day, &hour, &minute, &second, &fraction, &pid,
	                         &tid, &number, name),
	        11);
	assert_true(year >= 2025 && month >= 1 && month <= 12 && day >= 1 && day <= 31);
	assert_true(hour < 24 && minute < 60 && second < 61);
	assert_string_equal(name, "C_GetInterface");
	assert_int_equal(pid, tid);
	assert_int_equal(number, 1);
}

CASE(numbers_of_calls_follow_each_other)
{
	char needle[32];

	start("");
	for (int i = 0; i < 20; i++)
		t.p11->C_GetSessionInfo(t.session, NULL);
	for (int i = 1; i <= 23; i++) {
		snprintf(needle, sizeof(needle), " #%d C_", i);
		assert_int_equal(occurrences(trace(), needle), 1);
	}
}

CASE(duration_is_the_vendors)
{
	double took;
	char unit[3];

	start("sleep C_GetInfo 3ms\n");
	t.p11->C_GetInfo(NULL);
	assert_int_equal(
	        sscanf(last_line(), "C_GetInfo() = CKR_ARGUMENTS_BAD %lf%2s", &took, unit), 2);
	assert_string_equal(unit, "ms");
	assert_true(took >= 3.0 && took < 1000.0);
}

CASE(key_pair)
{
	CK_BYTE p256[] = {6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7}, id[] = {1, 0xfe};
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_KEY_TYPE type = CKK_EC;
	CK_ATTRIBUTE public[] = {{CKA_EC_PARAMS, p256, sizeof(p256)}, {CKA_TOKEN, &yes, 1},
	        {CKA_PRIVATE, &no, 1}, {CKA_ID, id, 2}};
	CK_ATTRIBUTE private[] = {{CKA_KEY_TYPE, &type, sizeof(type)},
	        {CKA_LABEL, (void *)(uintptr_t) "a \"key\"\n", 8}, {CKA_ID, NULL, 0}};
	CK_MECHANISM mechanism = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
	CK_OBJECT_HANDLE a, b;

	start("");
	t.p11->C_GenerateKeyPair(t.session, &mechanism, public, 4, private, 3, &a, &b);
	assert_line("C_GenerateKeyPair(hSession=0x100, pMechanism=CKM_EC_KEY_PAIR_GEN, "
	            "pPublicKeyTemplate={CKA_EC_PARAMS=secp256r1, CKA_TOKEN=CK_TRUE, "
	            "CKA_PRIVATE=CK_FALSE, CKA_ID=0x01fe}, "
	            "pPrivateKeyTemplate={CKA_KEY_TYPE=CKK_EC, CKA_LABEL=\"a \\\"key\\\"\\x0a\", "
	            "CKA_ID=NULL}, phPublicKey=0x600, phPrivateKey=0x601) = CKR_OK");
}

CASE(handles_tell_what_they_are)
{
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_AES;
	CK_ATTRIBUTE template[] = {{CKA_CLASS, &class, sizeof(class)},
	        {CKA_KEY_TYPE, &type, sizeof(type)}, {CKA_LABEL, (void *)(uintptr_t) "vault", 5}};
	CK_MECHANISM mechanism = {CKM_AES_ECB, NULL, 0};
	CK_OBJECT_HANDLE key;

	start("");
	t.p11->C_CreateObject(t.session, template, 3, &key);
	t.p11->C_EncryptInit(t.session, &mechanism, key);
	assert_line("C_EncryptInit(hSession=0x100, pMechanism=CKM_AES_ECB, "
	            "hKey=0x600<CKO_SECRET_KEY CKK_AES \"vault\">) = CKR_OK");
	t.p11->C_DestroyObject(t.session, key);
	t.p11->C_EncryptInit(t.session, &mechanism, key);
	assert_line("C_EncryptInit(hSession=0x100, pMechanism=CKM_AES_ECB, hKey=0x600) = CKR_OK");
}

CASE(search)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof(class)};
	CK_OBJECT_HANDLE found[4];
	CK_ULONG count;

	start("");
	t.p11->C_FindObjectsInit(t.session, &template, 1);
	t.p11->C_FindObjects(t.session, found, 4, &count);
	assert_non_null(strstr(last_line(), "phObject=[0x501, 0x502], ulMaxObjectCount=4)"));
	t.p11->C_GetObjectSize(t.session, found[1], &count);
	assert_line("C_GetObjectSize(hSession=0x100, hObject=0x502<CKO_CERTIFICATE>, pulSize=1) "
	            "= CKR_OK");
	t.p11->C_FindObjectsInit(t.session, NULL, 0);
	assert_non_null(strstr(last_line(), "pTemplate=NULL)"));
}

/* Two calls: how long is it, and what is it. */
CASE(size_query_and_small_buffer)
{
	CK_BYTE out[16] = "old content";
	CK_ULONG length = 0;

	start("");
	t.p11->C_Digest(t.session, NULL, 0, NULL, &length);
	assert_line("C_Digest(hSession=0x100, pData=NULL, pDigest=NULL, pulDigestLen=16) = CKR_OK");
	length = 3;
	t.p11->C_Digest(t.session, NULL, 0, out, &length);
	assert_line("C_Digest(hSession=0x100, pData=NULL, pDigest=[16], pulDigestLen=3=>16) "
	            "= CKR_BUFFER_TOO_SMALL");
	assert_null(strstr(trace(), "6f6c6420"));
}

CASE(lists)
{
	CK_MECHANISM_TYPE types[8];
	CK_SLOT_ID slots[2];
	CK_ULONG count = 8;

	start("");
	t.p11->C_GetMechanismList(MOCK_SLOT, types, &count);
	assert_line("C_GetMechanismList(slotID=0x11, pMechanismList=[CKM_ECDSA, CKM_SHA256, "
	            "CKM_AES_GCM]) = CKR_OK");
	count = 1;
	t.p11->C_GetMechanismList(MOCK_SLOT, types, &count);
	assert_line("C_GetMechanismList(slotID=0x11, pMechanismList=[3], pulCount=1=>3) "
	            "= CKR_BUFFER_TOO_SMALL");
	count = 2;
	t.p11->C_GetSlotList(CK_FALSE, slots, &count);
	assert_line("C_GetSlotList(tokenPresent=CK_FALSE, pSlotList=[0x11]) = CKR_OK");
}

CASE(info_structs)
{
	CK_TOKEN_INFO token;
	CK_MECHANISM_INFO mechanism;
	CK_SESSION_INFO session;

	start("");
	t.p11->C_GetTokenInfo(MOCK_SLOT, &token);
	/* Each figure under its own name. */
	assert_non_null(strstr(last_line(), "label=\"mock\", manufacturerID=\"mock\""));
	assert_non_null(strstr(last_line(), "flags=CKF_RNG, ulMaxSessionCount=1104, "));
	assert_non_null(strstr(last_line(), "ulTotalPublicMemory=1152, ulFreePublicMemory=1160, "
	                                    "ulTotalPrivateMemory=1168, ulFreePrivateMemory=1176, "
	                                    "hardwareVersion={major=3, minor=3}"));
	t.p11->C_GetMechanismInfo(MOCK_SLOT, CKM_AES_GCM, &mechanism);
	assert_line("C_GetMechanismInfo(slotID=0x11, type=CKM_AES_GCM, pInfo={ulMinKeySize=1000, "
	            "ulMaxKeySize=1008, flags=CKF_HW}) = CKR_OK");
	t.p11->C_GetSessionInfo(t.session, &session);
	assert_line("C_GetSessionInfo(hSession=0x100, pInfo={slotID=0x11, "
	            "state=CKS_RO_USER_FUNCTIONS, flags=0x1, ulDeviceError=1024}) = CKR_OK");
}

CASE(flags)
{
	CK_SESSION_HANDLE session;

	start("");
	t.p11->C_SessionCancel(t.session, CKF_ENCRYPT | CKF_SIGN | 1ul << 40);
	assert_line("C_SessionCancel(hSession=0x100, flags=CKF_ENCRYPT|CKF_SIGN|0x10000000000) "
	            "= CKR_OK");
	t.p11->C_OpenSession(MOCK_SLOT, CKF_SERIAL_SESSION, NULL, NULL, &session);
	assert_line("C_OpenSession(slotID=0x11, flags=CKF_SERIAL_SESSION, pApplication=NULL, "
	            "Notify=NULL, phSession=0x101) = CKR_OK");
	t.p11->C_SessionCancel(t.session, 0);
	assert_line("C_SessionCancel(hSession=0x100, flags=0) = CKR_OK");
}

/* Mechanism parameters */

static CK_BYTE iv[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static void init(CK_MECHANISM_TYPE type, void *parameter, size_t size)
{
	CK_MECHANISM mechanism = {type, parameter, size};

	t.p11->C_SignInit(t.session, &mechanism, 7);
}

CASE(parameters_field_by_field)
{
	CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA256, CKG_MGF1_SHA256, 32};
	CK_RSA_PKCS_OAEP_PARAMS oaep = {CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0};
	CK_ECDH1_DERIVE_PARAMS ecdh = {CKD_NULL, 0, NULL, 4, iv};

	start("");
	init(CKM_RSA_PKCS_PSS, &pss, sizeof(pss));
	assert_line("C_SignInit(hSession=0x100, pMechanism=CKM_RSA_PKCS_PSS{hashAlg=CKM_SHA256, "
	            "mgf=CKG_MGF1_SHA256, sLen=32}, hKey=0x7) = CKR_OK");
	init(CKM_RSA_PKCS_OAEP, &oaep, sizeof(oaep));
	assert_non_null(
	        strstr(last_line(), "CKM_RSA_PKCS_OAEP{hashAlg=CKM_SHA_1, mgf=CKG_MGF1_SHA1, "
	                            "source=CKZ_DATA_SPECIFIED, pSourceData=NULL}"));
	init(CKM_ECDH1_DERIVE, &ecdh, sizeof(ecdh));
	assert_non_null(strstr(last_line(), "CKM_ECDH1_DERIVE{kdf=CKD_NULL, pSharedData=NULL, "
	                                    "pPublicData=0x01020304}"));
}

CASE(parameters_without_a_struct)
{
	CK_ULONG bits = 64;

	start("");
	init(CKM_AES_CBC, iv, sizeof(iv));
	assert_non_null(strstr(
	        last_line(), "pMechanism=CKM_AES_CBC{0x0102030405060708090a0b0c0d0e0f10}, hKey"));
	init(CKM_SHA256_HMAC_GENERAL, &bits, sizeof(bits));
	assert_non_null(strstr(last_line(), "pMechanism=CKM_SHA256_HMAC_GENERAL{64}, hKey"));
	init(CKM_VENDOR_DEFINED + 0x77, iv, 4);
	assert_non_null(strstr(last_line(), "pMechanism=0x80000077{<4 bytes #"));
	init(CKM_ECDSA, NULL, 0);
	assert_non_null(strstr(last_line(), "pMechanism=CKM_ECDSA, hKey"));
}

/* Two structs of one name are in use; the length tells which. */
CASE(gcm_parameters_of_both_sizes)
{
	CK_GCM_PARAMS now = {iv, 12, 96, NULL, 0, 128};
	struct {
		CK_BYTE_PTR pIv;
		CK_ULONG ulIvLen;
		CK_BYTE_PTR pAAD;
		CK_ULONG ulAADLen, ulTagBits;
	} before = {iv, 12, NULL, 0, 112};

	start("");
	init(CKM_AES_GCM, &now, sizeof(now));
	assert_non_null(strstr(last_line(), "CKM_AES_GCM{pIv=0x0102030405060708090a0b0c, "
	                                    "ulIvBits=96, pAAD=NULL, ulTagBits=128}"));
	init(CKM_AES_GCM, &before, sizeof(before));
	assert_non_null(strstr(last_line(), "CKM_AES_GCM{pIv=0x0102030405060708090a0b0c, "
	                                    "pAAD=NULL, ulTagBits=112}"));
}

CASE(message_parameters_follow_the_operation)
{
	CK_GCM_MESSAGE_PARAMS gcm = {iv, 12, 32, CKG_GENERATE, iv, 128};
	CK_MECHANISM mechanism = {CKM_AES_GCM, NULL, 0};
	CK_BYTE out[32];
	CK_ULONG length = sizeof(out);

	start("");
	t.p11->C_EncryptMessage(t.session, &gcm, sizeof(gcm), NULL, 0, NULL, 0, out, &length);
	assert_non_null(strstr(last_line(), "pParameter=<48 bytes #"));
	t.p11->C_MessageEncryptInit(t.session, &mechanism, 7);
	t.p11->C_EncryptMessage(t.session, &gcm, sizeof(gcm), NULL, 0, NULL, 0, out, &length);
	assert_non_null(strstr(last_line(), "pParameter={pIv=0x0102030405060708090a0b0c, "
	                                    "ulIvFixedBits=32, ivGenerator=CKG_GENERATE, pTag=0x"));
	/* That of decryption is another operation. */
	t.p11->C_DecryptMessage(t.session, &gcm, sizeof(gcm), NULL, 0, NULL, 0, out, &length);
	assert_non_null(strstr(last_line(), "pParameter=<48 bytes #"));
}

/* A vendor may write the IV that it chose: before => after. */
static CK_RV choose_iv(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	if (function == P11L_C_EncryptInit)
		memset(((CK_MECHANISM *)arg[1])->pParameter, 0xee, 16);
	return rv;
}

CASE(parameter_that_the_vendor_changes)
{
	CK_BYTE mine[16] = {1};
	CK_MECHANISM mechanism = {CKM_AES_CBC, mine, sizeof(mine)};

	start("");
	vendor()->hook = choose_iv;
	t.p11->C_EncryptInit(t.session, &mechanism, 7);
	assert_non_null(strstr(last_line(), "CKM_AES_CBC{0x01000000000000000000000000000000}"
	                                    "=>CKM_AES_CBC{0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee}"));
}

/* Attributes */

CASE(attributes_of_a_size_that_is_not_theirs)
{
	CK_BYTE octets[] = {3, 0, 0, 0, 0, 0, 0, 0, 9};
	CK_ATTRIBUTE template[] = {{CKA_CLASS, octets, 4}, {CKA_KEY_TYPE, octets, 9},
	        {CKA_TOKEN, octets, 1}, {CKA_ALLOWED_MECHANISMS, octets, 5}};
	CK_OBJECT_HANDLE object;

	start("");
	t.p11->C_CreateObject(t.session, template, 4, &object);
	assert_non_null(strstr(last_line(), "CKA_CLASS=0x03000000, "));
	assert_non_null(strstr(last_line(), "CKA_KEY_TYPE=0x030000000000000009, "));
	assert_non_null(strstr(last_line(), "CKA_TOKEN=0x3, "));
	assert_non_null(strstr(last_line(), "CKA_ALLOWED_MECHANISMS=0x0300000000}"));
}

CASE(attributes_by_kind)
{
	CK_MECHANISM_TYPE allowed[] = {CKM_ECDSA, CKM_VENDOR_DEFINED};
	CK_DATE date = {{'2', '0', '2', '6'}, {'0', '1'}, {'3', '1'}};
	CK_ULONG number = 2048, odd = 0x99999999;
	CK_ATTRIBUTE inner = {CKA_MODULUS_BITS, &number, sizeof(number)};
	CK_ATTRIBUTE template[] = {
	        {CKA_ALLOWED_MECHANISMS, allowed, sizeof(allowed)},
	        {CKA_START_DATE, &date, sizeof(date)},
	        {CKA_WRAP_TEMPLATE, &inner, sizeof(inner)},
	        {CKA_KEY_TYPE, &odd, sizeof(odd)},
	        {CKA_VENDOR_DEFINED + 1, &odd, 4},
	        {CKA_LABEL, NULL, CK_UNAVAILABLE_INFORMATION},
	};
	CK_OBJECT_HANDLE object;

	start("");
	t.p11->C_CreateObject(t.session, template, COUNT(template), &object);
	assert_non_null(strstr(last_line(),
	        "CKA_ALLOWED_MECHANISMS=[CKM_ECDSA, CKM_VENDOR_DEFINED], "
	        "CKA_START_DATE=\"20260131\", "
	        "CKA_WRAP_TEMPLATE={CKA_MODULUS_BITS=2048}, CKA_KEY_TYPE=0x99999999, "
	        "0x80000001=<4 bytes #"));
	assert_non_null(strstr(last_line(), "CKA_LABEL=unavailable}"));
}

static const char *parameter_set(CK_MECHANISM_TYPE generator, CK_KEY_TYPE type)
{
	CK_ULONG set = 1;
	CK_MECHANISM mechanism = {generator, NULL, 0};
	CK_ATTRIBUTE template[] = {
	        {CKA_PARAMETER_SET, &set, sizeof(set)}, {CKA_KEY_TYPE, &type, sizeof(type)}};
	CK_OBJECT_HANDLE key;
	CK_ULONG count = type == CKK_VENDOR_DEFINED ? 1 : 2;
	const char *at;

	t.p11->C_GenerateKey(t.session, &mechanism, template, count, &key);
	at = strstr(last_line(), "CKA_PARAMETER_SET=");
	assert_non_null(at);
	return at + strlen("CKA_PARAMETER_SET=");
}

/* One number means another set for each kind of key. */
CASE(parameter_sets)
{
	start("");
	assert_memory_equal(parameter_set(1, CKK_ML_DSA), "CKP_ML_DSA_44,", 14);
	assert_memory_equal(parameter_set(1, CKK_ML_KEM), "CKP_ML_KEM_512,", 15);
	assert_memory_equal(parameter_set(1, CKK_SLH_DSA), "CKP_SLH_DSA_SHA2_128S,", 22);
	assert_memory_equal(
	        parameter_set(CKM_ML_KEM_KEY_PAIR_GEN, CKK_VENDOR_DEFINED), "CKP_ML_KEM_512}", 15);
	assert_memory_equal(parameter_set(1, CKK_VENDOR_DEFINED), "1}", 2);
	assert_memory_equal(parameter_set(1, CKK_AES), "1,", 2);
}

CASE(attributes_that_are_read)
{
	CK_BYTE label[8], value[8];
	CK_BBOOL sign;
	CK_ATTRIBUTE template[] = {{CKA_LABEL, label, sizeof(label)}, {CKA_SIGN, &sign, 1},
	        {CKA_VALUE, value, sizeof(value)}, {CKA_SUBJECT, NULL, 0}};

	start("attribute CKA_VALUE sensitive\nattribute CKA_SUBJECT 0x3000\n");
	t.p11->C_GetAttributeValue(t.session, 5, template, COUNT(template));
	assert_line(
	        "C_GetAttributeValue(hSession=0x100, hObject=0x5, pTemplate={CKA_LABEL=\"mock\", "
	        "CKA_SIGN=CK_TRUE, CKA_VALUE=unavailable, CKA_SUBJECT=[2]}) "
	        "= CKR_ATTRIBUTE_SENSITIVE");
}

CASE(long_values_are_cut)
{
	CK_BYTE id[200];
	CK_ATTRIBUTE attribute = {CKA_ID, id, sizeof(id)};
	CK_OBJECT_HANDLE object;
	const char *shown;

	memset(id, 0xab, sizeof(id));
	t = start_traced("", ",bytes=8");
	t.p11->C_CreateObject(t.session, &attribute, 1, &object);
	shown = strstr(last_line(), "CKA_ID=0xabababababababab...<200 bytes>}");
	assert_non_null(shown);
}

/* What is a certificate by its outline is shown by its subject. */
CASE(certificates)
{
	CK_BYTE der[73] = "\x30\x47\x30\x45\xa0\x03\x02\x01\x02\x02\x01\x01\x30\x00\x30\x00\x30\x00"
	                  "\x30\x13\x31\x11\x30\x0f\x06\x03\x55\x04\x03\x0c\x08somebody\x03\x20";
	CK_ATTRIBUTE attribute = {CKA_VALUE, der, sizeof(der)};
	CK_OBJECT_HANDLE object;

	start("");
	t.p11->C_CreateObject(t.session, &attribute, 1, &object);
	assert_non_null(strstr(last_line(), "{CKA_VALUE=certificate \"CN=somebody\"}"));
	der[6] = 0x04;
	t.p11->C_CreateObject(t.session, &attribute, 1, &object);
	assert_non_null(strstr(last_line(), "{CKA_VALUE=<73 bytes #"));
}

/* What the host calls, and below it what reaches the vendor. */
CASE(both_layers)
{
	CK_SESSION_INFO info;

	t = start_traced("null C_Logout\n", ",layers=app+vendor");
	t.p11->C_GetSessionInfo(t.session, &info);
	assert_int_equal(vendor()->calls[P11L_C_GetSessionInfo], 1);
	assert_int_equal(
	        occurrences(trace(), " C_GetSessionInfo(hSession=0x100, pInfo={slotID"), 2);
	assert_int_equal(occurrences(trace(), " of #"), occurrences(trace(), "\n") / 2);
	/* What the vendor does not have does not reach it. */
	assert_int_equal(t.p11->C_Logout(t.session), CKR_FUNCTION_NOT_SUPPORTED);
	assert_int_equal(occurrences(trace(), " C_Logout("), 1);
}

/* Asynchronous calls, unknown answers, strings */

CASE(async_calls)
{
	CK_UTF8CHAR name[] = "C_Sign";
	CK_ASYNC_DATA result;
	CK_ULONG id;

	start("");
	t.p11->C_AsyncGetID(t.session, name, &id);
	assert_line("C_AsyncGetID(hSession=0x100, pFunctionName=\"C_Sign\", pulID=1) = CKR_OK");
	t.p11->C_AsyncComplete(t.session, NULL, &result);
	assert_non_null(strstr(last_line(), "pFunctionName=NULL, pResult={ulVersion=1000, "));
}

CASE(answer_that_the_standard_does_not_know)
{
	start("return C_SignInit 0x80000abc\n");
	init(CKM_ECDSA, NULL, 0);
	assert_non_null(strstr(last_line(), ") = 0x80000abc "));
}

CASE(entry_lines_come_before_the_call)
{
	t = start_traced("", ",entry=yes");
	init(CKM_ECDSA, NULL, 0);
	assert_int_equal(
	        occurrences(trace(),
	                "C_SignInit(hSession=0x100, pMechanism=CKM_ECDSA, hKey=0x7) ...\n"),
	        1);
	assert_line("C_SignInit(hSession=0x100, pMechanism=CKM_ECDSA, hKey=0x7) = CKR_OK");
}

/* A call that ends the process is the last line. */
static CK_RV end(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	(void)arg;
	if (function == P11L_C_SignInit)
		abort();
	return rv;
}

static void check_last_line(int number)
{
	(void)number;
	_Exit(strstr(last_line(), "C_SignInit(hSession=0x100, pMechanism=NULL, hKey=0x7) ...\n") ==
	        NULL);
}

CASE(call_that_crashes_is_in_the_trace)
{
	t = start_traced("", ",entry=yes");
	vendor()->hook = end;
	signal(SIGABRT, check_last_line);
	t.p11->C_SignInit(t.session, NULL, 7);
	fail();
}

/* Records and lines have a largest size: what is too long is cut, closed, and still one line. */
static void assert_cut(char c, const char *expected)
{
	static CK_ATTRIBUTE attribute[64];
	static CK_BYTE label[1024];
	CK_OBJECT_HANDLE object;

	memset(label, c, sizeof(label));
	for (size_t i = 0; i < COUNT(attribute); i++)
		attribute[i] = (CK_ATTRIBUTE){CKA_LABEL, label, sizeof(label)};
	t = start_traced("", ",bytes=1024");
	assert_int_equal(t.p11->C_CreateObject(t.session, attribute, 64, &object), CKR_OK);
	assert_memory_equal(
	        last_line(), "C_CreateObject(hSession=0x100, pTemplate={CKA_LABEL=\"", 52);
	assert_non_null(strstr(last_line(), expected));
	assert_int_equal(occurrences(trace(), "\n"), 4);
}

CASE(record_that_is_too_long)
{
	assert_cut('x', "xxx\", CKA_LABEL=...}) = CKR_OK ");
}

CASE(line_that_is_too_long)
{
	assert_cut('\1', "...) = CKR_OK ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(head_of_a_line),
	        cmocka_unit_test(numbers_of_calls_follow_each_other),
	        cmocka_unit_test(duration_is_the_vendors),
	        cmocka_unit_test(key_pair),
	        cmocka_unit_test(handles_tell_what_they_are),
	        cmocka_unit_test(search),
	        cmocka_unit_test(size_query_and_small_buffer),
	        cmocka_unit_test(lists),
	        cmocka_unit_test(info_structs),
	        cmocka_unit_test(flags),
	        cmocka_unit_test(parameters_field_by_field),
	        cmocka_unit_test(parameters_without_a_struct),
	        cmocka_unit_test(gcm_parameters_of_both_sizes),
	        cmocka_unit_test(message_parameters_follow_the_operation),
	        cmocka_unit_test(parameter_that_the_vendor_changes),
	        cmocka_unit_test(attributes_of_a_size_that_is_not_theirs),
	        cmocka_unit_test(attributes_by_kind),
	        cmocka_unit_test(parameter_sets),
	        cmocka_unit_test(attributes_that_are_read),
	        cmocka_unit_test(long_values_are_cut),
	        cmocka_unit_test(certificates),
	        cmocka_unit_test(both_layers),
	        cmocka_unit_test(async_calls),
	        cmocka_unit_test(answer_that_the_standard_does_not_know),
	        cmocka_unit_test(entry_lines_come_before_the_call),
	        cmocka_unit_test(call_that_crashes_is_in_the_trace),
	        cmocka_unit_test(record_that_is_too_long),
	        cmocka_unit_test(line_that_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
