/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See lease.h. Keeps nothing after a call: descriptors belong to the call. */
#include "client/lease.h"

#include <time.h>

#include "client/parse.h"
#include "client/print.h"
#include "client/process.h"
#include "client/take.h"

/* --- conditions --- */

/* Puts a duration into the lease. Of two durations, the shorter one counts. */
static int put_duration(struct options *options, const char *key, const char *word)
{
	json_t *lease = take_object(options);
	const json_t *before = json_object_get(lease, key);
	int64_t seconds;

	if (!parse_duration(word, &seconds))
		return options_reject(options,
				      "a duration (such as 90, 90s, 15m, 2h or 1d), parent, "
				      "pid:PID, fd:N or idle:DURATION");
	if (!before || json_number_value(before) > (double)seconds)
		json_put(lease, key, json_real((double)seconds));
	return 0;
}

static int put_descriptor(struct options *options, const char *key, json_t *index)
{
	json_t *lease = take_object(options);

	if (!index)
		return STATUS_FAILED;
	if (json_object_get(lease, key)) {
		json_decref(index);
		return options_wrong(options->client, "--lease=%s: a lease cannot have a second %s",
				     options->argument,
				     strncmp(key, "pipe", 4) == 0 ? "pipe" : "process");
	}
	json_put(lease, key, index);
	return 0;
}

static int put_process(struct options *options, json_t *index)
{
	return put_descriptor(options, "processFileDescriptor", index);
}

static int take_idle(struct options *options, const char *word)
{
	return put_duration(options, "idleSeconds", word);
}

static int take_pid(struct options *options, const char *word)
{
	_cleanup_text_ struct text typed = {0};
	int64_t pid;

	if (!parse_number(word, 1, INT32_MAX, &pid))
		return options_reject(options, "pid: followed by the number of a process");
	if (pid == 1)
		return options_reject(options,
				      "a process that ends: process 1 never ends; name another "
				      "process, or a duration");
	take_add_typed(options, &typed);
	return put_process(options, process_add(options->client, options->fds, pid, typed.data));
}

/* Takes the parent that nsctl had when it started. A process that has become its parent since then
 * did not start it. */
static int take_parent(struct options *options)
{
	const struct client *client = options->client;
	const struct parent *parent = &client->parent;
	int fd;

	if (parent->pid == 1)
		return options_wrong(client,
				     "--lease=parent: the parent is process 1, which never ends: "
				     "the process that started nsctl has ended, or is process 1 "
				     "itself. Name another process (pid:PID, fd:N), or a duration");
	if (parent->pid == 0)
		return options_wrong(client,
				     "--lease=parent: the process that started nsctl is in a pid "
				     "namespace that cannot be seen from here");
	if (parent->fd < 0)
		return client_problem(client, NULL, "--lease=parent: %s",
				      parent->error == ESRCH
					      ? "the process that started nsctl has ended"
					      : strerror(parent->error));
	fd = fcntl(parent->fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return client_problem(client, NULL, "--lease=parent: %s", strerror(errno));
	return put_process(options, process_add_fd(client, options->fds, fd, "--lease=parent"));
}

/* Takes a pipe or a process; nsctld checks them. */
static int take_descriptor(struct options *options, const char *word)
{
	static const char wanted[] = "fd: followed by the number of an open descriptor of a "
				     "process (a pidfd), or of a pipe's reading end";
	const struct client *client = options->client;
	_cleanup_text_ struct text typed = {0};
	int64_t number;
	struct stat st;
	int fd, flags;

	if (!parse_number(word, 0, INT32_MAX, &number))
		return options_reject(options, wanted);
	fd = number <= STDERR_FILENO && client->closed & 1U << number
		     ? -1
		     : fcntl((int)number, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return client_problem(client, NULL, "--lease=%s: %s", options->argument,
				      strerror(EBADF));
	take_add_typed(options, &typed);
	flags = fcntl(fd, F_GETFL);
	if (fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode))
		return put_process(options, process_add_fd(client, options->fds, fd, typed.data));
	if ((flags & O_ACCMODE) != O_RDONLY || flags & O_PATH) {
		close_fd(fd);
		return options_reject(options, wanted);
	}
	return put_descriptor(options, "pipeFileDescriptor",
			      process_add_fd(client, options->fds, fd, typed.data));
}

int lease_take(struct options *options)
{
	static const struct {
		const char *prefix;
		int (*take)(struct options *options, const char *word);
	} rows[] = {{"pid:", take_pid}, {"fd:", take_descriptor}, {"idle:", take_idle}};

	if (strcmp(options->argument, "parent") == 0)
		return take_parent(options);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t n = strlen(rows[i].prefix);

		if (strncmp(options->argument, rows[i].prefix, n) == 0)
			return rows[i].take(options, options->argument + n);
	}
	return put_duration(options, "seconds", options->argument);
}

int lease_take_parent(struct options *options)
{
	static const struct option_row row = LEASE_OPTION("spec.lease");

	options->row = &row;
	options->argument = "parent";
	return take_parent(options);
}

/* --- renew --- */

const struct option_row lease_renew_options[] = {
	LEASE_OPTION("lease"),
	{0},
};

/* Puts DURATION into the parameters: the length of the new lease if --lease gives one, otherwise
 * that of the present lease. */
static int put_length(const struct client *client, json_t *parameters, const char *word)
{
	json_t *lease = json_object_get(parameters, "lease");
	int64_t seconds;

	if (!parse_duration(word, &seconds))
		return options_wrong(
			client, "\"%s\" is not a duration (such as 90, 90s, 15m, 2h or 1d)", word);
	if (lease && json_object_get(lease, "seconds"))
		return options_wrong(client, "two durations, of which one is --lease");
	json_put(lease ? lease : parameters, "seconds",
		 lease ? json_real((double)seconds) : json_integer(seconds));
	return 0;
}

static void print_renewed(const char *name, const json_t *reply)
{
	double expires = json_number_value(json_object_get(reply, "expires"));
	char age[PRINT_SHORT];
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	/* rounded to seconds, because the answer took a little of the time */
	print_age(expires - (double)now.tv_sec - (double)now.tv_nsec / 1e9 + 0.5, age);
	if (expires > 0)
		print_text("%s ends in %s\n", name, age);
	else
		print_text("%s renewed\n", name);
}

int lease_renew(struct client *client, struct options *options, const char *method)
{
	const char *name = options->words[0], *duration = options->words[1];
	_cleanup_json_ json_t *parameters = client_named(client, name), *reply = NULL;
	int r = duration ? put_length(client, options->parameters, duration) : 0;

	if (r != 0)
		return r;
	json_object_update(parameters, options->parameters);
	r = client_call(client, name, method, json_incref(parameters), options->fds, &reply);
	if (r != 0)
		return r;
	if (client->json)
		print_json(reply);
	else if (!client->quiet)
		print_renewed(name, reply);
	return 0;
}
