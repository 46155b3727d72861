/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See connection.h. Never repeats a call that could do something twice, and never prints data from
 * the socket unescaped.
 */
#include "client/connection.h"

#include <time.h>

#include "client/client-error.h"
#include "client/memory.h"
#include "client/print.h"
#include "client/trouble.h"
#include "protocol/error.h"
#include "protocol/methods.h"
#include "protocol/name.h"

/* Time that a restart of the daemon takes without socket activation. */
#define RECONNECT_SECONDS 2
#define RECONNECT_PAUSE_MS 50
#define REFUSED_TRIES 20
/* Limit on repetitions, in case the daemon dies each time. */
#define CALL_TRIES 20

void call_fds_done(struct call_fds *fds)
{
	for (size_t i = 0; i < fds->n; i++)
		close_fd(fds->fds[i]);
	fds->n = 0;
}

json_t *call_fds_add(struct call_fds *fds, int fd)
{
	if (fds->n == ARRAY_SIZE(fds->fds)) {
		close_fd(fd);
		return NULL;
	}
	fds->fds[fds->n] = fd;
	return must(json_integer((json_int_t)fds->n++));
}

void client_init(struct client *client)
{
	*client = (struct client){.parent = {.fd = -1, .error = ESRCH}};
	print_problems_as_json(false);
}

void client_reconnect(struct client *client)
{
	client->nsctl = nsctl_close(client->nsctl);
}

void client_done(struct client *client)
{
	client_reconnect(client);
	client->parent.fd = close_fd(client->parent.fd);
	json_decref(client->origins);
	json_decref(client->given);
	json_decref(client->typed);
}

static void tell_unreachable(const struct client *client, int error)
{
	print_problem("cannot reach nsctld at %s: %s", client->socket_path, strerror(-error));
	switch (-error) {
	case ENOENT:
	case ECONNREFUSED:
		if (trouble_tell())
			break;
		print_hint(
			"is nsctld running? `systemctl start nsctld` or `sudo nsctld` starts it; "
			"--socket or $NSCTL_SOCKET selects another socket");
		break;
	case EACCES:
	case EPERM:
		print_hint(
			"the permissions of the socket, or of a directory above it, do not allow "
			"you to connect");
		break;
	}
}

int client_connect(struct client *client, bool silent)
{
	const struct timespec pause = {.tv_nsec = RECONNECT_PAUSE_MS * 1000000L};
	int r;

	if (client->nsctl)
		return 0;
	r = nsctl_connect(client->socket_path, &client->nsctl);
	/* the socket exists, so the daemon may be restarting: a daemon that is stopped removes
	 * it */
	for (int i = 0; !silent && r == -ECONNREFUSED && i < REFUSED_TRIES; i++) {
		nanosleep(&pause, NULL);
		r = nsctl_connect(client->socket_path, &client->nsctl);
	}
	if (r == 0)
		return 0;
	if (!silent)
		tell_unreachable(client, r);
	return STATUS_UNREACHABLE;
}

int client_send(struct client *client, const char *subject, const char *method, json_t *parameters,
		struct call_fds *fds, bool more)
{
	int r = client_connect(client, false);

	if (r != 0)
		return r;
	r = connection_call(client->nsctl, method, parameters, fds ? fds->fds : NULL,
			    fds ? fds->n : 0, more ? NSCTL_MORE : 0);
	if (r == -ENOMEM)
		out_of_memory();
	return r == 0 ? 0 : client_lost(client, subject, r);
}

int client_receive(struct client *client, struct message_reply *ret)
{
	int r;

	/* it may take long */
	print_pending();
	r = connection_next(client->nsctl, -1, ret);

	if (r == -ENOMEM)
		out_of_memory();
	return r;
}

bool client_is_lost(int outcome)
{
	return outcome == -ECONNRESET || outcome == -ECONNABORTED;
}

/* Prints a hint at the verb that shows the result of the call. The subject may be a set, or a
 * file. */
