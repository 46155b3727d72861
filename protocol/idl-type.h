/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The result of idl_parse(), built by idl.c and read by idl-check.c. Apart from these files, only
 * tests include this one. Invariants after parsing: a TYPE_NAMED points to a struct or an
 * enumeration, never to another name, and no type nests deeper than IDL_DEPTH_MAX without a name in
 * between.
 */
#pragma once

#include "protocol/idl.h"

enum type_kind {
	TYPE_BOOL,
	TYPE_INT,
	TYPE_FLOAT,
	TYPE_STRING,
	TYPE_OBJECT,
	TYPE_ANY,      /* any value but null */
	TYPE_ARRAY,    /* of element */
	TYPE_MAP,      /* of element, with strings as keys */
	TYPE_NULLABLE, /* element, or nothing */
	TYPE_STRUCT,   /* fields */
	TYPE_ENUM,     /* fields without types */
	TYPE_NAMED,    /* a name in the text; element is its type, after parsing */
};

struct idl_field {
	struct idl_field *next;
	const char *name;
	struct idl_type *type;
};

struct idl_type {
	enum type_kind kind;
	struct idl_type *element;
	struct idl_field *fields;
	const char *name; /* of a TYPE_NAMED */
	unsigned line;
	struct idl_type *next_named;
};

enum member_kind {
	MEMBER_TYPE,
	MEMBER_METHOD,
	MEMBER_ERROR,
};

/* The parameters of a method and of its reply. A type or an error has only input. */
struct idl_method {
	struct idl_type *input, *output;
};

struct idl_member {
	struct idl_member *next;
	enum member_kind kind;
	const char *name;
	struct idl_method body;
};

struct idl_block;

struct idl {
	const char *interface;
	struct idl_member *members;
	struct idl_block *blocks;
};

/* Both functions return NULL if there is no member or field called name. */
const struct idl_member *idl_find_member(const struct idl *idl, const char *name);
const struct idl_field *idl_find_field(const struct idl_type *type, const char *name);
