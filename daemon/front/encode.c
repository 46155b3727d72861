/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <sys/utsname.h>
#include "daemon/front/encode-part.h"
#include "daemon/front/process.h"
#include "protocol/message.h"

/* Bytes of JSON: a reply of processes, one of them without its command, and the least of that. */
#define PROCESSES_SIZE (960 * 1024)
#define PROCESS_SIZE 150
#define COMMAND_SIZE_MIN 16

static void put_fd(json_t *object, const char *key, struct wire_message *message, int fd,
		   struct reply_fds *fds)
{
	int taken = wire_take_fd(message, fd);

	if (taken < 0)
		return;
	encode_put(object, key, json_integer(fds->n));
	fds->fds[fds->n++] = taken;
}

static struct wire_set set;
static struct wire_session session;

json_t *encode_nothing(struct wire_message *message _unused_, struct reply_fds *fds _unused_)
{
	return json_object();
}

json_t *encode_set_reply(struct wire_message *message, struct reply_fds *fds _unused_)
{
	json_t *object = json_object();

	if (wire_decode(message, &wire_set_layout, &set) == 0)
		encode_put(object, "set", encode_set(&set));
	return object;
}

json_t *encode_expires(struct wire_message *message, struct reply_fds *fds _unused_)
{
	json_t *object = json_object();

	if (wire_decode(message, &wire_set_layout, &set) == 0)
		encode_put(object, "expires", encode_seconds(set.expires));
	return object;
}

static void put_end(json_t *object)
{
	if (!session.ended)
		return;
	if (session.exited)
		encode_put(object, "exitStatus", json_integer(session.exit_status));
	else
		encode_put(object, "signal", json_integer(session.signal));
}

json_t *encode_started_or_ended(struct wire_message *message, struct reply_fds *fds)
{
	json_t *object = json_object();

	if (wire_decode(message, &wire_session_layout, &session) < 0)
		return object;
	encode_string(object, "session", session.session);
	if (session.pid)
		encode_put(object, "pid", json_integer(session.pid));
	put_fd(object, "processFileDescriptor", message, session.process_fd, fds);
	put_end(object);
	return object;
}

json_t *encode_run(struct wire_message *message, struct reply_fds *fds)
{
	json_t *object = encode_started_or_ended(message, fds);

	encode_string(object, "name", session.set);
	return object;
}

json_t *encode_waited(struct wire_message *message, struct reply_fds *fds _unused_)
{
	json_t *object = json_object();

	if (wire_decode(message, &wire_session_layout, &session) == 0)
		put_end(object);
	return object;
}

static json_t *session_json(void)
{
	json_t *object = json_object(), *words = json_array();

	for (size_t i = 0; i < session.n_words; i++)
		json_array_append_new(
			words, json_string(session.words[i].text ? session.words[i].text : ""));
	encode_string(object, "session", session.session);
	encode_put(object, "command", words);
	if (session.pid)
		encode_put(object, "pid", json_integer(session.pid));
	encode_put(object, "started", encode_seconds(session.started));
	if (session.ended)
		encode_put(object, "ended", encode_seconds(session.ended));
	put_end(object);
	return object;
}

json_t *encode_sessions(struct wire_message *message, struct reply_fds *fds _unused_)
{
	json_t *object = json_object(), *list = json_array();
	const struct nlattr *at = NULL;

	while (wire_next_item(message, WIRE_ITEM_SESSION, &at, &wire_session_layout, &session) == 1)
		json_array_append_new(list, session_json());
	encode_put(object, "sessions", list);
	return object;
}

json_t *encode_namespaces(struct wire_message *message, struct reply_fds *fds)
{
	json_t *object = json_object(), *list = json_array();
	const struct nlattr *at = NULL;
	struct wire_namespace namespace;

	while (wire_next_item(message, WIRE_ITEM_NAMESPACE, &at, &wire_namespace_layout,
			      &namespace) == 1) {
		json_t *entry = json_object();

		encode_string(entry, "type",
			      namespace.kind_number ? kind_name(namespace.kind_number - 1) : NULL);
		put_fd(entry, "namespaceFileDescriptor", message, namespace.descriptor_fd, fds);
		json_array_append_new(list, entry);
	}
	encode_put(object, "namespaces", list);
	return object;
}

