/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parts that several requests have; as decode.h. */
#ifndef NSCTL_FRONT_DECODE_PART_H
#define NSCTL_FRONT_DECODE_PART_H

#include "daemon/front/decode.h"

/* The member "spec" of parameters. */
int decode_spec(struct decoding *decoding, const json_t *parameters, struct wire_spec *ret);
/* The member "lease" of object, whose path is prefix and "lease". */
int decode_lease(struct decoding *decoding, const json_t *object, const char *prefix,
		 struct wire_lease *ret);
/* What a command is made of, among parameters; fills decoding->memory_fd. */
int decode_command(struct decoding *decoding, const json_t *parameters, struct wire_command *ret);

/* A LinkEnd; prefix: of its fields' paths, as "a." */
int decode_end(struct decoding *decoding, const json_t *end, const char *prefix,
	       struct wire_end *ret);
/* A list of addresses or names of at most max texts. */
int decode_addresses(struct decoding *decoding, const json_t *list, const char *field, size_t max,
		     struct wire_address *ret, size_t *ret_n);
/* The members links, egress, dns and publish of a specification. */
int decode_wiring(struct decoding *decoding, const json_t *spec, struct wire_spec *ret);

#endif
