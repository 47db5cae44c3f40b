/* SPDX-License-Identifier: MIT */
/* DER: distinguished names, the subjects of certificates, and whether something is one. */
#include "fuzz.h"

#include "logging/record/capture.h"
#include "logging/render/name.h"

/* What was written is as long as it says, and nothing when it was no name. */
static void name_text(const uint8_t *der, size_t length,
        bool (*write)(struct p11l_text *t, const uint8_t *der, size_t length))
{
	char buffer[512];
	struct p11l_text t = {.at = buffer, .end = buffer + sizeof(buffer)};

	if (!write(&t, der, length))
		expect(t.at == buffer, "something was written of what is no name");
	expect(t.at <= t.end, "too long");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *der = malloc(size + 1);

	expect(der != NULL, "out of memory");
	memcpy(der, data, size);
	name_text(der, size, p11l_name_text);
	name_text(der, size, p11l_subject_text);
	if (size >= 64)
		p11l_is_certificate(der, size);
	free(der);
	return 0;
}
