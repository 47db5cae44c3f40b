/* SPDX-License-Identifier: MIT */
/* What calls look like as text, as JSON and as XML: whole, begun, and cut. */
#include "rendered.h"

#include "logging/render/known.h"

static void expect(struct making *m, const char *const expected[FORMATS])
{
	for (int i = 0; i < FORMATS; i++)
		assert_string_equal(render(i, made(m)), expected[i]);
}

#define TEXT_HEAD "2026-11-23T15:55:58.401815Z 4:5 #17 "
#define JSON_HEAD                                                                              \
	"{\"v\":1,\"seq\":17,\"time\":\"2026-11-23T15:55:58.401815123Z\",\"pid\":4,\"tid\":5," \
	"\"layer\":\"app\",\"fn\":"
#define XML_HEAD                                                                                \
	"  <?lens-call seq=\"17\" time=\"2026-11-23T15:55:58.401815123Z\" pid=\"4\" tid=\"5\" " \
	"layer=\"app\""

static void mechanism_with_struct(void **state)
{
	struct making m;

	(void)state;
	make_call(&m, P11L_C_SignInit);
	put_number(&m.w, 1);
	put_mechanism(&m.w, CKM_RSA_PKCS_PSS, sizeof(CK_RSA_PKCS_PSS_PARAMS));
	put_struct(&m.w, P11L_STRUCT_CK_RSA_PKCS_PSS_PARAMS);
	put_number(&m.w, CKM_SHA256);
	put_number(&m.w, CKG_MGF1_SHA256);
	put_number(&m.w, 32);
	put_number(&m.w, 0x77);
	make_return(&m, CKR_KEY_HANDLE_INVALID);
	expect(&m,
	        (const char *const[]){TEXT_HEAD
	                "C_SignInit(hSession=0x1, pMechanism=CKM_RSA_PKCS_PSS{hashAlg=CKM_SHA256, "
	                "mgf=CKG_MGF1_SHA256, sLen=32}, hKey=0x77) = CKR_KEY_HANDLE_INVALID "
	                "19.972ms\n",
	                JSON_HEAD
	                "\"C_SignInit\",\"session\":\"0x1\",\"rv\":\"CKR_KEY_HANDLE_INVALID\","
	                "\"ns\":19972000,\"in\":{\"hSession\":\"0x1\",\"pMechanism\":"
	                "{\"mechanism\":\"CKM_RSA_PKCS_PSS\",\"parameter\":{\"hashAlg\":"
	                "\"CKM_SHA256\",\"mgf\":\"CKG_MGF1_SHA256\",\"sLen\":32}},"
	                "\"hKey\":{\"handle\":\"0x77\"}}}\n",
	                XML_HEAD
	                " ns=\"19972000\"?>\n"
	                "  <C_SignInit>\n    <Session value=\"0x1\"/>\n    <Mechanism>\n"
	                "      <Type value=\"RSA_PKCS_PSS\"/>\n      <Parameter>\n"
	                "        <HashAlg value=\"SHA256\"/>\n"
	                "        <Mgf value=\"MGF1_SHA256\"/>\n        <SLen value=\"32\"/>\n"
	                "      </Parameter>\n    </Mechanism>\n    <Key value=\"0x77\"/>\n"
	                "  </C_SignInit>\n  <C_SignInit rv=\"KEY_HANDLE_INVALID\"/>\n"});
}

