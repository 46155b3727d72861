/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A mapped file that the harness (run), the tracer (inject.c) and the allocator (exhaust.c) share;
 * harness.py unpacks the same layout. The harness writes which call is to fail, the others write
 * which call they made fail.
 */
#pragma once

#include <stdint.h>

/* The roles: one for each program; a child of the spawner until it executes another program. */
enum control_role { ROLE_NONE, ROLE_KEEPER, ROLE_SPAWNER, ROLE_CHILD, ROLE_FRONT };
enum control_what { WHAT_NONE, WHAT_CALLS, WHAT_ALLOCATIONS };

struct control {
	uint32_t what, role; /* counted from when what is set, the last to be */
	uint32_t fail_at;    /* which one fails, from 1 on; 0: none */
	uint32_t count;	     /* so far */
	uint32_t failed; /* 1: call number fail_at has failed, and the fields below describe it */
	int32_t pid;
	int32_t error;	    /* errno */
	uint32_t sanitized; /* the sanitizer's own mappings are left alone */
	char text[224];
	char call[32];	      /* only calls of this name are counted; "": all */
	int32_t wanted_error; /* errno with which they fail; 0: that of calls.h */
};
