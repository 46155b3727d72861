/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* On a terminal the commands are drawn as a tree, unless the user sorts them. */
#include "client/verbs.h"

#include "client/memory.h"
#include "client/print.h"
#include "client/show.h"
#include "client/table.h"

/* The processes of a set as a tree. */
struct tree {
	struct table *table;
	const struct users *users;
	const json_t *processes;
	bool drawn;
	size_t *parents;      /* by process: its parent's place in processes, or NONE */
	struct text branches; /* what is drawn before the present process */
	const char *lines[4]; /* for a child, the last child, below a child, below the last */
};

#define NONE SIZE_MAX

static const struct option_row ps_options[] = {TABLE_OPTIONS, {0}};

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

static void cpu_cell(struct table *table, const json_t *seconds)
{
	double value = json_number_value(seconds);

	if (!json_is_number(seconds))
		table_cell(table, NULL);
	else if (value < 60)
		table_key(table, value, "%.2fs", value);
	else
		table_age(table, value);
}

static void add_row(const struct tree *tree, const json_t *process, const char *branch)
{
	struct table *table = tree->table;

	table_number(table, json_object_get(process, "pid"));
	table_number(table, json_object_get(process, "pidInside"));
	table_user(table, tree->users, json_object_get(process, "uid"));
	table_cell(table, json_text(process, "state", NULL));
	cpu_cell(table, json_object_get(process, "cpuSeconds"));
	table_size(table, json_object_get(process, "memory"));
	table_age(table, show_age(process, "started"));
	session_cell(table, process);
	table_format(table, "%s%s%s", tree->branches.data ? tree->branches.data : "", branch,
		     json_text(process, "command", "?"));
}

/* Returns the next child of a process after the one at place from, or NONE. */
static size_t next_child(const struct tree *tree, size_t parent, size_t from)
{
	size_t n = json_array_size(tree->processes);

	while (from < n && tree->parents[from] != parent)
		from++;
	return from < n ? from : NONE;
}

/* Adds the children of a process, and what is below them. */
static void add_children(struct tree *tree, size_t parent)
{
	size_t used = tree->branches.used;

	for (size_t next, at = next_child(tree, parent, 0); at != NONE; at = next) {
		bool below = parent != NONE && tree->drawn, last;

		next = next_child(tree, parent, at + 1);
		last = next == NONE;
		add_row(tree, json_array_get(tree->processes, at), below ? tree->lines[last] : "");
		text_add(&tree->branches, below ? tree->lines[2 + last] : "");
		add_children(tree, at);
		tree->branches.used = used;
		tree->branches.data[used] = '\0';
	}
}

static int64_t number(const json_t *process, const char *key)
{
	return json_integer_value(json_object_get(process, key));
}

/* Finds the parent of each process. A process whose parent is not in the set has none. */
static void find_parents(struct tree *tree)
{
	size_t n = json_array_size(tree->processes);

	tree->parents = must(calloc(n + 1, sizeof(*tree->parents)));
	for (size_t i = 0; i < n; i++) {
		int64_t parent = number(json_array_get(tree->processes, i), "parent");

		tree->parents[i] = NONE;
		for (size_t j = 0; j < n && tree->drawn; j++)
			if (j != i && number(json_array_get(tree->processes, j), "pid") == parent)
				tree->parents[i] = j;
	}
}

static void show_tree(struct table *table, const json_t *processes)
{
	static const char *const unicode[] = {"├─ ", "└─ ", "│  ", "   "};
	static const char *const ascii[] = {"|- ", "`- ", "|  ", "   "};
	_cleanup_users_ struct users users = {0};
	struct tree tree = {.table = table,
			    .users = &users,
			    .processes = processes,
			    .drawn = print_is_terminal() && !table->sorted};

	memcpy(tree.lines, print_has_unicode() ? unicode : ascii, sizeof(tree.lines));
	users_load(&users, processes, "uid");
	find_parents(&tree);
	add_children(&tree, NONE);
	free(tree.parents);
	text_done(&tree.branches);
	table_print(table);
}

static int ps_run(struct client *client, struct options *options)
{
	static const struct column columns[] = {
		{"PID", 9, .kind = COLUMN_NUMBER, .stays = true},
		{"INSIDE", 3, .kind = COLUMN_NUMBER},
		{"USER", 5, .least = 6},
		{"STATE", 8, .kind = COLUMN_STATE},
		{"CPU", 6, .kind = COLUMN_NUMBER},
		{"MEMORY", 7, .kind = COLUMN_NUMBER},
		{"AGE", 4, .kind = COLUMN_NUMBER},
		{"SESSION", 2, .least = 8},
		{"COMMAND", 1, .least = 28, .stays = true},
	};
	_cleanup_table_ struct table table = {0};
	_cleanup_json_ json_t *reply = NULL;
	json_t *processes, *process;
	const char *name = options->words[0];
	size_t i;
	int r = table_begin(&table, options, columns, ARRAY_SIZE(columns));

	if (r == 0)
		r = client_call(client, name, "org.nsctl.ListProcesses", client_named(client, name),
				NULL, &reply);
	if (r != 0)
		return r;
	processes = json_object_get(reply, "processes");
	if (!client->json && !client->quiet)
		show_tree(&table, processes);
	json_array_foreach(client->json || client->quiet ? processes : NULL, i, process) {
		if (client->json)
			print_json(process);
		else
			print_text("%" JSON_INTEGER_FORMAT "\n",
				   json_integer_value(json_object_get(process, "pid")));
	}
	return 0;
}

/* clang-format off */
const struct verb ps_verbs[] = {
	{"ps", NULL, "[OPTIONS] NAME",
	 "Shows the processes of a set as a tree, and the sessions that they belong to\n"
	 "A session is \"left\" if its command has ended: its other processes go on until they "
	 "end, or are ended by `nsctl kill --session=SESSION NAME` or `nsctl rm`",
	 0, 1, 1, ps_run, {ps_options},
	 .page = "nsctl-sessions",
	 .examples = "nsctl ps box"},
	{0},
};
/* clang-format on */
