/* SPDX-License-Identifier: MIT */
/* What records look like as text, as JSON and as XML, kind of item by kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "items.h"
#include "logging/format.h"
#include "logging/known.h"
#include "shim/config.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { TEXT, JSON, XML, FORMATS };

static const int format_of[FORMATS] = {P11L_TRACE_TEXT, P11L_TRACE_JSON, P11L_TRACE_XML};

static char output[64 * 1024];

static const char *render_into(int format, const struct p11l_record *record, size_t size)
{
	size_t length = p11l_formats[format_of[format]].record(record, output, size);

	assert_true(length < size);
	output[length] = '\0';
	return output;
}

static const char *render(int format, const struct p11l_record *record)
{
	return render_into(format, record, sizeof(output) - 1);
}

static void expect(struct making *m, const char *const expected[FORMATS])
{
	for (int i = 0; i < FORMATS; i++)
		assert_string_equal(render(i, made(m)), expected[i]);
}

/* Values, each as an attribute of a template */

static void null(struct p11l_writer *w)
{
	p11l_put_item(w, P11L_ITEM_NULL);
}

static void none(struct p11l_writer *w)
{
	p11l_put_item(w, P11L_ITEM_NONE);
}

static void unreadable(struct p11l_writer *w)
{
	p11l_put_u64(w, P11L_ITEM_UNREADABLE, 0x1000);
}

static void length(struct p11l_writer *w)
{
	p11l_put_u64(w, P11L_ITEM_LENGTH, 32);
}

static void unavailable(struct p11l_writer *w)
{
	p11l_put_item(w, P11L_ITEM_UNAVAILABLE);
}

static void zero(struct p11l_writer *w)
{
	put_number(w, 0);
}

static void one(struct p11l_writer *w)
{
	put_number(w, 1);
}

static void two(struct p11l_writer *w)
{
	put_number(w, 2);
}

static void exact(struct p11l_writer *w)
{
	put_number(w, (UINT64_C(1) << 53) - 1);
}

static void beyond(struct p11l_writer *w)
{
	put_number(w, UINT64_C(1) << 53);
}

static void all_ones(struct p11l_writer *w)
{
	put_number(w, (CK_ULONG)CK_UNAVAILABLE_INFORMATION);
}

static void vendor_defined(struct p11l_writer *w)
{
	put_number(w, 0x80001234);
}

static void plain_text(struct p11l_writer *w)
{
	put_text(w, "r\303\251sum\303\251 ");
}

static void special_text(struct p11l_writer *w)
{
	put_text(w, "a\"b\\c<d>&e\tf?>-->\302\205");
}

static void control_text(struct p11l_writer *w)
{
	put_octets(w, "a\0\033b", 4);
}

static void broken_text(struct p11l_writer *w)
{
	put_text(w, "a\303(");
}

/* The last character is cut off in its middle. */
static void cut_text(struct p11l_writer *w)
{
	put_cut_octets(w, "ab\303", 3, 200);
}

static void octets(struct p11l_writer *w)
{
	put_octets(w, "\004\001\377", 3);
}

static void cut_octets(struct p11l_writer *w)
{
	put_cut_octets(w, "\004\001", 2, 67);
}

static void curve(struct p11l_writer *w)
{
	put_octets(w, "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", 10);
}

static void name(struct p11l_writer *w)
{
	put_octets(w, "\x30\x0f\x31\x0d\x30\x0b\x06\x03\x55\x04\x03\x0c\x04\"a>\xff", 17);
}

static void hidden(struct p11l_writer *w)
{
	put_hidden(w, 32, P11L_KEY, 0x1a2b3c);
}

static void list(struct p11l_writer *w)
{
	p11l_put_array(w, P11L_ITEM_LIST, 70, 2);
	put_number(w, CKM_ECDSA);
	put_number(w, 0x80001234);
}

static void empty_list(struct p11l_writer *w)
{
	p11l_put_array(w, P11L_ITEM_LIST, 0, 0);
}

static void template(struct p11l_writer *w)
{
	p11l_put_array(w, P11L_ITEM_TEMPLATE, 1, 1);
	put_type(w, CKA_SENSITIVE);
	put_number(w, 1);
}

