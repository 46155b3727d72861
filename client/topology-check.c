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
static const json_t *step(const json_t *value, const char **path)
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

/* The most bytes of a value that a message shows. */
#define VALUE_MAX 60

static void add_value(struct text *text, const json_t *value)
{
	_cleanup_free_ char *words = must(json_dumps(value, JSON_ENCODE_ANY));

	text_format(text, "%.*s%s", VALUE_MAX, words, strlen(words) > VALUE_MAX ? "..." : "");
}

void topology_add_place(struct text *text, const json_t *topology, const char *place,
			const json_t *value)
{
	static const char *const kinds[][2] = {
		{"networks[", "network"}, {"sets[", "set"}, {"links[", "link"}};
	const char *rest = place;
	const json_t *object = step(step(topology, &rest), &rest);
	const char *name = json_text(object, "name", NULL);

	text_add(text, place);
	for (size_t i = 0; name && i < ARRAY_SIZE(kinds); i++)
		if (strncmp(place, kinds[i][0], strlen(kinds[i][0])) == 0)
			text_format(text, " of %s %s", kinds[i][1], name);
	if (!value)
		return;
	text_add(text, " (");
	add_value(text, value);
	text_add(text, ")");
}

const json_t *topology_at(const json_t *topology, const char *place)
{
	while (topology && *place)
		topology = step(topology, &place);
	return topology;
}

int topology_refuse(const struct client *client, const char *subject, const json_t *topology,
		    const char *place, const char *why, const json_t *value)
{
	_cleanup_text_ struct text text = {0};

	topology_add_place(&text, topology, place, value);
	text_format(&text, "%s%s", *place ? ": " : "", why);
	return client_problem(client, subject, "%s", text.data);
}

void topology_hint_key(const char *key, const char *const *known)
{
	_cleanup_text_ struct text all = {0};

	for (size_t i = 0; known[i]; i++) {
		if (text_is_almost(key, known[i])) {
			print_hint("write \"%s\"", known[i]);
			return;
		}
		text_format(&all, "%s%s", i > 0 ? ", " : "", known[i]);
	}
	print_hint("the keys there are %s", all.data);
}

static int refuse(const struct client *client, const char *subject, const json_t *topology,
		  const char *place, const char *why, const json_t *value)
{
	topology_refuse(client, subject, topology, place, why, value);
	print_hint("a topology has networks, sets, links and a lease: `man nsctl-topology` "
		   "describes it, and docs/examples has examples");
	return STATUS_FAILED;
}

static bool is_descriptor(const char *key)
{
	static const char end[] = "FileDescriptor";
	size_t n = strlen(key);

	return n >= sizeof(end) - 1 && strcmp(key + n - (sizeof(end) - 1), end) == 0;
}

/* The most keys of an object of a topology. */
#define KEYS_MAX 64

/* Collects the keys that the object at place may have, with NULL at the end. Those of services come
 * last. */
static void collect_keys(const struct idl_method *method, const char *place,
			 const char *ret[static KEYS_MAX])
{
	static const char *const of_service[] = {"command", "ready"};
	bool is_set = strncmp(place, "sets[", 5) == 0 && !strchr(place, '.');
	const char *key;
	size_t n = 0;

	for (size_t i = 0; (key = idl_key(method, place, i)) && n < KEYS_MAX - 3; i++)
		if (!is_descriptor(key))
			ret[n++] = key;
	for (size_t i = 0; is_set && i < ARRAY_SIZE(of_service); i++)
		ret[n++] = of_service[i];
	ret[n] = NULL;
}

/* Returns where the last key of path begins: "sets[1].spec" has "spec". */
static const char *last_key(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot ? dot + 1 : path;
}

/* Returns the path of the object that the last key of path is in. */
static char *path_above(const char *path)
{
	size_t n = (size_t)(last_key(path) - path);

	return must(strndup(path, n > 0 ? n - 1 : 0));
}

static void hint_unknown(const struct idl_method *method, const char *path)
{
	_cleanup_free_ char *above = path_above(path);
	const char *known[KEYS_MAX];

	collect_keys(method, above, known);
	topology_hint_key(last_key(path), known);
}

/* Reports what is wrong with the member at path, which a check has refused. A key with a dot in it
 * is not found here; it is unknown, because the interface has no such key. */
static int refuse_member(const struct client *client, const char *subject, json_t *topology,
			 const struct idl_method *method, const char *path)
{
	const json_t *value = topology_at(topology, path);
	char words[IDL_WORDS_SIZE];

	idl_describe(method, path, words);
	if (*words && !value && strncmp(path, "sets[", 5) == 0 &&
	    strcmp(last_key(path), "spec") == 0) {
		topology_refuse(client, subject, topology, path, "it is missing", NULL);
		print_hint("\"spec\": {} makes a set as `nsctl create` does without options");
		return STATUS_FAILED;
	}
	if (!*path)
		return refuse(client, subject, topology, path,
			      "the file does not contain a JSON object", NULL);
	if (*words)
		return refuse(client, subject, topology, path, value ? words : "it is missing",
			      value);
	if (!value || strlen(path) == IDL_PATH_SIZE - 1)
		return refuse(client, subject, topology, path, "it is unknown", NULL);
	topology_refuse(client, subject, topology, path, "there is no such key", NULL);
	hint_unknown(method, path);
	return STATUS_FAILED;
}

/* Returns the name of a member that ends in FileDescriptor, or NULL. */
static const char *find_descriptor(const json_t *value)
{
	const char *key, *found = NULL;
	json_t *below;
	size_t i;

	json_array_foreach(value, i, below) {
		if ((found = find_descriptor(below)))
			return found;
	}
	json_object_foreach((json_t *)value, key, below) {
		if (is_descriptor(key))
			return key;
		if ((found = find_descriptor(below)))
			return found;
	}
	return NULL;
}

/* Checks two rules that the interface description does not contain: no descriptors, and no lease by
 * connection. */
static int check_leases(const struct client *client, const char *subject, const json_t *topology)
{
	const char *descriptor = find_descriptor(topology);
	json_t *set;
	size_t i;

	if (descriptor)
		return refuse(client, subject, topology, descriptor,
			      "the number of a descriptor has no meaning in a file; give the path",
			      NULL);
	if (json_is_true(json_object_get(json_object_get(topology, "lease"), "connection")))
		return refuse(client, subject, topology, "lease.connection",
			      "it would end with this command, at once", NULL);
	json_array_foreach(json_object_get(topology, "sets"), i, set) {
		const json_t *lease = json_object_get(json_object_get(set, "spec"), "lease");

		if (json_is_true(json_object_get(lease, "connection"))) {
			_cleanup_text_ struct text field = {0};

			text_format(&field, "sets[%zu].spec.lease.connection", i);
			return refuse(client, subject, topology, field.data,
				      "it would end with this command, at once", NULL);
		}
	}
	return 0;
}

int topology_check(const struct client *client, const char *subject, json_t *topology)
{
	const struct idl_method *method;
	char path[IDL_PATH_SIZE];
	struct idl *idl;
	unsigned line;
	int r = 0;

	if (idl_parse(idl_text_nsctl, &idl, &line) < 0)
		out_of_memory();
	method = idl_method(idl, "Apply");
	if (!idl_check_input(idl, method, topology, path))
		r = refuse_member(client, subject, topology, method, path);
	idl_free(idl);
	return r == 0 ? check_leases(client, subject, topology) : r;
}
