/* SPDX-License-Identifier: MIT */
#include "highlevel/api/error.h"

#include "highlevel/api.h"
#include "highlevel/refuse.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static __thread struct p11l_error record = {.name = "CKR_OK", .api = "", .function = ""};
static __thread uintptr_t origin;
static __thread CK_ULONG origin_size;

const struct p11l_error *p11l_last_error(void)
{
	return &record;
}

const char *p11l_error_text(void)
{
	return record.text;
}

struct p11l_error *p11l_error_fresh(CK_RV rv)
{
	const char *name = p11l_rv_name(rv);

	record.rv = rv;
	record.name = name != NULL ? name : "CKR_VENDOR_DEFINED";
	record.kind = p11l_rv_kind(rv);
	record.origin = P11L_ORIGIN_LENS;
	record.api = p11l_api_name();
	record.function = "";
	record.offset = record.mechanism = record.attribute = P11L_NONE;
	record.trace = 0;
	record.field[0] = record.subject[0] = record.module[0] = '\0';
	record.hint[0] = record.text[0] = '\0';
	return &record;
}

void p11l_error_forget(void)
{
	if (record.rv != CKR_OK)
		p11l_error_fresh(CKR_OK);
}

void p11l_error_begin(const void *from, CK_ULONG size)
{
	p11l_error_forget();
	origin = (uintptr_t)from;
	origin_size = from != NULL ? size : 0;
}

static CK_ULONG offset_of(const void *at)
{
	CK_ULONG offset = (CK_ULONG)((uintptr_t)at - origin);

	return at != NULL && origin != 0 && offset <= origin_size ? offset : P11L_NO_OFFSET;
}

/* "field at octet 12: " as far as it is known; returns how long that is. */
static size_t write_place(char *to, size_t room)
{
	int n = 0;

	if (record.field[0] != '\0' && record.offset != P11L_NO_OFFSET)
		n = snprintf(to, room, "%s at octet %lu: ", record.field, record.offset);
	else if (record.field[0] != '\0')
		n = snprintf(to, room, "%s: ", record.field);
	else if (record.offset != P11L_NO_OFFSET)
		n = snprintf(to, room, "at octet %lu: ", record.offset);
	return n > 0 && (size_t)n < room ? (size_t)n : 0;
}

CK_RV p11l_refuse(CK_RV rv, const char *field, const void *at, const char *format, ...)
{
	size_t used;
	va_list args;

	p11l_error_fresh(rv);
	record.offset = offset_of(at);
	snprintf(record.field, sizeof(record.field), "%s", field != NULL ? field : "");
	used = write_place(record.text, sizeof(record.text));
	va_start(args, format);
	vsnprintf(record.text + used, sizeof(record.text) - used, format, args);
	va_end(args);
	/* What is quoted from the input must not look like something else. */
	for (char *c = record.text; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return rv;
}

CK_RV p11l_no_memory(void)
{
	return p11l_refuse(CKR_HOST_MEMORY, NULL, NULL, "out of memory");
}

CK_RV p11l_bad_argument(const char *name)
{
	return p11l_refuse(CKR_ARGUMENTS_BAD, name, NULL, "must not be NULL");
}
