/* SPDX-License-Identifier: MIT */
/* The formats a trace can be written in. */
#ifndef P11L_FORMAT_H
#define P11L_FORMAT_H

#include "logging/record/record.h"
#include "logging/stats.h"

#include <stddef.h>

/* What the head of a trace says about it. */
struct p11l_about {
	const char *lens;    /* its version */
	const char *program; /* NULL: not known */
	const char *module;  /* NULL: none */
	const char *reveal;  /* the setting */
	uint32_t pid;
	uint64_t time; /* ns since 1970 */
};

/* The least size of a buffer for what follows. Records are cut when it has no room for all. */
#define P11L_RENDER_LEAST 2048

/* Each writes into a buffer and returns the length. Head and tail stand once in a file. */
struct p11l_format {
	size_t (*head)(const struct p11l_about *about, char *buffer, size_t size);
	size_t (*record)(const struct p11l_record *record, char *buffer, size_t size);
	size_t (*tail)(char *buffer, size_t size); /* NULL: there is none */
	/* The line that says how many records are missing here. */
	size_t (*lost)(uint64_t count, char *buffer, size_t size);
	void (*stats)(const struct p11l_stats_sessions *sessions, p11l_stats_put *put, void *user);
};

/* By P11L_TRACE_...; empty for what is no format of its own. */
extern const struct p11l_format p11l_formats[];

#endif
