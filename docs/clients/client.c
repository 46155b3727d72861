/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A client of nsctld by libnsctl: calls, errors, commands, descriptors, events.
 *
 *	cc -o client client.c $(pkg-config --cflags --libs libnsctl)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nsctl.h>

/* Ends the program, with the daemon's reason if it has given one. */
static void fail(const char *what, int r, struct nsctl_reply *reply)
{
	fprintf(stderr, "%s: %s\n", what, reply ? nsctl_reply_message(reply) : strerror(-r));
	exit(EXIT_FAILURE);
}

/* Prints a member of a flat object. A program that reads more uses a JSON library. */
static void print_member(const char *word, const struct nsctl_reply *reply, const char *key)
{
	const char *at = strstr(nsctl_reply_parameters(reply), key);

	at = at ? at + strlen(key) : "?";
	printf("%s %.*s\n", word, (int)strcspn(at, "\""), at);
}

/* Waits for a reply to nsctl_monitor() that contains this word. */
static void wait_for(struct nsctl *events, const char *what)
{
	for (int found = 0; !found;) {
		struct nsctl_reply *reply = NULL;
		int r = nsctl_next(events, -1, &reply);

		if (r == 0)
			r = nsctl_reply_errno(reply);
		if (r < 0)
			fail("events", r, reply);
		found = strstr(nsctl_reply_parameters(reply), what) != NULL;
		nsctl_reply_free(reply);
	}
}

/* Waits until the command has ended. Returns its status as a shell has it. */
static int end_of_command(struct nsctl *nsctl)
{
	int status, r = nsctl_wait(nsctl, -1, &status);

	if (r < 0)
		fail("wait", r, NULL);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Makes a set, runs a command in it, opens a namespace of it, and removes it. */
static void use_set(struct nsctl *nsctl, struct nsctl *events)
{
	static const char spec[] =
		"{\"namespaces\": [\"user\", \"uts\"], \"lease\": {\"connection\": true}}";
	const char *const argv[] = {"echo", "hello", NULL};
	const int stdio[] = {-1, STDOUT_FILENO, STDERR_FILENO};
	struct nsctl_reply *reply = NULL;
	int r, namespace_fd;

	/* the set ends with this connection, if it is not removed before */
	r = nsctl_create(nsctl, "client-c", spec, NULL, 0, &reply);
	if (r < 0)
		fail("create", r, reply);
	reply = nsctl_reply_free(reply);
	printf("created client-c\n");
	r = nsctl_monitor(events, "client-c");
	if (r < 0)
		fail("events", r, NULL);
	wait_for(events, "\"sets\""); /* the state, which comes first */

	r = nsctl_exec(nsctl, "client-c", argv, stdio, NULL, &reply);
	if (r < 0)
		fail("exec", r, reply);
	reply = nsctl_reply_free(reply);
	printf("started\n");
	printf("ended %d\n", end_of_command(nsctl));

	namespace_fd = nsctl_open(nsctl, "client-c", "uts", &reply);
	if (namespace_fd < 0)
		fail("open", namespace_fd, reply);
	reply = nsctl_reply_free(reply);
	printf("opened uts\n"); /* for setns(2) */
	close(namespace_fd);

	r = nsctl_ask(nsctl, "Remove", "{\"name\": \"client-c\"}", NULL, 0, &reply);
	if (r < 0)
		fail("remove", r, reply);
	nsctl_reply_free(reply);
	wait_for(events, "setRemoved");
	printf("event setRemoved\n");
}

int main(void)
{
	const char *const argv[] = {"false", NULL};
	const int stdio[] = {-1, STDOUT_FILENO, STDERR_FILENO};
	struct nsctl *nsctl, *events;
	struct nsctl_reply *reply = NULL;
	int r;

	setlinebuf(stdout); /* the command writes there, too */
	r = nsctl_connect(NULL, &nsctl);
	if (r == 0)
		r = nsctl_connect(NULL, &events);
	if (r < 0)
		fail("connect", r, NULL);

	r = nsctl_ask(nsctl, "GetStatus", NULL, NULL, 0, &reply);
	if (r < 0)
		fail("status", r, reply);
	print_member("version", reply, "\"version\":\"");
	reply = nsctl_reply_free(reply);

	if (nsctl_ask(nsctl, "Get", "{\"name\": \"no-such-set\"}", NULL, 0, &reply) < 0 && reply) {
		printf("error %s", nsctl_reply_error(reply));
		print_member("", reply, "\"name\":\"");
	}
	reply = nsctl_reply_free(reply);

	use_set(nsctl, events);

	/* a set for one command */
	r = nsctl_run(nsctl, argv, stdio, "{\"spec\": {\"namespaces\": [\"uts\"]}}", &reply);
	if (r < 0)
		fail("run", r, reply);
	nsctl_reply_free(reply);
	printf("ran %d\n", end_of_command(nsctl));
	nsctl_close(events);
	nsctl_close(nsctl);
	return EXIT_SUCCESS;
}
