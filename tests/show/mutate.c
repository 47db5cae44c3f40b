/* SPDX-License-Identifier: MIT */
/* A copy of a file with some octets changed, or cut off. usage: mutate FILE COPY SEED */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t state;

static size_t chance(size_t n)
{
	state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (size_t)(state >> 33) % n;
}

static void mutate(unsigned char *data, size_t size)
{
	static const unsigned char odd[] = {0, 1, 0x7f, 0x80, 0xff, '"', '}', '\n'};

	for (size_t n = 1 + chance(chance(4) == 0 ? 400 : 8); n > 0; n--) {
		size_t at = chance(3) == 0 ? chance(size < 4200 ? size : 4200) : chance(size);

		data[at] = chance(2) == 0 ? (unsigned char)(data[at] ^ 1u << chance(8))
		                          : odd[chance(sizeof(odd))];
	}
}

int main(int argc, char **argv)
{
	static unsigned char data[1 << 20];
	FILE *in, *out;
	size_t size;

	if (argc != 4 || (in = fopen(argv[1], "rb")) == NULL ||
	        (out = fopen(argv[2], "wb")) == NULL)
		return 1;
	state = strtoull(argv[3], NULL, 10) + 1;
	chance(1);
	size = fread(data, 1, sizeof(data), in);
	mutate(data, size);
	if (chance(10) == 0)
		size = chance(size);
	fwrite(data, 1, size, out);
	fclose(in);
	return fclose(out) != 0;
}
