/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/verbs.h"

#include "client/finding.h"
#include "client/memory.h"
#include "client/print.h"
#include "client/show.h"
#include "client/table.h"

#define COLUMN 15 /* where texts begin */

/*
 * What nsctld may be able to do. right: the key of [allow] that decides whether the user may. why:
 * the check that explains why it does not work. A row without both always works.
 */
static const struct {
	const char *feature, *words, *right;
	bool outward; /* a way to the host's network */
	void (*why)(struct patient *patient, struct finding *ret);
} features[] = {
	{"links", "links", NULL, false, NULL},
	{"networks", "networks", NULL, false, NULL},
	{"dns", "names", NULL, false, NULL},
	{"apply", "topologies", NULL, false, NULL},
	{"idleLease", "leases", NULL, false, NULL},
	{"boot", "--boot", NULL, false, NULL},
	{"adopt", "adopt", NULL, false, NULL},
	{"monitor", "monitor", NULL, false, NULL},
	{"userNamespaces", "user namespaces", NULL, false, doctor_user_namespaces},
	{"limits", "limits", NULL, false, doctor_limits},
	{"impairments", "impairments", NULL, false, doctor_impairments},
	{"egress", "--egress", "egress", true, NULL},
	{"publish", "--publish", "publish", true, NULL},
	{"hostLinks", "links to the host", "host-links", true, NULL},
	{"ipNetns", "--ip-netns", "ip-netns", false, NULL},
	{"newPrivileges", "setuid programs in root's sets", "new-privileges", false, NULL},
	{"administer", "others' sets", "administer", false, NULL},
};

/* The words of limits. Other limits are shown by the names that the interface has. */
static const struct {
	const char *limit, *words;
} limits[] = {
	{"publishedPorts", "published ports"}, {"egressEntries", "egress entries"},
	{"egressNames", "egress names"},       {"hangingProcesses", "hanging processes"},
	{"bufferedBytes", "buffered bytes"},
};

/* Prints a heading and a text, which may take several lines. */
static void print_part(const char *heading, const struct text *text)
{
	_cleanup_text_ struct text escaped = {0};

	if (text->used == 0)
		return;
	text_escape(&escaped, text->data);
	print_help(heading, COLUMN, escaped.data);
}

static void add_item(struct text *text, const char *item)
{
	text_format(text, "%s%s", text->used > 0 ? ", " : "", item);
}

static void show_features(struct patient *patient)
{
	_cleanup_text_ struct text works = {0}, forbidden = {0}, rights = {0}, lists = {0};
	_cleanup_text_ struct text closed = {0};
	bool has_lists = doctor_add_lists(&lists, patient);
	const char *refusal = json_text(patient->status, "outwardRefused", NULL);

	for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
		if (doctor_has(patient, features[i].feature)) {
			add_item(&works, features[i].words);
		} else if (has_lists && strcmp(features[i].feature, "egress") == 0) {
			text_format(&works, ", %s (to %s)", features[i].words, lists.data);
		} else if (features[i].outward && refusal) {
			add_item(&closed, features[i].words);
		} else if (features[i].right) {
			add_item(&forbidden, features[i].words);
			add_item(&rights, features[i].right);
		}
	}
	if (forbidden.used > 0) {
		text_format(&forbidden, ": %s in [allow] of ", rights.data);
		doctor_add_configuration(&forbidden, patient);
		text_format(&forbidden, " %s not name you",
			    strchr(rights.data, ',') ? "do" : "does");
	}
	print_part("works", &works);
	for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
		struct finding finding = {.remedy = NULL};
		_cleanup_text_ struct text text = {0};

		if (!features[i].why || doctor_has(patient, features[i].feature))
			continue;
		features[i].why(patient, &finding);
		text_format(&text, "%s: %s: %s", features[i].words, finding.found.data,
			    finding.remedy ? finding.remedy : "`nsctl doctor` says more");
		print_part("does not work", &text);
		text_done(&finding.found);
	}
	if (closed.used > 0)
		text_format(&closed, ": %s", refusal);
	print_part("not allowed", &closed);
	print_part("not allowed", &forbidden);
}

