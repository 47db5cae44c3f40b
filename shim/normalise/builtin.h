/* SPDX-License-Identifier: MIT */
/* The files of config/profiles as texts; the Makefile writes them into gen/profiles.c. */
#ifndef P11L_BUILTIN_H
#define P11L_BUILTIN_H

struct p11l_builtin {
	const char *name; /* without ".conf" */
	const char *text;
};

extern const struct p11l_builtin p11l_builtins[];
extern const unsigned p11l_builtin_count;

#endif
