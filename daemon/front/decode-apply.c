/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decodes a topology. Each part becomes an item of the message, and is decoded like the request
 * that makes only this part. */
#include "daemon/front/decode-path.h"
#include "daemon/front/method.h"

/* The lists of a topology. */
static const struct part {
	const char *key;
	enum wire_item item;
	const struct wire_layout *layout;
} parts[] = {
	{"networks", WIRE_ITEM_NETWORK, &wire_network_layout},
	{"sets", WIRE_ITEM_CREATE, &wire_create_layout},
	{"links", WIRE_ITEM_LINK, &wire_link_layout},
};

static int put_parts(struct decoding *decoding, const json_t *list, const struct part *part,
		     struct wire_writer *writer)
{
	static union method_request request;
	const json_t *entry;
	size_t i;

	if (json_array_size(list) > APPLY_LIST_MAX)
		return decode_refuse(decoding, "has more than %d entries", APPLY_LIST_MAX);
	json_array_foreach(list, i, entry) {
		size_t above = decode_enter_index(decoding, i);
		int r;

		wire_clear(part->layout, &request);
		r = decode_request(decoding, part->layout, entry, &request);
		decode_leave(decoding, above);
		if (r)
			return r;
		if (!wire_put_item(writer, part->item, part->layout, &request))
			return decode_refuse(decoding, "all parts together are too large");
	}
	return 0;
}

int decode_apply(struct decoding *decoding, const json_t *parameters, struct wire_writer *writer)
{
	struct wire_apply apply;
	int r;

	wire_clear(&wire_apply_layout, &apply);
	r = decode_request(decoding, &wire_apply_layout, parameters, &apply);
	apply.more = decoding->more;
	wire_put(writer, &wire_apply_layout, &apply);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(parts); i++) {
		size_t above = decode_enter(decoding, parts[i].key);

		r = put_parts(decoding, decode_member(parameters, parts[i].key), &parts[i], writer);
		decode_leave(decoding, above);
	}
	if (r == 0 && writer->buffer->header.nlmsg_len > APPLY_SIZE_MAX)
		r = decode_refuse_at(decoding, "sets",
				     "all parts together are larger than 640 KiB");
	return r;
}