/* Prints the ten parts of a bar, as many as are in use. */
static void print_bar(int64_t used, int64_t limit)
{
	bool unicode = print_has_unicode();
	double share = limit > 0 ? (double)used / (double)limit : 0;

	print_text("%s", print_colour(share >= 0.9   ? PRINT_RED
				      : share >= 0.7 ? PRINT_YELLOW
						     : PRINT_GREEN));
	for (int i = 0; i < 10; i++)
		print_text("%s", share * 10 > i ? unicode ? "\u2588" : "#"
				 : unicode	? "\u2591"
						: ".");
	print_text("%s\n", print_colour(PRINT_PLAIN));
}

static void show_use(const struct patient *patient)
{
	const json_t *all = json_object_get(patient->status, "limits");
	const json_t *used = json_object_get(patient->status, "used");
	const char *key;
	json_t *use;

	json_object_foreach((json_t *)used, key, use) {
		json_t *limit = json_object_get(all, key);
		const char *words = key;
		bool bytes = strcmp(key, "bufferedBytes") == 0;
		char text[2][PRINT_SHORT], both[2 * PRINT_SHORT + 8];

		for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
			if (strcmp(limits[i].limit, key) == 0)
				words = limits[i].words;
		for (int i = 0; i < 2; i++) {
			int64_t value = json_integer_value(i == 0 ? use : limit);

			if (bytes)
				print_size(value, text[i]);
			else
				snprintf(text[i], PRINT_SHORT, "%lld", (long long)value);
		}
		snprintf(both, sizeof(both), "%s%s%s", text[0], limit ? " of " : "",
			 limit ? text[1] : "");
		print_text("  ");
		print_escaped(words);
		print_text("%*s%-15s ", (int)(19 - MIN(strlen(words), (size_t)18)), "", both);
		if (limit)
			print_bar(json_integer_value(use), json_integer_value(limit));
		else
			print_text("\n");
	}
}

static void show_counters(const struct patient *patient)
{
	static const struct {
		const char *counter, *words;
	} counters[] = {{"created", "sets made"},
			{"removed", "removed"},
			{"executed", "commands run"},
			{"refused", "calls refused"},
			{"failed", "failed"}};
	const json_t *values = json_object_get(patient->status, "counters");
	_cleanup_text_ struct text text = {0};

	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		text_format(&text, "%s%s: %" JSON_INTEGER_FORMAT, i > 0 ? ", " : "",
			    counters[i].words,
			    json_integer_value(json_object_get(values, counters[i].counter)));
	print_part("since then", &text);
}

static int status_run(struct client *client, struct options *options _unused_)
{
	_cleanup_json_ json_t *reply = NULL;
	struct patient patient = {.client = client, .reached = true};
	_cleanup_text_ struct text text = {0}, configuration = {0};
	char uptime[PRINT_SHORT];
	int r = client_call(client, NULL, "org.nsctl.GetStatus", must(json_object()), NULL, &reply);

	if (r != 0)
		return r;
	if (client->json) {
		print_json(reply);
		return 0;
	}
	patient.status = reply;
	print_age(show_age(reply, "started"), uptime);
	text_format(&text, "%s, up for %s, on Linux %s", json_text(reply, "version", "?"), uptime,
		    json_text(reply, "kernel", "?"));
	print_part("nsctld", &text);
	text_add(&configuration, json_text(reply, "configuration", ""));
	print_part("configuration", &configuration);
	show_counters(&patient);
	show_features(&patient);
	print_text("you use\n");
	show_use(&patient);
	print_text("`nsctl doctor` looks for what else is in the way.\n");
	return 0;
}

