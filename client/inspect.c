/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * show, sessions, ps, which, status, see inspect.h. Owns nothing: replies to words. Everything in
 * them is somebody else's choice and is escaped on the way.
 */
#include "client/inspect.h"

#include <inttypes.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "client/parse.h"
#include "client/print.h"
#include "client/resolve.h"

static double age_of(const json_t *object, const char *key)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec - json_number_value(json_object_get(object, key));
}

static void command_cell(struct table *table, const json_t *words)
{
	_cleanup_text_ struct text text = {0};
	size_t i;
	json_t *word;

	json_array_foreach(words, i, word)
	{
		if (i > 0)
			text_add(&text, " ");
		text_quote(&text, json_is_string(word) ? json_string_value(word) : "?");
	}
	table_cell(table, text.data);
}

static void session_row(struct table *table, const json_t *session)
{
	const json_t *signal = json_object_get(session, "signal");
	const json_t *status = json_object_get(session, "exitStatus");
	const char *name = signal_name((int)json_integer_value(signal));
	char age[PRINT_SHORT];

	table_cell(table, json_text(session, "session", "?"));
	if (json_is_integer(status))
		table_format(table, "exit %" JSON_INTEGER_FORMAT, json_integer_value(status));
	else if (json_is_integer(signal) && name)
		table_format(table, "SIG%s", name);
	else if (json_is_integer(signal))
		table_format(table, "signal %" JSON_INTEGER_FORMAT, json_integer_value(signal));
	else
		table_cell(table,
			   json_is_number(json_object_get(session, "ended")) ? "ended" : "runs");
	if (json_is_integer(json_object_get(session, "pid")))
		table_format(table, "%" JSON_INTEGER_FORMAT,
			     json_integer_value(json_object_get(session, "pid")));
	else
		table_cell(table, NULL);
	print_age(age_of(session, "started"), age);
	table_cell(table, age);
	command_cell(table, json_object_get(session, "command"));
}

int inspect_sessions(struct client *client, const struct verb *verb, int argc, char **argv)
{
	static const char *const headings[] = {"SESSION", "STATUS", "PID", "AGE", "COMMAND"};
	_cleanup_table_ struct table table;
	_cleanup_json_ json_t *reply = NULL;
	json_t *session;
	int first, r;
	size_t i;

	table_init(&table, headings, ARRAY_SIZE(headings));
	r = options_only_words(client, verb, argc, argv, 1, 1, &first);
	if (r == 0)
		r = client_call(client, argv[first], "org.nsctl.ListSessions",
				client_named(client, argv[first]), NULL, &reply);
	if (r != 0)
		return r;
	json_array_foreach(json_object_get(reply, "sessions"), i, session)
	{
		if (client->json)
			print_json(session);
		else if (client->quiet)
			table_cell(&table, json_text(session, "session", "?"));
		else
			session_row(&table, session);
	}
	if (client->quiet)
		table.columns = 1;
	table_print(&table);
	return 0;
}

static void user_cell(struct table *table, const struct user_name *users, size_t n, int64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (users[i].id == id && users[i].name) {
			table_cell(table, users[i].name);
			return;
		}
	table_format(table, "%" PRId64, id);
}

/* The users of processes, each once; as many as *ret_n says. */
static struct user_name *users_of(const json_t *processes, size_t *ret_n)
{
	struct user_name *users = must(calloc(json_array_size(processes) + 1, sizeof(*users)));
	size_t i, j, n = 0;
	json_t *process;

	json_array_foreach(processes, i, process)
	{
		int64_t id = json_integer_value(json_object_get(process, "uid"));

		for (j = 0; j < n && users[j].id != id; j++)
			;
		if (j == n)
			users[n++].id = id;
	}
	if (n > 0)
		resolve_names(users, n);
	*ret_n = n;
	return users;
}

