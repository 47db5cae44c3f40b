/* SPDX-License-Identifier: MIT */
/* The PIN of a key with CKA_ALWAYS_AUTHENTICATE. */
#include "highlevel/operation/parts.h"

CK_RV p11l_set_key_pin(struct p11l_object *key, const char *pin, CK_ULONG size)
{
	CK_RV rv = CKR_OK;

	if (key == NULL)
		return p11l_bad_argument("key");
	if (pin != NULL && size == 0)
		size = p11l_length(pin);
	rv = p11l_check_data(pin, pin != NULL ? size : 0, "pin");
	if (rv != CKR_OK)
		return rv;
	pthread_mutex_lock(&key->lock);
	p11l_buffer_clear(&key->pin);
	if (pin != NULL)
		rv = p11l_buffer_set(&key->pin, pin, size);
	pthread_mutex_unlock(&key->lock);
	return rv;
}
