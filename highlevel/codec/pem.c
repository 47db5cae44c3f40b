/* SPDX-License-Identifier: MIT */
/* PEM armour: base64 between two lines that say what it is. */
#include "pem.h"

#include <string.h>

static const char begin[] = "-----BEGIN ", finish[] = "-----END ", dashes[] = "-----";
static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#define LINE 64 /* characters of base64 in a line */

static bool starts_with(struct p11l_der text, const char *word)
{
	size_t length = strlen(word);

	return text.size >= length && memcmp(text.at, word, length) == 0;
}

static void skip(struct p11l_der *text, size_t n)
{
	text->at += n;
	text->size -= n;
}

/* Takes a line off the front, without what ends it. */
static struct p11l_der take_line(struct p11l_der *text)
{
	struct p11l_der line = *text;
	const uint8_t *end = text->size > 0 ? memchr(text->at, '\n', text->size) : NULL;

	if (end != NULL)
		line.size = (size_t)(end - line.at);
	skip(text, end != NULL ? line.size + 1 : line.size);
	while (line.size > 0 && strchr("\r \t", line.at[line.size - 1]) != NULL &&
	        line.at[line.size - 1] != '\0')
		line.size--;
	return line;
}

/* What stands between the dashes of such a line; false when it is no such line. */
static bool read_boundary(struct p11l_der line, const char *word, struct p11l_der *label)
{
	size_t around = strlen(word) + strlen(dashes);

	if (!starts_with(line, word) || line.size <= around ||
	        memcmp(line.at + line.size - strlen(dashes), dashes, strlen(dashes)) != 0)
		return false;
	label->at = line.at + strlen(word);
	label->size = line.size - around;
	return true;
}

bool p11l_pem_find(struct p11l_der *text, struct p11l_der *label)
{
	while (text->size > 0)
		if (read_boundary(take_line(text), begin, label))
			return true;
	return false;
}

/* Headers as of RFC 1421, with an empty line behind them; only old encrypted keys have them. */
static CK_RV skip_headers(struct p11l_der *text)
{
	struct p11l_der rest = *text, line = take_line(&rest);

	if (line.size == 0 || memchr(line.at, ':', line.size) == NULL)
		return CKR_OK;
	if (starts_with(line, "Proc-Type:"))
		return p11l_refuse(P11L_CKR_ENCRYPTED, "PEM", line.at,
		        "is under a passphrase; decrypt the key first, for example with \"openssl "
		        "pkey\"");
	while (line.size > 0 && rest.size > 0)
		line = take_line(&rest);
	*text = rest;
	return CKR_OK;
}

/* The value of a character; -1: white space, -2: padding, -3: nothing that belongs here. */
static int value_of(uint8_t c)
{
	const char *at = c != '\0' ? strchr(alphabet, c) : NULL;

	if (at != NULL)
		return (int)(at - alphabet);
	if (c == '=')
		return -2;
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' ? -1 : -3;
}

/* Counts the characters and the padding up to the first dash; false: something else is there. */
static CK_RV measure(struct p11l_der body, size_t *characters, size_t *padding)
{
	*characters = *padding = 0;
	for (size_t i = 0; i < body.size; i++) {
		int value = value_of(body.at[i]);

		if (value == -1)
			continue;
		if (value == -3 || (value >= 0 && *padding > 0))
			return p11l_refuse(
			        P11L_CKR_MALFORMED, "PEM", body.at + i, "has no base64 here");
		++*(value == -2 ? padding : characters);
	}
	if (*padding > 2 || (*characters + *padding) % 4 != 0)
		return p11l_refuse(P11L_CKR_MALFORMED, "PEM", body.at + body.size,
		        "ends in the middle of four characters of base64");
	return CKR_OK;
}

static CK_RV decode_body(struct p11l_der body, struct p11l_buffer *der)
{
	size_t characters, padding;
	uint32_t bits = 0;
	unsigned held = 0;
	CK_RV rv = measure(body, &characters, &padding);

	if (rv == CKR_OK)
		rv = p11l_buffer_reserve(der, (characters * 6) / 8);
	for (size_t i = 0; rv == CKR_OK && i < body.size; i++) {
		int value = value_of(body.at[i]);

		if (value < 0)
			continue;
		bits = bits << 6 | (uint32_t)value;
		held += 6;
		if (held >= 8) {
			held -= 8;
			der->p[der->len++] = (CK_BYTE)(bits >> held);
		}
	}
	if (rv == CKR_OK && (bits & ((1u << held) - 1)) != 0)
		rv = p11l_refuse(P11L_CKR_MALFORMED, "PEM", body.at + body.size,
		        "has bits behind its last octet that are not zero");
	return rv;
}

bool p11l_pem_is_private(struct p11l_der label)
{
	static const char tail[] = "PRIVATE KEY";
	size_t length = strlen(tail);

	return label.size >= length && memcmp(label.at + label.size - length, tail, length) == 0;
}

