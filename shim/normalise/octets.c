/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "octets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LEAST 256 /* octets of room to begin with */

/* Not realloc, which would leave the old copy behind. */
static bool grow(struct p11l_octets *octets, CK_ULONG room)
{
	int saved = errno;
	CK_BYTE *at = malloc(room);

	errno = saved;
	if (at == NULL)
		return false;
	if (octets->at != NULL) {
		memcpy(at, octets->at, octets->size);
		explicit_bzero(octets->at, octets->size);
		free(octets->at);
	}
	octets->at = at;
	octets->room = room;
	return true;
}

bool p11l_octets_add(struct p11l_octets *octets, const CK_BYTE *data, CK_ULONG size, CK_ULONG most)
{
	CK_ULONG room = octets->room > LEAST / 2 ? 2 * octets->room : LEAST;

	if (size > most || octets->size > most - size)
		return false;
	if (octets->size + size > octets->room) {
		if (room < octets->size + size)
			room = octets->size + size;
		if (!grow(octets, room))
			return false;
	}
	if (size > 0)
		memcpy(octets->at + octets->size, data, size);
	octets->size += size;
	return true;
}

void p11l_octets_cut(struct p11l_octets *octets, CK_ULONG size)
{
	CK_ULONG rest = octets->size - size;

	if (size == 0)
		return;
	memmove(octets->at, octets->at + size, rest);
	explicit_bzero(octets->at + rest, size);
	octets->size = rest;
}

bool p11l_octets_equal(const struct p11l_octets *octets, const CK_BYTE *data, CK_ULONG size)
{
	return octets->size == size && (size == 0 || memcmp(octets->at, data, size) == 0);
}

void p11l_octets_wipe(struct p11l_octets *octets)
{
	if (octets->at != NULL) {
		explicit_bzero(octets->at, octets->size);
		free(octets->at);
	}
	*octets = (struct p11l_octets){NULL, 0, 0};
}
