/* SPDX-License-Identifier: MIT */
/* One function for each OUTPUT, and what they share. All write to standard output. */
#ifndef SPECGEN_OUT_H
#define SPECGEN_OUT_H

#include "model.h"

/* Writes text; out.c keeps track of the column. */
void put(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes a blank and a text, or the text on a new line where it would pass column 100. */
void put_word(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes item number index of a list, on a new line where it would pass column 100. */
void put_item(size_t index, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Writes blanks up to a column. */
void put_column(unsigned column);

/* Writes the licence line and a note: what this is, and that nobody should edit it. */
void put_note(const char *what);

enum parameters {
	PARAMETERS_DECLARED, /* CK_SLOT_ID slotID, CK_VOID_PTR p */
	PARAMETERS_NAMED,    /* slotID, p */
	PARAMETERS_CAST,     /* (uintptr_t)slotID, (uintptr_t)p */
};

void put_parameters(const struct function *function, enum parameters how);

/* "CK_RV C_Sign(parameters)", with the name between the two texts given. */
void put_signature(const struct function *function, const char *before, const char *after);

/* "const uintptr_t arg[] = {...};" for the body of a function. */
void put_arguments(const struct function *function);

/* A constant CK_FUNCTION_LIST_3_2 of all functions, each between the two texts given. */
void put_function_list(const char *name, const char *before, const char *after);

/* The entries alone, between braces, for a declaration of the caller. */
void put_function_entries(const char *before, const char *after);

/* The definition of a struct. */
void put_struct(const struct record *record);

/* A version as its two numbers. */
unsigned since_major(enum since since);
unsigned since_minor(enum since since);

void out_header(void);
void out_ids(void);
void out_tables(void);
void out_fact_tables(void); /* the second part of out_tables() */
void out_rule_ids(void);    /* the end of out_ids() */
void out_rule_tables(void); /* the end of out_tables() */
void out_numbers(void);     /* the very end of out_tables() */
void out_quirks(void);
void out_layers(void);
void out_hooks(void);
void out_arguments(void);
void out_exports(void);
void out_stubs(void);
void out_wrappers(void);
void out_map(void);
void out_mock(void);
void out_hdrcheck(void);
void out_protos(void);
void out_getters(void);

#define TEXT 160

/* "{P11L_ROLE_ENUM, P11L_PUBLIC, P11L_SPACE_rv}" in text, which is returned. */
const char *type_text(char text[TEXT], const struct role *role);

/* A number that stands for all functions and structs with their members. */
uint64_t tables_sum(void);

/* How C names a struct, in text, which is returned. */
const char *c_name(char text[TEXT], const struct record *record);

/* A prefix and the id of a rule as C can have it, in text, which is returned. */
const char *rule_name(char text[TEXT], const char *prefix, const struct rule *rule);

/* A prefix and a word in capitals, in text, which is returned. */
const char *capitals(char text[TEXT], const char *prefix, const char *word);

#endif
