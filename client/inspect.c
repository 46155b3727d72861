/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ps, which, status: see inspect.h. Keeps no state. Prints replies, and escapes them, because other
 * users may have chosen their texts.
 */
#include "client/inspect.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "client/memory.h"
#include "client/parse.h"
#include "client/print.h"
#include "client/process.h"
#include "client/show.h"
#include "client/table.h"
#include "client/users.h"

/* Adds a cell with the session that a process belongs to. It has "(left)" if the session's command
 * has ended. */
static void session_cell(struct table *table, const json_t *process)
{
	const char *session = json_text(process, "session", NULL);

	if (session && json_is_true(json_object_get(process, "left")))
		table_format(table, "%s (left)", session);
	else
		table_cell(table, session);
}

int inspect_ps(struct client *client, struct options *options)
{
	static const char *const headings[] = {"PID", "PID-INSIDE", "USER",
					       "AGE", "SESSION",    "COMMAND"};
	_cleanup_table_ struct table table;
	_cleanup_json_ json_t *reply = NULL;
	_cleanup_users_ struct users users = {0};
	json_t *processes, *process;
	const char *name = options->words[0];
	size_t i;
	int r;

	table_init(&table, headings, ARRAY_SIZE(headings));
	r = client_call(client, name, "org.nsctl.ListProcesses", client_named(client, name), NULL,
			&reply);
	if (r != 0)
		return r;
	processes = json_object_get(reply, "processes");
	if (!client->json && !client->quiet)
		users_load(&users, processes, "uid");
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
		users_cell(&table, &users, json_object_get(process, "uid"));
		print_age(show_age(process, "started"), age);
		table_cell(&table, age);
		session_cell(&table, process);
		table_cell(&table, json_text(process, "command", "?"));
	}
	if (client->quiet)
		table.columns = 1;
	table_print(&table);
	return 0;
}

int inspect_which(struct client *client, struct options *options)
{
	const char *set, *subject = options->words[0];
	_cleanup_json_ json_t *reply = NULL;
	json_t *index;
	int64_t pid;
	int r;

	if (subject) {
		if (!parse_number(subject, 1, INT32_MAX, &pid))
			return options_wrong(client, "\"%s\" is not a process id", subject);
		index = process_add(client, options->fds, pid, subject);
		if (!index)
			return STATUS_FAILED;
		json_put(options->parameters, "processFileDescriptor", index);
	}
	r = client_call(client, subject, "org.nsctl.Identify", json_incref(options->parameters),
			options->fds, &reply);
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
		if (json_text(reply, "parent", NULL))
			show_line("parent", "%s", json_text(reply, "parent", ""));
		show_namespaces(json_object_get(reply, "namespaces"), "differs from the host's",
				"the host's");
	}
	return 0;
}

/* Prints each limit by name, with its usage, and then the usage that has no limit. */
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

int inspect_status(struct client *client, struct options *options _unused_)
{
	_cleanup_json_ json_t *reply = NULL;
	char uptime[PRINT_SHORT];
	const char *key;
	json_t *value;
	int r = client_call(client, NULL, "org.nsctl.GetStatus", must(json_object()), NULL, &reply);

	if (r != 0)
		return r;
	if (client->json) {
		print_json(reply);
		return 0;
	}
	print_age(show_age(reply, "started"), uptime);
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
