/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 23: if a Unix stream socket is closed before all data was read from it, for
 * whatever reason, its peer's connection is reset; if all was read, the peer sees the end of the
 * stream. So a client knows whether the daemon can have acted on its call.
 */
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

/* The errno of reading from a socket to which size bytes were sent, of which the peer read some
 * before it ended; 0: end of file. */
static int outcome(size_t size, size_t read_by_peer, int signal_number)
{
	char bytes[8] = "1234567", byte;
	int ends[2], r;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		fatal("socketpair");
	if (send(ends[0], bytes, size, 0) != (ssize_t)size)
		fatal("send");
	pid = fork();
	if (pid == 0) {
		if (read_by_peer > 0 && read(ends[1], bytes, read_by_peer) < 0)
			_exit(1);
		if (signal_number)
			raise(signal_number);
		_exit(0);
	}
	close(ends[1]);
	waitpid(pid, NULL, 0);
	r = recv(ends[0], &byte, 1, 0) < 0 ? errno : 0;
	close(ends[0]);
	return r;
}

/* A listening socket is closed before the connection was accepted. */
static int outcome_not_accepted(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t size = sizeof(address);
	int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), r;
	char byte = 0;

	/* the kernel makes an abstract name up */
	if (bind(listening, (struct sockaddr *)&address, sizeof(sa_family_t)) < 0 ||
	    listen(listening, 1) < 0 ||
	    getsockname(listening, (struct sockaddr *)&address, &size) < 0 ||
	    connect(fd, (struct sockaddr *)&address, size) < 0 || send(fd, &byte, 1, 0) != 1)
		fatal("connect");
	close(listening);
	r = recv(fd, &byte, 1, 0) < 0 ? errno : 0;
	close(fd);
	return r;
}

int main(void)
{
	tap_is(outcome(4, 0, 0), ECONNRESET,
	       "the writer gets ECONNRESET if the reader closes and has read nothing");
	tap_is(outcome(4, 3, 0), ECONNRESET,
	       "the writer gets ECONNRESET if the reader closes and has not read all");
	tap_is(outcome(4, 4, 0), 0,
	       "the writer gets no error if the reader closes and has read all");
	tap_is(outcome(4, 0, SIGKILL), ECONNRESET,
	       "the writer gets ECONNRESET if a killed reader has read nothing");
	tap_is(outcome(4, 4, SIGKILL), 0,
	       "the writer gets no error if a killed reader has read all");
	tap_is(outcome_not_accepted(), ECONNRESET,
	       "the writer gets ECONNRESET if the connection was not accepted");
	return tap_done();
}
