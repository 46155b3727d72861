/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See learn.h. The daemon lets all packets through as long as this process repeats its call over
 * the same connection. A signal, or the end of the program that reads the entries, ends that after
 * a last call, which returns the remaining entries.
 */
#include "client/learn.h"

#include <poll.h>

#include "client/client-error.h"
#include "client/connection.h"
#include "client/interrupt.h"
#include "client/print.h"

#define METHOD "org.nsctl.LearnEgress"
/* The daemon waits much longer for the next call. */
#define PAUSE_MS 1000

/* Prints an entry as a line of a file that --allow reads. */
static void print_entry(const json_t *learned)
{
	const char *entry = json_text(learned, "entry", "?");
	const char *protocol = json_text(learned, "protocol", "?");
	const char *name = json_text(learned, "name", NULL);

	print_escaped(entry);
	if (strcmp(protocol, "tcp") != 0 && strcmp(protocol, "udp") != 0) {
		print_text("  # ");
		print_escaped(protocol);
		print_text(": the entry lets all packets there through");
	} else if (name && strncmp(entry, name, strlen(name)) != 0) {
		print_text("  # ");
		print_escaped(name);
		print_text(": a list cannot have this address by name, see --add-host");
	}
	print_text("\n");
}

static void print_all(const struct client *client, const json_t *reply)
{
	json_t *learned;
	size_t i;

	json_array_foreach(json_object_get(reply, "learned"), i, learned)
		if (client->json)
			print_json(learned);
		else
			print_entry(learned);
	fflush(stdout);
}

static void say(const struct client *client, const char *word, const char *what)
{
	if (client->quiet)
		return;
	(void)fprintf(stderr, "%s %s\n", word, what);
	fflush(stderr);
}

/* Repeats the call over the same connection. A new connection would begin anew. */
static int call_again(struct client *client, const char *word, json_t *parameters, json_t **ret)
{
	_cleanup_reply_ struct message_reply reply = {0};
	int r = client_send(client, word, METHOD, parameters, NULL, false);

	if (r != 0)
		return r;
	if (client_receive(client, &reply) != 0) {
		client_problem(client, word,
			       "the connection to nsctld was lost, which ends the learning");
		return STATUS_UNREACHABLE;
	}
	if (reply.error)
		return client_error(client, word, &reply);
	*ret = json_incref(reply.parameters);
	return 0;
}

/* Returns true if stdout has lost its reader: it is a pipe or socket without one, or a terminal
 * that has hung up. */
static bool reader_has_gone(void)
{
	struct pollfd poll_fd = {.fd = STDOUT_FILENO};

	return poll(&poll_fd, 1, 0) > 0 && poll_fd.revents & (POLLERR | POLLHUP);
}

/* Repeats the call until a signal comes or stdout loses its reader, and then until all entries are
 * printed. */
static int follow(struct client *client, const char *word, json_t *parameters,
		  const struct interrupt *interrupt, bool *full)
{
	bool more = false, end = false;

	for (;;) {
		_cleanup_json_ json_t *reply = NULL;
		int r;

		if (!more && !end)
			interrupt_wait(interrupt, -1, PAUSE_MS);
		if (!end && (interrupt_has_come() || reader_has_gone())) {
			end = true;
			json_put(parameters, "end", json_true());
		}
		r = call_again(client, word, parameters, &reply);
		if (r != 0)
			return r;
		print_all(client, reply);
		more = json_is_true(json_object_get(reply, "more"));
		*full |= json_is_true(json_object_get(reply, "full"));
		if (end && !more)
			return 0;
	}
}

int learn_run(struct client *client, const char *word, json_t *parameters)
{
	_cleanup_json_ json_t *reply = NULL;
	struct interrupt interrupt;
	bool full = false;
	int r;

	interrupt_hold(&interrupt);
	r = client_call(client, word, METHOD, json_incref(parameters), NULL, &reply);
	if (r == 0) {
		say(client, word,
		    "may reach what its list does not have, which is printed here until ^C");
		print_all(client, reply);
		r = follow(client, word, parameters, &interrupt, &full);
	}
	interrupt_release(&interrupt);
	if (r != 0)
		return r;
	say(client, word, "may reach only its list again");
	if (full)
		say(client, word, "has reached more than nsctld could remember");
	return 0;
}
