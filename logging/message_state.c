/* SPDX-License-Identifier: MIT */
#include "message_state.h"

#include "shim/util.h"

#include <stdatomic.h>

#define SLOTS 256

/* The group of the functions tells the four kinds of operation apart. */
static struct {
	atomic_ullong owner; /* 0: empty, being changed */
	atomic_ulong mechanism;
} table[SLOTS];

static unsigned long long owner_of(unsigned function, const uintptr_t *arg)
{
	return (unsigned long long)arg[0] << 8 | p11l_functions[function].group | 0x80;
}

static unsigned slot_of(unsigned long long owner)
{
	return (unsigned)((owner * 0x9e3779b97f4a7c15ull) >> 56) % SLOTS;
}

static bool is_begin(unsigned function)
{
	return function == P11L_C_MessageEncryptInit || function == P11L_C_MessageDecryptInit ||
	       function == P11L_C_MessageSignInit || function == P11L_C_MessageVerifyInit;
}

void p11l_message_begin(unsigned function, const uintptr_t *arg)
{
	const CK_MECHANISM *mechanism;
	unsigned long long owner;
	unsigned slot;

	if (!is_begin(function))
		return;
	mechanism = (const CK_MECHANISM *)arg[1];
	if (!p11l_readable(mechanism, sizeof(*mechanism)))
		return;
	owner = owner_of(function, arg);
	slot = slot_of(owner);
	atomic_store(&table[slot].owner, 0);
	atomic_store(&table[slot].mechanism, mechanism->mechanism);
	atomic_store(&table[slot].owner, owner);
}

CK_MECHANISM_TYPE p11l_message_mechanism(unsigned function, const uintptr_t *arg)
{
	unsigned long long owner = owner_of(function, arg);
	unsigned slot = slot_of(owner);
	CK_MECHANISM_TYPE mechanism;

	if (atomic_load(&table[slot].owner) != owner)
		return CKM_VENDOR_DEFINED;
	mechanism = atomic_load(&table[slot].mechanism);
	return atomic_load(&table[slot].owner) == owner ? mechanism : CKM_VENDOR_DEFINED;
}
