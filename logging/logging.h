/* SPDX-License-Identifier: MIT */
/* What the shim sees of the trace. */
#ifndef P11L_LOGGING_H
#define P11L_LOGGING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "shim/config.h"
#include "shim/spec.h"

struct p11l_frame;

/* A call on its way; lives in the wrapper's stack frame. */
struct p11l_call {
	struct p11l_frame *frame; /* where it is recorded; NULL: it is not */
	const uintptr_t *arg;     /* the arguments, in the order of the standard */
	unsigned function;        /* P11L_C_... */
	uint64_t start;           /* of the vendor's part, in ticks (clock.h); 0: not observed */
};

/*
 * Begins observing as configured. False when there is nothing to observe, or when the
 * destination cannot be opened, which the user is told.
 */
bool p11l_trace_start(const struct p11l_config *config);

/*
 * Ends it and tells the user how many records were lost, if any. At the exit of the process other
 * threads may still be inside: then nothing is given back.
 */
void p11l_trace_stop(bool exiting);

/*
 * Whether nothing is to be observed at the moment. The gate is a word that the control file can
 * change, or one that never does.
 */
extern const _Atomic uint32_t *p11l_gate;
extern _Atomic uint32_t p11l_gate_closed; /* the value of the gate at which nothing is observed */

static inline bool p11l_idle(void)
{
	return atomic_load_explicit(p11l_gate, memory_order_relaxed) ==
	       atomic_load_explicit(&p11l_gate_closed, memory_order_relaxed);
}

/* Before and after a call of the host. Neither changes errno. p11l_leave returns rv. */
void p11l_enter(struct p11l_call *call, unsigned lane, unsigned function, const uintptr_t *arg);
CK_RV p11l_leave(struct p11l_call *call, CK_RV rv);

/* The same for a call that the lens makes to the vendor on the host's behalf. */
void p11l_enter_vendor(
        struct p11l_call *call, unsigned lane, unsigned function, const uintptr_t *arg);
CK_RV p11l_leave_vendor(struct p11l_call *call, CK_RV rv);

/*
 * Adds to the record of the host's call under way on this thread what a rule has changed: "before
 * -> after". Nothing secret may be in the text. Does nothing when the call is not recorded.
 */
void p11l_note(const char *rule, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The number in the trace of the last call of this thread; 0: it is not recorded, or in a ring. */
uint64_t p11l_trace_last_number(void);

#endif
