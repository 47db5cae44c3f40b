/* SPDX-License-Identifier: MIT */
/* What values look like as text, as JSON and as XML, kind of item by kind. */
#include "rendered.h"

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
                {"\"CN=\\\"a>\\xff\"",
                        "{\"dn\":\"CN=\\\"a>\\\\xff\",\"len\":17,"
                        "\"hex\":\"300f310d300b06035504030c0422613eff\"}",
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(values_by_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
