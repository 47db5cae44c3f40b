/* SPDX-License-Identifier: MIT */
/*
 * What a test sees of the twisting vendor: functions that it exports beside those of PKCS #11,
 * found by dlsym. README.md says how it is told what to twist.
 */
#ifndef TWIST_H
#define TWIST_H

#include "shim/spec.h"

/* One call that arrived. */
struct twist_seen {
	unsigned function;
	CK_SESSION_HANDLE session; /* 0 when the function takes none */
	CK_RV rv;
};

/* How many of the newest calls are remembered. */
#define TWIST_SEEN 256

/* How often this function ("C_Sign") was called; of all functions together for "all". */
typedef unsigned (*twist_calls_fn)(const char *function);

/* The newest calls, the oldest of them first; says how many were copied, at most room. */
typedef size_t (*twist_sequence_fn)(struct twist_seen *seen, size_t room);

/* How often a call came in while another one was under way: only the twist single-threaded looks.
 */
typedef unsigned (*twist_overlaps_fn)(void);

/* Forgets what was counted. */
typedef void (*twist_forget_fn)(void);

unsigned twist_calls(const char *function);
size_t twist_sequence(struct twist_seen *seen, size_t room);
unsigned twist_overlaps(void);
void twist_forget(void);

#endif
