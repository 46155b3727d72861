/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See show.h. Keeps no state. Prints replies, and escapes them, because other users may have chosen
 * their texts.
 */
#include "client/verbs.h"
#include "client/show.h"

#include <time.h>

#include "client/ends.h"
#include "client/memory.h"
#include "client/print.h"

double show_age(const json_t *object, const char *key)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec - json_number_value(json_object_get(object, key));
}

const char *show_state_word(const json_t *state, const json_t *frozen)
{
	const char *word = json_is_string(state) ? json_string_value(state) : "?";

	return json_is_true(frozen) && strcmp(word, "ready") == 0 ? "frozen" : word;
}

const char *show_state(const json_t *set)
{
	return show_state_word(json_object_get(set, "state"), json_object_get(set, "frozen"));
}

bool show_plainly(const struct client *client, const json_t *item)
{
	if (client->json) {
		print_json(item);
	} else if (client->quiet) {
		print_escaped(json_text(item, "name", "?"));
		print_text("\n");
	}
	return client->json || client->quiet;
}

void show_line(const char *name, const char *format, ...)
{
	_cleanup_text_ struct text made = {0};
	va_list arguments;

	va_start(arguments, format);
	text_vformat(&made, format, arguments);
	va_end(arguments);
	print_text("  %-12s", name ? name : "");
	print_item(made.data, 14);
}

static bool is_held(const json_t *namespaces, const char *type)
{
	json_t *namespace;
	size_t i;

	json_array_foreach(namespaces, i, namespace)
		if (strcmp(json_text(namespace, "type", ""), type) == 0)
			return json_is_true(json_object_get(namespace, "held"));
	return false;
}

void show_namespaces(const json_t *namespaces, const char *held)
{
	json_t *namespace;
	size_t i;

	json_array_foreach(namespaces, i, namespace) {
		const char *type = json_text(namespace, "type", "?");
		const char *path = json_text(namespace, "path", NULL);
		char link[64];

		snprintf(link, sizeof(link), "%.32s:[%" JSON_INTEGER_FORMAT "]", type,
			 json_integer_value(json_object_get(namespace, "inode")));
		show_line(i == 0 ? "namespaces" : NULL, "%-7s %-20s %s%s%s", type, link,
			  json_is_true(json_object_get(namespace, "held")) ? held : "the host's",
			  path ? ", " : "", path ? path : "");
	}
}

static void show_strings(const char *name, const json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value) {
		show_line(name, "%s=%s", key,
			  json_is_string(value) ? json_string_value(value) : "?");
		name = NULL;
	}
}

static void show_mounts(const json_t *spec)
{
	const json_t *mounts = json_object_get(spec, "mounts");
	json_t *mount;
	size_t i;

	json_array_foreach(mounts, i, mount) {
		const char *source = json_text(mount, "source", NULL);
		char size[PRINT_SHORT];

		print_size(json_integer_value(json_object_get(mount, "size")), size);
		show_line(i == 0 ? "mounts" : NULL, "%s %s%s%s%s%s%s",
			  json_text(mount, "type", "?"), source ? source : "", source ? " at " : "",
			  json_text(mount, "target", "?"),
			  json_is_true(json_object_get(mount, "readOnly")) ? ", read-only" : "",
			  json_object_get(mount, "size") ? ", " : "",
			  json_object_get(mount, "size") ? size : "");
	}
	if (json_is_true(json_object_get(spec, "ownShm")))
		show_line(json_array_size(mounts) ? NULL : "mounts", "tmpfs /dev/shm");
}

static void show_interfaces(const json_t *interfaces)
{
	json_t *interface, *address;
	size_t i, j;

	json_array_foreach(interfaces, i, interface) {
		_cleanup_text_ struct text text = {0};
		const char *link = json_text(interface, "link", NULL);

		text_format(&text, "%s %s", json_text(interface, "name", "?"),
			    json_is_true(json_object_get(interface, "up")) ? "up" : "down");
		json_array_foreach(json_object_get(interface, "addresses"), j, address)
			text_format(&text, " %s",
				    json_is_string(address) ? json_string_value(address) : "?");
		if (link)
			text_format(&text, ", link %s", link);
		show_line(i == 0 ? "interfaces" : NULL, "%s", text.data);
	}
}

