/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include "daemon/front/decode-part.h"
#include "daemon/front/value.h"

static int get_name(struct decoding *decoding, const json_t *parameters, const char **ret)
{
	const char *name = json_string_value(value_member(parameters, "name"));

	if (!name)
		return 0;
	if (!name_is_valid(name))
		return value_invalid(
			decoding, "name",
			"a name is 1 to 64 of a-z 0-9 . _ -, begins and ends with a letter "
			"or digit, and is not \"host\"");
	*ret = name;
	return 0;
}

int decode_create(struct decoding *decoding, const json_t *parameters, void *ret)
{
	struct wire_create *create = ret;
	int r = get_name(decoding, parameters, &create->name);

	create->existing = value_bool(parameters, "existing");
	return r ? r : decode_spec(decoding, parameters, &create->spec);
}

int decode_ask(struct decoding *decoding, const json_t *parameters, void *ret)
{
	struct wire_ask *ask = ret;
	int64_t signal = 0, span = 0;
	bool given;
	int r = get_name(decoding, parameters, &ask->name);

	if (r == 0)
		r = value_id(decoding, parameters, "owner", &ask->has_owner, &ask->owner);
	if (r == 0)
		r = value_string(decoding, parameters, "", "session", PATH_MAX - 1, &ask->session);
	if (r == 0 && ask->session && !session_is_valid(ask->session))
		r = value_invalid(decoding, "session", "a session is 16 hexadecimal digits");
	if (r == 0)
		r = value_kinds(decoding, parameters, "", &ask->kinds);
	if (r == 0)
		r = value_integer(decoding, parameters, "", "signal", 1, 64, NULL, &signal);
	ask->signal = signal;
	if (r == 0)
		r = value_seconds(decoding, parameters, "", "grace", 0, 86400, &given, &span);
	if (r == 0)
		r = value_seconds(decoding, parameters, "", "seconds", 0.001, SECONDS_MAX, &given,
				  &span);
	ask->span = span;
	return r ? r
		 : value_fd(decoding, parameters, "", "processFileDescriptor", &ask->process_fd);
}

int decode_list(struct decoding *decoding, const json_t *parameters, void *ret)
{
	struct wire_list *list = ret;

	list->all_owners = value_bool(parameters, "allOwners");
	list->summary = value_bool(parameters, "summary");
	return value_labels(decoding, parameters, "labels", list->labels, &list->n_labels);
}

int decode_exec(struct decoding *decoding, const json_t *parameters, void *ret)
{
	struct wire_exec *exec = ret;
	int r = get_name(decoding, parameters, &exec->name);

	if (r == 0)
		r = value_id(decoding, parameters, "owner", &exec->has_owner, &exec->owner);
	return r ? r : decode_command(decoding, parameters, &exec->command);
}

int decode_run(struct decoding *decoding, const json_t *parameters, void *ret)
{
	struct wire_run *run = ret;
	int r = get_name(decoding, parameters, &run->name);

	run->no_init = json_is_false(value_member(parameters, "init"));
	if (r == 0)
		r = decode_spec(decoding, parameters, &run->spec);
	return r ? r : decode_command(decoding, parameters, &run->command);
}
