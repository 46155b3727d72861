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
#include "client/topology-check.h"
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
	char *subject;	/* of messages: the file, and the set's name in it */
	double seconds; /* to become ready */
	bool shown;	/* its output is shown, or goes to a file */
	struct started started;
	int64_t deadline; /* in ms */
	const struct interrupt *interrupt;
};

/* --- the file --- */

/* A service in a file. */
struct place {
	const struct client *client;
	const char *subject; /* of messages: the file */
	const json_t *topology, *service;
};

/* Reports that the service's member, such as ready.port, is wrong. value: see topology_refuse(). */
static int refuse(const struct place *place, const char *member, const char *why,
		  const json_t *value)
{
	_cleanup_text_ struct text path = {0};

	text_format(&path, "sets[%" JSON_INTEGER_FORMAT "].%s",
		    json_integer_value(json_object_get(place->service, "index")), member);
	return topology_refuse(place->client, place->subject, place->topology, path.data, why,
			       value);
}

/* The same, with a hint at the form of a service. */
static int refuse_form(const struct place *place, const char *member, const char *why,
		       const json_t *value)
{
	(void)refuse(place, member, why, value);
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

static int check_command(const struct place *place, const char *member, const json_t *command)
{
	static const char why[] = "must be a list of words, such as [\"sleep\", \"60\"]";

	if (!command || is_command(command))
		return 0;
	return refuse_form(place, member, why, command);
}

static int check_ready_keys(const struct place *place, const json_t *ready)
{
	static const char *const known[] = {"port", "command", "seconds", NULL};
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)ready, key, value) {
		_cleanup_text_ struct text member = {0};
		size_t i = 0;

		while (known[i] && strcmp(known[i], key) != 0)
			i++;
		if (known[i])
			continue;
		text_format(&member, "ready.%s", key);
		(void)refuse(place, member.data, "there is no such key", NULL);
		topology_hint_key(key, known);
		return STATUS_FAILED;
	}
	return 0;
}

static int check_ready(const struct place *place, const json_t *ready)
{
	const json_t *port = json_object_get(ready, "port");
	const json_t *command = json_object_get(ready, "command");
	const json_t *seconds = json_object_get(ready, "seconds");
	json_int_t number = json_integer_value(port);
	int r;

	if (!json_is_object(ready))
		return refuse_form(place, "ready", "must be an object", ready);
	r = check_ready_keys(place, ready);
	if (r != 0)
		return r;
	if (!port == !command)
		return refuse_form(place, "ready",
				   port ? "it has both a port and a command: leave one out"
					: "it needs a port or a command",
				   NULL);
	if (port && (number < 1 || number > UINT16_MAX))
		return refuse_form(place, "ready.port", "must be a number from 1 to 65535", port);
	if (seconds && !(json_number_value(seconds) > 0 && json_number_value(seconds) <= 86400))
		return refuse_form(place, "ready.seconds",
				   "must be a number above 0, and at most 86400 (a day)", seconds);
	return check_command(place, "ready.command", command);
}

static int check(const struct place *place)
{
	const json_t *command = json_object_get(place->service, "command");
	const json_t *ready = json_object_get(place->service, "ready");
	int r = check_command(place, "command", command);

	if (r != 0 || !ready)
		return r;
	if (!command)
		return refuse_form(place, "ready",
				   "it is for a set with a command, and there is none", NULL);
	return check_ready(place, ready);
}

int service_check_all(const struct client *client, const char *subject, const json_t *topology,
		      const json_t *services)
{
	json_t *service;
	size_t i;

	json_array_foreach(services, i, service) {
		const struct place place = {client, subject, topology, service};
		int r = check(&place);

		if (r != 0)
			return r;
	}
	return 0;
}

/* Moves a member of the set, if it has it, to the service. */
static void move(json_t *set, json_t *service, const char *member)
{
	json_t *value = json_object_get(set, member);

	if (!value)
		return;
	json_put(service, member, json_incref(value));
	json_object_del(set, member);
}

