/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keeps no state of sets. Flushes its output at once, because readers follow it. If the connection
 * or events are lost, reports that on stderr, and prints the state again before any event, so that
 * readers know the present state.
 */
#include "client/verbs.h"

#include <time.h>

#include "client/client-error.h"
#include "client/print.h"
#include "client/show.h"
#include "client/take.h"
#include "protocol/error.h"
#include "protocol/name.h"

/* After its connection was lost, the monitor waits AWAIT_SECONDS for a daemon: enough for an
 * upgrade. PAUSE_SECONDS pass before the next call if the daemon accepts connections but does not
 * answer. */
#define AWAIT_SECONDS 60
#define PAUSE_SECONDS 1

const struct option_row monitor_options[] = {
	OPTION("all-owners", 0, NULL, "monitor the sets of all users that you may see",
	       FILLS("allOwners", take_true)),
	{0},
};

static void print_owner(const struct client *client, const json_t *object, bool all_owners)
{
	const char *name = json_text(object, "ownerName", NULL);

	if (!all_owners && !client->has_owner)
		return;
	if (name)
		print_escaped(name);
	else
		print_text("%" JSON_INTEGER_FORMAT,
			   json_integer_value(json_object_get(object, "owner")));
	print_text(": ");
}

/* Prints " KEY=VALUE", as one word for a shell. */
static void print_detail(const char *key, const char *value)
{
	_cleanup_text_ struct text text = {0};

	text_quote(&text, value);
	print_text(" ");
	print_escaped(key);
	print_text("=");
	print_escaped(text.data);
}

struct monitoring {
	struct client *client;
	const char *name;   /* of the set, or NULL */
	json_t *parameters; /* of each call */
	bool all_owners;
};

static void print_set(const struct monitoring *monitoring, const json_t *set)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	print_time((double)now.tv_sec);
	print_owner(monitoring->client, set, monitoring->all_owners);
	print_text("set ");
	print_escaped(json_text(set, "name", "?"));
	print_text(" is ");
	print_escaped(show_state(set));
	print_text("\n");
}

/* The words of events. Each is about the object in the member, whose name follows noun. */
static const struct event_words {
	const char *what, *member, *noun, *happened;
} event_words[] = {
	{"setCreated", "set", "set", "was created"},
	{"setRemoved", "set", "set", "was removed"},
	{"setExpired", "set", "set", "has expired: its lease has ended"},
	{"setBroken", "set", "set", "is broken"},
	{"setFrozen", "set", "set", "was frozen"},
	{"setThawed", "set", "set", "was thawed"},
	{"sessionStarted", "session", "session", "has started"},
	{"sessionEnded", "session", "session", "has ended"},
	{"linkAdded", "link", "link", "was added"},
	{"linkRemoved", "link", "link", "was removed"},
	{"networkCreated", "network", "network", "was created"},
	{"networkRemoved", "network", "network", "was removed"},
};

/* Returns the words of an event, or NULL if this nsctl does not know it. */
static const struct event_words *find_words(const char *what)
{
	for (size_t i = 0; i < ARRAY_SIZE(event_words); i++)
		if (strcmp(event_words[i].what, what) == 0)
			return &event_words[i];
	return NULL;
}

/* Prints "set web was refused 198.51.100.2:8000/tcp (3 packets)". */
static void print_denied(const json_t *event)
{
	const json_t *detail = json_object_get(event, "detail");
	const char *set = json_text(event, "set", NULL), *name = json_text(detail, "name", NULL);
	const char *address = json_text(detail, "address", "?");
	const char *port = json_text(detail, "port", NULL),
		   *count = json_text(detail, "count", "?");
	bool brackets = port && strchr(address, ':');

	print_text(set ? "set " : "network ");
	print_escaped(set ? set : json_text(event, "network", "?"));
	print_text(" was refused %s", name ? "the name " : brackets ? "[" : "");
	print_escaped(name ? name : address);
	if (!name)
		print_text("%s%s%s/%s", brackets ? "]" : "", port ? ":" : "", port ? port : "",
			   json_text(detail, "protocol", "?"));
	print_text(" (%s %s%s)\n", count, name ? "question" : "packet",
		   strcmp(count, "1") == 0 ? "" : "s");
}

