/* SPDX-License-Identifier: MIT */
/* The operations that are measured. */
#include "bench.h"

#include <string.h>

void bench_prepare(struct bench_buffers *b)
{
	memset(b, 0, sizeof(*b));
	memset(b->data, 'd', sizeof(b->data));
	b->mechanism = (CK_MECHANISM){CKM_AES_CBC, b->iv, sizeof(b->iv)};
	b->template[0] = (CK_ATTRIBUTE){CKA_CLASS, &b->class, 0};
	b->template[1] = (CK_ATTRIBUTE){CKA_KEY_TYPE, &b->key_type, 0};
	b->template[2] = (CK_ATTRIBUTE){CKA_ID, b->id, 0};
	b->template[3] = (CK_ATTRIBUTE){CKA_EC_POINT, b->point, 0};
}

static CK_RV info(const struct bench_module *module, CK_SESSION_HANDLE session,
        struct bench_buffers *b, unsigned long count)
{
	CK_C_GetSessionInfo call = module->table->C_GetSessionInfo;
	CK_RV rv = CKR_OK;

	while (count-- > 0)
		rv |= call(session, &b->info);
	return rv;
}

static CK_RV symbol(const struct bench_module *module, CK_SESSION_HANDLE session,
        struct bench_buffers *b, unsigned long count)
{
	CK_C_GetSessionInfo call = module->symbol;
	CK_RV rv = CKR_OK;

	while (count-- > 0)
		rv |= call(session, &b->info);
	return rv;
}

static CK_RV attributes(const struct bench_module *module, CK_SESSION_HANDLE session,
        struct bench_buffers *b, unsigned long count)
{
	CK_C_GetAttributeValue call = module->table->C_GetAttributeValue;
	CK_RV rv = CKR_OK;

	while (count-- > 0) {
		b->template[0].ulValueLen = sizeof(b->class);
		b->template[1].ulValueLen = sizeof(b->key_type);
		b->template[2].ulValueLen = sizeof(b->id);
		b->template[3].ulValueLen = sizeof(b->point);
		rv |= call(session, module->key, b->template, 4);
	}
	return rv;
}

static CK_RV encrypt(const struct bench_module *module, CK_SESSION_HANDLE session,
        struct bench_buffers *b, unsigned long count, CK_ULONG size)
{
	CK_C_EncryptInit init = module->table->C_EncryptInit;
	CK_C_Encrypt call = module->table->C_Encrypt;
	CK_RV rv = CKR_OK;

	while (count-- > 0) {
		b->length = sizeof(b->result);
		rv |= init(session, &b->mechanism, module->key);
		rv |= call(session, b->data, size, b->result, &b->length);
	}
	return rv;
}

static CK_RV encrypt_16(const struct bench_module *module, CK_SESSION_HANDLE session,
        struct bench_buffers *b, unsigned long count)
{
	return encrypt(module, session, b, count, 16);
}

static CK_RV encrypt_1k(const struct bench_module *module, CK_SESSION_HANDLE session,
        struct bench_buffers *b, unsigned long count)
{
	return encrypt(module, session, b, count, 1024);
}

static CK_RV sign(const struct bench_module *module, CK_SESSION_HANDLE session,
        struct bench_buffers *b, unsigned long count)
{
	CK_C_Sign call = module->table->C_Sign;
	CK_RV rv = CKR_OK;

	while (count-- > 0) {
		b->length = sizeof(b->result);
		rv |= call(session, b->data, 32, b->result, &b->length);
	}
	return rv;
}

static CK_RV random_16(const struct bench_module *module, CK_SESSION_HANDLE session,
        struct bench_buffers *b, unsigned long count)
{
	CK_C_GenerateRandom call = module->table->C_GenerateRandom;
	CK_RV rv = CKR_OK;

	while (count-- > 0)
		rv |= call(session, b->result, 16);
	return rv;
}

const struct bench_operation bench_operations[] = {
        {"info", info, false},
        {"symbol", symbol, true},
        {"attr", attributes, false},
        {"enc16", encrypt_16, false},
        {"enc1k", encrypt_1k, false},
        {"sign", sign, false},
        {"rand16", random_16, false},
        {NULL, NULL, false},
};
