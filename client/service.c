/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See service.h. A service runs detached, as by `nsctl exec --detach`. Nothing here waits longer
 * than the file says: a command of "ready" that has not ended by then is killed.
 */
#include "client/service.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

#include "client/attach.h"
#include "client/command-files.h"
#include "client/command-words.h"
#include "client/environment.h"
#include "client/interrupt.h"
#include "client/listening.h"
#include "client/memory.h"
#include "client/print.h"
#include "client/text.h"
#include "client/time-limit.h"
#include "protocol/name.h"

#define READY_SECONDS 60
/* Pauses between two looks, in ms. Each command that looks is a session, so there are few. */
#define PORT_PAUSE_FIRST 1
#define PORT_PAUSE_MAX 20
#define COMMAND_PAUSE_FIRST 100
#define COMMAND_PAUSE_MAX 2000

/* A command that was started, and is not attached to. */
struct started {
	char session[ID_SIZE];
	int64_t pid; /* 0: it cannot be seen from here */
	int pid_fd;
};

struct service {
	const json_t *set; /* in the topology */
	const json_t *command, *ready;
	struct started started;
	int64_t deadline; /* in ms */
	const struct interrupt *interrupt;
};

/* --- the file --- */

static int refuse(const struct client *client, const char *path, size_t i, const char *member,
		  const char *why)
{
	client_problem(client, path, "sets[%zu].%s: %s", i, member, why);
	print_hint("a service is {\"name\": ..., \"spec\": {...}, \"command\": [\"WORD\", ...], "
		   "\"ready\": {\"port\": N} or {\"command\": [...]}}");
	return STATUS_FAILED;
}

static bool is_command(const json_t *words)
{
	json_t *word;
	size_t i;

	json_array_foreach(words, i, word) {
		if (!json_is_string(word))
			return false;
	}
	return json_array_size(words) > 0;
}

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(*words, word) == 0)
			return true;
	return false;
}

static int check_ready(const struct client *client, const char *path, size_t i, json_t *ready)
{
	static const char *const known[] = {"port", "command", "seconds", NULL};
	const json_t *port = json_object_get(ready, "port");
	const json_t *command = json_object_get(ready, "command");
	const json_t *seconds = json_object_get(ready, "seconds");
	json_int_t number = json_integer_value(port);
	const char *key;
	json_t *value;

	json_object_foreach(ready, key, value) {
		if (!is_one_of(key, known))
			return refuse(client, path, i, "ready",
				      "it has a key other than port, command and seconds");
	}
	if (!port == !command)
		return refuse(client, path, i, "ready", "it needs either a port or a command");
	if (port && (number < 1 || number > UINT16_MAX))
		return refuse(client, path, i, "ready.port", "it is not a number from 1 to 65535");
	if (command && !is_command(command))
		return refuse(client, path, i, "ready.command", "it is not a list of words");
	if (seconds && !(json_number_value(seconds) > 0 && json_number_value(seconds) <= 86400))
		return refuse(client, path, i, "ready.seconds",
			      "it is not a number of seconds up to a day");
	return 0;
}

/* Moves the service of set number i, if it is one, to the list. */
static int take_service(const struct client *client, const char *path, size_t i, json_t *set,
			json_t *list)
{
	json_t *command = json_object_get(set, "command"), *ready = json_object_get(set, "ready");
	json_t *service;
	int r = 0;

	if (command && !is_command(command))
		return refuse(client, path, i, "command", "it is not a list of words");
	if (ready && !command)
		return refuse(client, path, i, "ready", "it is for a set with a command");
	if (ready)
		r = check_ready(client, path, i, ready);
	if (r != 0 || !command)
		return r;
	service = must(json_pack("{s:O, s:O}", "set", set, "command", command));
	if (ready)
		json_put(service, "ready", json_incref(ready));
	json_push(list, service);
	json_object_del(set, "command");
	json_object_del(set, "ready");
	return 0;
}

