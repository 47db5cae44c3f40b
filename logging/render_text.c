/* SPDX-License-Identifier: MIT */
#include "render_text.h"

#include "render_value.h"

#define RESERVE 160 /* room for what follows the parameters */
#define NESTING 24
#define SECOND  UINT64_C(1000000000)
#define DAY     86400

/* Days since 1970 as year, month and day of the Gregorian calendar. */
static void civil(uint64_t days, unsigned date[3])
{
	/* Count from 1 March 0000, so that the leap day ends a year. */
	uint64_t z = days + 719468, era = z / 146097, in_era = z % 146097;
	uint64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	uint64_t in_year = in_era - (365 * year + year / 4 - year / 100);
	uint64_t month = (5 * in_year + 2) / 153;

	date[2] = (unsigned)(in_year - (153 * month + 2) / 5 + 1);
	date[1] = (unsigned)(month < 10 ? month + 3 : month - 9);
	date[0] = (unsigned)(year + era * 400 + (date[1] <= 2));
}

/* 2026-11-23T15:49:39.123456Z */
static void render_time(struct p11l_text *t, uint64_t time)
{
	uint64_t seconds = time / SECOND;
	unsigned date[3];

	civil(seconds / DAY, date);
	p11l_text_padded(t, date[0], 4);
	p11l_text_char(t, '-');
	p11l_text_padded(t, date[1], 2);
	p11l_text_char(t, '-');
	p11l_text_padded(t, date[2], 2);
	p11l_text_char(t, 'T');
	p11l_text_padded(t, seconds % DAY / 3600, 2);
	p11l_text_char(t, ':');
	p11l_text_padded(t, seconds % 3600 / 60, 2);
	p11l_text_char(t, ':');
	p11l_text_padded(t, seconds % 60, 2);
	p11l_text_char(t, '.');
	p11l_text_padded(t, time % SECOND / 1000, 6);
	p11l_text_char(t, 'Z');
}

/* 0.8us, 44.1us, 12.345ms, 3.204s: three or four digits that matter */
static void render_duration(struct p11l_text *t, uint64_t ns)
{
	uint64_t unit = ns < 1000000 ? 1000 : ns < SECOND ? 1000000 : SECOND;
	unsigned digits = unit == 1000 ? 1 : 3;
	uint64_t fraction = ns % unit * (digits == 1 ? 10 : 1000) / unit;

	p11l_text_decimal(t, ns / unit);
	p11l_text_char(t, '.');
	p11l_text_padded(t, fraction, digits);
	p11l_text_put(t, unit == 1000 ? "us" : unit == 1000000 ? "ms" : "s");
}

/* The two runs of a record, read side by side. */
struct runs {
	struct p11l_reader in, out;
	bool too_small;                /* the vendor has refused a buffer */
	bool implied[P11L_MAX_PARAMS]; /* lengths that the value they belong to has shown */
};

/* One item of one run; at is NULL when the run has none for the parameter at hand. */
struct item {
	const uint8_t *at, *end;
};

static struct item take(struct p11l_reader *r)
{
	struct item item = {r->at, NULL};

	if (r->at >= r->end)
		return (struct item){NULL, NULL};
	p11l_skip_item(r);
	item.end = r->at;
	return item;
}

static bool same(struct item a, struct item b)
{
	size_t size = (size_t)(a.end - a.at);

	return a.at != NULL && b.at != NULL && (size_t)(b.end - b.at) == size &&
	       memcmp(a.at, b.at, size) == 0;
}

static bool is(struct item item, enum p11l_item kind)
{
	return item.at != NULL && *item.at == kind;
}

static void render_one(struct p11l_render *render, struct p11l_type type, struct item item)
{
	struct p11l_reader r = {item.at, item.end};

	p11l_render_item(render, type, &r);
}

/* Whether there is anything to show for a parameter. */
static bool shows(struct runs *runs, const struct p11l_member *param, unsigned i, struct item *in,
        struct item *out)
{
	if (param->type.role == P11L_ROLE_LENGTH && (!param->pointer || runs->implied[i]))
		return false;
	if (is(*out, P11L_ITEM_NONE))
		out->at = NULL;
	/* A question is shown by its answer. */
	if (out->at != NULL && (is(*in, P11L_ITEM_NONE) || param->type.role == P11L_ROLE_TEMPLATE ||
	                               same(*in, *out)))
		in->at = NULL;
	return in->at != NULL ? !is(*in, P11L_ITEM_NONE) : out->at != NULL;
}

static void render_param(struct p11l_render *render, const struct p11l_member *param,
        struct item in, struct item out, bool size_query)
{
	struct p11l_type type = param->type;
	struct p11l_text *t = &render->text;

