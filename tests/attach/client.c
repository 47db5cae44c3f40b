/* SPDX-License-Identifier: MIT */
/*
 * Loads PKCS #11 modules in one of the ways that programs have, uses them from several threads at
 * once, closes the first one, goes on with the others, and prints what it gets to see, in which no
 * lens shall show.
 * usage: client [-d|-g|-m] MODULE[=VENDOR]...     deep binding, global, in a namespace of its own
 */
#define _GNU_SOURCE
#include "cryptoki.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MODULES 8
#define THREADS 4
#define ROUNDS  200

struct module {
	const char *path;
	const char *vendor; /* what a lens at this path is configured for, or NULL */
	void *handle;
	CK_FUNCTION_LIST_PTR list;
	CK_INFO info;
};

static int flags = RTLD_NOW;
static int own_namespace;

static void die(const char *what, const char *why)
{
	printf("%s: %s\n", what, why);
	exit(1);
}

static void check(const struct module *module, const char *what, CK_RV rv)
{
	if (rv == CKR_OK)
		return;
	printf("%s: %s answers 0x%lx\n", module->path, what, rv);
	exit(1);
}

static void *load(const char *path)
{
	void *handle = own_namespace ? dlmopen(LM_ID_NEWLM, path, flags) : dlopen(path, flags);

	if (handle == NULL)
		die(path, dlerror());
	return handle;
}

/* NSS wants to be told where its data are, in a struct that is longer than the standard's. */
static CK_RV initialise(const struct module *module)
{
	static char none[] =
	        "configdir='' certPrefix='' keyPrefix='' secmod='' flags=noCertDB,noModDB";
	struct {
		CK_C_INITIALIZE_ARGS args;
		CK_VOID_PTR behind[2];
	} own = {.args.flags = CKF_OS_LOCKING_OK};

	if (strstr(module->path, "softokn") != NULL)
		own.args.pReserved = none;
	return module->list->C_Initialize(&own);
}

static void start(struct module *module)
{
	CK_C_GetFunctionList get;
	void *symbol;
	Dl_info where;

	if (module->vendor != NULL)
		setenv("PKCS11_LENS_MODULE", module->vendor, 1);
	module->handle = load(module->path);
	symbol = dlsym(module->handle, "C_GetFunctionList");
	if (symbol == NULL)
		die(module->path, "no C_GetFunctionList");
	memcpy(&get, &symbol, sizeof(get));
	check(module, "C_GetFunctionList", get(&module->list));
	printf("%s: C_GetInterface %s; CA_GetFunctionList %s\n", module->path,
	        dlsym(module->handle, "C_GetInterface") != NULL ? "yes" : "no",
	        dlsym(module->handle, "CA_GetFunctionList") != NULL ? "yes" : "no");
	/* In a foreign namespace dladdr knows no objects in old systems. */
	if (!own_namespace && dladdr(symbol, &where) != 0)
		printf("%s: lies in %s\n", module->path, where.dli_fname);
	if (!own_namespace) {
		void *again = load(module->path);

		printf("%s: the second handle is %s\n", module->path,
		        again == module->handle ? "the same" : "another");
		dlclose(again);
	}
	check(module, "C_Initialize", initialise(module));
}

static void *use(void *data)
{
	struct module *module = data;
	CK_INFO info = {0};

	for (int i = 0; i < ROUNDS; i++) {
		check(module, "C_GetInfo", module->list->C_GetInfo(&info));
		if (memcmp(&info, &module->info, sizeof(info)) != 0)
			die(module->path, "somebody else answers");
	}
	return NULL;
}

/* All modules at once. */
static void use_all(struct module *modules, int count)
{
	pthread_t thread[MODULES * THREADS];
	int threads = 0;

	for (int i = 0; i < count; i++)
		for (int j = 0; j < THREADS; j++)
			pthread_create(&thread[threads++], NULL, use, &modules[i]);
	while (threads > 0)
		pthread_join(thread[--threads], NULL);
}

static void stop(struct module *module)
{
	check(module, "C_Finalize", module->list->C_Finalize(NULL));
	dlclose(module->handle);
}

int main(int argc, char **argv)
{
	struct module modules[MODULES] = {{0}};
	int count = 0, option;

	while ((option = getopt(argc, argv, "dgm")) != -1) {
		flags |= option == 'd' ? RTLD_DEEPBIND : option == 'g' ? RTLD_GLOBAL : 0;
		own_namespace |= option == 'm';
	}
	for (; optind < argc && count < MODULES; optind++) {
		struct module *module = &modules[count++];

		module->path = strtok(argv[optind], "=");
		module->vendor = strtok(NULL, "=");
		start(module);
		check(module, "C_GetInfo", module->list->C_GetInfo(&module->info));
		printf("%s: %.32s\n", module->path, (char *)module->info.libraryDescription);
	}
	use_all(modules, count);
	stop(&modules[0]);
	use_all(modules + 1, count - 1);
	start(&modules[0]);
	use_all(modules, count);
	for (int i = 0; i < count; i++)
		stop(&modules[i]);
	return 7;
}