CK_RV p11l_pem_body(struct p11l_der *text, struct p11l_der label, struct p11l_buffer *der)
{
	struct p11l_der body, line, end = {NULL, 0};
	CK_RV rv = skip_headers(text);

	body.at = text->at;
	do {
		if (rv == CKR_OK && text->size == 0)
			rv = p11l_refuse(P11L_CKR_MALFORMED, "PEM", text->at, "has no END line");
		if (rv != CKR_OK)
			return rv;
		line = take_line(text);
	} while (!starts_with(line, dashes));
	body.size = (size_t)(line.at - body.at);
	if (!read_boundary(line, finish, &end) || end.size != label.size ||
	        memcmp(end.at, label.at, end.size) != 0)
		return p11l_refuse(P11L_CKR_MALFORMED, "PEM", line.at,
		        "should end with the label that it began with");
	p11l_buffer_clear(der);
	if (p11l_pem_is_private(label))
		der->flags |= P11L_SECRET;
	return decode_body(body, der);
}

static CK_RV decode(struct p11l_der text, CK_ULONG *offset, char *label, struct p11l_buffer *der)
{
	struct p11l_der found = {NULL, 0}, rest = text;
	CK_RV rv;

	if (offset != NULL && *offset <= text.size)
		skip(&rest, *offset);
	if (!p11l_pem_find(&rest, &found))
		return p11l_refuse(
		        P11L_CKR_MALFORMED, "PEM", text.at + text.size, "has no BEGIN line");
	if (label != NULL) {
		size_t length = found.size < P11L_PEM_LABEL ? found.size : P11L_PEM_LABEL - 1;

		memcpy(label, found.at, length);
		label[length] = '\0';
	}
	rv = p11l_pem_body(&rest, found, der);
	if (rv == CKR_OK && offset != NULL)
		*offset = (CK_ULONG)(rest.at - text.at);
	return rv;
}

CK_RV p11l_decode_pem(const void *text, CK_ULONG size, CK_ULONG *offset, char label[P11L_PEM_LABEL],
        struct p11l_buffer *der)
{
	CK_RV rv;

	p11l_error_begin(text, size);
	if (der == NULL || text == NULL)
		return p11l_bad_argument(der == NULL ? "output" : "input");
	p11l_buffer_clear(der);
	rv = decode((struct p11l_der){text, size}, offset, label, der);
	if (rv != CKR_OK && rv != CKR_BUFFER_TOO_SMALL)
		p11l_buffer_clear(der);
	return rv;
}

static void write_four(const CK_BYTE *in, CK_ULONG size, CK_BYTE out[4])
{
	uint32_t bits = (uint32_t)in[0] << 16 | (uint32_t)(size > 1 ? in[1] : 0) << 8 |
	                (size > 2 ? in[2] : 0);

	for (unsigned i = 0; i < 4; i++)
		out[i] = (CK_BYTE)(i <= size ? alphabet[bits >> 6 * (3 - i) & 63] : '=');
}

static CK_RV append_boundary(struct p11l_buffer *text, const char *word, const char *label)
{
	CK_RV rv = p11l_buffer_append(text, word, strlen(word));

	if (rv == CKR_OK)
		rv = p11l_buffer_append(text, label, strlen(label));
	return rv == CKR_OK ? p11l_buffer_append(text, "-----\n", 6) : rv;
}

static CK_RV encode(const char *label, const CK_BYTE *der, CK_ULONG size, struct p11l_buffer *text)
{
	CK_ULONG characters = (size + 2) / 3 * 4, written = 0;
	CK_BYTE four[5];
	CK_RV rv = p11l_buffer_reserve(text, characters + (characters + LINE - 1) / LINE +
	                                             strlen(begin) + strlen(finish) +
	                                             2 * strlen(label) + 12);

	if (rv == CKR_OK)
		rv = append_boundary(text, begin, label);
	for (CK_ULONG i = 0; rv == CKR_OK && i < size; i += 3) {
		write_four(der + i, size - i, four);
		written += 4;
		four[4] = '\n';
		rv = p11l_buffer_append(
		        text, four, written % LINE == 0 || written == characters ? 5 : 4);
	}
	return rv == CKR_OK ? append_boundary(text, finish, label) : rv;
}

/* RFC 7468: characters that can be seen, but no hyphen or space at the ends. */
static bool is_label(const char *label)
{
	size_t length = strlen(label);

	for (size_t i = 0; i < length; i++)
		if (label[i] < ' ' || label[i] > '~' || label[i] == '-')
			return false;
	return length > 0 && length < P11L_PEM_LABEL && label[0] != ' ' && label[length - 1] != ' ';
}

CK_RV p11l_encode_pem(const char *label, const void *der, CK_ULONG size, struct p11l_buffer *text)
{
	p11l_error_begin(NULL, 0);
	if (text == NULL || label == NULL || (der == NULL && size > 0))
		return p11l_bad_argument(text == NULL ? "output" : "label or input");
	if (!is_label(label) || size > P11L_DER_MAX)
		return p11l_refuse(CKR_ARGUMENTS_BAD, size > P11L_DER_MAX ? "input" : "label", NULL,
		        "cannot be written as PEM");
	if (p11l_pem_is_private((struct p11l_der){(const uint8_t *)label, strlen(label)}))
		text->flags |= P11L_SECRET;
	p11l_buffer_clear(text);
	return encode(label, der, size, text);
}
