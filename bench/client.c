/* SPDX-License-Identifier: MIT */
/*
 * Measures what calls through a module cost. Prints one line for each run of each cell:
 *   operation threads ns cpu_ns bytes writes allocations
 * all per operation: wall time as each thread sees it, processor time of the whole process, octets
 * and system calls written, allocations. Before them stands "# C_GetSessionInfo in FILE".
 */
#define _GNU_SOURCE
#include "bench.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
        "usage: client [-o OPERATION[@PLACE],...] [-t THREADS,...] [-r RUNS] [-s SECONDS] [-w "
        "SECONDS] "
        "[-z FILE] MODULE\n"
        "  operations: info symbol attr enc16 enc1k sign rand16\n"
        "  places of the buffers: stack (unless told otherwise) static heap\n"
        "  -r  runs of each cell (1)      -s  seconds for each run (0.03)\n"
        "  -w  seconds of calls before the first cell (0.04)\n"
        "  -z  FILE is emptied before each run, so that a trace does not fill the disk\n";

struct options {
	const char *operations, *threads, *empty, *module;
	unsigned long runs;
	double seconds, warm_up;
};

static void __attribute__((noreturn)) fail(const char *what, const char *why)
{
	fprintf(stderr, "bench: %s: %s\n", what, why);
	exit(1);
}

static void check(const char *what, CK_RV rv)
{
	char why[40];

	snprintf(why, sizeof(why), "answered 0x%lx", (unsigned long)rv);
	if (rv != CKR_OK)
		fail(what, why);
}

static void read_options(struct options *options, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "o:t:r:s:w:z:")) != -1) {
		switch (c) {
		case 'o':
			options->operations = optarg;
			break;
		case 't':
			options->threads = optarg;
			break;
		case 'r':
			options->runs = strtoul(optarg, NULL, 10);
			break;
		case 's':
			options->seconds = strtod(optarg, NULL);
			break;
		case 'w':
			options->warm_up = strtod(optarg, NULL);
			break;
		case 'z':
			options->empty = optarg;
			break;
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (optind + 1 != argc) {
		fputs(usage, stderr);
		exit(2);
	}
	options->module = argv[optind];
}

/* The one slot that the null vendor has, so that nothing else is measured by mistake. */
static CK_SLOT_ID find_slot(CK_FUNCTION_LIST *table)
{
	static const char label[] = "null token";
	CK_SLOT_ID slot[16];
	CK_ULONG count = 16;
	CK_TOKEN_INFO token;

	check("C_GetSlotList", table->C_GetSlotList(CK_TRUE, slot, &count));
	for (CK_ULONG i = 0; i < count; i++)
		if (table->C_GetTokenInfo(slot[i], &token) == CKR_OK &&
		        memcmp(token.label, label, sizeof(label) - 1) == 0)
			return slot[i];
	fail("C_GetSlotList", "the token of the null vendor is not there");
}

static CK_OBJECT_HANDLE find_key(CK_FUNCTION_LIST *table, CK_SESSION_HANDLE session)
{
	CK_OBJECT_HANDLE key = 0;
	CK_ULONG count = 0;

	check("C_FindObjectsInit", table->C_FindObjectsInit(session, NULL, 0));
	check("C_FindObjects", table->C_FindObjects(session, &key, 1, &count));
	check("C_FindObjectsFinal", table->C_FindObjectsFinal(session));
	if (count != 1)
		fail("C_FindObjects", "found no key");
	return key;
}

static void open_module(struct bench_module *module, const char *path)
{
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	CK_C_GetFunctionList get_list;
	CK_MECHANISM mechanism = {CKM_ECDSA, NULL, 0};
	CK_SLOT_ID slot;

	if (handle == NULL)
		fail(path, dlerror());
	*(void **)&get_list = dlsym(handle, "C_GetFunctionList");
	*(void **)&module->symbol = dlsym(handle, "C_GetSessionInfo");
	if (get_list == NULL)
		fail(path, "has no C_GetFunctionList");
	check("C_GetFunctionList", get_list(&module->table));
	check("C_Initialize", module->table->C_Initialize(NULL));
	slot = find_slot(module->table);
	for (unsigned i = 0; i < BENCH_THREADS; i++)
		check("C_OpenSession",
		        module->table->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION,
		                NULL, NULL, &module->session[i]));
	module->key = find_key(module->table, module->session[0]);
	for (unsigned i = 0; i < BENCH_THREADS; i++)
		check("C_SignInit",
		        module->table->C_SignInit(module->session[i], &mechanism, module->key));
}

