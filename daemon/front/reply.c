/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/utsname.h>
#include "daemon/front/cgroup.h"
#include "daemon/front/process.h"
#include "daemon/front/reply.h"

/* Sizes in bytes of JSON: of a reply with processes; of a process without its command, with all
 * members and with few; and the least room for a command. */
#define PROCESSES_SIZE (960 * 1024)
#define PROCESS_SIZE 270
#define PROCESS_SIZE_BRIEF 165
#define COMMAND_SIZE_MIN 16

/* Maximum number of a set's processes in an answer: more do not fit. */
#define PROCESSES_MAX (PROCESSES_SIZE / (PROCESS_SIZE_BRIEF + COMMAND_SIZE_MIN))

/* The processes that are found in a set's cgroup. */
struct found {
	struct wire_message *message; /* with an item for each of the set's sessions */
	bool frozen;
	struct {
		pid_t pid;
		const char *session; /* NULL: none */
		bool left;	     /* the session's command has ended */
	} * processes;
	size_t n;
};

/* Finds the session whose cgroup has this name. Returns true if there is one. */
static bool find_session(struct wire_message *message, const char *name, struct wire_session *ret)
{
	const struct nlattr *at = NULL;

	while (wire_next_item(message, WIRE_ITEM_SESSION, &at, &wire_session_layout, ret) == 1)
		if (ret->session && strcmp(ret->session, name) == 0)
			return true;
	return false;
}

static int on_process(pid_t pid, const char *name, void *context)
{
	static struct wire_session session;
	struct found *found = context;
	bool known = *name && find_session(found->message, name, &session);

	found->processes[found->n].pid = pid;
	found->processes[found->n].session = known ? session.session : NULL;
	found->processes[found->n].left = known && session.ended;
	return ++found->n == PROCESSES_MAX;
}

static json_t *found_json(const struct found *found)
{
	json_t *list = json_array();
	/* the commands share the size that a client accepts in one message, minus the other parts
	 * of the entries */
	size_t share = PROCESSES_SIZE / MAX(found->n, (size_t)1);
	bool brief = share < PROCESS_SIZE + COMMAND_SIZE_MIN;
	size_t longest = share - (brief ? PROCESS_SIZE_BRIEF : PROCESS_SIZE);
	unsigned int flags = (found->frozen ? PROCESS_FROZEN : 0U) | (brief ? PROCESS_BRIEF : 0U);

	for (size_t i = 0; i < found->n; i++) {
		json_t *entry = process_json(found->processes[i].pid, flags, longest);

		if (!entry)
			continue; /* the process has ended meanwhile */
		encode_string(entry, "session", found->processes[i].session);
		if (found->processes[i].left)
			encode_put(entry, "left", json_true());
		json_array_append_new(list, entry);
	}
	return list;
}

json_t *encode_processes(struct wire_message *message)
{
	static struct wire_set set;
	struct found found = {.message = message};
	json_t *object;

	if (wire_decode(message, &wire_set_layout, &set) < 0 || !set.processes_in)
		return NULL;
	found.frozen = set.frozen;
	found.processes = calloc(PROCESSES_MAX, sizeof(*found.processes));
	if (!found.processes)
		return NULL;
	(void)cgroup_list(set.processes_in, on_process, &found);
	object = json_object();
	encode_put(object, "processes", found_json(&found));
	free(found.processes);
	return object;
}

static json_t *features_json(const struct wire_status *status)
{
	json_t *object = json_object();

	encode_put(object, "userNamespaces", json_boolean(status->allowed & ALLOW_USER_NAMESPACES));
	encode_put(object, "ipNetns", json_boolean(status->allowed & ALLOW_IP_NETNS));
	encode_put(object, "newPrivileges", json_boolean(status->allowed & ALLOW_NEW_PRIVILEGES));
	encode_put(object, "administer", json_boolean(status->allowed & ALLOW_ADMINISTER));
	encode_put(object, "cgroup", json_boolean(status->cgroup));
	encode_put(object, "limits", json_boolean(status->limits));
	encode_put(object, "hostLinks", json_boolean(status->allowed & ALLOW_HOST_LINKS));
	encode_put(object, "egress", json_boolean(status->allowed & ALLOW_EGRESS));
	encode_put(object, "publish", json_boolean(status->allowed & ALLOW_PUBLISH));
	encode_put(object, "links", json_true());
	encode_put(object, "networks", json_true());
	encode_put(object, "impairments", json_boolean(status->impairments));
	encode_put(object, "egressDenied", json_boolean(status->egress_denied));
	encode_put(object, "apply", json_true());
	encode_put(object, "monitor", json_true());
	encode_put(object, "boot", json_true());
	encode_put(object, "autoMapping", json_true());
	encode_put(object, "processLease", json_true());
	encode_put(object, "pipeLease", json_true());
	encode_put(object, "idleLease", json_true());
	encode_put(object, "dns", json_true());
	encode_put(object, "adopt", json_true());
	return object;
}