/* A mechanism without a parameter, which comes back as it went in; and one with octets. */
static void mechanism_without_struct(void **state)
{
	struct making m;

	(void)state;
	make_call(&m, P11L_C_DigestInit);
	put_number(&m.w, 1);
	put_mechanism(&m.w, CKM_SHA256, 0);
	p11l_put_item(&m.w, P11L_ITEM_NULL);
	make_return(&m, 0x80000001);
	expect(&m, (const char *const[]){TEXT_HEAD
	                   "C_DigestInit(hSession=0x1, pMechanism=CKM_SHA256) = "
	                   "0x80000001 19.972ms\n",
	                   JSON_HEAD "\"C_DigestInit\",\"session\":\"0x1\",\"rv\":\"0x80000001\","
	                             "\"ns\":19972000,\"in\":{\"hSession\":\"0x1\",\"pMechanism\":"
	                             "{\"mechanism\":\"CKM_SHA256\",\"parameter\":null}}}\n",
	                   XML_HEAD
	                   " ns=\"19972000\"?>\n"
	                   "  <C_DigestInit>\n    <Session value=\"0x1\"/>\n    <Mechanism>\n"
	                   "      <Type value=\"SHA256\"/>\n    </Mechanism>\n  </C_DigestInit>\n"
	                   "  <C_DigestInit rv=\"0x80000001\"/>\n"});
	make_call(&m, P11L_C_EncryptInit);
	put_number(&m.w, 1);
	put_mechanism(&m.w, CKM_AES_CBC, 2);
	put_octets(&m.w, "\001\002", 2);
	put_number(&m.w, 0);
	make_return(&m, CKR_OK);
	assert_non_null(
	        strstr(render(TEXT, made(&m)), "pMechanism=CKM_AES_CBC{0x0102}, hKey=0x0)"));
	assert_non_null(strstr(render(JSON, made(&m)),
	        "{\"mechanism\":\"CKM_AES_CBC\",\"parameter\":{\"len\":2,\"hex\":\"0102\"}}"));
	assert_non_null(strstr(render(XML, made(&m)), "<Parameter value=\"0102\"/>"));
}

/* Flags, an address that is not followed, and a session that comes back. */
static void opened_session(void **state)
{
	struct making m;

	(void)state;
	make_call(&m, P11L_C_OpenSession);
	put_number(&m.w, 3);
	put_number(&m.w, CKF_SERIAL_SESSION | CKF_RW_SESSION | 0x100);
	p11l_put_u64(&m.w, P11L_ITEM_ADDRESS, 0xabc);
	p11l_put_item(&m.w, P11L_ITEM_NULL);
	make_return(&m, CKR_OK);
	put_number(&m.w, 9);
	expect(&m,
	        (const char *const[]){TEXT_HEAD
	                "C_OpenSession(slotID=0x3, flags=CKF_RW_SESSION|CKF_SERIAL_SESSION|0x100, "
	                "pApplication=0xabc, Notify=NULL, phSession=0x9) = CKR_OK 19.972ms\n",
	                JSON_HEAD
	                "\"C_OpenSession\",\"session\":\"0x9\",\"rv\":\"CKR_OK\",\"ns\":19972000,"
	                "\"in\":{\"slotID\":\"0x3\",\"flags\":[\"CKF_RW_SESSION\","
	                "\"CKF_SERIAL_SESSION\",\"0x100\"],\"pApplication\":{\"address\":"
	                "\"0xabc\"},\"Notify\":null},\"out\":{\"phSession\":\"0x9\"}}\n",
	                XML_HEAD " ns=\"19972000\"?>\n"
	                         "  <C_OpenSession>\n    <SlotID value=\"0x3\"/>\n"
	                         "    <Flags value=\"RW_SESSION|SERIAL_SESSION|0x100\"/>\n"
	                         "  </C_OpenSession>\n  <C_OpenSession rv=\"OK\">\n"
	                         "    <Session value=\"0x9\"/>\n  </C_OpenSession>\n"});
}

/* The three answers to a buffer: its size when it was null, what it needs, what it holds. */
static void sized_outputs(void **state)
{
	struct making m;

	(void)state;
	make_call(&m, P11L_C_GetSlotList);
	put_number(&m.w, 1);
	p11l_put_item(&m.w, P11L_ITEM_NONE);
	make_return(&m, CKR_OK);
	p11l_put_u64(&m.w, P11L_ITEM_LENGTH, 2);
	put_number(&m.w, 2);
	assert_non_null(strstr(render(TEXT, made(&m)), "pSlotList=NULL, pulCount=2)"));
	assert_non_null(strstr(render(JSON, made(&m)),
	        "\"in\":{\"tokenPresent\":true},\"out\":{\"pSlotList\":null,\"pulCount\":2}}"));
	assert_non_null(strstr(render(XML, made(&m)),
	        "    <SlotList/>\n  </C_GetSlotList>\n  <C_GetSlotList rv=\"OK\">\n"
	        "    <SlotList length=\"2\"/>\n"));

	make_call(&m, P11L_C_GetSlotList);
	put_number(&m.w, 1);
	put_number(&m.w, 1);
	make_return(&m, CKR_BUFFER_TOO_SMALL);
	p11l_put_u64(&m.w, P11L_ITEM_LENGTH, 2);
	put_number(&m.w, 2);
	assert_non_null(strstr(render(TEXT, made(&m)), "pSlotList=[2], pulCount=1=>2)"));
	assert_non_null(strstr(render(JSON, made(&m)), "\"pulCount\":1},\"out\":{\"pSlotList\":"
	                                               "{\"len\":2},\"pulCount\":2}}"));
	assert_non_null(strstr(render(XML, made(&m)), "    <SlotList length=\"1\"/>\n"));

	make_call(&m, P11L_C_GetSlotList);
	put_number(&m.w, 1);
	put_number(&m.w, 2);
	make_return(&m, CKR_OK);
	p11l_put_array(&m.w, P11L_ITEM_LIST, 2, 2);
	put_number(&m.w, 0);
	put_number(&m.w, 7);
	put_number(&m.w, 2);
	assert_non_null(strstr(render(TEXT, made(&m)), "pSlotList=[0x0, 0x7]) ="));
	assert_non_null(strstr(render(JSON, made(&m)),
	        "\"out\":{\"pSlotList\":{\"len\":2,\"items\":[\"0x0\",\"0x7\"]}}}"));
	assert_non_null(strstr(render(XML, made(&m)),
	        "    <SlotList>\n      <SlotID value=\"0x0\"/>\n      <SlotID value=\"0x7\"/>\n"));
}