void show_add_publish(struct text *text, const json_t *publish, const char *between)
{
	const char *address = json_text(publish, "hostAddress", NULL);
	bool is_v6 = address && strchr(address, ':');

	text_format(text, "%s%s%s%s%" JSON_INTEGER_FORMAT "%s%" JSON_INTEGER_FORMAT,
		    is_v6 ? "[" : "", address ? address : "", is_v6 ? "]" : "", address ? ":" : "",
		    json_integer_value(json_object_get(publish, "hostPort")), between,
		    json_integer_value(json_object_get(publish, "port")));
}

void show_chosen_ports(const struct client *client, const char *name, const json_t *published)
{
	json_t *publish;
	size_t i;

	json_array_foreach(published, i, publish) {
		_cleanup_text_ struct text text = {0};

		if (client->quiet || !json_is_true(json_object_get(publish, "chosen")))
			continue;
		show_add_publish(&text, publish, " to ");
		print_problem("%s: published %s/%s", name, text.data,
			      json_text(publish, "protocol", "tcp"));
	}
}

void show_network(const json_t *spec)
{
	static const char *const lists[][2] = {{"allow", "allowed"},
					       {"deny", "denied"},
					       {"dns", "dns"},
					       {"dnsSearch", "dns search"},
					       {"dnsOptions", "dns options"}};
	const json_t *allow = json_object_get(spec, "allow");
	json_t *object;
	size_t i;

	if (json_is_true(json_object_get(spec, "egress")))
		show_line("egress", "yes");
	if (allow && json_array_size(allow) == 0)
		show_line("allowed", "nothing");
	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		_cleanup_text_ struct text text = {0};

		text_join(&text, json_object_get(spec, lists[i][0]));
		if (text.used > 0)
			show_line(lists[i][1], "%s", text.data);
	}
	json_array_foreach(json_object_get(spec, "hosts"), i, object) {
		show_line(i == 0 ? "hosts" : NULL, "%s %s", json_text(object, "address", "?"),
			  json_text(object, "name", "?"));
	}
	json_array_foreach(json_object_get(spec, "publish"), i, object) {
		_cleanup_text_ struct text text = {0};

		show_add_publish(&text, object, " to ");
		text_format(&text, "/%s", json_text(object, "protocol", "tcp"));
		show_line(i == 0 ? "published" : NULL, "%s", text.data);
	}
}

/* Prints one link, from the set's point of view: its end, its impairment, and the other end. */
static void show_link(const char *heading, const json_t *link, const char *set)
{
	const json_t *a = json_object_get(link, "a"), *b = json_object_get(link, "b");
	bool is_a = strcmp(json_text(a, "set", ""), set) == 0;
	const json_t *ends[] = {is_a ? a : b, is_a ? b : a};
	_cleanup_text_ struct text text = {0};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		_cleanup_text_ struct text aliases = {0}, impairment = {0}, state = {0};

		text_add(&text, i == 0 ? "" : " to ");
		ends_add(&text, ends[i]);
		text_join(&aliases, json_object_get(ends[i], "aliases"));
		if (aliases.used > 0)
			text_format(&text, " (also %s)", aliases.data);
		if (ends_add_state(&state, ends[i]))
			text_format(&text, " (%s)", state.data);
		if (ends_add_impairment(&impairment, ends[i]))
			text_format(&text, " (%s)", impairment.data);
	}
	show_line(heading, "%s: %s", json_text(link, "name", "?"), text.data);
}

/* Prints the set's links, also those whose interfaces are gone. A Set does not contain them. */
static void show_links(struct client *client, const json_t *set)
{
	_cleanup_reply_ struct message_reply reply = {0};
	_cleanup_json_ json_t *parameters = must(json_object());
	const json_t *namespaces = json_object_get(set, "namespaces");
	const char *name = json_text(set, "name", "?");
	bool is_member = false;
	json_t *object;
	size_t i;

	if (!is_held(namespaces, "net"))
		return;
	json_put(parameters, "set", json_string(name));
	if (client->has_owner)
		json_put(parameters, "owner", json_integer(client->owner));
	if (client_exchange(client, name, "org.nsctl.ListLinks", json_incref(parameters), NULL,
			    &reply) != 0)
		return;
	/* an error means that the set has been removed meanwhile */
	json_array_foreach(reply.error ? NULL : json_object_get(reply.parameters, "links"), i,
			   object) {
		show_link(i == 0 ? "links" : NULL, object, name);
		is_member |= json_text(json_object_get(object, "a"), "network", NULL) ||
			     json_text(json_object_get(object, "b"), "network", NULL);
	}
	if (is_member && !is_held(namespaces, "mnt"))
		show_line("note", "without a mount namespace of its own (--mount), it does not "
				  "know the names of other members");
}

