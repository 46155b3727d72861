/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <poll.h>
#include <signal.h>
#include <sys/time.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/closer.h"
#include "daemon/kernel/lane.h"
#include "daemon/kernel/privilege.h"
#include "daemon/kernel/process.h"
#include "daemon/wire/message.h"

#define CHILDREN_MAX 64
/* Time for the existing children to empty the queue before another one is started. */
#define PAUSE_MILLISECONDS 20
/* Interval of the signals that interrupt a close(2). */
#define PATIENCE_MICROSECONDS 10000

/* Does nothing: the signal only interrupts system calls that wait. */
static void on_alarm(int number _unused_)
{
}

static void send_alarms(suseconds_t microseconds)
{
	const struct itimerval every = {{.tv_usec = microseconds}, {.tv_usec = microseconds}};

	setitimer(ITIMER_REAL, &every, NULL);
}

/*
 * Empties the connection's queue, then closes the connection. The keeper closes its own copy after
 * it has sent this one. That copy may be the last, so its queue must be empty by then. Signals
 * interrupt close(2) where that is possible, so a TCP socket that lingers does not occupy a child
 * for long.
 */
static void close_connection(struct wire_message *message)
{
	send_alarms(PATIENCE_MICROSECONDS);
	for (size_t i = 0; i < message->n_fds; i++)
		wire_discard(message->fds[i]);
	wire_message_close_fds(message);
	send_alarms(0);
}

static void __attribute__((noreturn)) child_close(int socket_fd)
{
	const struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
	struct wire_message message;
	int r;

	child_ends_with_parent();
	sigaction(SIGALRM, &action, NULL);
	if (wire_message_init(&message) < 0)
		_exit(EXIT_FAILURE);
	/* -EBADMSG: the message was malformed or did not fit into this process; wire_receive() has
	 * closed its descriptors */
	while ((r = wire_receive(&message, socket_fd)) == 1 || r == -EBADMSG)
		close_connection(&message);
	_exit(EXIT_SUCCESS);
}

/* Makes the socket by which the keeper sends connections, closes all other descriptors above 2, and
 * drops all privilege. Returns the receiving end, or -errno. */
static int set_up(struct host *host)
{
	const struct identity nobody = {.uid = host->init_uid, .gid = host->init_gid};
	int socket_fd = lane_make(host);
	int r;

	if (socket_fd < 0)
		return socket_fd;
	process_close_from(3, socket_fd);
	signal(SIGCHLD, SIG_IGN);
	r = privilege_drop(&nobody, true);
	child_ends_with_parent();
	return r < 0 ? r : socket_fd;
}

void closer_run(struct host *host)
{
	int socket_fd = set_up(host);
	struct pollfd poll_fd = {.fd = socket_fd, .events = POLLIN};
	int n = 0;

	if (socket_fd < 0)
		_exit(EXIT_FAILURE);
	while (poll(&poll_fd, 1, -1) < 0 || !(poll_fd.revents & POLLHUP)) {
		if (n < CHILDREN_MAX && process_fork(0, -1, NULL) == 0)
			child_close(socket_fd);
		n++;
		poll(NULL, 0, PAUSE_MILLISECONDS);
	}
	_exit(EXIT_SUCCESS);
}
