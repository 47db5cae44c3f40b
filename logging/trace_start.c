/* SPDX-License-Identifier: MIT */
/* Setting the observer up, changing it while it runs, and its last words. */
#define _GNU_SOURCE
#include "trace.h"

#include "clock.h"
#include "control.h"
#include "fingerprint.h"
#include "logging.h"
#include "render_text.h"
#include "ring.h"
#include "shape.h"
#include "shim/util.h"
#include "sink.h"
#include "stats.h"
#include "thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct p11l_trace p11l_trace;

static const _Atomic uint32_t open_gate = 2;
const _Atomic uint32_t *p11l_gate = &open_gate;
_Atomic uint32_t p11l_gate_closed = 1;

static struct p11l_active first;       /* as configured */
static struct p11l_control *control;   /* NULL: none */
static const struct p11l_config *base; /* what a control file changes */
static bool sink_open, ring_open, started;

/* The first line of a text trace says who wrote it and what is hidden. */
static size_t text_head(const struct p11l_config *config, char *buffer, size_t size)
{
	const char *module = p11l_text(config, P11L_MODULE_PATH);
	int n = snprintf(buffer, size,
	        "# pkcs11-lens " P11L_VERSION
	        " text trace 1; module %.700s; reveal %s; times are UTC\n",
	        module != NULL ? module : "none", p11l_text(config, P11L_TRACE_REVEAL));

	return (size_t)n < size ? (size_t)n : size - 1;
}

static const struct p11l_format formats[] = {
        [P11L_TRACE_TEXT] = {text_head, NULL, p11l_render_text},
        [P11L_TRACE_RING] = {NULL, NULL, NULL},
};

static void write_head(const struct p11l_config *config)
{
	char buffer[2048];

	if (p11l_trace.format != NULL && p11l_trace.format->head != NULL)
		p11l_sink_write(buffer, p11l_trace.format->head(config, buffer, sizeof(buffer)));
}

static bool open_destination(const struct p11l_config *config)
{
	struct p11l_clock_base now;

	if (p11l_trace.ring) {
		p11l_clock_rebase(&now);
		ring_open = p11l_ring_open(config, now.time);
		return ring_open;
	}
	sink_open = p11l_sink_open(p11l_text(config, P11L_TRACE_DESTINATION));
	return sink_open;
}

/* With a control file the gate is its generation, otherwise it stays open. */
static bool open_control(const struct p11l_config *config)
{
	const char *destination = p11l_text(config, P11L_TRACE_CONTROL);

	first.on = p11l_number(config, P11L_TRACE_ACTIVE) != 0;
	atomic_store(&p11l_trace.active, &first);
	if (destination == NULL) {
		if (!first.on)
			p11l_message("trace.active = no needs trace.control: nothing is recorded");
		atomic_store(&p11l_trace.seen, open_gate);
		return first.on;
	}
	control = p11l_control_open(destination);
	if (control == NULL)
		return first.on;
	p11l_gate = &control->generation;
	atomic_store(&p11l_trace.seen, 0);
	atomic_store(&p11l_gate_closed, first.on ? UINT32_MAX : 0);
	return true;
}

static void read_settings(const struct p11l_config *config)
{
	unsigned long format = p11l_number(config, P11L_TRACE_FORMAT);

	p11l_trace.reveal = (unsigned)p11l_number(config, P11L_TRACE_REVEAL);
	p11l_trace.shown = p11l_number(config, P11L_TRACE_BYTES);
	p11l_trace.entry = p11l_number(config, P11L_TRACE_ENTRY) != 0;
	p11l_trace.ring = format == P11L_TRACE_RING;
	p11l_trace.stats =
	        format == P11L_TRACE_STATS_ONLY || p11l_number(config, P11L_TRACE_STATS) != 0;
	if (format < sizeof(formats) / sizeof(formats[0]) && formats[format].record != NULL)
		p11l_trace.format = &formats[format];
	p11l_filter_read(&first.filter, config);
}

bool p11l_trace_start(const struct p11l_config *config)
{
	base = config;
	if (p11l_number(config, P11L_TRACE_FORMAT) == P11L_TRACE_OFF &&
	        p11l_number(config, P11L_TRACE_STATS) == 0)
		return false;
	p11l_shapes_start();
	p11l_clock_start();
	p11l_fingerprint_start();
	read_settings(config);
	if (!p11l_threads_start() || !open_destination(config) || !open_control(config))
		return false;
	started = true;
	write_head(config);
	return true;
}

/* "on" or "off", then options, as settings; NULL when the text is wrong, which the user is told. */
static struct p11l_active *parse_control(char *text)
{
	struct p11l_config config;
	struct p11l_active *active = NULL;
	char error[P11L_ERROR_SIZE];
	char *options = text, *word = strsep(&options, ",");
	bool on = strcmp(word, "on") == 0;

	if (!on && strcmp(word, "off") != 0) {
		p11l_message("trace.control: \"%.20s\" is neither on nor off", word);
		return NULL;
	}
	if (!p11l_config_copy(&config, base))
		return NULL;
	if (!p11l_config_options(&config, options, "trace.control", error))
		p11l_message("%s", error);
	else
		active = calloc(1, sizeof(*active));
	if (active != NULL) {
		active->on = on;
		p11l_filter_read(&active->filter, &config);
	}
	p11l_config_free(&config);
	return active;
}

/* Settings that were replaced are never freed: another thread may be reading them. */
void p11l_trace_refresh(void)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	char text[P11L_CONTROL_SIZE];
	const struct p11l_active *active = NULL;
	uint32_t generation;
	int saved = errno;

	if (control == NULL || pthread_mutex_trylock(&lock) != 0)
		return;
	generation = p11l_control_read(control, text, sizeof(text));
	if (generation != 0 && generation != atomic_load(&p11l_trace.seen)) {
		active = parse_control(text);
		if (active != NULL)
			atomic_store_explicit(&p11l_trace.active, active, memory_order_release);
		atomic_store_explicit(&p11l_trace.seen, generation, memory_order_release);
		active = atomic_load(&p11l_trace.active);
		atomic_store(&p11l_gate_closed, active->on ? UINT32_MAX : generation);
	}
	pthread_mutex_unlock(&lock);
	errno = saved;
}

/* Lines of a report, gathered so that they are written as one. */
struct gathered {
	char *text;
	size_t size;
};

static void gather(void *user, const char *line, size_t size)
{
	struct gathered *gathered = user;
	char *longer = realloc(gathered->text, gathered->size + size);

	if (longer == NULL)
		return;
	memcpy(longer + gathered->size, line, size);
	gathered->text = longer;
	gathered->size += size;
}

static void report_stats(void)
{
	struct p11l_stats_sessions sessions;
	struct gathered gathered = {NULL, 0};

	p11l_operation_sessions(&sessions.now, &sessions.peak);
	p11l_stats_report_text(&sessions, gather, &gathered);
	if (sink_open)
		p11l_sink_write(gathered.text, gathered.size);
	free(gathered.text);
}

void p11l_trace_report(void)
{
	int saved = errno;

	if (p11l_trace.stats)
		report_stats();
	p11l_sink_report();
	errno = saved;
}

void p11l_trace_stop(bool exiting)
{
	char buffer[256];

	if (!started)
		return;
	if (p11l_trace.format != NULL && p11l_trace.format->tail != NULL)
		p11l_sink_write(buffer, p11l_trace.format->tail(buffer, sizeof(buffer)));
	p11l_sink_report();
	if (exiting)
		return;
	p11l_sink_close();
	p11l_ring_close();
	p11l_control_close(control);
	p11l_threads_stop();
}