/* Text that is filled up with blanks; a struct within a struct. */
static void information(void **state)
{
	struct making m;

	(void)state;
	make_call(&m, P11L_C_GetInfo);
	make_return(&m, CKR_OK);
	put_struct(&m.w, P11L_STRUCT_CK_INFO);
	put_struct(&m.w, P11L_STRUCT_CK_VERSION);
	put_number(&m.w, 3);
	put_number(&m.w, 2);
	put_text(&m.w, "Me  ");
	put_number(&m.w, 0);
	put_text(&m.w, "");
	p11l_put_item(&m.w, P11L_ITEM_NULL);
	assert_non_null(strstr(render(TEXT, made(&m)), "manufacturerID=\"Me\", flags=0, "));
	assert_non_null(strstr(render(JSON, made(&m)),
	        "\"in\":{},\"out\":{\"pInfo\":{\"cryptokiVersion\":{\"major\":3,\"minor\":2},"
	        "\"manufacturerID\":\"Me\",\"flags\":0,"));
	assert_non_null(strstr(render(XML, made(&m)),
	        "  <C_GetInfo/>\n  <C_GetInfo rv=\"OK\">\n    <Info>\n"
	        "      <CryptokiVersion major=\"3\" minor=\"2\"/>\n"
	        "      <ManufacturerID value=\"Me  \"/>\n"));
}

/* A call that the lens has made of its own, and what it has changed for the host. */
static void layers_and_notes(void **state)
{
	struct making m;

	(void)state;
	make_call(&m, P11L_C_CloseSession);
	m.record.head.layer = P11L_LAYER_VENDOR;
	m.record.head.state = P11L_RECORD_CHILD;
	m.record.head.parent = 12;
	put_number(&m.w, 1);
	make_return(&m, CKR_OK);
	make_note(&m, "DEF-1", "a \"b\"\n-->");
	make_note(&m, "TPL-2", "");
	expect(&m,
	        (const char *const[]){
	                "2026-11-23T15:55:58.401815Z 4:5 #17 [vendor of #12] C_CloseSession("
	                "hSession=0x1) = CKR_OK 19.972ms\n"
	                "~ DEF-1 a \\\"b\\\"\\x0a-->\n~ TPL-2 \n",
	                "{\"v\":1,\"seq\":17,\"time\":\"2026-11-23T15:55:58.401815123Z\",\"pid\":4,"
	                "\"tid\":5,\"layer\":\"vendor\",\"parent\":12,\"fn\":\"C_CloseSession\","
	                "\"session\":\"0x1\",\"rv\":\"CKR_OK\",\"ns\":19972000,\"notes\":"
	                "[{\"rule\":\"DEF-1\",\"text\":\"a \\\"b\\\"\\u000a-->\"},"
	                "{\"rule\":\"TPL-2\",\"text\":\"\"}],\"in\":{\"hSession\":\"0x1\"},"
	                "\"out\":{}}\n",
	                "  <?lens-call seq=\"17\" time=\"2026-11-23T15:55:58.401815123Z\" "
	                "pid=\"4\" "
	                "tid=\"5\" layer=\"vendor\" parent=\"12\" ns=\"19972000\"?>\n"
	                "  <?lens-note rule=\"DEF-1\" text=\"a &quot;b&quot;&#x0a;--&gt;\"?>\n"
	                "  <?lens-note rule=\"TPL-2\" text=\"\"?>\n"
	                "  <C_CloseSession>\n    <Session value=\"0x1\"/>\n  </C_CloseSession>\n"
	                "  <C_CloseSession rv=\"OK\"/>\n"});
}

