/* SPDX-License-Identifier: MIT */
/* PKCS #11 URIs: what was read can be written, and then means the same. */
#include "fuzz.h"

#include "highlevel/internal.h"

static void add(struct p11l_buffer *out, const char *name, const char *text)
{
	if (text != NULL)
		expect(p11l_uri_append(out, name, text, strlen(text)) == CKR_OK, "not written");
}

static bool same(const char *a, const char *b)
{
	return (a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0);
}

static void write_again(const struct p11l_uri *uri)
{
	struct p11l_buffer out = {0};
	struct p11l_uri again;

	expect(p11l_buffer_append(&out, "pkcs11:", 7) == CKR_OK, "out of memory");
	add(&out, "token", uri->token);
	add(&out, "model", uri->model);
	add(&out, "object", uri->object);
	add(&out, "slot-description", uri->slot_description);
	if (uri->id != NULL)
		expect(p11l_uri_append(&out, "id", uri->id, uri->id_size) == CKR_OK, "no id");
	expect(p11l_buffer_append(&out, "", 1) == CKR_OK, "out of memory");
	expect(p11l_uri_parse((const char *)out.p, &again) == CKR_OK, "not read again");
	expect(same(uri->token, again.token) && same(uri->model, again.model) &&
	                same(uri->object, again.object) &&
	                same(uri->slot_description, again.slot_description),
	        "another text");
	expect(uri->id_size == again.id_size && (uri->id == NULL) == (again.id == NULL) &&
	                (uri->id == NULL || memcmp(uri->id, again.id, uri->id_size) == 0),
	        "another id");
	p11l_uri_clear(&again);
	p11l_buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct p11l_uri uri;
	CK_RV rv;

	expect(text != NULL, "out of memory");
	memcpy(text, data, size);
	text[size] = '\0';
	rv = p11l_uri_parse(text, &uri);
	expect(rv == CKR_OK || rv == P11L_CKR_BAD_URI, "another code");
	if (rv == CKR_OK)
		write_again(&uri);
	else
		expect(uri.token == NULL && uri.id == NULL && uri.pin_value == NULL,
		        "something is left of what was refused");
	p11l_uri_clear(&uri);
	free(text);
	return 0;
}
