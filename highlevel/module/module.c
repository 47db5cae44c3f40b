/* SPDX-License-Identifier: MIT */
/* Modules that are loaded: each once, however often it is asked for. */
#define _DEFAULT_SOURCE /* strdup */
#include "parts.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct p11l_module *modules;

void p11l_modules_lock(void)
{
	pthread_mutex_lock(&lock);
}

void p11l_modules_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

void p11l_module_claim(struct p11l_module *module)
{
	while (module->changing)
		pthread_cond_wait(&changed, &lock);
	module->changing = true;
}

void p11l_module_yield(struct p11l_module *module)
{
	module->changing = false;
	pthread_cond_broadcast(&changed);
}

/* --- Forks */

/*
 * Threads that were changing a module are not there in the child. What they had not finished is
 * left alone: a module without functions was never seen by anybody.
 */
static void after_in_child(void)
{
	static const pthread_cond_t new_cond = PTHREAD_COND_INITIALIZER;
	static const pthread_mutex_t new_lock = PTHREAD_MUTEX_INITIALIZER;
	struct p11l_module **at = &modules;

	changed = new_cond;
	while (*at != NULL) {
		struct p11l_module *module = *at;

		module->lock = new_lock;
		module->forked = true;
		module->changing = false;
		atomic_fetch_or(&module->epoch, 1);
		if (module->functions == NULL)
			*at = module->next;
		else
			at = &module->next;
	}
	pthread_mutex_unlock(&lock);
}

static void watch_forks(void)
{
	pthread_atfork(p11l_modules_lock, p11l_modules_unlock, after_in_child);
}

/* --- Loading */

static struct p11l_module *new_module(const struct p11l_load_options *options, void *handle)
{
	const char *parameters = P11L_GET(options, parameters, NULL);
	struct p11l_module *module = calloc(1, sizeof(*module));

	if (module == NULL)
		return NULL;
	if (parameters != NULL) {
		module->parameters = strdup(parameters);
		if (module->parameters == NULL) {
			free(module);
			return NULL;
		}
	}
	module->handle = handle;
	module->keep_initialised = P11L_GET(options, keep_initialised, CK_FALSE) != CK_FALSE;
	module->changing = true;
	module->users = 1;
	atomic_init(&module->references, 1);
	atomic_init(&module->epoch, 2); /* 0 is no epoch */
	pthread_mutex_init(&module->lock, NULL);
	return module;
}

void p11l_module_forget(struct p11l_module *module)
{
	bool last;

	p11l_modules_lock();
	last = --module->users == 0;
	p11l_modules_unlock();
	if (!last)
		return;
	if (module->copy != NULL)
		dlclose(module->copy);
	if (!module->own && module->handle != NULL)
		dlclose(module->handle);
	pthread_mutex_destroy(&module->lock);
	free(module->path);
	free(module->parameters);
	free(module);
}

static void take_out(struct p11l_module *module)
{
	struct p11l_module **at = &modules;

	while (*at != NULL && *at != module)
		at = &(*at)->next;
	if (*at != NULL)
		*at = module->next;
}

/*
 * The module with this handle, with one reference more; or a new one that is to be filled in while
 * others wait for it. NULL when memory is short.
 */
static struct p11l_module *enter(
        void *handle, const struct p11l_load_options *options, bool *is_new)
{
	struct p11l_module *module;

	*is_new = false;
	p11l_modules_lock();
	for (;;) {
		for (module = modules; module != NULL; module = module->next)
			if (module->handle == handle)
				break;
		if (module == NULL || !module->changing)
			break;
		pthread_cond_wait(&changed, &lock);
	}
	if (module != NULL) {
		atomic_fetch_add(&module->references, 1);
	} else if ((module = new_module(options, handle)) != NULL) {
		*is_new = true;
		module->next = modules;
		modules = module;
	}
	p11l_modules_unlock();
	return module;
}

/* Takes it out of the list; now it can be loaded anew. */
static void leave(struct p11l_module *module)
{
	p11l_modules_lock();
	take_out(module);
	p11l_module_yield(module);
	p11l_modules_unlock();
	p11l_module_forget(module);
}

static CK_RV load(struct p11l_source *source, const struct p11l_load_options *options,
        struct p11l_module **module)
{
	struct p11l_module *loaded;
	bool is_new;
	CK_RV rv;

	loaded = enter(source->handle, options, &is_new);
	if (loaded == NULL)
		return p11l_no_memory();
	if (!is_new) {
		*module = loaded;
		return CKR_OK;
	}
	rv = p11l_source_use(source, loaded);
	if (rv == CKR_OK)
		rv = p11l_module_initialise(loaded);
	if (rv != CKR_OK) {
		leave(loaded);
		return rv;
	}
	p11l_modules_lock();
	p11l_module_yield(loaded);
	p11l_modules_unlock();
	*module = loaded;
	return CKR_OK;
}

CK_RV p11l_load_with(
        const char *path, const struct p11l_load_options *options, struct p11l_module **module)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct p11l_source source;
	CK_RV rv;

	if (module == NULL)
		return p11l_bad_argument("module");
	*module = NULL;
	pthread_once(&once, watch_forks);
	rv = p11l_source_open(path, &source);
	if (rv != CKR_OK)
		return rv;
	rv = load(&source, options, module);
	p11l_source_close(&source);
	return rv;
}

CK_RV p11l_load(const char *path, struct p11l_module **module)
{
	return p11l_load_with(path, NULL, module);
}

struct p11l_module *p11l_module_ref(struct p11l_module *module)
{
	if (module != NULL)
		atomic_fetch_add(&module->references, 1);
	return module;
}

void p11l_module_free(struct p11l_module *module)
{
	bool last;

	if (module == NULL)
		return;
	p11l_modules_lock();
	/* Nobody else holds it then, but a thread may be making it anew. */
	while (module->changing)
		pthread_cond_wait(&changed, &lock);
	last = atomic_fetch_sub(&module->references, 1) == 1;
	module->changing = last;
	p11l_modules_unlock();
	if (!last)
		return;
	p11l_module_finalise(module);
	leave(module);
}
