/* SPDX-License-Identifier: MIT */
/* Rows of text, and what the readers share. */
#ifndef SPECGEN_READ_H
#define SPECGEN_READ_H

#include "model.h"

#define ROW_FIELDS 96
#define ROW_BYTES  4096

struct row {
	struct place place;
	bool indented;
	size_t count;
	char *field[ROW_FIELDS];
};

/* Says "file:line: message" and ends the program. */
_Noreturn void bad(const struct place *place, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* Makes room for one more element, zeroed, and returns it. */
void *append(void *list, size_t *count, size_t size);
#define APPEND(list) append(&(list).item, &(list).count, sizeof *(list).item)

/* A copy that lives as long as the program. */
char *keep(const char *text, size_t length);

/* Hands every row of dir/name to take(). */
void read_rows(const char *dir, const char *name, void (*take)(struct row *row));

/* Checks of one row; they end the program when it is wrong. */
void need_fields(const struct row *row, size_t least, size_t most, const char *form);
const char *need_name(const struct row *row, size_t index);
const char *need_type_name(const struct row *row, size_t index);
enum since need_since(const struct row *row, size_t index);
unsigned long need_number(const struct place *place, const char *text, unsigned long most);

/* Reads a role; use says where it stands. */
struct role read_role(const struct place *place, const char *text, enum use use);

/* Reads all files of a folder into spec. */
void read_spec(const char *dir);

/* One for each file or pair of files. */
void take_constant_row(struct row *row);
void take_type_row(struct row *row);
void take_struct_row(struct row *row);
void take_function_row(struct row *row);
void take_attribute_row(struct row *row);
void take_mechanism_row(struct row *row);
void take_returns_row(struct row *row);
void take_curve_row(struct row *row);
void take_order_row(struct row *row);
void take_rule_row(struct row *row);
void take_number_row(struct row *row);
void take_getter_row(struct row *row);

#endif