json_t *service_take_all(json_t *topology)
{
	json_t *list = must(json_array()), *set;
	size_t i;

	json_array_foreach(json_object_get(topology, "sets"), i, set) {
		_cleanup_json_ json_t *service = must(json_object());

		move(set, service, "command");
		move(set, service, "ready");
		if (json_object_size(service) == 0)
			continue;
		json_put(service, "set", json_incref(set));
		json_put(service, "name", json_string(json_text(set, "name", "?")));
		json_put(service, "index", json_integer((json_int_t)i));
		json_push(list, json_incref(service));
	}
	return list;
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

/* Starts a command in a service's set. subject: of messages; output: see
 * command_files_add_output(). Returns 0, or a status after reporting the failure. */
static int start(struct client *client, const struct service *service, const char *subject,
		 const json_t *command, enum command_output output, struct started *ret)
{
	static const struct environment environment = {0};
	_cleanup_call_fds_ struct call_fds fds = {.n = 0};
	_cleanup_reply_ struct message_reply reply = {0};
	_cleanup_json_ json_t *parameters = client_named(client, set_of(service));
	_cleanup_free_ char **words = words_of(command);
	const struct attach how = {.subject = subject, .program = words[0]};
	const json_t *index;
	int r;

	json_put(parameters, "detach", json_true());
	r = command_words_add(client, parameters, &fds, words, environment_make(&environment));
	if (r != 0)
		return r;
	command_files_add_caller(parameters, &fds);
	command_files_add_output(client, parameters, &fds, output);
	r = client_exchange(client, subject, "org.nsctl.Exec", json_incref(parameters), &fds,
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
	int r = client_call(client, service->subject, "org.nsctl.WaitSession", parameters, NULL,
			    &reply);

	if (r == 0)
		*ret = attach_outcome(reply);
	return r;
}

/* --- waiting --- */

/* Runs the command of "ready" once. *ret becomes its exit status, and stays as it is if the command
 * had to be killed. */
static int ask(struct client *client, const struct service *service, const json_t *command,
	       int *ret)
{
	_cleanup_text_ struct text subject = {0};
	struct started started;
	json_t *parameters;
	int r;

	text_format(&subject, "%s: ready.command", service->subject);
	r = start(client, service, subject.data, command, OUTPUT_NONE, &started);
	if (r != 0)
		return r;
	if (interrupt_wait(service->interrupt, started.pid_fd, service->deadline - time_now())) {
		r = outcome(client, service, &started, ret);
	} else {
		parameters = client_named(client, set_of(service));
		json_put(parameters, "session", json_string(started.session));
		json_put(parameters, "signal", json_integer(SIGKILL));
		r = client_call(client, service->subject, "org.nsctl.Kill", parameters, NULL, NULL);
	}
	close_fd(started.pid_fd);
	return r;
}

static int tell_ended(struct client *client, const struct service *service)
{
	int status = -1, r = outcome(client, service, &service->started, &status);
	_cleanup_text_ struct text how = {0};

	if (r != 0)
		return r;
	if (status >= 0)
		text_format(&how, " with status %d,", status);
	client_problem(client, service->subject, "its command has ended%s before it was ready",
		       how.data ? how.data : "");
	if (status == 0)
		print_hint("a service's command must stay in the foreground");
	else if (!service->shown)
		print_hint("its output may say why: `nsctl %s ... 2>FILE` keeps it", client->verb);
	return STATUS_FAILED;
}

static int tell_late(const struct client *client, const struct service *service, int status)
{
	const json_t *port = json_object_get(service->ready, "port");
	_cleanup_text_ struct text why = {0};

	if (port)
		text_format(&why,
			    "nothing listens on port %" JSON_INTEGER_FORMAT
			    " where others reach it",
			    json_integer_value(port));
	else if (status >= 0)
		text_format(&why, "ready.command fails, with status %d", status);
	else
		text_add(&why, "ready.command does not end");
	client_problem(client, service->subject, "it is not ready in time (ready.seconds: %g): %s",
		       service->seconds, why.data);
	if (port)
		print_hint("a server that listens on 127.0.0.1 or ::1 is reached from its own set "
			   "only");
	else
		print_hint("ready.command runs in the set, until it ends with status 0");
	return STATUS_FAILED;
}

/* Returns true if the service's command ends within that many ms. */
static bool ends_within(const struct service *service, int64_t ms)
{
	return interrupt_wait(service->interrupt, service->started.pid_fd, ms);
}

/* Returns 0 also if it was interrupted. */
static int wait_until_ready(struct client *client, const struct service *service)
{
	const json_t *port = json_object_get(service->ready, "port");
	const json_t *command = json_object_get(service->ready, "command");
	int64_t pause = port ? PORT_PAUSE_FIRST : COMMAND_PAUSE_FIRST;
	int status = -1;

	if (port && service->started.pid == 0)
		return client_problem(client, service->subject,
				      "its process cannot be seen from here, nor its ports: give "
				      "ready a command");
	while (!interrupt_has_come()) {
		bool ready;
		int r = 0;

		/* the process has not ended, so its pid was not another process's meanwhile */
		if (port) {
			ready = listening_at(service->started.pid, json_integer_value(port)) &&
				!ends_within(service, 0);
		} else {
			r = ask(client, service, command, &status);
			ready = status == 0;
		}
		if (r != 0 || ready)
			return r;
		if (time_now() >= service->deadline)
			return tell_late(client, service, status);
		if (ends_within(service, pause))
			return tell_ended(client, service);
		pause = MIN(2 * pause, (int64_t)(port ? PORT_PAUSE_MAX : COMMAND_PAUSE_MAX));
	}
	return 0;
}

static int start_one(struct client *client, struct service *service, bool loud)
{
	int r = start(client, service, service->subject, service->command,
		      loud ? OUTPUT_ALL : OUTPUT_FILE, &service->started);

	/* there may be more services than descriptors */
	if (!service->ready)
		service->started.pid_fd = close_fd(service->started.pid_fd);
	service->deadline = time_now() + (int64_t)(service->seconds * 1000);
	return r;
}

/* Fills in what the file says of a service. */
static void service_init(struct service *service, const char *subject, const json_t *entry)
{
	const json_t *ready = json_object_get(entry, "ready");
	const json_t *seconds = json_object_get(ready, "seconds");
	struct text shown = {0};

	text_format(&shown, "%s: %s", subject, json_text(entry, "name", "?"));
	*service = (struct service){.set = json_object_get(entry, "set"),
				    .command = json_object_get(entry, "command"),
				    .ready = ready,
				    .seconds = seconds ? json_number_value(seconds) : READY_SECONDS,
				    .subject = shown.data,
				    .started.pid_fd = -1};
}

static void service_done(struct service *service)
{
	close_fd(service->started.pid_fd);
	free(service->subject);
}

int service_start_all(struct client *client, const char *subject, const json_t *services, bool loud)
{
	size_t n = json_array_size(services), i;
	_cleanup_free_ struct service *all = must(calloc(n + 1, sizeof(*all)));
	struct interrupt interrupt;
	json_t *entry;
	int r = 0;

	interrupt_hold(&interrupt);
	json_array_foreach(services, i, entry) {
		service_init(&all[i], subject, entry);
		all[i].interrupt = &interrupt;
		all[i].shown = loud || command_files_is_file(STDERR_FILENO);
		r = r ? r : start_one(client, &all[i], loud);
	}
	for (i = 0; i < n; i++) {
		if (r == 0 && all[i].ready)
			r = wait_until_ready(client, &all[i]);
		service_done(&all[i]);
	}
	interrupt_release(&interrupt);
	if (r == 0 && interrupt_has_come())
		r = client_problem(client, subject, "interrupted before all services were ready");
	return r;
}
