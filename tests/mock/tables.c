/* SPDX-License-Identifier: MIT */
/*
 * Function tables in memory of their own. Each ends where its page ends, and the next page is
 * either closed or holds something that is not a function of the table: who reads on is noticed.
 */
#define _GNU_SOURCE
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct mock_control mock_control __attribute__((visibility("default")));

typedef CK_RV (*mock_entry)(void);

#define HEAD offsetof(CK_FUNCTION_LIST_3_2, C_Initialize)

/* What may follow a table in a real module: zeros, other data, functions, or the next table. */
static void fill_behind(uint8_t *page, size_t size, enum mock_after after)
{
	const uint8_t *address = page;

	if (after == MOCK_ZEROS)
		memset(page, 0, size);
	if (after == MOCK_DATA)
		for (size_t i = 0; i + sizeof(address) <= size; i += sizeof(address))
			memcpy(page + i, &address, sizeof(address));
	if (after == MOCK_CODE)
		memcpy(page, &mock_all_functions()->C_Initialize,
		        P11L_FUNCTIONS * sizeof(mock_entry));
	if (after == MOCK_TABLE)
		memcpy(page, mock_all_functions(), sizeof(CK_FUNCTION_LIST_3_2));
}

static void fill_table(uint8_t *table, const struct mock_plan *plan)
{
	const mock_entry *all =
	        (const mock_entry *)(const void *)&mock_all_functions()->C_Initialize;

	memcpy(table, &plan->version, sizeof(plan->version));
	for (unsigned i = 0; i < plan->entries; i++) {
		mock_entry entry = mock_personality.behaviour[i].absent ? NULL : all[i];

		memcpy(table + HEAD + i * sizeof(entry), &entry, sizeof(entry));
	}
}

static const void *build_table(const struct mock_plan *plan)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size = HEAD + plan->entries * sizeof(mock_entry);
	uint8_t *pages =
	        mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED) {
		perror("mock: mmap");
		abort();
	}
	fill_table(pages + page - size, plan);
	fill_behind(pages + page, page, plan->after);
	mprotect(pages, page, PROT_READ);
	mprotect(pages + page, page, plan->after == MOCK_GUARD ? PROT_NONE : PROT_READ);
	return pages + page - size;
}

/* Something that no standard describes. */
static const void *foreign_table(void)
{
	static const char foreign[64] = "foreign functions";

	return foreign;
}

static const void *table_of(const struct mock_plan *plan)
{
	if (plan->placed != NULL)
		return plan->placed;
	if (plan->shared)
		return mock_control.list;
	return plan->foreign ? foreign_table() : build_table(plan);
}

void mock_build_tables(void)
{
	mock_control.list = table_of(&mock_personality.list);
	mock_control.interfaces = mock_personality.interfaces;
	for (unsigned i = 0; i < mock_personality.interfaces; i++) {
		struct mock_plan *plan = &mock_personality.interface[i];
		const void *table = table_of(plan);
		CK_INTERFACE *interface = &mock_control.interface[i];

		interface->pInterfaceName = (CK_UTF8CHAR_PTR)plan->name;
		memcpy(&interface->pFunctionList, &table, sizeof(table));
		interface->flags = plan->flags;
	}
}