int inspect_ps(struct client *client, const struct verb *verb, int argc, char **argv)
{
	static const char *const headings[] = {"PID", "PID-INSIDE", "USER", "AGE", "COMMAND"};
	_cleanup_table_ struct table table;
	_cleanup_json_ json_t *reply = NULL;
	_cleanup_free_ struct user_name *users = NULL;
	json_t *processes, *process;
	size_t i, n = 0;
	int first, r;

	table_init(&table, headings, ARRAY_SIZE(headings));
	r = options_only_words(client, verb, argc, argv, 1, 1, &first);
	if (r == 0)
		r = client_call(client, argv[first], "org.nsctl.ListProcesses",
				client_named(client, argv[first]), NULL, &reply);
	if (r != 0)
		return r;
	processes = json_object_get(reply, "processes");
	if (!client->json && !client->quiet)
		users = users_of(processes, &n);
	json_array_foreach(processes, i, process)
	{
		json_t *pid = json_object_get(process, "pid");
		json_t *inside = json_object_get(process, "pidInside");
		char age[PRINT_SHORT];

		if (client->json) {
			print_json(process);
			continue;
		}
		table_format(&table, "%" JSON_INTEGER_FORMAT, json_integer_value(pid));
		if (client->quiet)
			continue;
		if (json_is_integer(inside))
			table_format(&table, "%" JSON_INTEGER_FORMAT, json_integer_value(inside));
		else
			table_cell(&table, NULL);
		user_cell(&table, users, n, json_integer_value(json_object_get(process, "uid")));
		print_age(age_of(process, "started"), age);
		table_cell(&table, age);
		table_cell(&table, json_text(process, "command", "?"));
	}
	if (client->quiet)
		table.columns = 1;
	table_print(&table);
	for (i = 0; i < n; i++)
		free(users[i].name);
	return 0;
}

/* "  NAME        TEXT", escaped; the name only where it is not NULL. */
static void show_line(const char *name, const char *format, ...) _printf_(2, 3);

static void show_line(const char *name, const char *format, ...)
{
	_cleanup_text_ struct text made = {0};
	va_list arguments;

	va_start(arguments, format);
	text_vformat(&made, format, arguments);
	va_end(arguments);
	print_text("  %-12s", name ? name : "");
	print_escaped(made.data);
	print_text("\n");
}

static bool is_held(const json_t *namespaces, const char *type)
{
	json_t *namespace;
	size_t i;

	json_array_foreach(
		namespaces, i,
		namespace) if (strcmp(json_text(namespace, "type", ""), type) ==
			       0) return json_is_true(json_object_get(namespace, "held"));
	return false;
}

static void show_namespaces(const json_t *namespaces, const char *held, const char *not_held)
{
	json_t *namespace;
	size_t i;

	json_array_foreach(namespaces, i, namespace)
	{
		const char *type = json_text(namespace, "type", "?");
		const char *path = json_text(namespace, "path", NULL);
		char link[64];

		snprintf(link, sizeof(link), "%.32s:[%" JSON_INTEGER_FORMAT "]", type,
			 json_integer_value(json_object_get(namespace, "inode")));
		show_line(i == 0 ? "namespaces" : NULL, "%-7s %-20s %s%s%s", type, link,
			  json_is_true(json_object_get(namespace, "held")) ? held : not_held,
			  path ? ", " : "", path ? path : "");
	}
}

static void show_strings(const char *name, const json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
	{
		show_line(name, "%s=%s", key,
			  json_is_string(value) ? json_string_value(value) : "?");
		name = NULL;
	}
}

