/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include "daemon/front/decode-command.h"
#include "daemon/front/decode-path.h"
#include "daemon/front/decode-rest.h"

static int read_spec(struct decoding *decoding _unused_, const json_t *object _unused_, void *ret)
{
	struct wire_spec *spec = ret;

	spec->given = true;
	return 0;
}

/* Reads the place of an end: one of set, network and host. */
static int read_place(struct decoding *decoding, const json_t *object, void *ret)
{
	const char *set = json_string_value(decode_member(object, "set"));
	const char *network = json_string_value(decode_member(object, "network"));
	bool host = json_is_true(decode_member(object, "host"));
	const char *key = network ? "network" : "set";
	struct wire_end *end = ret;

	end->name = network ? network : set;
	end->where = set ? END_SET : network ? END_NETWORK : host ? END_HOST : 0;
	if (!!set + !!network + host > 1)
		return decode_refuse_at(decoding, key,
					"only one of set, network and host can be given");
	if (end->name && !name_is_valid(end->name))
		return decode_refuse_at(decoding, key, NAME_REASON);
	return 0;
}

static int check_link(struct decoding *decoding, const json_t *object _unused_, void *ret)
{
	const struct spec_link *link = ret;

	if (!link->end.where)
		return 0;
	return decode_refuse_at(decoding, "end",
				"this end is the set's own: its place cannot be given");
}

static int read_command(struct decoding *decoding, const json_t *object, void *ret)
{
	return decode_command(decoding, object, ret);
}

int decode_rest(struct decoding *decoding, const struct wire_layout *layout, const json_t *object,
		void *ret)
{
	static const struct {
		const struct wire_layout *layout;
		int (*read)(struct decoding *decoding, const json_t *object, void *ret);
	} rows[] = {
		{&wire_spec_layout, read_spec},
		{&wire_end_layout, read_place},
		{&spec_link_layout, check_link},
		{&wire_command_layout, read_command},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].layout == layout)
			return rows[i].read(decoding, object, ret);
	return 0;
}
