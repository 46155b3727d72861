/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A call's parameters to typed requests, by the rows of daemon/wire. The interface description has
 * been held against the parameters already (idl_check_input): types, known members and words of
 * enumerations are right. Here values are put in range and descriptors found; what does not fit is
 * refused with the path of the field. What a value means is the keeper's to check.
 */
#ifndef NSCTL_FRONT_DECODE_H
#define NSCTL_FRONT_DECODE_H

#include <jansson.h>
#include "daemon/wire/layout.h"
#include "protocol/error.h"
#include "protocol/transport.h"

/* One call that is decoded. Decoded structs are views on the parameters and borrow the descriptors
 * of fds; the caller owns memory_fd. */
struct decoding {
	const struct fd_list *fds;
	bool used[TRANSPORT_FDS_MAX]; /* a descriptor is for one field only */
	int memory_fd;		      /* the sealed command line, -1: none */
	char path[128];		      /* of the field at hand: "spec.mounts[2].target" */
	struct failure failure;	      /* why the call was refused */
};

/* Fills *ret, a struct of this layout that wire_clear() has prepared, from the members of
 * parameters. Returns 0, or an error with decoding->failure set. */
int decode_request(struct decoding *decoding, const struct wire_layout *layout,
		   const json_t *parameters, void *ret);
/* Puts the fields and items of an Apply into writer. Returns the same. */
int decode_apply(struct decoding *decoding, const json_t *parameters, struct wire_writer *writer);

#endif