int service_take_all(const struct client *client, const char *path, json_t *topology, json_t **ret)
{
	_cleanup_json_ json_t *list = must(json_array());
	json_t *set;
	size_t i;

	json_array_foreach(json_object_get(topology, "sets"), i, set) {
		int r = take_service(client, path, i, set, list);

		if (r != 0)
			return r;
	}
	*ret = take_ptr(list);
	return 0;
}

/* --- commands --- */

static const char *set_of(const struct service *service)
{
	return json_text(service->set, "name", "?");
}

/* Returns a new array of the words, which stay the list's, with NULL at its end. */
static char **words_of(const json_t *list)
{
	char **words = must(calloc(json_array_size(list) + 1, sizeof(*words)));
	json_t *word;
	size_t i;

	json_array_foreach(list, i, word) {
		words[i] = (char *)json_string_value(word);
	}
	return words;
}

/* Starts a command in a service's set. output: see command_files_add_output(). Returns 0, or a
 * status after reporting the failure. */
static int start(struct client *client, const struct service *service, const json_t *command,
		 enum command_output output, struct started *ret)
{
	static const struct environment environment = {0};
	_cleanup_call_fds_ struct call_fds fds = {.n = 0};
	_cleanup_reply_ struct message_reply reply = {0};
	_cleanup_json_ json_t *parameters = client_named(client, set_of(service));
	_cleanup_free_ char **words = words_of(command);
	const struct attach how = {.subject = set_of(service), .program = words[0]};
	const json_t *index;
	int r;

	json_put(parameters, "detach", json_true());
	r = command_words_add(client, parameters, &fds, words, environment_make(&environment));
	if (r != 0)
		return r;
	command_files_add_caller(parameters, &fds);
	command_files_add_output(client, parameters, &fds, output);
	r = client_exchange(client, how.subject, "org.nsctl.Exec", json_incref(parameters), &fds,
			    &reply);
	if (r != 0)
		return r;
	/* a shell's status is for the command of `nsctl run`, and not for a service */
	if (reply.error) {
		(void)attach_failed(client, &how, &reply);
		r = STATUS_FAILED;
	}
	index = json_object_get(reply.parameters, "processFileDescriptor");
	*ret = (struct started){.pid = json_integer_value(json_object_get(reply.parameters, "pid")),
				.pid_fd = -1};
	snprintf(ret->session, sizeof(ret->session), "%s",
		 json_text(reply.parameters, "session", ""));
	if (r == 0 && json_is_integer(index))
		ret->pid_fd = connection_take_fd(client->nsctl, json_integer_value(index));
	return r;
}

/* Finds the exit status of a command that has ended: *ret, which is below 0 if it is not known. */
static int outcome(struct client *client, const struct service *service,
		   const struct started *started, int *ret)
{
	_cleanup_json_ json_t *reply = NULL;
	json_t *parameters = must(json_pack("{s:s}", "session", started->session));
	int r = client_call(client, set_of(service), "org.nsctl.WaitSession", parameters, NULL,
			    &reply);

	if (r == 0)
		*ret = attach_outcome(reply);
	return r;
}

/* --- waiting --- */

/* Runs the command of "ready" once. *ret becomes true if it has succeeded. */
static int ask(struct client *client, const struct service *service, const json_t *command,
	       bool *ret)
{
	struct started started;
	int r = start(client, service, command, OUTPUT_NONE, &started), status = -1;
	json_t *parameters;

	if (r != 0)
		return r;
	if (interrupt_wait(service->interrupt, started.pid_fd, service->deadline - time_now())) {
		r = outcome(client, service, &started, &status);
	} else {
		parameters = client_named(client, set_of(service));
		json_put(parameters, "session", json_string(started.session));
		json_put(parameters, "signal", json_integer(SIGKILL));
		r = client_call(client, set_of(service), "org.nsctl.Kill", parameters, NULL, NULL);
	}
	close_fd(started.pid_fd);
	*ret = status == 0;
	return r;
}