static void hint_where(const struct client *client, const char *subject)
{
	const char *verb = client->verb ? client->verb : "";

	if (strncmp(verb, "link", 4) == 0 || strncmp(verb, "network", 7) == 0)
		print_hint("`nsctl %.*s list` shows it", (int)strcspn(verb, " "), verb);
	else if (subject && (strcmp(verb, "exec") == 0 || strcmp(verb, "enter") == 0))
		print_hint("`nsctl sessions %s` shows it", subject);
	else if (subject && strcmp(verb, "call") != 0 && strcmp(verb, "up") != 0 &&
		 name_is_valid(subject))
		print_hint("`nsctl show %s` shows it", subject);
	else
		print_hint("`nsctl list` shows what exists; nsctld's log has the reason");
}

int client_lost(const struct client *client, const char *subject, int outcome)
{
	if (outcome == -EMSGSIZE)
		return client_problem(client, subject,
				      "the call, with its environment and arguments, is larger "
				      "than %d KiB, the most that nsctld accepts",
				      FRAME_SIZE_MAX / 1024);
	if (outcome == -EBADMSG)
		return client_problem(client, subject, "nsctld at %s does not speak Varlink",
				      client->socket_path);
	if (!client_is_lost(outcome))
		return client_problem(client, subject, "the connection to nsctld failed: %s",
				      strerror(-outcome));
	if (outcome == -ECONNABORTED) {
		client_problem(
			client, subject,
			"nsctld ended several times before it had read the call; nothing was done");
		(void)trouble_tell();
		return STATUS_UNREACHABLE;
	}
	client_problem(client, subject,
		       "nsctld ended before it answered; it is not known whether the call was "
		       "carried out");
	hint_where(client, subject);
	return STATUS_UNREACHABLE;
}

/*
 * Returns true if the call may be made twice: a second call changes nothing, and has the same
 * answer. A removal may be repeated, too: if the second one finds nothing, the first one has
 * succeeded (client_remove()).
 */
static bool is_repeatable(const char *method, const json_t *parameters)
{
#define ROW(op, name, record, handler, class, flags, ...) {name, (flags)&METHOD_REPEATABLE},
	static const struct {
		const char *name;
		bool repeatable;
	} methods[] = {METHODS(ROW)};
#undef ROW
	const char *name = strncmp(method, "org.nsctl.", 10) == 0 ? method + 10 : "";

	if (strcmp(name, "Create") == 0)
		return json_is_true(json_object_get(parameters, "existing"));
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
		if (strcmp(methods[i].name, name) == 0)
			return methods[i].repeatable;
	return false;
}

