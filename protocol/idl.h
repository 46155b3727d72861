/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An interface description, parsed, and parameters held against it. The embedded .varlink file is
 * the one source of what is a field, of what type, and whether it may be absent: a call that does
 * not fit is refused before a handler sees it, and tests hold our own replies against it. No I/O,
 * no state beyond struct idl.
 */
#ifndef NSCTL_PROTOCOL_IDL_H
#define NSCTL_PROTOCOL_IDL_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>
#include "base.h"

#define IDL_DEPTH_MAX 32
#define IDL_PATH_SIZE 128

struct idl;	   /* an interface: its name, types, methods and errors */
struct idl_method; /* lives as long as its idl */

/* The embedded texts: byte for byte protocol/org.nsctl.varlink and
 * protocol/org.varlink.service.varlink, NUL-terminated. */
extern const char idl_text_nsctl[];
extern const char idl_text_service[];

/* Parses text. 0, -EINVAL (*ret_line: where, from 1), or -ENOMEM. */
int idl_parse(const char *text, struct idl **ret, unsigned *ret_line);
struct idl *idl_free(struct idl *idl);

const char *idl_interface(const struct idl *idl); /* "org.nsctl" */

/* The method called name ("Create", without interface), or NULL. */
const struct idl_method *idl_method(const struct idl *idl, const char *name);
/* Iterates over method names: NULL at the end. */
const char *idl_method_name(const struct idl *idl, size_t index);

/*
 * Whether parameters (an object) fit: each member known and of its type (null counts as absent),
 * none missing that is not nullable, enumerations one of their words, integers no reals, depth at
 * most IDL_DEPTH_MAX. True, or false with the path of the first member that does not fit in
 * ret_path ("spec.links[0].addresses[1]"), cut to its size.
 */
bool idl_check_input(const struct idl *idl, const struct idl_method *method,
		     const json_t *parameters, char ret_path[static IDL_PATH_SIZE]);
bool idl_check_output(const struct idl *idl, const struct idl_method *method,
		      const json_t *parameters, char ret_path[static IDL_PATH_SIZE]);
/* The same for the parameters of error name ("NotFound"); an unknown error does not fit. */
bool idl_check_error(const struct idl *idl, const char *name, const json_t *parameters,
		     char ret_path[static IDL_PATH_SIZE]);

#endif
