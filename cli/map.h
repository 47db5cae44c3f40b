/* SPDX-License-Identifier: MIT */
/* A table that grows: two numbers as the key, a word as the value. */
#ifndef P11L_CLI_MAP_H
#define P11L_CLI_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cli_map_entry {
	uint64_t key[2];
	uintptr_t value;
	bool used;
};

/* All zeros is an empty one. */
struct cli_map {
	struct cli_map_entry *entry;
	size_t size, count; /* size is 0 or a power of two */
};

/* The place of a value, made with the value 0 if need be; good until the next cli_map_make. */
uintptr_t *cli_map_make(struct cli_map *map, uint64_t a, uint64_t b);

/* The place of a value; NULL when there is none. */
uintptr_t *cli_map_find(const struct cli_map *map, uint64_t a, uint64_t b);

/* Takes a value out; false when there is none. */
bool cli_map_take(struct cli_map *map, uint64_t a, uint64_t b, uintptr_t *value);

/* The entries are map->entry[i], i < map->size, where used. */
void cli_map_free(struct cli_map *map);

#endif
