/* SPDX-License-Identifier: MIT */
/* Setting the observer up, changing it while it runs, and its last words. */
#define _GNU_SOURCE
#include "trace.h"

#include "clock.h"
#include "control.h"
#include "logging.h"
#include "logging/record/fingerprint.h"
#include "logging/sink/ring.h"
#include "logging/sink/sink.h"
#include "shape.h"
#include "shim/util.h"
#include "stats.h"
#include "thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct p11l_trace p11l_trace;

static const _Atomic uint32_t open_gate = 2;
const _Atomic uint32_t *p11l_gate = &open_gate;
_Atomic uint32_t p11l_gate_closed = 1;

static struct p11l_active first;       /* as configured */
static struct p11l_control *control;   /* NULL: none */
static const struct p11l_config *base; /* what a control file changes */
static bool sink_open, started;

/* Changing the settings. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
#define FORKED UINT32_MAX /* "seen" in a child that has not called yet */
static uint32_t seen_before_fork;

/* A child that was forked must not end what its parent has begun. */
static pid_t head_of;

static size_t head(char *buffer, size_t size)
{
	struct p11l_clock_base now;
	struct p11l_about about = {
	        .lens = P11L_VERSION,
	        .program = program_invocation_short_name,
	        .module = p11l_text(base, P11L_MODULE_PATH),
	        .reveal = p11l_text(base, P11L_TRACE_REVEAL),
	        .pid = (uint32_t)getpid(),
	};

	p11l_clock_rebase(&now);
	about.time = now.time;
	head_of = getpid();
	return p11l_trace.format->head(&about, buffer, size);
}

static void write_tail(void)
{
	char buffer[64];

	if (p11l_trace.format != NULL && p11l_trace.format->tail != NULL && head_of == getpid())
		p11l_sink_write(buffer, p11l_trace.format->tail(buffer, sizeof(buffer)));
}

static bool open_destination(const struct p11l_config *config)
{
	const struct p11l_format *format = p11l_trace.format;
	struct p11l_sink_settings settings = {
	        .destination = p11l_text(config, P11L_TRACE_DESTINATION),
	        .rotate = p11l_number(config, P11L_TRACE_ROTATE),
	        .keep = (unsigned)p11l_number(config, P11L_TRACE_KEEP),
	        .head = format != NULL ? head : NULL,
	        .lost = format != NULL ? format->lost : NULL,
	};

	if (p11l_trace.ring)
		return p11l_ring_open(config);
	if (format != NULL && format->tail != NULL && settings.rotate != 0) {
		p11l_message("trace.rotate is not for %s, a file of which has an end; it is left "
		             "out of account",
		        p11l_text(config, P11L_TRACE_FORMAT));
		settings.rotate = 0;
	}
	sink_open = p11l_sink_open(&settings);
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
	if (p11l_formats[format].record != NULL)
		p11l_trace.format = &p11l_formats[format];
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
	p11l_trace_watch_forks();
	started = true;
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

/* What a child counts is its own. */
static void begin_child(void)
{
	if (atomic_load(&p11l_trace.seen) != FORKED)
		return;
	p11l_stats_reset();
	atomic_store(&p11l_trace.seen, seen_before_fork);
}

/* Takes the request for a report off the end of the text. */
static bool take_report(char *text)
{
	size_t size = strlen(text), mark = strlen(P11L_CONTROL_REPORT);

	if (size < mark || strcmp(text + size - mark, P11L_CONTROL_REPORT) != 0)
		return false;
	text[size - mark] = '\0';
	return true;
}

/* Settings that were replaced are kept until the end: another thread may be reading them. */
static struct p11l_active *latest;

static void activate(struct p11l_active *active)
{
	active->replaced = latest;
	latest = active;
	atomic_store_explicit(&p11l_trace.active, active, memory_order_release);
}

static void free_settings(void)
{
	struct p11l_active *active = latest;

	atomic_store(&p11l_trace.active, &first);
	latest = NULL;
	while (active != NULL) {
		struct p11l_active *next = active->replaced;

		free(active);
		active = next;
	}
}

static void read_control(void)
{
	char text[P11L_CONTROL_SIZE];
	struct p11l_active *active = NULL;
	uint32_t generation = p11l_control_read(control, text, sizeof(text));
	bool report;

	if (generation == 0 || generation == atomic_load(&p11l_trace.seen))
		return;
	report = take_report(text);
	if (text[0] != '\0')
		active = parse_control(text);
	if (active != NULL)
		activate(active);
	atomic_store_explicit(&p11l_trace.seen, generation, memory_order_release);
	atomic_store(
	        &p11l_gate_closed, atomic_load(&p11l_trace.active)->on ? UINT32_MAX : generation);
	if (report)
		p11l_trace_report();
}

void p11l_trace_refresh(void)
{
	int saved = errno;

	if (pthread_mutex_trylock(&lock) != 0)
		return;
	begin_child();
	if (control != NULL)
		read_control();
	pthread_mutex_unlock(&lock);
	errno = saved;
}

void p11l_trace_hold(void)
{
	pthread_mutex_lock(&lock);
}

void p11l_trace_release(void)
{
	pthread_mutex_unlock(&lock);
}

void p11l_trace_forked(void)
{
	uint32_t seen = atomic_exchange(&p11l_trace.seen, FORKED);

	if (seen != FORKED)
		seen_before_fork = seen;
	pthread_mutex_unlock(&lock);
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
	if (p11l_trace.format != NULL)
		p11l_trace.format->stats(&sessions, gather, &gathered);
	else
		p11l_stats_report_text(&sessions, gather, &gathered);
	if (sink_open)
		p11l_sink_write(gathered.text, gathered.size);
	else
		p11l_write(STDERR_FILENO, false, gathered.text, gathered.size);
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
	if (!started)
		return;
	write_tail();
	p11l_sink_report();
	if (exiting)
		return;
	p11l_sink_close();
	p11l_ring_close();
	p11l_control_close(control);
	free_settings();
	p11l_threads_stop();
}
