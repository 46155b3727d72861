/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parses an interface description, and checks parameters against it. The embedded .varlink file
 * alone defines the fields, their types, and which may be absent: an invalid call is refused before
 * a handler sees it, and tests check our own replies. No I/O, and no state except struct idl.
 */
#pragma once

#include <jansson.h>
#include "base.h"

#define IDL_DEPTH_MAX 32
#define IDL_PATH_SIZE 128

struct idl;	   /* an interface: its name, types, methods and errors */
struct idl_method; /* a method, valid as long as its idl */

/* The embedded texts: exact copies of protocol/org.nsctl.varlink,
 * protocol/io.systemd.Metrics.varlink and protocol/org.varlink.service.varlink, with a NUL at the
 * end. */
extern const char idl_text_nsctl[];
extern const char idl_text_metrics[];
extern const char idl_text_service[];

/* Parses text. Returns 0, -EINVAL (*ret_line: the line, from 1), or -ENOMEM. */
int idl_parse(const char *text, struct idl **ret, unsigned *ret_line);
struct idl *idl_free(struct idl *idl);

const char *idl_interface(const struct idl *idl); /* "org.nsctl" */

/* Returns the method called name ("Create", without interface), or NULL. */
const struct idl_method *idl_method(const struct idl *idl, const char *name);
/* Returns the name of the method number index, or NULL at the end. */
const char *idl_method_name(const struct idl *idl, size_t index);

/*
 * idl_check_input() and idl_check_output() return true if parameters (an object) match the method's
 * input or output: every member is known and has the right type, no member is missing that is not
 * nullable (null counts as absent), an enumeration's value is one of its words, an integer is no
 * real, and the depth is at most IDL_DEPTH_MAX. Otherwise they return false, and ret_path has the
 * path of the first member that does not match ("spec.links[0].addresses[1]"), cut to its size.
 */
bool idl_check_input(const struct idl *idl, const struct idl_method *method,
		     const json_t *parameters, char ret_path[static IDL_PATH_SIZE]);
bool idl_check_output(const struct idl *idl, const struct idl_method *method,
		      const json_t *parameters, char ret_path[static IDL_PATH_SIZE]);
#define IDL_WORDS_SIZE 512
/* Says what the value at a path in a method's input must be: "must be a list", "must be one of up,
 * down". ret becomes empty if there is no such path. */
void idl_describe(const struct idl_method *method, const char *path,
		  char ret[static IDL_WORDS_SIZE]);
/* Returns the name of key number index of the object at a path in a method's input, or NULL at the
 * end, and if there is no such object. */
const char *idl_key(const struct idl_method *method, const char *path, size_t index);
/* Checks the parameters of the error called name ("NotFound") in the same way. Returns false for an
 * unknown error. */
bool idl_check_error(const struct idl *idl, const char *name, const json_t *parameters,
		     char ret_path[static IDL_PATH_SIZE]);