/* A call from which nothing has come back yet; in XML it is a comment, which "--" would end. */
static void entered(void **state)
{
	struct making m;

	(void)state;
	make_call(&m, P11L_C_InitToken);
	put_number(&m.w, 3);
	put_hidden(&m.w, 4, P11L_PIN, 0xffffffff);
	put_text(&m.w, "--> ");
	expect(&m,
	        (const char *const[]){TEXT_HEAD
	                "C_InitToken(slotID=0x3, pPin=<4 bytes #ffffffff>, pLabel=\"-->\") ...\n",
	                JSON_HEAD
	                "\"C_InitToken\",\"state\":\"entered\",\"in\":{\"slotID\":\"0x3\","
	                "\"pPin\":{\"len\":4,\"secret\":\"pin\",\"fp\":\"ffffffff\"},"
	                "\"pLabel\":\"-->\"}}\n",
	                XML_HEAD
	                " state=\"entered\"?>\n"
	                "  <!--\n  <C_InitToken>\n    <SlotID value=\"0x3\"/>\n"
	                "    <Pin length=\"4\"/><?lens-value secret=\"pin\" fp=\"ffffffff\"?>\n"
	                "    <Label value=\"&#45;&#45;&gt; \"/>\n  </C_InitToken>\n  -->\n"});
}

static void learn_key(void)
{
	struct making m;

	make_call(&m, P11L_C_OpenSession);
	put_number(&m.w, 3);
	put_number(&m.w, CKF_SERIAL_SESSION);
	p11l_put_item(&m.w, P11L_ITEM_NULL);
	p11l_put_item(&m.w, P11L_ITEM_NULL);
	make_return(&m, CKR_OK);
	put_number(&m.w, 1);
	p11l_known_learn(made(&m));
	make_call(&m, P11L_C_CreateObject);
	put_number(&m.w, 1);
	p11l_put_array(&m.w, P11L_ITEM_TEMPLATE, 3, 3);
	put_type(&m.w, CKA_CLASS);
	put_number(&m.w, CKO_SECRET_KEY);
	put_type(&m.w, CKA_KEY_TYPE);
	put_number(&m.w, CKK_AES);
	put_type(&m.w, CKA_LABEL);
	put_text(&m.w, "0123456789012345678901234567890\303\251");
	make_return(&m, CKR_OK);
	put_number(&m.w, 5);
	p11l_known_learn(made(&m));
}

/* Of a label the beginning is known, and that ends within a character. */
static void known_object(void **state)
{
	struct making m;

	(void)state;
	learn_key();
	make_call(&m, P11L_C_DestroyObject);
	put_number(&m.w, 1);
	put_number(&m.w, 5);
	make_return(&m, CKR_OK);
	assert_non_null(strstr(render(TEXT, made(&m)),
	        "hObject=0x5<CKO_SECRET_KEY CKK_AES \"0123456789012345678901234567890\\xc3\">"));
	assert_non_null(strstr(render(JSON, made(&m)),
	        "\"hObject\":{\"handle\":\"0x5\",\"class\":\"CKO_SECRET_KEY\",\"key_type\":"
	        "\"CKK_AES\",\"label\":\"0123456789012345678901234567890\"}"));
	assert_non_null(strstr(render(XML, made(&m)),
	        "<Object value=\"0x5\"/><?lens-value class=\"SECRET_KEY\" key_type=\"AES\" "
	        "label=\"0123456789012345678901234567890\"?>"));
}

/* Cut records */

static void make_long(struct making *m)
{
	static const uint8_t filler[1024];

	make_call(m, P11L_C_FindObjectsInit);
	put_number(&m->w, 1);
	p11l_put_array(&m->w, P11L_ITEM_TEMPLATE, 3, 3);
	for (int i = 0; i < 3; i++) {
		put_type(&m->w, CKA_ID);
		put_octets(&m->w, filler, sizeof(filler));
	}
	make_return(m, CKR_OK);
}

