/* SPDX-License-Identifier: MIT */
/* Objects as handles of ours: made, counted, and what is known of them. */
#include "parts.h"

#include <stdlib.h>

CK_RV p11l_object_new(struct p11l_session *session, CK_OBJECT_HANDLE handle,
        const CK_ATTRIBUTE *given, CK_ULONG count, struct p11l_object **object)
{
	struct p11l_object *made = calloc(1, sizeof(*made));
	CK_RV rv;

	*object = NULL;
	if (made == NULL)
		return p11l_no_memory();
	atomic_init(&made->references, 1);
	atomic_init(&made->handle, handle);
	atomic_init(&made->epoch, atomic_load(&session->module->epoch));
	made->object_class = made->key_type = P11L_NONE;
	made->pin.flags = P11L_SECRET;
	pthread_mutex_init(&made->lock, NULL);
	rv = p11l_known_add(made, given, count);
	if (rv != CKR_OK) {
		pthread_mutex_destroy(&made->lock);
		free(made);
		return rv;
	}
	made->session = p11l_session_keep(session);
	made->object_class = p11l_known_ulong(made, CKA_CLASS, P11L_NONE);
	made->key_type = p11l_known_ulong(made, CKA_KEY_TYPE, P11L_NONE);
	made->is_stored = p11l_known_bool(made, CKA_TOKEN);
	atomic_init(&made->always_authenticate, p11l_known_bool(made, CKA_ALWAYS_AUTHENTICATE));
	*object = made;
	return CKR_OK;
}

struct p11l_object *p11l_object_ref(struct p11l_object *object)
{
	if (object != NULL)
		atomic_fetch_add(&object->references, 1);
	return object;
}

void p11l_object_free(struct p11l_object *object)
{
	if (object == NULL || atomic_fetch_sub(&object->references, 1) != 1)
		return;
	p11l_known_free(object);
	p11l_buffer_free(&object->pin);
	pthread_mutex_destroy(&object->lock);
	p11l_session_let(object->session);
	free(object);
}

CK_RV p11l_object_check(const struct p11l_object *object, const char *argument)
{
	if (object == NULL)
		return p11l_bad_argument(argument);
	if (object->is_local)
		return p11l_refuse(P11L_CKR_NOT_HERE, argument, NULL,
		        "is only here, not on the token; make an object of the session or the "
		        "token");
	if (atomic_load(&object->dead))
		return p11l_refuse(P11L_CKR_DEAD, argument, NULL,
		        "is gone: the object was destroyed, or lost with its session");
	return CKR_OK;
}

CK_OBJECT_HANDLE p11l_object_handle(const struct p11l_object *object)
{
	if (object == NULL || object->is_local || atomic_load(&object->dead))
		return CK_INVALID_HANDLE;
	return atomic_load(&object->handle);
}

struct p11l_session *p11l_object_session(const struct p11l_object *object)
{
	return object != NULL ? object->session : NULL;
}

CK_RV p11l_object_result(const struct p11l_object *object)
{
	return object != NULL ? object->result : CKR_OBJECT_HANDLE_INVALID;
}

CK_OBJECT_CLASS p11l_object_class(const struct p11l_object *object)
{
	return object != NULL ? object->object_class : P11L_NONE;
}

CK_KEY_TYPE p11l_object_key_type(const struct p11l_object *object)
{
	return object != NULL ? object->key_type : P11L_NONE;
}

const char *p11l_object_label(const struct p11l_object *object)
{
	const CK_ATTRIBUTE *label = object != NULL ? p11l_object_known(object, CKA_LABEL) : NULL;

	return label != NULL ? label->pValue : "";
}

const CK_BYTE *p11l_object_id(const struct p11l_object *object, CK_ULONG *size)
{
	const CK_ATTRIBUTE *id = object != NULL ? p11l_object_known(object, CKA_ID) : NULL;

	if (size != NULL)
		*size = id != NULL ? id->ulValueLen : 0;
	return id != NULL ? id->pValue : NULL;
}

CK_BBOOL p11l_object_is_stored(const struct p11l_object *object)
{
	return object != NULL && object->is_stored ? CK_TRUE : CK_FALSE;
}