static const struct {
	CK_ATTRIBUTE_TYPE type;
	void (*put)(struct p11l_writer *w);
	const char *expected[FORMATS];
} values[] = {
        {CKA_ID, null, {"NULL", "null", "/>"}},
        {CKA_ID, none, {"?", "{\"omitted\":true}", "/><?lens-value omitted=\"true\"?>"}},
        {CKA_ID, unreadable,
                {"unreadable@0x1000", "{\"unreadable\":\"0x1000\"}",
                        "/><?lens-value unreadable=\"0x1000\"?>"}},
        {CKA_ID, length, {"[32]", "{\"len\":32}", " length=\"32\"/>"}},
        {CKA_ID, unavailable,
                {"unavailable", "{\"unavailable\":true}", " length=\"UnavailableInformation\"/>"}},
        {CKA_TOKEN, one, {"CK_TRUE", "true", " value=\"TRUE\"/>"}},
        {CKA_TOKEN, zero, {"CK_FALSE", "false", " value=\"FALSE\"/>"}},
        {CKA_TOKEN, two, {"0x2", "\"0x2\"", " value=\"TRUE\"/><?lens-value bool=\"0x2\"?>"}},
        {CKA_CLASS, zero, {"CKO_DATA", "\"CKO_DATA\"", " value=\"DATA\"/>"}},
        {CKA_CLASS, vendor_defined, {"0x80001234", "\"0x80001234\"", " value=\"0x80001234\"/>"}},
        {CKA_VALUE_LEN, exact,
                {"9007199254740991", "9007199254740991", " value=\"9007199254740991\"/>"}},
        {CKA_VALUE_LEN, beyond,
                {"9007199254740992", "\"0x20000000000000\"", " value=\"9007199254740992\"/>"}},
        {CKA_VALUE_LEN, all_ones,
                {"CK_UNAVAILABLE_INFORMATION", "\"CK_UNAVAILABLE_INFORMATION\"",
                        " value=\"UnavailableInformation\"/>"}},
        {CKA_LABEL, plain_text,
                {"\"r\303\251sum\303\251\"", "\"r\303\251sum\303\251 \"",
                        " value=\"r\303\251sum\303\251 \"/>"}},
        {CKA_LABEL, special_text,
                {"\"a\\\"b\\\\c<d>&e\\x09f?>-->\\xc2\\x85\"",
                        "\"a\\\"b\\\\c<d>&e\\u0009f?>-->\\u0085\"",
                        " value=\"a&quot;b\\c&lt;d&gt;&amp;e&#x09;f?&gt;--&gt;&#x85;\"/>"}},
        {CKA_LABEL, control_text,
                {"\"a\\x00\\x1bb\"", "\"a\\u0000\\u001bb\"",
                        " value=\"61001b62\"/><?lens-value encoding=\"hex\"?>"}},
        {CKA_LABEL, broken_text,
                {"\"a\\xc3(\"", "{\"len\":3,\"hex\":\"61c328\"}",
                        " value=\"61c328\"/><?lens-value encoding=\"hex\"?>"}},
        {CKA_LABEL, cut_text,
                {"\"ab\\xc3\"...<200 bytes>", "{\"len\":200,\"text\":\"ab\"}",
                        " length=\"200\"/><?lens-value start=\"6162c3\"?>"}},
        {CKA_ID, octets, {"0x0401ff", "{\"len\":3,\"hex\":\"0401ff\"}", " value=\"0401ff\"/>"}},
        {CKA_ID, cut_octets,
                {"0x0401...<67 bytes>", "{\"len\":67,\"hex\":\"0401\"}",
                        " length=\"67\"/><?lens-value start=\"0401\"?>"}},
        {CKA_EC_PARAMS, curve,
                {"secp256r1",
                        "{\"curve\":\"secp256r1\",\"len\":10,\"hex\":\"06082a8648ce3d030107\"}",
                        " value=\"06082a8648ce3d030107\"/><?lens-value curve=\"secp256r1\"?>"}},
        {CKA_SUBJECT, name,
                {"\"CN=\\\"a>\\xff\"", "{\"dn\":\"CN=\\\"a>\\\\xff\",\"len\":17}",
                        " value=\"300f310d300b06035504030c0422613eff\"/>"
                        "<?lens-value dn=\"CN=&quot;a&gt;\\xff\"?>"}},
        {CKA_VALUE, hidden,
                {"<32 bytes #001a2b3c>", "{\"len\":32,\"secret\":\"key\",\"fp\":\"001a2b3c\"}",
                        " length=\"32\"/><?lens-value secret=\"key\" fp=\"001a2b3c\"?>"}},
        {CKA_ALLOWED_MECHANISMS, list,
                {"[CKM_ECDSA, 0x80001234, ...+68]",
                        "{\"len\":70,\"items\":[\"CKM_ECDSA\",\"0x80001234\"]}",
                        " length=\"70\">\n        <Type value=\"ECDSA\"/>\n"
                        "        <Type value=\"0x80001234\"/>\n      </Attribute>"}},
        {CKA_ALLOWED_MECHANISMS, empty_list, {"[]", "{\"len\":0,\"items\":[]}", "/>"}},
        {CKA_WRAP_TEMPLATE, template,
                {"{CKA_SENSITIVE=CK_TRUE}",
                        "{\"len\":1,\"attributes\":[{\"type\":\"CKA_SENSITIVE\",\"value\":true}]}",
                        ">\n        <Attribute type=\"SENSITIVE\" value=\"TRUE\"/>\n"
                        "      </Attribute>"}},
};

