/* SPDX-License-Identifier: MIT */
/* Open addressing; what is taken out makes room for those that stand behind it. */
#include "map.h"

#include "cli.h"

#include <stdlib.h>

#define LEAST 64

static size_t place(const struct cli_map *map, uint64_t a, uint64_t b)
{
	uint64_t hash = (a ^ b * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xbf58476d1ce4e5b9);

	return (size_t)(hash ^ hash >> 31) & (map->size - 1);
}

/* Where a key stands, or could stand. */
static struct cli_map_entry *seek(const struct cli_map *map, uint64_t a, uint64_t b)
{
	size_t i = place(map, a, b);

	while (map->entry[i].used && (map->entry[i].key[0] != a || map->entry[i].key[1] != b))
		i = (i + 1) & (map->size - 1);
	return &map->entry[i];
}

static void grow(struct cli_map *map)
{
	struct cli_map larger = {.size = map->size == 0 ? LEAST : map->size * 2};

	larger.entry = cli_allocate(larger.size * sizeof(larger.entry[0]));
	for (size_t i = 0; i < map->size; i++)
		if (map->entry[i].used)
			*seek(&larger, map->entry[i].key[0], map->entry[i].key[1]) = map->entry[i];
	larger.count = map->count;
	free(map->entry);
	*map = larger;
}

uintptr_t *cli_map_make(struct cli_map *map, uint64_t a, uint64_t b)
{
	struct cli_map_entry *entry;

	if (map->count * 4 >= map->size * 3)
		grow(map);
	entry = seek(map, a, b);
	if (!entry->used) {
		*entry = (struct cli_map_entry){{a, b}, 0, true};
		map->count++;
	}
	return &entry->value;
}

uintptr_t *cli_map_find(const struct cli_map *map, uint64_t a, uint64_t b)
{
	struct cli_map_entry *entry;

	if (map->count == 0)
		return NULL;
	entry = seek(map, a, b);
	return entry->used ? &entry->value : NULL;
}

bool cli_map_take(struct cli_map *map, uint64_t a, uint64_t b, uintptr_t *value)
{
	struct cli_map_entry *entry;
	size_t hole, i;

	if (map->count == 0)
		return false;
	entry = seek(map, a, b);
	if (!entry->used)
		return false;
	*value = entry->value;
	hole = i = (size_t)(entry - map->entry);
	while (map->entry[i = (i + 1) & (map->size - 1)].used) {
		size_t home = place(map, map->entry[i].key[0], map->entry[i].key[1]);

		/* It may move into the hole unless it would stand before its home then. */
		if (((i - home) & (map->size - 1)) >= ((i - hole) & (map->size - 1))) {
			map->entry[hole] = map->entry[i];
			hole = i;
		}
	}
	map->entry[hole].used = false;
	map->count--;
	return true;
}

void cli_map_free(struct cli_map *map)
{
	free(map->entry);
	*map = (struct cli_map){NULL, 0, 0};
}