static json_t *lists_json(struct wire_message *message)
{
	json_t *list = json_array();
	const struct nlattr *at = NULL;
	struct wire_word word;

	while (wire_next_item(message, WIRE_ITEM_WORD, &at, &wire_word_layout, &word) == 1)
		if (word.text)
			json_array_append_new(list, json_string(word.text));
	return list;
}

json_t *encode_status(struct wire_message *message)
{
	json_t *object = json_object(), *limits = json_object(), *used = json_object(),
	       *counters = json_object();
	const struct nlattr *at = NULL;
	struct wire_status status;
	struct wire_count count;
	struct utsname kernel;

	if (wire_decode(message, &wire_status_layout, &status) < 0 || uname(&kernel) < 0)
		return object;
	while (wire_next_item(message, WIRE_ITEM_COUNT, &at, &wire_count_layout, &count) == 1)
		if (count.name)
			encode_put(count.class == COUNT_LIMIT  ? limits
				   : count.class == COUNT_USED ? used
							       : counters,
				   count.name, json_integer(count.value));
	encode_put(object, "version", json_string(PACKAGE_VERSION));
	encode_put(object, "started", encode_seconds(status.started));
	encode_put(object, "kernel", json_string(kernel.release));
	if (status.config) {
		encode_string(object, "configuration", status.config);
		encode_put(object, "configurationRead", encode_seconds(status.config_read));
	}
	encode_put(object, "features", features_json(&status));
	encode_string(object, "outwardRefused", status.closed);
	encode_put(object, "limits", limits);
	encode_put(object, "used", used);
	encode_put(object, "counters", counters);
	encode_put(object, "egressLists", lists_json(message));
	return object;
}

json_t *encode_monitor(const struct reply_part *parts, struct wire_message *message)
{
	const struct reply_part state[] = {parts[0], {}}, events[] = {parts[1], {}};
	json_t *object = encode_reply(events, message, NULL);

	/* an answer without events contains the state, which may be empty */
	if (json_array_size(json_object_get(object, parts[1].key)) > 0)
		return object;
	json_decref(object);
	return encode_reply(state, message, NULL);
}

bool page_follows(struct wire_message *message, struct wire_list *ret_cursor)
{
	return wire_decode(message, &wire_list_layout, ret_cursor) == 0 && ret_cursor->after_name;
}

json_t *encode_page(const struct reply_part *parts, const struct wire_list *asked,
		    struct wire_message *message)
{
	static const struct reply_part summaries[] = {
		{"summaries", WIRE_ITEM_SUMMARY, &wire_summary_layout, NULL}, {}};
	bool brief = asked->summary || asked->columns;
	json_t *object = asked->columns ? json_object()
					: encode_reply(brief ? summaries : parts, message, NULL);

	if (asked->columns)
		encode_put(object, "columns",
			   encode_columns(summaries, set_column_words, asked->columns, message));
	if (brief)
		encode_put(object, "sets", json_array());
	return object;
}

json_t *encode_failure(const struct failure *failure)
{
	const struct error_fields *fields = error_fields(failure->error);
	json_t *object = json_object();

	if (fields->subject)
		encode_string(object, fields->subject, failure->subject);
	if (fields->text)
		encode_string(object, fields->text, failure->text);
	if (fields->number)
		encode_put(object, fields->number, json_integer(failure->number));
	if (fields->errno_name)
		encode_string(object, fields->errno_name, strerrorname_np(failure->number));
	return object;
}
