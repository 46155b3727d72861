/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Converts a call's parameters to typed requests, by the rows of daemon/wire. The parameters have
 * been checked against the interface description (idl_check_input): types, members and words of
 * enumerations are right. Here ranges are checked and descriptors found; an invalid value is
 * refused with the path of its field. The keeper checks the meaning.
 */
#pragma once

#include <jansson.h>
#include "daemon/wire/layout.h"
#include "protocol/transport.h"

/* The decoding of one call. Decoded structs point into the parameters and borrow the descriptors of
 * fds; the caller owns memory_fd. */
struct decoding {
	const struct fd_list *fds;
	bool used[TRANSPORT_FDS_MAX]; /* each descriptor may be used by one field only */
	int memory_fd;		      /* the sealed command line, -1: none */
	/* of the current field: "spec.mounts[2].target". It may have more bytes than a failure's
	 * subject, which is cut between characters, because a key of a map may be any text. */
	char path[256];
	bool more;		/* the client takes more than one reply */
	struct failure failure; /* the reason of a refusal */
};

/* Fills *ret, a struct of this layout prepared by wire_clear(), from the members of parameters.
 * Returns 0, or an error with decoding->failure set. */
int decode_request(struct decoding *decoding, const struct wire_layout *layout,
		   const json_t *parameters, void *ret);
/* Puts the fields and items of an Apply into writer. Returns 0, or an error with decoding->failure
 * set. */
int decode_apply(struct decoding *decoding, const json_t *parameters, struct wire_writer *writer);
