/* SPDX-License-Identifier: MIT */
#include "stats.h"

#include "logging/render/text.h"

#include <stdlib.h>
#include <string.h>

#define MAX_ROWS 2048
#define LINE     512

static void put_string(p11l_stats_put *put, void *user, const char *line)
{
	put(user, line, strlen(line));
}

/* Blanks up to a column of the line. */
static void pad(struct p11l_text *t, const char *start, size_t column)
{
	while ((size_t)(t->at - start) < column && t->at < t->end)
		p11l_text_char(t, ' ');
}

/* A value that ends at a column. */
static void right(
        struct p11l_text *t, const char *start, size_t column, const char *from, size_t size)
{
	size_t used = (size_t)(t->at - start);

	p11l_text_char(t, ' ');
	if (used + 1 + size < column)
		pad(t, start, column - size);
	p11l_text_put_octets(t, from, size);
}

static void number(struct p11l_text *t, const char *start, size_t column, uint64_t value)
{
	char buffer[24];
	struct p11l_text own = {.at = buffer, .end = buffer + sizeof(buffer)};

	p11l_text_decimal(&own, value);
	right(t, start, column, buffer, (size_t)(own.at - buffer));
}

static void duration(struct p11l_text *t, const char *start, size_t column, uint64_t ns)
{
	char buffer[32];
	struct p11l_text own = {.at = buffer, .end = buffer + sizeof(buffer)};

	p11l_text_duration(&own, ns);
	right(t, start, column, buffer, (size_t)(own.at - buffer));
}

static void name(struct p11l_text *t, unsigned space, uint64_t value)
{
	const char *known = p11l_name(space, (CK_ULONG)value);

	if (known != NULL)
		p11l_text_put(t, known);
	else
		p11l_text_hex(t, value);
}

static void subject(struct p11l_text *t, const struct p11l_stats_row *row)
{
	if (!row->has_rv) {
		p11l_text_put(t, p11l_functions[row->function].name);
		return;
	}
	p11l_text_put(t, "  ");
	if (row->has_mechanism) {
		name(t, P11L_SPACE_mechanism, row->mechanism);
		p11l_text_char(t, ' ');
	}
	name(t, P11L_SPACE_rv, row->rv);
}

static uint64_t share(const struct p11l_stats_sum *sum, uint64_t total)
{
	return total == 0 ? 0 : (uint64_t)((double)sum->ns * 1000.0 / (double)total + 0.5);
}

static size_t text_row(char *line, const struct p11l_stats_row *row,
        const struct p11l_stats_sum *sum, uint64_t total)
{
	struct p11l_text t = {.at = line, .end = line + LINE - 1};
	uint64_t permille = share(sum, total);
	char percent[24];
	struct p11l_text own = {.at = percent, .end = percent + sizeof(percent)};

	subject(&t, row);
	pad(&t, line, 44);
	number(&t, line, 54, sum->count);
	number(&t, line, 62, sum->errors);
	number(&t, line, 74, sum->bytes);
	duration(&t, line, 84, p11l_stats_quantile(sum, 500));
	duration(&t, line, 94, p11l_stats_quantile(sum, 900));
	duration(&t, line, 104, p11l_stats_quantile(sum, 990));
	duration(&t, line, 114, sum->max);
	p11l_text_decimal(&own, permille / 10);
	p11l_text_char(&own, '.');
	p11l_text_decimal(&own, permille % 10);
	p11l_text_char(&own, '%');
	right(&t, line, 122, percent, (size_t)(own.at - percent));
	*t.at++ = '\n';
	return (size_t)(t.at - line);
}

/* Calls each with every row and what belongs to it; one sum at a time, because sums are large. */
typedef size_t render_row(char *line, const struct p11l_stats_row *row,
        const struct p11l_stats_sum *sum, uint64_t total);

static bool each_row(render_row *render, const char *between, p11l_stats_put *put, void *user)
{
	struct p11l_stats_row *rows = calloc(MAX_ROWS, sizeof(*rows));
	struct p11l_stats_sum *sum = malloc(sizeof(*sum));
	bool ok = rows != NULL && sum != NULL;
	size_t count = ok ? p11l_stats_rows(rows, MAX_ROWS) : 0;
	uint64_t total = p11l_stats_total();
	char line[LINE];

	for (size_t i = 0; i < count; i++) {
		p11l_stats_sum(&rows[i], sum);
		if (i > 0)
			put_string(put, user, between);
		put(user, line, render(line, &rows[i], sum, total));
	}
	free(rows);
	free(sum);
	return ok;
}

void p11l_stats_report_text(
        const struct p11l_stats_sessions *sessions, p11l_stats_put *put, void *user)
{
	char line[LINE];
	struct p11l_text t = {.at = line, .end = line + sizeof(line)};

	put_string(put, user,
	        "# statistics                                     calls  errors       bytes       "
	        "p50       p90       p99       max    share\n");
	each_row(text_row, "", put, user);
	if (sessions->peak == 0)
		return;
	p11l_text_put(&t, "# sessions open: ");
	p11l_text_decimal(&t, sessions->now);
	p11l_text_put(&t, " now, ");
	p11l_text_decimal(&t, sessions->peak);
	p11l_text_put(&t, " at most\n");
	put(user, line, (size_t)(t.at - line));
}

static void member(struct p11l_text *t, const char *key, uint64_t value)
{
	p11l_text_put(t, ",\"");
	p11l_text_put(t, key);
	p11l_text_put(t, "\":");
	p11l_text_decimal(t, value);
}

static size_t json_row(char *line, const struct p11l_stats_row *row,
        const struct p11l_stats_sum *sum, uint64_t total)
{
	struct p11l_text t = {.at = line, .end = line + LINE};

	(void)total;
	p11l_text_put(&t, "{\"fn\":\"");
	p11l_text_put(&t, p11l_functions[row->function].name);
	p11l_text_char(&t, '"');
	if (row->has_mechanism) {
		p11l_text_put(&t, ",\"mechanism\":\"");
		name(&t, P11L_SPACE_mechanism, row->mechanism);
		p11l_text_char(&t, '"');
	}
	if (row->has_rv) {
		p11l_text_put(&t, ",\"rv\":\"");
		name(&t, P11L_SPACE_rv, row->rv);
		p11l_text_char(&t, '"');
	}
	member(&t, "count", sum->count);
	member(&t, "errors", sum->errors);
	member(&t, "bytes", sum->bytes);
	member(&t, "ns", sum->ns);
	member(&t, "p50", p11l_stats_quantile(sum, 500));
	member(&t, "p90", p11l_stats_quantile(sum, 900));
	member(&t, "p99", p11l_stats_quantile(sum, 990));
	member(&t, "max", sum->max);
	p11l_text_char(&t, '}');
	return (size_t)(t.at - line);
}

void p11l_stats_report_json(
        const struct p11l_stats_sessions *sessions, p11l_stats_put *put, void *user)
{
	char line[LINE];
	struct p11l_text t = {.at = line, .end = line + sizeof(line)};

	p11l_text_put(&t, "{\"v\":1,\"type\":\"statistics\"");
	member(&t, "ns", p11l_stats_total());
	member(&t, "sessions", sessions->now);
	member(&t, "sessions_peak", sessions->peak);
	p11l_text_put(&t, ",\"rows\":[");
	put(user, line, (size_t)(t.at - line));
	each_row(json_row, ",", put, user);
	put_string(put, user, "]}\n");
}
