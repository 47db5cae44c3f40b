/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "lasting.h"

#include "shim/util.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SIZE (1 << 20) /* octets of a parameter with all that belongs to it */
#define BUCKETS  256

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct p11l_lasting *buckets[BUCKETS];

void p11l_lasting_free(struct p11l_lasting *lasting)
{
	if (lasting == NULL)
		return;
	explicit_bzero(lasting->parameter, lasting->size);
	free(lasting);
}

/* What a struct of this size is among those that the mechanism may have, or NULL. */
static const struct p11l_struct *struct_of(const struct p11l_mechanism *known, CK_ULONG size)
{
	for (int i = 0; known != NULL && i < P11L_MECHANISM_STRUCTS; i++)
		if (known->parameter_struct[i] != P11L_NO_STRUCT &&
		        p11l_structs[known->parameter_struct[i]].size == size)
			return &p11l_structs[known->parameter_struct[i]];
	return NULL;
}

/* Where the field points to and how far, when that can be copied. */
static bool nested_octets(const struct p11l_struct *layout, const struct p11l_member *field,
        const CK_BYTE *parameter, const void **octets, CK_ULONG *size)
{
	const struct p11l_member *length = &layout->field[field->length_ref];

	if (!field->pointer || field->length != P11L_LENGTH_MEMBER ||
	        field->type.role != P11L_ROLE_BYTES || length->size != sizeof(*size) ||
	        strcmp(field->name, "pIv") == 0 || strcmp(field->name, "pIV") == 0)
		return false;
	memcpy(octets, parameter + field->offset, sizeof(*octets));
	memcpy(size, parameter + length->offset, sizeof(*size));
	return *size > 0 && *size < MAX_SIZE && p11l_readable(*octets, *size);
}

static size_t nested_size(const struct p11l_struct *layout, const CK_BYTE *parameter)
{
	const void *octets;
	CK_ULONG size;
	size_t sum = 0;

	for (unsigned i = 0; i < layout->count; i++)
		if (nested_octets(layout, &layout->field[i], parameter, &octets, &size))
			sum += size;
	return sum;
}

/* Copies the octets behind the struct, and has the fields of the copy lead there. */
static void copy_nested(const struct p11l_struct *layout, CK_BYTE *parameter, CK_BYTE *to)
{
	const void *octets;
	CK_ULONG size;

	for (unsigned i = 0; i < layout->count; i++) {
		if (!nested_octets(layout, &layout->field[i], parameter, &octets, &size))
			continue;
		memcpy(to, octets, size);
		memcpy(parameter + layout->field[i].offset, &to, sizeof(to));
		to += size;
	}
}

struct p11l_lasting *p11l_lasting_make(
        const CK_MECHANISM *mechanism, const struct p11l_mechanism *known, bool nested)
{
	CK_ULONG size = mechanism->ulParameterLen;
	const struct p11l_struct *layout = nested ? struct_of(known, size) : NULL;
	struct p11l_lasting *lasting;
	size_t more;

	if (size == 0 || size > MAX_SIZE || !p11l_readable(mechanism->pParameter, size))
		return NULL;
	more = layout != NULL ? nested_size(layout, mechanism->pParameter) : 0;
	lasting = calloc(1, sizeof(*lasting) + size + more);
	if (lasting == NULL)
		return NULL;
	lasting->parameter = lasting + 1;
	lasting->size = size + more;
	memcpy(lasting->parameter, mechanism->pParameter, size);
	if (layout != NULL)
		copy_nested(layout, lasting->parameter, (CK_BYTE *)lasting->parameter + size);
	return lasting;
}

static struct p11l_lasting **bucket_of(CK_SESSION_HANDLE session)
{
	uint64_t mixed = (uint64_t)session * UINT64_C(0x9e3779b97f4a7c15);

	return &buckets[mixed >> 56];
}

/* Puts it in place of what the session had kept for this function. */
static struct p11l_lasting *replace(struct p11l_lasting *lasting)
{
	struct p11l_lasting **first = bucket_of(lasting->session), **at = first, *out;

	while (*at != NULL &&
	        ((*at)->session != lasting->session || (*at)->function != lasting->function))
		at = &(*at)->next;
	out = *at;
	if (out != NULL)
		*at = out->next;
	lasting->next = *first;
	*first = lasting;
	return out;
}

void p11l_lasting_keep(struct p11l_lasting *lasting, CK_SESSION_HANDLE session, unsigned function)
{
	struct p11l_lasting *before;

	lasting->session = session;
	lasting->function = function;
	pthread_mutex_lock(&lock);
	before = replace(lasting);
	pthread_mutex_unlock(&lock);
	p11l_lasting_free(before);
}

void p11l_lasting_forget(void)
{
	struct p11l_lasting *all = NULL;

	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < BUCKETS; i++)
		while (buckets[i] != NULL) {
			struct p11l_lasting *next = buckets[i]->next;

			buckets[i]->next = all;
			all = buckets[i];
			buckets[i] = next;
		}
	pthread_mutex_unlock(&lock);
	while (all != NULL) {
		struct p11l_lasting *next = all->next;

		p11l_lasting_free(all);
		all = next;
	}
}