/* The columns of users that have a limit, with its name. */
static const struct {
	struct column column;
	const char *limit;
} amounts[] = {
	{{"SETS", 11, .kind = COLUMN_NUMBER}, "sets"},
	{{"SESSIONS", 10, .kind = COLUMN_NUMBER}, "sessions"},
	{{"CONNECTIONS", 9, .kind = COLUMN_NUMBER}, "connections"},
	{{"LINKS", 8, .kind = COLUMN_NUMBER}, "links"},
	{{"NETWORKS", 7, .kind = COLUMN_NUMBER}, "networks"},
	{{"PORTS", 6, .kind = COLUMN_NUMBER}, "publishedPorts"},
	{{"MONITORS", 5, .kind = COLUMN_NUMBER}, "monitors"},
	{{"CAPTURES", 4, .kind = COLUMN_NUMBER}, "captures"},
	{{"ENTRIES", 3, .kind = COLUMN_NUMBER}, "egressEntries"},
	{{"NAMES", 2, .kind = COLUMN_NUMBER}, "egressNames"},
	{{"HANGING", 1, .kind = COLUMN_NUMBER}, "hangingProcesses"},
};

static const struct option_row users_options[] = {TABLE_OPTIONS, {0}};

static void add_user(struct table *table, const struct users *names, const json_t *user)
{
	const json_t *used = json_object_get(user, "used"), *mine = json_object_get(user, "limits");

	table_user(table, names, json_object_get(user, "uid"));
	for (size_t i = 0; i < ARRAY_SIZE(amounts); i++) {
		json_int_t n = json_integer_value(json_object_get(used, amounts[i].limit));
		const json_t *most = json_object_get(mine, amounts[i].limit);

		if (most)
			table_key(table, (double)n, "%lld/%lld", (long long)n,
				  (long long)json_integer_value(most));
		else
			table_key(table, (double)n, "%lld", (long long)n);
	}
}

static int users_run(struct client *client, struct options *options)
{
	struct column columns[ARRAY_SIZE(amounts) + 1] = {{"USER", 12, .least = 8, .stays = true}};
	_cleanup_table_ struct table table = {0};
	_cleanup_users_ struct users names = {0};
	_cleanup_json_ json_t *reply = NULL;
	const json_t *list;
	json_t *user;
	size_t i;
	int r;

	for (i = 0; i < ARRAY_SIZE(amounts); i++)
		columns[i + 1] = amounts[i].column;
	r = table_begin(&table, options, columns, ARRAY_SIZE(columns));
	if (r == 0)
		r = client_call_joined(client, NULL, "org.nsctl.ListUsers", must(json_object()),
				       NULL, NULL, &reply);
	if (r != 0)
		return r;
	list = json_object_get(reply, "users");
	if (!client->json)
		users_load(&names, list, "uid");
	json_array_foreach(list, i, user) {
		if (client->has_owner &&
		    json_integer_value(json_object_get(user, "uid")) != client->owner)
			continue;
		if (client->json)
			print_json(user);
		else
			add_user(&table, &names, user);
	}
	if (!client->json)
		table_print(&table);
	return 0;
}

/* clang-format off */
const struct verb status_verbs[] = {
	{"status", NULL, "",
	 "Shows nsctld's version and features, your limits, and what you use of them",
	 0, 0, 0, status_run, {NULL},
	 .page = "nsctl-monitor",
	 .examples = "nsctl status"},
	{"users", NULL, "[OPTIONS]",
	 "Shows what each user has of the limits, and may have; root sees all users\n"
	 "PORTS are published ports, ENTRIES and NAMES those of lists of egress, HANGING are "
	 "processes that should have ended. Root has no limits",
	 0, 0, 0, users_run, {users_options},
	 .page = "nsctl-monitor",
	 .examples =
		"nsctl users\n"
		"nsctl users --sort=-SETS  # as root: of all users, the largest first"},
	{0},
};
/* clang-format on */
