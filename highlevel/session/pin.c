/* SPDX-License-Identifier: MIT */
/*
 * Where PINs come from. Only what the options hold is kept, for logging in again; what a callback
 * or a file gives is asked for anew. No PIN that the token has refused goes to it a second time by
 * itself, because tokens count.
 */
#define _DEFAULT_SOURCE /* explicit_bzero, strdup */
#include "parts.h"

#include <stdlib.h>
#include <string.h>

/* The one that was refused last, for logins and for keys that want their own. */
struct refused {
	bool is_known, on_token;
	struct p11l_buffer pin; /* P11L_SECRET */
};

struct p11l_pin_source {
	struct p11l_buffer pin; /* P11L_SECRET */
	bool has_pin;
	CK_USER_TYPE user_type; /* whose it is; P11L_NOBODY: of any user */
	p11l_pin_callback callback;
	void *context;
	char *file;
	char *user_name;
	bool on_token;
	struct refused refused[2];
};

/* --- Making one */

void p11l_pin_source_free(struct p11l_pin_source *source)
{
	if (source == NULL)
		return;
	p11l_buffer_free(&source->pin);
	for (size_t i = 0; i < 2; i++)
		p11l_buffer_free(&source->refused[i].pin);
	free(source->file);
	free(source->user_name);
	free(source);
}

CK_ULONG p11l_pin_size(const char *pin, CK_ULONG size)
{
	return size > 0 || pin == NULL ? size : strlen(pin);
}

static CK_RV keep_pin(struct p11l_pin_source *source, const char *pin, CK_ULONG size)
{
	source->has_pin = true;
	return p11l_buffer_set(&source->pin, pin, p11l_pin_size(pin, size));
}

static CK_RV keep_string(const char *string, char **copy)
{
	if (string == NULL)
		return CKR_OK;
	*copy = strdup(string);
	return *copy != NULL ? CKR_OK : p11l_no_memory();
}

/* "file:/a", "file:///a", "file://localhost/a" and "/a" are the file /a; nothing else is a file. */
static const char *path_of(const char *pin_source)
{
	const char *path = pin_source;

	if (strncmp(path, "file:", 5) == 0) {
		path += 5;
		if (strncmp(path, "//", 2) == 0)
			path += strncmp(path, "//localhost/", 12) == 0 ? 11 : 2;
	}
	return path[0] == '/' ? path : NULL;
}

static CK_RV take_uri(struct p11l_pin_source *source, const struct p11l_uri *uri)
{
	const char *path;

	if (uri->pin_value != NULL)
		return keep_pin(source, uri->pin_value, strlen(uri->pin_value));
	if (uri->pin_source == NULL)
		return CKR_OK;
	path = path_of(uri->pin_source);
	if (path == NULL)
		return p11l_refuse(P11L_CKR_BAD_URI, "pin-source", NULL,
		        "must be file:/path or an absolute path; for anything else there is "
		        "pin_callback");
	return keep_string(path, &source->file);
}

static CK_RV read_uri(struct p11l_pin_source *source, const char *text)
{
	struct p11l_uri uri;
	CK_RV rv;

	rv = p11l_uri_parse(text, &uri);
	if (rv != CKR_OK)
		return rv;
	rv = take_uri(source, &uri);
	p11l_uri_clear(&uri);
	return rv;
}

static CK_RV fill(struct p11l_pin_source *source, const struct p11l_open_options *options)
{
	const CK_USER_TYPE *user_type = P11L_GET(options, user_type, NULL);
	const char *pin = P11L_GET(options, pin, NULL), *uri = P11L_GET(options, uri, NULL);
	CK_RV rv;

	source->user_type = user_type != NULL ? *user_type : CKU_USER;
	source->callback = P11L_GET(options, pin_callback, NULL);
	source->context = P11L_GET(options, pin_context, NULL);
	source->on_token = P11L_GET(options, protected_path, CK_FALSE) != CK_FALSE;
	rv = keep_string(P11L_GET(options, user_name, NULL), &source->user_name);
	if (rv == CKR_OK && pin != NULL)
		rv = keep_pin(source, pin, P11L_GET(options, pin_size, 0));
	else if (rv == CKR_OK && uri != NULL && source->callback == NULL)
		rv = read_uri(source, uri);
	return rv;
}

CK_RV p11l_pin_source_new(const struct p11l_open_options *options, struct p11l_pin_source **source)
{
	struct p11l_pin_source *new_source = calloc(1, sizeof(*new_source));
	CK_RV rv;

	*source = NULL;
	if (new_source == NULL)
		return p11l_no_memory();
	new_source->pin.flags = P11L_SECRET;
	new_source->refused[0].pin.flags = new_source->refused[1].pin.flags = P11L_SECRET;
	rv = fill(new_source, options);
	if (rv == CKR_OK)
		*source = new_source;
	else
		p11l_pin_source_free(new_source);
	return rv;
}

bool p11l_pin_source_given(const struct p11l_pin_source *source)
{
	return source->has_pin || source->callback != NULL || source->file != NULL ||
	       source->on_token;
}

const char *p11l_pin_user_name(const struct p11l_pin_source *source)
{
	return source->user_name;
}

/* --- Getting a PIN */

static struct refused *refused_of(const struct p11l_pin *pin)
{
	return &pin->session->pin->refused[pin->user_type == CKU_CONTEXT_SPECIFIC];
}

/* Whether the PIN that is kept is this user's; that of the user is good for the user's keys. */
static bool is_for(const struct p11l_pin_source *source, CK_USER_TYPE user_type)
{
	return source->has_pin &&
	       (source->user_type == user_type || source->user_type == P11L_NOBODY ||
	               user_type == CKU_CONTEXT_SPECIFIC);
}

