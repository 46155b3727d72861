/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Columns of protocol/methods.h that both front and keeper need. */
#pragma once

#include "daemon/wire/layout.h"

struct wire_method {
	const char *name; /* "Create" */
	const struct wire_layout *asked;
	enum method_class class;
	unsigned int flags; /* METHOD_... */
	const char *done;   /* the log's words after success: see protocol/methods.h */
};

/* The methods, by their op. An op that is no method has a name NULL. */
extern const struct wire_method wire_methods[WIRE_OP_END];
