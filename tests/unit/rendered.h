/* SPDX-License-Identifier: MIT */
/* Records in the three formats, for comparing. */
#ifndef RENDERED_H
#define RENDERED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "items.h"
#include "logging/render/format.h"
#include "shim/config.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { TEXT, JSON, XML, FORMATS };

static const int format_of[FORMATS] = {P11L_TRACE_TEXT, P11L_TRACE_JSON, P11L_TRACE_XML};

static char output[64 * 1024];

static inline const char *render_into(int format, const struct p11l_record *record, size_t size)
{
	size_t length = p11l_formats[format_of[format]].record(record, output, size);

	assert_true(length < size);
	output[length] = '\0';
	return output;
}

static inline const char *render(int format, const struct p11l_record *record)
{
	return render_into(format, record, sizeof(output) - 1);
}

#endif