static void show_limits(const json_t *limits)
{
	const json_t *memory = json_object_get(limits, "memory");
	const json_t *tasks = json_object_get(limits, "tasks");
	const json_t *cpus = json_object_get(limits, "cpus");
	_cleanup_text_ struct text text = {0};
	char size[PRINT_SHORT];

	print_size(json_integer_value(memory), size);
	if (memory)
		text_format(&text, ", memory %s", size);
	if (tasks)
		text_format(&text, ", tasks %" JSON_INTEGER_FORMAT, json_integer_value(tasks));
	if (cpus)
		text_format(&text, ", cpus %g", json_number_value(cpus));
	if (text.used > 0)
		show_line("limits", "%s", text.data + 2);
}

/* Adds a destination in the form that --allow takes. */
static void add_refused(struct text *text, const json_t *refused)
{
	const char *address = json_text(refused, "address", "?");
	const char *protocol = json_text(refused, "protocol", "?");
	const json_t *port = json_object_get(refused, "port");
	bool brackets = json_is_integer(port) && strchr(address, ':');

	text_format(text, "%s%s%s", brackets ? "[" : "", address, brackets ? "]" : "");
	if (json_is_integer(port))
		text_format(text, ":%" JSON_INTEGER_FORMAT "/%s", json_integer_value(port),
			    protocol);
	else
		text_format(text, " (%s)", protocol);
}

void show_refused(const json_t *usage)
{
	const json_t *packets = json_object_get(usage, "refusedPackets");
	json_t *refused;
	size_t i;

	if (json_is_integer(packets))
		show_line("refused", "%" JSON_INTEGER_FORMAT " packet%s to what it may not reach",
			  json_integer_value(packets), json_integer_value(packets) == 1 ? "" : "s");
	json_array_foreach(json_object_get(usage, "refusedDestinations"), i, refused) {
		_cleanup_text_ struct text text = {0};

		add_refused(&text, refused);
		show_line(NULL, "%s: %" JSON_INTEGER_FORMAT, text.data,
			  json_integer_value(json_object_get(refused, "packets")));
	}
}

static void show_usage(const json_t *set)
{
	const json_t *usage = json_object_get(set, "usage");
	const json_t *memory = json_object_get(usage, "memory");
	const json_t *cpu = json_object_get(usage, "cpuSeconds");
	char size[PRINT_SHORT];

	show_line("processes", "%" JSON_INTEGER_FORMAT " (sessions: %" JSON_INTEGER_FORMAT ")",
		  json_integer_value(json_object_get(usage, "processes")),
		  json_integer_value(json_object_get(usage, "sessions")));
	print_size(json_integer_value(memory), size);
	if (json_is_integer(memory))
		show_line("memory", "%s", size);
	if (json_is_number(cpu))
		show_line("cpu", "%.1f s", json_number_value(cpu));
	show_refused(usage);
}

void show_times(const json_t *object, const json_t *lease)
{
	double left = -show_age(object, "expires");
	char text[PRINT_SHORT];

	print_age(show_age(object, "created"), text);
	show_line("created", "%s ago", text);
	print_age(left, text);
	if (json_is_number(json_object_get(object, "expires")))
		show_line("lease", "ends in %s", text);
	if (json_is_true(json_object_get(lease, "connection")))
		show_line("lease", "ends with the connection that made it");
	if (json_is_integer(json_object_get(lease, "process")))
		show_line("lease", "ends with process %" JSON_INTEGER_FORMAT,
			  json_integer_value(json_object_get(lease, "process")));
	if (json_is_true(json_object_get(lease, "pipe")))
		show_line("lease", "ends with the pipe that it was given");
	if (json_is_number(json_object_get(lease, "idleSeconds"))) {
		print_age(json_number_value(json_object_get(lease, "idleSeconds")), text);
		show_line("lease", "ends when it was idle for %s", text);
	}
}

