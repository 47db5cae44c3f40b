/* SPDX-License-Identifier: MIT */
/* A JSON trace, as pkcs11-lens show reads it. */
#include "trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *name = fuzz_file(data, size);

	if (name == NULL)
		return -1;
	read_trace(name);
	return 0;
}
