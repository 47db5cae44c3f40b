/* SPDX-License-Identifier: MIT */
/* From the memory of a call to items, with secrets already hidden. */
#ifndef P11L_CAPTURE_H
#define P11L_CAPTURE_H

#include "record.h"
#include "shim/spec.h"
#include "shim/util.h"

#define P11L_CAPTURE_PAGES     4
#define P11L_CAPTURE_PAGE_SIZE 4096 /* no system has smaller ones */

struct p11l_capture {
	struct p11l_writer writer;
	unsigned reveal;                /* P11L_REVEAL_... */
	size_t shown;                   /* octets of a value at most */
	unsigned depth;                 /* of nesting left */
	bool sizes_only;                /* the vendor said that a buffer is too small */
	bool request;                   /* templates are questions, without values yet */
	CK_MECHANISM_TYPE message;      /* what a message parameter belongs to */
	uintptr_t stack_low, stack_top; /* the host's part of the thread's stack; 0: not known */
	uintptr_t page[P11L_CAPTURE_PAGES]; /* found readable during this call; 0: none */
	unsigned next_page;
};

#define P11L_CAPTURE_DEPTH    4
#define P11L_CAPTURE_ELEMENTS 64   /* of a list or template, at most */
#define P11L_CAPTURE_ENCODED  1024 /* octets of a certificate or distinguished name */

/* Writes the in-run or the out-run of a call. */
void p11l_capture_inputs(
        struct p11l_capture *c, const struct p11l_function *function, const uintptr_t *arg);
void p11l_capture_outputs(
        struct p11l_capture *c, const struct p11l_function *function, const uintptr_t *arg);

/* The rest is for the files that implement this. */

/* The part of p11l_capture_readable that asks. */
bool p11l_capture_ask(struct p11l_capture *c, const void *address, size_t size);

/*
 * p11l_readable, with the answers at hand that hold during a call: for the host's stack, where most
 * of what is looked at lies, and for pages that were asked about before.
 */
static inline bool p11l_capture_readable(struct p11l_capture *c, const void *address, size_t size)
{
	uintptr_t start = (uintptr_t)address;

	return (start >= c->stack_low && start < c->stack_top && size <= c->stack_top - start) ||
	       p11l_capture_ask(c, address, size);
}

/* All fields of a struct at an address that is not checked yet. */
void p11l_capture_struct(struct p11l_capture *c, unsigned id, const void *address);

/* A value of length octets at an address that is not checked yet. */
void p11l_capture_value(
        struct p11l_capture *c, struct p11l_type type, const void *address, size_t length);
void p11l_capture_octets(
        struct p11l_capture *c, enum p11l_secrecy secrecy, const void *address, size_t length);
void p11l_capture_list(struct p11l_capture *c, const void *address, size_t count, size_t size);

void p11l_capture_mechanism(struct p11l_capture *c, const void *address, bool message);
void p11l_capture_message(struct p11l_capture *c, const void *address, size_t length);
void p11l_capture_template(struct p11l_capture *c, const void *address, size_t count);

/* A number of 1, 2, 4 or 8 bytes at an address that can be read. */
uint64_t p11l_load_number(const void *address, size_t size);

/* Whether these octets, the first 64 of which can be read, are a certificate by their outline. */
bool p11l_is_certificate(const uint8_t *der, size_t length);

#endif
