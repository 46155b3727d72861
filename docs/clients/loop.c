/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libnsctl in an event loop: runs several commands at once, each on a connection of its own and in a
 * set that ends with it. Nothing waits but poll(2).
 *
 *	cc -o loop loop.c $(pkg-config --cflags --libs libnsctl)
 *	./loop 'sleep 1' 'exit 3' 'kill -9 $$'
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nsctl.h>

#define JOBS_MAX 64

struct job {
	const char *script;
	struct nsctl *nsctl; /* NULL: the job has ended */
};

/* Begins the call of a job, and does not wait for its answer. The shell reads the script from a file
 * that is its stdin, so the script needs no quoting in JSON. */
static int begin(struct job *job)
{
	static const char call[] = "{\"command\": [\"sh\"], \"stdinFileDescriptor\": 0,"
				   " \"spec\": {\"namespaces\": [\"uts\"]}}";
	FILE *script = tmpfile();
	int fd, r = nsctl_connect(NULL, &job->nsctl);

	if (r < 0 || !script)
		return r < 0 ? r : -errno;
	fprintf(script, "%s\n", job->script);
	rewind(script);
	fd = fileno(script);
	r = nsctl_call(job->nsctl, "Run", call, &fd, 1, NSCTL_MORE);
	fclose(script);
	return r;
}

/* Reads the replies that have come. Ends the job with the last one, or with an error. */
static void go_on(struct job *job)
{
	struct nsctl_reply *reply = NULL;
	int r, last = 0;

	while (!last && (r = nsctl_next(job->nsctl, 0, &reply)) != -EAGAIN) {
		last = r < 0 || !nsctl_reply_continues(reply);
		if (r < 0)
			printf("%s: %s\n", job->script, strerror(-r));
		else if (nsctl_reply_error(reply))
			printf("%s: %s\n", job->script, nsctl_reply_message(reply));
		else if (last)
			printf("%s: %s\n", job->script, nsctl_reply_parameters(reply));
		reply = nsctl_reply_free(reply);
	}
	if (last)
		job->nsctl = nsctl_close(job->nsctl);
}

int main(int argc, char **argv)
{
	struct job jobs[JOBS_MAX] = {{NULL, NULL}};
	struct pollfd fds[JOBS_MAX];
	int n = argc - 1, left;

	if (n > JOBS_MAX)
		return EXIT_FAILURE;
	for (int i = 0; i < n; i++) {
		int r;

		jobs[i].script = argv[i + 1];
		r = begin(&jobs[i]);
		if (r < 0) {
			fprintf(stderr, "%s: %s\n", jobs[i].script, strerror(-r));
			return EXIT_FAILURE;
		}
	}
	do {
		left = 0;
		for (int i = 0; i < n; i++) {
			fds[i].fd = -1;
			if (!jobs[i].nsctl)
				continue;
			fds[i].fd = nsctl_fd(jobs[i].nsctl);
			fds[i].events = nsctl_events(jobs[i].nsctl);
			left++;
		}
		if (left == 0 || (poll(fds, n, -1) < 0 && errno != EINTR))
			break;
		for (int i = 0; i < n; i++)
			if (fds[i].fd >= 0 && fds[i].revents)
				go_on(&jobs[i]);
	} while (left > 0);
	return EXIT_SUCCESS;
}