/* Whose function the table holds tells whether the module stands in the way at all. */
static void print_owner(const struct bench_module *module)
{
	Dl_info info;
	void *address;

	memcpy(&address, &module->table->C_GetSessionInfo, sizeof(address));
	if (dladdr(address, &info) != 0)
		printf("# C_GetSessionInfo in %s\n", info.dli_fname);
}

/* Before the first cell: pages of buffers and of mapped files are touched for the first time. */
static void warm_up(const struct bench_module *module, double seconds)
{
	struct bench_cell cell = {module, bench_operations, BENCH_STACK, 1, seconds};
	CK_RV rv;
	unsigned long count = bench_calibrate(&cell, &rv);

	check("C_GetSessionInfo", rv);
	bench_measure(&cell, count);
}

/* NAME or NAME@PLACE. */
static void parse_operation(struct bench_cell *cell, const char *text)
{
	static const char *const places[] = {"stack", "static", "heap"};
	const char *at = strchr(text, '@');
	size_t n = at != NULL ? (size_t)(at - text) : strlen(text);
	int place = at != NULL ? 2 : 0;

	cell->operation = bench_operations;
	while (cell->operation->name != NULL &&
	        (strlen(cell->operation->name) != n ||
	                strncmp(cell->operation->name, text, n) != 0))
		cell->operation++;
	while (at != NULL && place >= 0 && strcmp(at + 1, places[place]) != 0)
		place--;
	if (cell->operation->name == NULL || place < 0)
		fail(text, "no such operation");
	cell->place = (enum bench_place)place;
}

static void run_cell(const struct options *options, struct bench_cell *cell, const char *name)
{
	unsigned long count;
	CK_RV rv;

	if (cell->operation->needs_symbol && cell->module->symbol == NULL)
		return;
	count = bench_calibrate(cell, &rv);
	check(name, rv);
	for (unsigned long i = 0; i < options->runs; i++) {
		struct bench_result r;

		if (options->empty != NULL && truncate(options->empty, 0) != 0)
			perror(options->empty);
		r = bench_measure(cell, count);
		check(name, r.rv);
		printf("%s %u %.2f %.2f %.2f %.3f %.3f\n", name, cell->threads, r.ns, r.cpu_ns,
		        r.bytes, r.writes, r.allocations);
	}
}

static void run_operations(const struct options *options, struct bench_cell *cell)
{
	char list[512], *rest = list, *name;

	snprintf(list, sizeof(list), "%s", options->operations);
	while ((name = strsep(&rest, ",")) != NULL) {
		parse_operation(cell, name);
		run_cell(options, cell, name);
	}
}

int main(int argc, char **argv)
{
	static struct bench_module module;
	struct options options = {
	        .operations = "info,symbol,attr,attr@static,attr@heap,enc16,enc1k,sign,rand16",
	        .threads = "1,2,4",
	        .runs = 1,
	        .seconds = 0.03,
	        .warm_up = 0.04,
	};
	struct bench_cell cell = {.module = &module};
	const char *at;

	read_options(&options, argc, argv);
	cell.seconds = options.seconds;
	open_module(&module, options.module);
	print_owner(&module);
	warm_up(&module, options.warm_up);
	for (at = options.threads; *at != '\0'; at += strcspn(at, ","), at += *at == ',') {
		cell.threads = (unsigned)strtoul(at, NULL, 10);
		if (cell.threads < 1 || cell.threads > BENCH_THREADS)
			fail(options.threads, "threads must be from 1 to 64");
		run_operations(&options, &cell);
	}
	check("C_Finalize", module.table->C_Finalize(NULL));
	return fflush(stdout) == 0 ? 0 : 1;
}