/* Prints facts that a user would otherwise learn from a failed system call (EPERM). */
static void show_notes(const json_t *set)
{
	static const struct {
		const char *kind, *text;
	} notes[] = {
		{"mnt", "the mount namespace is the host's: the kernel refuses mount(2) there, "
			"even to root inside"},
		{"net", "the network namespace is the host's: the kernel refuses changes, even to "
			"root inside"},
		{"uts", "the host name is the host's: the kernel refuses changes, even to root "
			"inside"},
	};
	const json_t *namespaces = json_object_get(set, "namespaces");

	for (size_t i = 0; i < ARRAY_SIZE(notes); i++)
		if (is_held(namespaces, "user") && !is_held(namespaces, notes[i].kind))
			show_line("note", "%s", notes[i].text);
	if (strcmp(show_state(set), "frozen") == 0)
		show_line("note", "its processes are stopped; `nsctl thaw %s` continues them",
			  json_text(set, "name", "?"));
	if (strcmp(json_text(set, "state", ""), "broken") == 0)
		show_line("note", "a part of the set is lost; it can only be removed (nsctl rm)");
}

void show_owner(const json_t *object, const char *name)
{
	show_line("owner", "%s%s%" JSON_INTEGER_FORMAT "%s", name ? name : "", name ? " (" : "",
		  json_integer_value(json_object_get(object, "owner")), name ? ")" : "");
}

static void show_set(struct client *client, const json_t *set)
{
	static const struct {
		const char *field, *name;
	} words[] = {{"userMapping", "user map"},
		     {"hostname", "hostname"},
		     {"propagation", "propagation"},
		     {"rootPath", "root"}};
	const json_t *spec = json_object_get(set, "spec");
	const json_t *init = json_object_get(set, "init");

	print_escaped(json_text(set, "name", "?"));
	print_text("\n");
	show_owner(set, json_text(set, "ownerName", NULL));
	if (json_text(set, "parent", NULL))
		show_line("parent", "%s", json_text(set, "parent", ""));
	show_line("id", "%s", json_text(set, "id", "?"));
	show_line("state", "%s", show_state(set));
	if (json_text(set, "reason", NULL))
		show_line("reason", "%s", json_text(set, "reason", ""));
	show_times(set, json_object_get(spec, "lease"));
	show_namespaces(json_object_get(set, "namespaces"), "held");
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (json_text(spec, words[i].field, NULL))
			show_line(words[i].name, "%s", json_text(spec, words[i].field, ""));
	show_mounts(spec);
	show_strings("labels", json_object_get(spec, "labels"));
	show_strings("settings", json_object_get(spec, "sysctls"));
	if (json_is_true(json_object_get(set, "adopted")))
		show_line("adopted", "its namespaces may outlive the set");
	if (json_is_true(json_object_get(spec, "boot")))
		show_line("boot", "made again when the machine starts");
	show_network(spec);
	show_interfaces(json_object_get(set, "interfaces"));
	show_links(client, set);
	show_limits(json_object_get(spec, "limits"));
	show_usage(set);
	if (json_is_integer(init))
		show_line("init", "%" JSON_INTEGER_FORMAT, json_integer_value(init));
	if (json_text(set, "cgroup", NULL))
		show_line("cgroup", "%s", json_text(set, "cgroup", ""));
	show_notes(set);
}

static int show_run(struct client *client, struct options *options)
{
	int failed = 0, r;

	for (char **name = options->words; *name; name++) {
		_cleanup_json_ json_t *reply = NULL;

		r = client_call(client, *name, "org.nsctl.Get", client_named(client, *name), NULL,
				&reply);
		if (r == STATUS_UNREACHABLE)
			return r;
		failed = MAX(failed, r);
		if (r != 0)
			continue;
		if (client->json) {
			print_json(json_object_get(reply, "set"));
			continue;
		}
		if (name > options->words)
			print_text("\n");
		show_set(client, json_object_get(reply, "set"));
	}
	return failed;
}

/* clang-format off */
const struct verb show_verbs[] = {
	{"show", NULL, "NAME...",
	 "Shows everything about sets",
	 0, 1, WORDS_ANY, show_run, {NULL},
	 .page = "nsctl-list",
	 .examples =
		"nsctl show box\n"
		"nsctl --json show box"},
	{0},
};
/* clang-format on */