	p11l_text_put(t, param->name);
	p11l_text_char(t, '=');
	if (size_query) {
		p11l_text_put(t, "NULL");
		return;
	}
	if (in.at != NULL)
		render_one(render, type, in);
	if (in.at != NULL && out.at != NULL)
		p11l_text_put(t, "=>");
	if (out.at != NULL)
		render_one(render, type, out);
}

static void render_params(
        struct p11l_render *render, const struct p11l_function *function, struct runs *runs)
{
	bool first = true;

	for (unsigned i = 0; i < function->count; i++) {
		const struct p11l_member *param = &function->param[i];
		struct item in = {NULL, NULL}, out = {NULL, NULL};

		if ((param->direction & P11L_IN) != 0 &&
		        (param->type.role != P11L_ROLE_LENGTH || param->pointer))
			in = take(&runs->in);
		if ((param->direction & P11L_OUT) != 0)
			out = take(&runs->out);
		if (param->length == P11L_LENGTH_POINTED)
			runs->implied[param->length_ref] = is(out, P11L_ITEM_BYTES) ||
			                                   is(out, P11L_ITEM_HIDDEN) ||
			                                   is(out, P11L_ITEM_LIST);
		if (!shows(runs, param, i, &in, &out))
			continue;
		if (!first)
			p11l_text_put(&render->text, ", ");
		first = false;
		/* A length that the vendor has filled in beside a null pointer. */
		render_param(render, param, in, out,
		        param->length == P11L_LENGTH_POINTED && !runs->too_small &&
		                is(out, P11L_ITEM_LENGTH));
	}
}

/* The session and mechanism of the call, which say what its other values mean. */
static void find_context(
        struct p11l_render *render, const struct p11l_function *function, struct p11l_reader in)
{
	for (unsigned i = 0; i < function->count; i++) {
		const struct p11l_member *param = &function->param[i];
		struct p11l_reader item;

		if ((param->direction & P11L_IN) == 0 ||
		        (param->type.role == P11L_ROLE_LENGTH && !param->pointer))
			continue;
		item = in;
		if (param->type.role == P11L_ROLE_SESSION &&
		        p11l_get_item(&item) == P11L_ITEM_NUMBER)
			render->session = p11l_get_u64(&item);
		if (param->type.role == P11L_ROLE_MECHANISM &&
		        p11l_get_item(&item) == P11L_ITEM_MECHANISM)
			render->mechanism = p11l_get_u64(&item);
		p11l_skip_item(&in);
	}
}

static void render_head(struct p11l_text *t, const struct p11l_record *record)
{
	render_time(t, record->time);
	p11l_text_char(t, ' ');
	p11l_text_decimal(t, record->pid);
	p11l_text_char(t, ':');
	p11l_text_decimal(t, record->tid);
	p11l_text_put(t, " #");
	p11l_text_decimal(t, record->sequence);
	p11l_text_char(t, ' ');
}

static void render_result(struct p11l_text *t, const struct p11l_record *record)
{
	if ((record->state & P11L_RECORD_COMPLETE) == 0) {
		p11l_text_put(t, " ...\n");
		return;
	}
	p11l_text_put(t, " = ");
	p11l_render_enum(t, P11L_SPACE_rv, record->rv);
	p11l_text_char(t, ' ');
	render_duration(t, record->duration);
	p11l_text_char(t, '\n');
}

size_t p11l_render_text(const struct p11l_record *record, char *buffer, size_t size)
{
	const struct p11l_function *function = &p11l_functions[record->function % P11L_FUNCTIONS];
	const uint8_t *start = (const uint8_t *)(record + 1);
	struct p11l_render render = {
	        .text = {buffer, buffer + size - RESERVE},
	        .key_type = CKK_VENDOR_DEFINED,
	        .mechanism = CKM_VENDOR_DEFINED,
	        .depth = NESTING,
	};
	struct runs runs = {
	        .in = {start, start + record->in_size},
	        .out = {start + record->in_size, (const uint8_t *)record + record->size},
	        .too_small = record->rv == CKR_BUFFER_TOO_SMALL,
	};

	render_head(&render.text, record);
	p11l_text_put(&render.text, function->name);
	p11l_text_char(&render.text, '(');
	find_context(&render, function, runs.in);
	render_params(&render, function, &runs);
	if (render.text.at == render.text.end) {
		render.text.end += 3;
		p11l_text_put(&render.text, "...");
	}
	render.text.end = buffer + size;
	p11l_text_char(&render.text, ')');
	render_result(&render.text, record);
	return (size_t)(render.text.at - buffer);
}
