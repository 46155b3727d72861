/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A call's parameters to typed requests. The interface description has been held against them
 * already (idl_check_input): types, known members and words of enumerations are right. Here values
 * are put in range and descriptors found; what does not fit is refused with the path of the field.
 * What a value means is the keeper's to check.
 */
#ifndef NSCTL_FRONT_DECODE_H
#define NSCTL_FRONT_DECODE_H

#include <jansson.h>
#include "daemon/wire/layout.h"
#include "protocol/error.h"
#include "protocol/transport.h"

/* One call being decoded. Decoded structs are views on the parameters and borrow the descriptors
 * of fds; memory_fd is owned by whoever made this. */
struct decoding {
	const struct fd_list *fds;
	bool used[TRANSPORT_FDS_MAX]; /* a descriptor is for one field only */
	int memory_fd;		      /* the sealed command line, -1: none */
	struct failure failure;	      /* why it was refused */
};

/* Each fills *ret (struct wire_create and so on) and returns 0, or an error with failure set. */
int decode_create(struct decoding *decoding, const json_t *parameters, void *ret);
int decode_ask(struct decoding *decoding, const json_t *parameters, void *ret);
int decode_list(struct decoding *decoding, const json_t *parameters, void *ret);
int decode_exec(struct decoding *decoding, const json_t *parameters, void *ret);
int decode_link_request(struct decoding *decoding, const json_t *parameters, void *ret);
int decode_link_list(struct decoding *decoding, const json_t *parameters, void *ret);
int decode_network(struct decoding *decoding, const json_t *parameters, void *ret);
/* Apply: the message's fields and items, put into writer. */
int decode_apply(struct decoding *decoding, const json_t *parameters, struct wire_writer *writer);
int decode_run(struct decoding *decoding, const json_t *parameters, void *ret);

#endif