json_t *encode_processes(struct wire_message *message, struct reply_fds *fds _unused_)
{
	json_t *object = json_object(), *list = json_array();
	const struct nlattr *at = NULL;
	struct wire_process process;
	size_t n = 0, longest;

	while (wire_next_item(message, WIRE_ITEM_PROCESS, &at, &wire_process_layout, &process) == 1)
		n++;
	/* the commands share what a client takes in one message, less the rest of each entry */
	longest = PROCESSES_SIZE / MAX(n, (size_t)1);
	longest = longest > PROCESS_SIZE + COMMAND_SIZE_MIN ? longest - PROCESS_SIZE
							    : COMMAND_SIZE_MIN;
	at = NULL;
	while (wire_next_item(message, WIRE_ITEM_PROCESS, &at, &wire_process_layout, &process) ==
	       1) {
		json_t *entry = process_json(process.pid, longest);

		if (!entry)
			continue; /* it has ended meanwhile */
		encode_string(entry, "session", process.session);
		json_array_append_new(list, entry);
	}
	encode_put(object, "processes", list);
	return object;
}

json_t *encode_identity(struct wire_message *message, struct reply_fds *fds _unused_)
{
	json_t *object = json_object();

	if (wire_decode(message, &wire_set_layout, &set) < 0)
		return object;
	if (set.name) {
		encode_string(object, "set", set.name);
		encode_put(object, "owner", json_integer(set.owner));
	}
	encode_put(object, "namespaces", encode_namespaces_of(&set));
	return object;
}

static json_t *features_json(const struct wire_status *status)
{
	static const char *const missing[] = {
		"adopt",
	};
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
	encode_put(object, "impairments", json_true());
	encode_put(object, "apply", json_true());
	encode_put(object, "monitor", json_true());
	encode_put(object, "boot", json_true());
	encode_put(object, "autoMapping", json_true());
	encode_put(object, "processLease", json_true());
	encode_put(object, "dns", json_true());
	for (size_t i = 0; i < ARRAY_SIZE(missing); i++)
		encode_put(object, missing[i], json_false());
	return object;
}

json_t *encode_status(struct wire_message *message, struct reply_fds *fds _unused_)
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
	encode_put(object, "features", features_json(&status));
	encode_put(object, "limits", limits);
	encode_put(object, "used", used);
	encode_put(object, "counters", counters);
	return object;
}

json_t *encode_sets(struct wire_message *message, bool summary)
{
	json_t *object = json_object(), *list = json_array();
	const struct nlattr *at = NULL;

	while (wire_next_item(message, WIRE_ITEM_SET, &at, &wire_set_layout, &set) == 1)
		json_array_append_new(list, summary ? encode_summary(&set) : encode_set(&set));
	encode_put(object, "sets", summary ? json_array() : list);
	if (summary)
		encode_put(object, "summaries", list);
	return object;
}

json_t *encode_apply(struct wire_message *message, struct reply_fds *fds _unused_)
{
	json_t *object = encode_sets(message, false);
	json_t *parts[] = {encode_networks(message), encode_links(message)};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		json_object_update(object, parts[i]);
		json_decref(parts[i]);
	}
	return object;
}

json_t *encode_page(struct wire_message *message, enum wire_op op, bool summary,
		    struct wire_list *cursor, bool *ret_more)
{
	*ret_more = wire_decode(message, &wire_list_layout, cursor) == 0 && cursor->after_name;
	if (op == WIRE_MONITOR) {
		*ret_more = true;
		return encode_monitor(message);
	}
	if (op == WIRE_LINK_LIST)
		return encode_links(message);
	return op == WIRE_NETWORK_LIST ? encode_networks(message) : encode_sets(message, summary);
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