/* Prints a sentence: "session 1b9d05c31033532f of set web has ended exitStatus=0". */
static void print_event(const struct monitoring *monitoring, const json_t *event)
{
	const char *what = json_text(event, "what", "?");
	const struct event_words *words = find_words(what);
	bool is_session = words && strcmp(words->member, "session") == 0;
	const char *key;
	json_t *value;

	print_time(json_number_value(json_object_get(event, "time")));
	print_owner(monitoring->client, event, monitoring->all_owners);
	if (strcmp(what, "egressDenied") == 0) {
		print_denied(event);
		return;
	}
	print_text("%s ", words ? words->noun : "event");
	print_escaped(words ? json_text(event, words->member, "?") : what);
	if (is_session || (!words && json_text(event, "set", NULL))) {
		print_text(" of set ");
		print_escaped(json_text(event, "set", "?"));
	}
	print_text(" %s", words ? words->happened : "");
	json_object_foreach(json_object_get(event, "detail"), key, value) {
		print_detail(key, json_is_string(value) ? json_string_value(value) : "?");
	}
	print_text("\n");
}

static void print_reply(const struct monitoring *monitoring, const json_t *reply)
{
	const json_t *sets = json_object_get(reply, "sets");
	bool json = monitoring->client->json;
	json_t *object;
	size_t i;

	if (json && sets)
		print_json(reply);
	else if (sets && monitoring->name && json_array_size(sets) == 0 &&
		 !monitoring->client->quiet)
		print_hint("there is no set called %s yet; its events will be told",
			   monitoring->name);
	json_array_foreach(json ? NULL : sets, i, object) {
		print_set(monitoring, object);
	}
	json_array_foreach(json_object_get(reply, "events"), i, object) {
		if (json)
			print_json(object);
		else
			print_event(monitoring, object);
		/* flushed after each line, so that readers never get a part of one */
		(void)fflush(stdout);
	}
	(void)fflush(stdout);
}

static int send_call(const struct monitoring *monitoring)
{
	return client_send(monitoring->client, monitoring->name, "org.nsctl.Monitor",
			   monitoring->parameters, NULL, true);
}

/* Follows one call until it ends. Returns 0 if the caller must call again, or nsctl's exit
 * status. */
static int follow(const struct monitoring *monitoring)
{
	struct client *client = monitoring->client;
	int r = send_call(monitoring);
	bool heard = false;

	for (; r == 0; heard = true) {
		_cleanup_reply_ struct message_reply reply = {0};

		r = client_receive(client, &reply);
		if (r != 0 && !client_is_lost(r))
			return client_lost(client, monitoring->name, r);
		if (r != 0) {
			print_problem("monitor: the connection to nsctld was lost; waiting for it "
				      "to come back");
			if (!heard)
				sleep(PAUSE_SECONDS);
			if (!client_await(client, AWAIT_SECONDS))
				return client_connect(client, false);
			print_problem("monitor: connected again; the state follows");
			return 0;
		}
		if (reply.error && error_from_id(reply.error) == ERROR_EVENTS_LOST) {
			print_problem(
				"monitor: events were lost, because they were read too slowly; the "
				"state follows");
			return 0;
		}
		if (reply.error)
			return client_error(client, monitoring->name, &reply);
		print_reply(monitoring, reply.parameters);
		if (ferror(stdout))
			return STATUS_FAILED;
	}
	return r;
}

static int monitor_run(struct client *client, struct options *options)
{
	json_t *parameters = options->parameters;
	struct monitoring monitoring = {
		.client = client, .name = options->words[0], .parameters = parameters};
	int r;

	if (monitoring.name && !name_is_valid(monitoring.name))
		return options_wrong(client, "\"%s\" is not a valid name of a set",
				     monitoring.name);
	monitoring.all_owners = json_object_get(parameters, "allOwners");
	if (monitoring.name)
		json_put(parameters, "set", json_string(monitoring.name));
	if (client->has_owner)
		json_put(parameters, "owner", json_integer(client->owner));
	do
		r = follow(&monitoring);
	while (r == 0);
	return r;
}

/* clang-format off */
const struct verb monitor_verbs[] = {
	{"monitor", NULL, "[OPTIONS] [NAME]",
	 "Shows the state of sets, and then events as they happen\n"
	 "Each set and each event is a line. With --json, the state is {\"sets\": [...]}, and "
	 "each event is an object. The state is printed again if the daemon was restarted, or if "
	 "events were lost because they were read too slowly",
	 0, 0, 1, monitor_run, {monitor_options},
	 .examples =
		"nsctl monitor\n"
		"nsctl --json monitor box"},
	{0},
};
/* clang-format on */