/* Flags of the token; after a wrong PIN there may be new ones. */
static CK_RV get_info(const struct p11l_pin *pin, bool again, const struct p11l_token_info **info)
{
	return p11l_get_token_info(pin->session->slot, again ? CK_TRUE : CK_FALSE, info);
}

static CK_RV ask(struct p11l_pin *pin, bool again)
{
	const struct p11l_pin_source *source = pin->session->pin;
	struct p11l_pin_request request = {.size = sizeof(request),
	        .object = pin->object,
	        .user_type = pin->user_type,
	        .again = again ? CK_TRUE : CK_FALSE};
	const struct p11l_token_info *info;
	CK_RV rv;

	rv = get_info(pin, again, &info);
	if (rv != CKR_OK)
		return rv;
	request.token = info->label;
	request.token_flags = info->flags;
	pin->asked = true;
	rv = source->callback(source->context, &request, &pin->is);
	if (rv != CKR_OK)
		return p11l_refuse(rv, "pin_callback", NULL, "gave no PIN");
	return CKR_OK;
}

static CK_RV from_token(struct p11l_pin *pin)
{
	const struct p11l_token_info *info;
	CK_RV rv;

	pin->on_token = pin->session->pin->on_token;
	if (pin->on_token)
		return CKR_OK;
	rv = get_info(pin, false, &info);
	if (rv != CKR_OK)
		return rv;
	pin->on_token = (info->flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
	if (!pin->on_token)
		return p11l_refuse(P11L_CKR_NO_PIN, "pin", NULL,
		        "is needed for the token \"%s\", and nothing says where to get it: give "
		        "pin, pin_callback, or a uri with pin-value or pin-source",
		        info->label);
	return CKR_OK;
}

/* What the source has for this user; a copy, because another thread may replace what is kept. */
static CK_RV from_source(struct p11l_pin *pin, bool again)
{
	struct p11l_session *session = pin->session;
	bool is_kept;
	CK_RV rv = CKR_OK;

	pthread_mutex_lock(&session->lock);
	is_kept = is_for(session->pin, pin->user_type);
	if (is_kept)
		rv = p11l_buffer_set(&pin->is, session->pin->pin.p, session->pin->pin.len);
	pthread_mutex_unlock(&session->lock);
	if (is_kept)
		return rv;
	if (session->pin->callback != NULL)
		return ask(pin, again);
	if (session->pin->file != NULL)
		return p11l_pin_read_file(session->pin->file, &pin->is);
	return from_token(pin);
}

static bool is_refused(const struct p11l_pin *pin, const struct refused *refused)
{
	if (!refused->is_known || refused->on_token != pin->on_token)
		return false;
	if (pin->on_token)
		return pin->by_itself;
	return refused->pin.len == pin->is.len &&
	       (pin->is.len == 0 || memcmp(refused->pin.p, pin->is.p, pin->is.len) == 0);
}

CK_RV p11l_pin_get(struct p11l_pin *pin)
{
	struct p11l_session *session = pin->session;
	struct refused *refused = refused_of(pin);
	bool again, is_wrong;
	CK_RV rv;

	pthread_mutex_lock(&session->lock);
	again = refused->is_known;
	pthread_mutex_unlock(&session->lock);
	p11l_buffer_clear(&pin->is);
	pin->attempts++;
	rv = from_source(pin, again);
	if (rv != CKR_OK)
		return rv;
	pthread_mutex_lock(&session->lock);
	is_wrong = is_refused(pin, refused);
	pthread_mutex_unlock(&session->lock);
	if (is_wrong)
		return p11l_refuse(CKR_PIN_INCORRECT, "pin", NULL,
		        "was wrong the last time, and is not tried again: the token counts");
	return CKR_OK;
}

void p11l_pin_free(struct p11l_pin *pin)
{
	p11l_buffer_free(&pin->is);
}

void p11l_pin_tried(struct p11l_pin *pin, CK_RV rv)
{
	struct refused *refused = refused_of(pin);

	pthread_mutex_lock(&pin->session->lock);
	if (rv == CKR_OK) {
		refused->is_known = false;
		p11l_buffer_free(&refused->pin);
	} else if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_LOCKED || rv == CKR_PIN_EXPIRED) {
		refused->is_known =
		        p11l_buffer_set(&refused->pin, pin->is.p, pin->is.len) == CKR_OK;
		refused->on_token = pin->on_token;
	}
	pthread_mutex_unlock(&pin->session->lock);
}

/* --- Another PIN */

CK_RV p11l_pin_store(
        struct p11l_session *session, CK_USER_TYPE user_type, const char *pin, CK_ULONG size)
{
	CK_RV rv;

	pthread_mutex_lock(&session->lock);
	rv = keep_pin(session->pin, pin, size);
	session->pin->user_type = user_type;
	pthread_mutex_unlock(&session->lock);
	return rv;
}

void p11l_pin_replace(struct p11l_session *session, const char *old_pin, CK_ULONG old_size,
        const char *new_pin, CK_ULONG new_size)
{
	struct p11l_pin_source *source = session->pin;
	CK_ULONG size = p11l_pin_size(old_pin, old_size);

	if (old_pin == NULL || new_pin == NULL)
		return;
	pthread_mutex_lock(&session->lock);
	if (source->has_pin && source->pin.len == size &&
	        (size == 0 || memcmp(source->pin.p, old_pin, size) == 0))
		source->has_pin = keep_pin(source, new_pin, new_size) == CKR_OK;
	pthread_mutex_unlock(&session->lock);
}