static size_t occurrences(const char *text, const char *needle)
{
	size_t n = 0;

	while ((text = strstr(text, needle)) != NULL) {
		text += strlen(needle);
		n++;
	}
	return n;
}

/* What the buffer has no room for. */
static void cut_by_buffer(void **state)
{
	struct making m;
	const char *end = "...) = CKR_OK 19.972ms\n", *line;

	(void)state;
	make_long(&m);
	line = render_into(TEXT, made(&m), 5000);
	assert_string_equal(line + strlen(line) - strlen(end), end);
	line = render_into(JSON, made(&m), 5000);
	assert_int_equal(occurrences(line, "\"type\":\"CKA_ID\""), 3);
	assert_int_equal(occurrences(line, "\"hex\":"), 2);
	end = "{\"type\":\"CKA_ID\",\"value\":{\"len\":1024}}]}},\"cut\":true}\n";
	assert_string_equal(line + strlen(line) - strlen(end), end);
	line = render_into(XML, made(&m), 5000);
	assert_int_equal(occurrences(line, "<Attribute type=\"ID\" value="), 2);
	end = "    </Template>\n  </C_FindObjectsInit>\n  <C_FindObjectsInit rv=\"OK\"/>\n"
	      "  <?lens-cut?>\n";
	assert_string_equal(line + strlen(line) - strlen(end), end);
}

/* What the record had no room for. */
static void cut_by_record(void **state)
{
	struct making m;

	(void)state;
	make_call(&m, P11L_C_FindObjectsInit);
	put_number(&m.w, 1);
	p11l_put_array(&m.w, P11L_ITEM_TEMPLATE, 2, 2);
	put_type(&m.w, CKA_TOKEN);
	put_number(&m.w, 1);
	p11l_put_item(&m.w, P11L_ITEM_CUT);
	make_return(&m, CKR_OK);
	assert_non_null(strstr(render(TEXT, made(&m)), "{CKA_TOKEN=CK_TRUE...}"));
	assert_non_null(strstr(render(JSON, made(&m)), "\"cut\":true}\n"));
	assert_int_equal(occurrences(render(JSON, made(&m)), "\"type\":"), 1);
	assert_non_null(strstr(render(XML, made(&m)), "<?lens-cut?>\n"));
}

/* The first and the last words of a trace. */
static void heads_and_tails(void **state)
{
	static const struct p11l_about about = {
	        "1.2", "ssh\"", "/a \"b\" <c>?>.so", "none", 4, MADE_TIME};
	static const char *const heads[FORMATS] = {
	        "# pkcs11-lens 1.2 text trace 1; process 4 \"ssh\\\"\"; module /a \"b\" <c>?>.so; "
	        "reveal none; times are UTC\n",
	        "{\"v\":1,\"type\":\"trace\",\"lens\":\"1.2\",\"time\":"
	        "\"2026-11-23T15:55:58.401815123Z\",\"pid\":4,\"program\":\"ssh\\\"\","
	        "\"reveal\":\"none\",\"module\":\"/a \\\"b\\\" <c>?>.so\"}\n",
	        "<PKCS11>\n  <?lens-trace v=\"1\" lens=\"1.2\" "
	        "time=\"2026-11-23T15:55:58.401815123Z\" pid=\"4\" program=\"ssh&quot;\" "
	        "reveal=\"none\" module=\"/a &quot;b&quot; &lt;c&gt;?&gt;.so\"?>\n",
	};

	(void)state;
	for (int i = 0; i < FORMATS; i++) {
		size_t size = p11l_formats[format_of[i]].head(&about, output, P11L_RENDER_LEAST);

		output[size] = '\0';
		assert_string_equal(output, heads[i]);
	}
	output[p11l_formats[P11L_TRACE_XML].tail(output, P11L_RENDER_LEAST)] = '\0';
	assert_string_equal(output, "</PKCS11>\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(mechanism_with_struct),
	        cmocka_unit_test(mechanism_without_struct),
	        cmocka_unit_test(opened_session),
	        cmocka_unit_test(sized_outputs),
	        cmocka_unit_test(information),
	        cmocka_unit_test(layers_and_notes),
	        cmocka_unit_test(entered),
	        cmocka_unit_test(known_object),
	        cmocka_unit_test(cut_by_buffer),
	        cmocka_unit_test(cut_by_record),
	        cmocka_unit_test(heads_and_tails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