/* What stands around the value of the one attribute. */
static const char *const around[FORMATS][2] = {
        {"2026-11-23T15:55:58.401815Z 4:5 #17 C_FindObjectsInit(hSession=0x1, pTemplate={%s=",
                "}) = CKR_OK 19.972ms\n"},
        {"{\"v\":1,\"seq\":17,\"time\":\"2026-11-23T15:55:58.401815123Z\",\"pid\":4,\"tid\":5,"
         "\"layer\":\"app\",\"fn\":\"C_FindObjectsInit\",\"session\":\"0x1\",\"rv\":\"CKR_OK\","
         "\"ns\":19972000,\"in\":{\"hSession\":\"0x1\",\"pTemplate\":{\"len\":1,"
         "\"attributes\":[{\"type\":\"%s\",\"value\":",
                "}]}},\"out\":{}}\n"},
        {"  <?lens-call seq=\"17\" time=\"2026-11-23T15:55:58.401815123Z\" pid=\"4\" tid=\"5\" "
         "layer=\"app\" ns=\"19972000\"?>\n"
         "  <C_FindObjectsInit>\n    <Session value=\"0x1\"/>\n    <Template>\n"
         "      <Attribute type=\"%s\"",
                "\n    </Template>\n  </C_FindObjectsInit>\n  <C_FindObjectsInit rv=\"OK\"/>\n"},
};

static void make_value(struct making *m, size_t i)
{
	make_call(m, P11L_C_FindObjectsInit);
	put_number(&m->w, 1);
	p11l_put_array(&m->w, P11L_ITEM_TEMPLATE, 1, 1);
	put_type(&m->w, values[i].type);
	values[i].put(&m->w);
	make_return(m, CKR_OK);
}

static void values_by_kind(void **state)
{
	struct making m;
	char line[2048], head[1024];

	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		make_value(&m, i);
		for (int f = 0; f < FORMATS; f++) {
			const char *type = p11l_name(P11L_SPACE_attribute, values[i].type);

			snprintf(head, sizeof(head), around[f][0], f == XML ? type + 4 : type);
			snprintf(line, sizeof(line), "%s%s%s", head, values[i].expected[f],
			        around[f][1]);
			assert_string_equal(render(f, made(&m)), line);
		}
	}
}

/* Calls */

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
	assert_non_null(strstr(render(TEXT, made(&m)), "{CKA_TOKEN=CK_TRUE, "));
	assert_non_null(strstr(render(JSON, made(&m)), "\"cut\":true}\n"));
	assert_non_null(strstr(render(XML, made(&m)), "<?lens-cut?>\n"));
}

/* The first and the last words of a trace. */
static void heads_and_tails(void **state)
{
	static const struct p11l_about about = {
	        "1.2", "ssh\"", "/a \"b\" <c>?>.so", "none", 4, MADE_TIME};
	static const char *const heads[FORMATS] = {
	        "# pkcs11-lens 1.2 text trace 1; module /a \"b\" <c>?>.so; reveal none; times are "
	        "UTC\n",
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
	        cmocka_unit_test(values_by_kind),
	        cmocka_unit_test(mechanism_with_struct),
	        cmocka_unit_test(mechanism_without_struct),
	        cmocka_unit_test(opened_session),
	        cmocka_unit_test(sized_outputs),
	        cmocka_unit_test(information),
	        cmocka_unit_test(entered),
	        cmocka_unit_test(known_object),
	        cmocka_unit_test(cut_by_buffer),
	        cmocka_unit_test(cut_by_record),
	        cmocka_unit_test(heads_and_tails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
