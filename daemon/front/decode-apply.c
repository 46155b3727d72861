/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A topology: each of its parts is decoded as the request that would make it alone, into an item.
 */
#include <string.h>
#include "daemon/front/decode-part.h"
#include "daemon/front/method.h"
#include "daemon/front/value.h"

/* What a topology has lists of. */
struct part {
	const char *key;
	enum wire_item item;
	const struct wire_layout *layout;
	int (*decode)(struct decoding *decoding, const json_t *parameters, void *ret);
	size_t max;
};

static int put_parts(struct decoding *decoding, const json_t *parameters, const struct part *part,
		     struct wire_writer *writer)
{
	static union method_request request;
	const json_t *list = value_member(parameters, part->key), *entry;
	size_t i;

	if (json_array_size(list) > part->max)
		return value_invalid(decoding, part->key, "are more than %zu", part->max);
	json_array_foreach(list, i, entry)
	{
		char prefix[32];
		int r;

		wire_clear(part->layout, &request);
		r = part->decode(decoding, entry, &request);
		(void)snprintf(prefix, sizeof(prefix), "%s[%zu].", part->key, i);
		failure_within(&decoding->failure, prefix);
		if (r)
			return r;
		if (!wire_put_item(writer, part->item, part->layout, &request))
			return value_invalid(decoding, part->key, "are too large in all");
	}
	return 0;
}

int decode_apply(struct decoding *decoding, const json_t *parameters, struct wire_writer *writer)
{
	static const struct part parts[] = {
		{"networks", WIRE_ITEM_NETWORK, &wire_network_layout, decode_network,
		 APPLY_NETWORKS_MAX},
		{"sets", WIRE_ITEM_CREATE, &wire_create_layout, decode_create, APPLY_SETS_MAX},
		{"links", WIRE_ITEM_LINK, &wire_link_layout, decode_link_request, APPLY_LINKS_MAX},
	};
	struct wire_apply apply = {.lease.process_fd = -1};
	int r = decode_lease(decoding, parameters, "", &apply.lease);

	wire_put(writer, &wire_apply_layout, &apply);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(parts); i++)
		r = put_parts(decoding, parameters, &parts[i], writer);
	if (r == 0 && writer->buffer->header.nlmsg_len > APPLY_SIZE_MAX)
		r = value_invalid(decoding, "sets", "are too large in all: more than 64 KiB");
	return r;
}
