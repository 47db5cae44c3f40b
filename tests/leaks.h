/* SPDX-License-Identifier: MIT */
/*
 * Secrets that are planted in calls and then looked for in the trace: as they are, as hexadecimal
 * digits however separated, and between escapes.
 */
#ifndef LEAKS_H
#define LEAKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECRETS     256
#define SECRET_SIZE 32

extern bool secrets_are_ascii; /* letters and digits, instead of any octets */
extern uint8_t secrets[SECRETS][SECRET_SIZE];
extern unsigned planted; /* how many there are */

/* A new secret, of which nothing can be guessed; the name is for messages. */
uint8_t *secret_for(const char *name);
const char *secret_name(unsigned number);

/* Whether size octets in a row can be seen anywhere in the trace. */
bool is_visible(const uint8_t *octets, size_t size);

/* Whether any part of a secret can be seen. */
bool leaks(const uint8_t secret[SECRET_SIZE]);

void assert_none_leaks(void);
void assert_all_visible(void);

#endif
