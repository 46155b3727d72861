/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See topology-check.h. */
#include "client/topology-check.h"

#include <string.h>

#include "client/memory.h"
#include "client/parse.h"
#include "client/print.h"
#include "client/text.h"
#include "protocol/idl.h"

/* Returns the member or element of value that the first step of path ("links", "[0]") names, or
 * NULL. *path becomes the rest. */
static json_t *step(json_t *value, const char **path)
{
	size_t n = strcspn(*path, ".[");
	_cleanup_free_ char *word = NULL;
	int64_t index;

	if (**path == '[') {
		n = strcspn(*path, "]");
		word = must(strndup(*path + 1, n > 0 ? n - 1 : 0));
		*path += n + (*(*path + n) ? 1 : 0);
		value = parse_number(word, 0, INT32_MAX, &index)
				? json_array_get(value, (size_t)index)
				: NULL;
	} else {
		word = must(strndup(*path, n));
		*path += n;
		value = json_object_get(value, word);
	}
	if (**path == '.')
		++*path;
	return value;
}

/* Returns what is wrong with the member at path, which a check has refused. A key with a dot in it
 * is not found here; it is unknown, because the interface has no such key. */
static const char *reason(json_t *topology, const struct idl *idl, const struct idl_method *method,
			  const char *path, char words[static IDL_WORDS_SIZE])
{
	const char *rest = path, *last = path;
	json_t *value = topology, *above = topology;
	char again[IDL_PATH_SIZE];
	bool was_refused;

	if (!*path)
		return "the file does not contain a JSON object";
	while (value && *rest) {
		above = value;
		last = rest;
		value = step(value, &rest);
	}
	if (*rest || strlen(path) == IDL_PATH_SIZE - 1)
		return "it is unknown";
	if (!value)
		return "it is missing";
	idl_describe(method, path, words);
	if (!json_is_object(above))
		return words;
	/* null counts as absent: if the member is refused even then, its name is unknown */
	json_put(above, last, json_null());
	was_refused = !idl_check_input(idl, method, topology, again) && strcmp(again, path) == 0;
	json_object_del(above, last);
	if (was_refused &&
	    (idl_check_input(idl, method, topology, again) || strcmp(again, path) != 0))
		return "there is no such key";
	return words;
}

/* Returns the name of a member that ends in FileDescriptor, or NULL. */
static const char *find_descriptor(const json_t *value)
{
	static const char end[] = "FileDescriptor";
	const char *key, *found = NULL;
	json_t *below;
	size_t i;

	json_array_foreach(value, i, below) {
		if ((found = find_descriptor(below)))
			return found;
	}
	json_object_foreach((json_t *)value, key, below) {
		size_t n = strlen(key);

		if (n >= sizeof(end) - 1 && strcmp(key + n - (sizeof(end) - 1), end) == 0)
			return key;
		if ((found = find_descriptor(below)))
			return found;
	}
	return NULL;
}

static int refuse(const struct client *client, const char *path, const char *field, const char *why)
{
	client_problem(client, path, "%s%s%s", field, *field ? ": " : "", why);
	print_hint("a topology has networks, sets, links and a lease: the parameters of Apply in "
		   "org.nsctl.varlink; docs/examples has examples");
	return STATUS_FAILED;
}

/* Checks two rules that the interface description does not contain: no descriptors, and no lease by
 * connection. */
static int check_leases(const struct client *client, const char *path, const json_t *topology)
{
	const char *descriptor = find_descriptor(topology);
	json_t *set;
	size_t i;

	if (descriptor)
		return refuse(client, path, descriptor,
			      "the number of a descriptor has no meaning in a file; give the path");
	if (json_is_true(json_object_get(json_object_get(topology, "lease"), "connection")))
		return refuse(client, path, "lease.connection",
			      "it would end with this command, at once");
	json_array_foreach(json_object_get(topology, "sets"), i, set) {
		const json_t *lease = json_object_get(json_object_get(set, "spec"), "lease");

		if (json_is_true(json_object_get(lease, "connection"))) {
			_cleanup_text_ struct text field = {0};

			text_format(&field, "sets[%zu].spec.lease.connection", i);
			return refuse(client, path, field.data,
				      "it would end with this command, at once");
		}
	}
	return 0;
}

int topology_check(const struct client *client, const char *path, json_t *topology)
{
	const struct idl_method *method;
	char field[IDL_PATH_SIZE], words[IDL_WORDS_SIZE];
	struct idl *idl;
	unsigned line;
	int r = 0;

	if (idl_parse(idl_text_nsctl, &idl, &line) < 0)
		out_of_memory();
	method = idl_method(idl, "Apply");
	if (!idl_check_input(idl, method, topology, field))
		r = refuse(client, path, field, reason(topology, idl, method, field, words));
	idl_free(idl);
	return r == 0 ? check_leases(client, path, topology) : r;
}