static int tell_ended(struct client *client, const char *path, const struct service *service)
{
	int status = -1, r = outcome(client, service, &service->started, &status);

	if (r != 0)
		return r;
	client_problem(client, path,
		       "%s: its command has ended with status %d, before it was ready",
		       set_of(service), status);
	print_hint("a service's command must stay in the foreground");
	return STATUS_FAILED;
}

static int tell_late(const struct client *client, const char *path, const struct service *service)
{
	const json_t *port = json_object_get(service->ready, "port");

	if (!port)
		return client_problem(client, path,
				      "%s: it is not ready in time (ready.seconds): the command of "
				      "ready does not succeed",
				      set_of(service));
	client_problem(client, path,
		       "%s: it is not ready in time (ready.seconds): nothing listens on port "
		       "%" JSON_INTEGER_FORMAT " where others reach it",
		       set_of(service), json_integer_value(port));
	print_hint("a server that listens on 127.0.0.1 or ::1 is reached from its own set only");
	return STATUS_FAILED;
}

/* Returns true if the service's command ends within that many ms. */
static bool ends_within(const struct service *service, int64_t ms)
{
	return interrupt_wait(service->interrupt, service->started.pid_fd, ms);
}

/* Returns 0 also if it was interrupted. */
static int wait_until_ready(struct client *client, const char *path, const struct service *service)
{
	const json_t *port = json_object_get(service->ready, "port");
	const json_t *command = json_object_get(service->ready, "command");
	int64_t pause = port ? PORT_PAUSE_FIRST : COMMAND_PAUSE_FIRST;
	bool ready = false;

	if (port && service->started.pid == 0)
		return client_problem(client, path,
				      "%s: its process cannot be seen from here, nor its ports: "
				      "give ready a command",
				      set_of(service));
	while (!interrupt_has_come()) {
		int r = 0;

		/* the process has not ended, so its pid was not another process's meanwhile */
		if (port)
			ready = listening_at(service->started.pid, json_integer_value(port)) &&
				!ends_within(service, 0);
		else
			r = ask(client, service, command, &ready);
		if (r != 0 || ready)
			return r;
		if (time_now() >= service->deadline)
			return tell_late(client, path, service);
		if (ends_within(service, pause))
			return tell_ended(client, path, service);
		pause = MIN(2 * pause, (int64_t)(port ? PORT_PAUSE_MAX : COMMAND_PAUSE_MAX));
	}
	return 0;
}

static int start_one(struct client *client, struct service *service, bool loud)
{
	const json_t *given = json_object_get(service->ready, "seconds");
	double seconds = given ? json_number_value(given) : READY_SECONDS;
	int r = start(client, service, service->command, loud ? OUTPUT_ALL : OUTPUT_FILE,
		      &service->started);

	/* there may be more services than descriptors */
	if (!service->ready)
		service->started.pid_fd = close_fd(service->started.pid_fd);
	service->deadline = time_now() + (int64_t)(seconds * 1000);
	return r;
}

int service_start_all(struct client *client, const char *path, const json_t *services, bool loud)
{
	size_t n = json_array_size(services), i;
	_cleanup_free_ struct service *all = must(calloc(n + 1, sizeof(*all)));
	struct interrupt interrupt;
	json_t *entry;
	int r = 0;

	interrupt_hold(&interrupt);
	json_array_foreach(services, i, entry) {
		all[i] = (struct service){.set = json_object_get(entry, "set"),
					  .command = json_object_get(entry, "command"),
					  .ready = json_object_get(entry, "ready"),
					  .started.pid_fd = -1,
					  .interrupt = &interrupt};
		r = r ? r : start_one(client, &all[i], loud);
	}
	for (i = 0; i < n; i++) {
		if (r == 0 && all[i].ready)
			r = wait_until_ready(client, path, &all[i]);
		close_fd(all[i].started.pid_fd);
	}
	interrupt_release(&interrupt);
	if (r == 0 && interrupt_has_come())
		r = client_problem(client, path, "interrupted before all services were ready");
	return r;
}
