/* SPDX-License-Identifier: MIT */
/* The inside of the mock vendor. Read personality.c, tables.c, mock.c, outputs.c in this order. */
#ifndef MOCK_INTERNAL_H
#define MOCK_INTERNAL_H

#include "mock.h"

#include <stdbool.h>

/* What lies behind the last entry of a table. */
enum mock_after { MOCK_GUARD, MOCK_ZEROS, MOCK_DATA, MOCK_CODE, MOCK_TABLE };

struct mock_plan {
	char name[64];
	CK_VERSION version;
	CK_FLAGS flags;
	unsigned entries;
	enum mock_after after;
	bool foreign;       /* no function table of the standard */
	bool shared;        /* the table of C_GetFunctionList */
	const void *placed; /* NULL, or an address that is handed out instead of a table */
};

struct mock_behaviour {
	bool absent;        /* NULL in every table */
	bool silent;        /* CKR_OK, and nothing is looked at or written */
	bool echo;          /* octets that come back are those that went in */
	bool asks_self;     /* calls C_GetSlotInfo through the symbol table first */
	CK_RV rv;           /* answered at once, when it is not CKR_OK */
	unsigned long left; /* how often rv is still answered */
	long delay;         /* ns */
};

/* A value for one output of one function. */
struct mock_output {
	struct mock_output *next;
	unsigned function;
	char param[32];
	bool is_number;
	CK_ULONG number;
	size_t size;
	uint8_t octets[];
};

/* A value for one attribute. */
struct mock_value {
	struct mock_value *next;
	CK_ATTRIBUTE_TYPE type;
	CK_RV rv; /* CKR_ATTRIBUTE_... instead of a value */
	size_t size;
	uint8_t octets[];
};

struct mock_personality {
	struct mock_plan list; /* of C_GetFunctionList */
	struct mock_plan interface[MOCK_TABLES];
	unsigned interfaces;
	struct mock_behaviour behaviour[P11L_FUNCTIONS];
	struct mock_output *outputs;
	struct mock_value *values;
	CK_VERSION refused[MOCK_TABLES];
	unsigned refusals;
	char lead_back[256]; /* C_GetFunctionList is passed on to this module */
};

extern struct mock_personality mock_personality;
extern struct mock_control mock_control;

/* Reads the file that MOCK_PERSONALITY names; a mistake in it ends the process. */
void mock_read_personality(void);

/* Builds the tables that the personality asks for. */
void mock_build_tables(void);

/* The functions of the mock, all of them. */
const CK_FUNCTION_LIST_3_2 *mock_all_functions(void);

/* Writes what a function gives back, by the roles of its parameters. */
CK_RV mock_write_outputs(unsigned function, const uintptr_t *arg);

/* Numbers new objects. */
CK_OBJECT_HANDLE mock_new_object(void);

/* How many objects the next C_FindObjects finds at most; asking empties it. */
unsigned mock_found(void);

#endif