static void show_mounts(const json_t *mounts)
{
	json_t *mount;
	size_t i;

	json_array_foreach(mounts, i, mount)
	{
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
}

static void show_interfaces(const json_t *interfaces)
{
	json_t *interface, *address;
	size_t i, j;

	json_array_foreach(interfaces, i, interface)
	{
		_cleanup_text_ struct text text = {0};
		const char *link = json_text(interface, "link", NULL);

		text_format(&text, "%s %s", json_text(interface, "name", "?"),
			    json_is_true(json_object_get(interface, "up")) ? "up" : "down");
		json_array_foreach(json_object_get(interface, "addresses"), j, address) text_format(
			&text, " %s", json_is_string(address) ? json_string_value(address) : "?");
		if (link)
			text_format(&text, ", link %s", link);
		show_line(i == 0 ? "interfaces" : NULL, "%s", text.data);
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
}

static void show_times(const json_t *set)
{
	const json_t *lease = json_object_get(json_object_get(set, "spec"), "lease");
	double left = -age_of(set, "expires");
	char text[PRINT_SHORT];

	print_age(age_of(set, "created"), text);
	show_line("created", "%s ago", text);
	print_age(left, text);
	if (json_is_number(json_object_get(set, "expires")))
		show_line("lease", "ends in %s", text);
	if (json_is_true(json_object_get(lease, "connection")))
		show_line("lease", "ends with the connection that made it");
	if (json_object_get(lease, "processFileDescriptor"))
		show_line("lease", "ends with the process that it was made for");
}

/* What a person would else find out by an EPERM. */
static void show_notes(const json_t *set)
{
	static const struct {
		const char *kind, *text;
	} notes[] = {
		{"mnt", "the mount namespace is the host's: mount(2) is refused there by the "
			"kernel, also to root inside"},
		{"net", "the network namespace is the host's: changing it is refused by the "
			"kernel, also to root inside"},
		{"uts", "the host name is the host's: changing it is refused by the kernel, also "
			"to root inside"},
	};
	const json_t *namespaces = json_object_get(set, "namespaces");

	for (size_t i = 0; i < ARRAY_SIZE(notes); i++)
		if (is_held(namespaces, "user") && !is_held(namespaces, notes[i].kind))
			show_line("note", "%s", notes[i].text);
	if (strcmp(json_text(set, "state", ""), "broken") == 0)
		show_line("note", "a part of it has been lost: it can only be removed (nsctl rm)");
}

static void show_set(const json_t *set)
{
	static const struct {
		const char *field, *name;
	} words[] = {{"userMapping", "user map"},
		     {"hostname", "hostname"},
		     {"propagation", "propagation"},
		     {"rootPath", "root"}};
	const json_t *spec = json_object_get(set, "spec");
	const char *owner = json_text(set, "ownerName", NULL);
	const json_t *init = json_object_get(set, "init");

	print_escaped(json_text(set, "name", "?"));
	print_text("\n");
	show_line("owner", "%s%s%" JSON_INTEGER_FORMAT "%s", owner ? owner : "", owner ? " (" : "",
		  json_integer_value(json_object_get(set, "owner")), owner ? ")" : "");
	show_line("id", "%s", json_text(set, "id", "?"));
	show_line("state", "%s", json_text(set, "state", "?"));
	show_times(set);
	show_namespaces(json_object_get(set, "namespaces"), "held", "the host's");
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (json_text(spec, words[i].field, NULL))
			show_line(words[i].name, "%s", json_text(spec, words[i].field, ""));
	show_mounts(json_object_get(spec, "mounts"));
	show_strings("labels", json_object_get(spec, "labels"));
	show_interfaces(json_object_get(set, "interfaces"));
	show_usage(set);
	if (json_is_integer(init))
		show_line("init", "%" JSON_INTEGER_FORMAT, json_integer_value(init));
	if (json_text(set, "cgroup", NULL))
		show_line("cgroup", "%s", json_text(set, "cgroup", ""));
	show_notes(set);
}

int inspect_show(struct client *client, const struct verb *verb, int argc, char **argv)
{
	int first, failed = 0, r;

	r = options_only_words(client, verb, argc, argv, 1, 0, &first);
	if (r != 0)
		return r;
	for (int i = first; i < argc; i++) {
		_cleanup_json_ json_t *reply = NULL;

		r = client_call(client, argv[i], "org.nsctl.Get", client_named(client, argv[i]),
				NULL, &reply);
		if (r == STATUS_UNREACHABLE)
			return r;
		failed = MAX(failed, r);
		if (r != 0)
			continue;
		if (client->json) {
			print_json(json_object_get(reply, "set"));
			continue;
		}
		if (i > first)
			print_text("\n");
		show_set(json_object_get(reply, "set"));
	}
	return failed;
}

int inspect_which(struct client *client, const struct verb *verb, int argc, char **argv)
{
	_cleanup_call_fds_ struct call_fds fds = {.n = 0};
	_cleanup_json_ json_t *parameters = must(json_object()), *reply = NULL;
	const char *set, *subject;
	int first, fd, r;
	int64_t pid;

	r = options_only_words(client, verb, argc, argv, 0, 1, &first);
	if (r != 0)
		return r;
	subject = argv[first];
	if (subject) {
		if (!parse_number(subject, 1, INT32_MAX, &pid))
			return options_wrong(client, "\"%s\" is no process id", subject);
		fd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
		if (fd < 0)
			return client_problem(client, subject, "%s",
					      errno == EINVAL ? "it is a thread, not a process"
							      : strerror(errno));
		json_put(parameters, "processFileDescriptor", call_fds_add(&fds, fd));
	}
	r = client_call(client, subject, "org.nsctl.Identify", json_incref(parameters), &fds,
			&reply);
	if (r != 0)
		return r;
	set = json_text(reply, "set", NULL);
	if (client->json) {
		print_json(reply);
	} else if (client->quiet) {
		print_text("%s%s", set ? set : "", set ? "\n" : "");
	} else {
		if (set)
			show_line("set", "%s (owner %" JSON_INTEGER_FORMAT ")", set,
				  json_integer_value(json_object_get(reply, "owner")));
		else
			show_line("set", "none");
		show_namespaces(json_object_get(reply, "namespaces"), "differs from the host's",
				"the host's");
	}
	return 0;
}

/* What is used beside what is allowed, by name. */
static void show_limits(const json_t *limits, const json_t *used)
{
	const char *key;
	json_t *limit, *use;

	json_object_foreach((json_t *)limits, key, limit)
	{
		use = json_object_get(used, key);
		print_text("  ");
		print_escaped(key);
		print_text("  %" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT "\n",
			   json_integer_value(use), json_integer_value(limit));
	}
	json_object_foreach((json_t *)used, key, use)
	{
		if (json_object_get(limits, key))
			continue;
		print_text("  ");
		print_escaped(key);
		print_text("  %" JSON_INTEGER_FORMAT "\n", json_integer_value(use));
	}
}

int inspect_status(struct client *client, const struct verb *verb, int argc, char **argv)
{
	_cleanup_json_ json_t *reply = NULL;
	char uptime[PRINT_SHORT];
	const char *key;
	json_t *value;
	int first, r;

	r = options_only_words(client, verb, argc, argv, 0, 0, &first);
	if (r == 0)
		r = client_call(client, NULL, "org.nsctl.GetStatus", must(json_object()), NULL,
				&reply);
	if (r != 0)
		return r;
	if (client->json) {
		print_json(reply);
		return 0;
	}
	print_age(age_of(reply, "started"), uptime);
	print_text("nsctld ");
	print_escaped(json_text(reply, "version", "?"));
	print_text(", up %s, kernel ", uptime);
	print_escaped(json_text(reply, "kernel", "?"));
	print_text("\nfeatures\n");
	json_object_foreach(json_object_get(reply, "features"), key, value)
	{
		print_text("  ");
		print_escaped(key);
		print_text("  %s\n", json_is_true(value) ? "yes" : "no");
	}
	print_text("your limits\n");
	show_limits(json_object_get(reply, "limits"), json_object_get(reply, "used"));
	print_text("counters\n");
	show_limits(NULL, json_object_get(reply, "counters"));
	return 0;
}