bool client_await(struct client *client, unsigned int seconds)
{
	const struct timespec pause = {.tv_nsec = RECONNECT_PAUSE_MS * 1000000L};

	print_pending();
	client_reconnect(client);
	for (unsigned int i = 0; i < seconds * 1000 / RECONNECT_PAUSE_MS; i++) {
		if (client_connect(client, true) == 0)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

bool client_try_again(struct client *client, const char *method, const json_t *parameters,
		      int outcome, unsigned int tries)
{
	bool may = outcome == -ECONNABORTED ||
		   (outcome == -ECONNRESET && is_repeatable(method, parameters));

	client->repeated = may && tries < CALL_TRIES && client_await(client, RECONNECT_SECONDS);
	/* the next call gets a connection of its own */
	if (!client->repeated)
		client_reconnect(client);
	return client->repeated;
}

/* Removes the parameter brief if an older daemon has refused it: without it, the answer is longer.
 * Returns true if the call is to be made again. */
static bool do_without_brief(json_t *parameters, struct message_reply *reply)
{
	if (!reply->error || error_from_id(reply->error) != ERROR_INVALID_PARAMETER ||
	    strcmp(json_text(reply->parameters, "parameter", ""), "brief") != 0 ||
	    json_object_del(parameters, "brief") < 0)
		return false;
	message_reply_done(reply);
	return true;
}

int client_exchange(struct client *client, const char *subject, const char *method,
		    json_t *parameters, struct call_fds *fds, struct message_reply *ret)
{
	_cleanup_json_ json_t *owned = must(parameters);

	client->repeated = false;
	for (unsigned int tries = 1;; tries++) {
		int r = client_send(client, subject, method, owned, fds, false);

		if (r != 0)
			return r;
		r = client_receive(client, ret);
		if (r == 0 && do_without_brief(owned, ret))
			continue;
		if (r == 0)
			return 0;
		if (!client_try_again(client, method, owned, r, tries))
			return client_lost(client, subject, r);
	}
}

int client_call(struct client *client, const char *subject, const char *method, json_t *parameters,
		struct call_fds *fds, json_t **ret)
{
	_cleanup_reply_ struct message_reply reply = {0};
	int r = client_exchange(client, subject, method, parameters, fds, &reply);

	if (r != 0)
		return r;
	if (reply.error)
		return client_error(client, subject, &reply);
	if (ret)
		*ret = json_incref(reply.parameters);
	return 0;
}

int client_remove(struct client *client, const char *subject, const char *method,
		  json_t *parameters, bool absent)
{
	_cleanup_reply_ struct message_reply reply = {0};
	int r = client_exchange(client, subject, method, parameters, NULL, &reply);
	bool is_missing;

	if (r != 0)
		return r;
	is_missing = reply.error && error_from_id(reply.error) == ERROR_NOT_FOUND;
	if (reply.error && !(is_missing && (absent || client->repeated)))
		return client_error(client, subject, &reply);
	/* if the call was repeated, the first one has removed it */
	if (!is_missing || client->repeated)
		client->removed++;
	return 0;
}

int client_remove_each(struct client *client, char *const *names, const char *method, bool absent)
{
	int failed = 0;

	for (; *names; names++) {
		int r = client_remove(client, *names, method, client_named(client, *names), absent);

		if (r == STATUS_UNREACHABLE)
			return r;
		failed = MAX(failed, r);
	}
	return failed;
}

int client_call_more(struct client *client, const char *subject, const char *method,
		     json_t *parameters, struct call_fds *fds,
		     void (*each)(void *context, json_t *reply), void *context)
{
	_cleanup_json_ json_t *owned = must(parameters);
	bool continues = true, begun = false;
	unsigned int tries = 1;
	int r = client_send(client, subject, method, owned, fds, true);

	while (r == 0 && continues) {
		_cleanup_reply_ struct message_reply reply = {0};

		r = client_receive(client, &reply);
		/* once a reply was passed to each(), a repeated call would pass it a second time */
		if (r != 0 && !begun && client_try_again(client, method, owned, r, tries++)) {
			r = client_send(client, subject, method, owned, fds, true);
			continue;
		}
		if (r != 0)
			return client_lost(client, subject, r);
		begun = true;
		if (reply.error)
			return client_error(client, subject, &reply);
		each(context, reply.parameters);
		continues = reply.continues;
	}
	return r;
}

struct joining {
	json_t *joined;
	void (*progress)(const json_t *reply);
};

static void join_reply(void *context, json_t *reply)
{
	struct joining *joining = context;
	const char *key;
	json_t *value;

	if (joining->progress)
		joining->progress(reply);
	if (!joining->joined) {
		joining->joined = json_incref(reply);
		return;
	}
	json_object_foreach(reply, key, value) {
		json_t *list = json_object_get(joining->joined, key);

		if (json_is_array(value) && json_is_array(list) &&
		    json_array_extend(list, value) < 0)
			out_of_memory();
	}
}

int client_call_joined(struct client *client, const char *subject, const char *method,
		       json_t *parameters, struct call_fds *fds,
		       void (*progress)(const json_t *reply), json_t **ret)
{
	struct joining joining = {.progress = progress};
	int r = client_call_more(client, subject, method, parameters, fds, join_reply, &joining);

	if (r == 0)
		*ret = joining.joined;
	else
		json_decref(joining.joined);
	return r;
}

json_t *client_named(const struct client *client, const char *name)
{
	json_t *parameters = must(json_object());

	json_put(parameters, "name", json_string(name));
	if (client->has_owner)
		json_put(parameters, "owner", json_integer(client->owner));
	return parameters;
}
