/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See feed.h. Never waits outside of poll(). */
#include "client/feed.h"

#include "base.h"
#include "client/foreground.h"

bool feed_is_needed(void)
{
	return !foreground_is_ours();
}

int feed_open(struct feed *feed)
{
	int ends[2];

	*feed = (struct feed){.pipe_fd = -1};
	if (pipe2(ends, O_CLOEXEC) < 0)
		return negative_errno();
	feed->pipe_fd = ends[1];
	(void)fcntl(feed->pipe_fd, F_SETFL, O_NONBLOCK);
	return ends[0];
}

static void close_pipe(struct feed *feed)
{
	feed->pipe_fd = close_fd(feed->pipe_fd);
}

void feed_poll(const struct feed *feed, struct pollfd ret_fds[static FEED_POLL])
{
	bool full = feed->at < feed->used, reads = feed->pipe_fd >= 0 && !full;

	ret_fds[0] = (struct pollfd){.fd = reads && foreground_is_ours() ? STDIN_FILENO : -1,
				     .events = POLLIN};
	/* even without events, poll() reports that the last reader has gone */
	ret_fds[1] = (struct pollfd){.fd = feed->pipe_fd, .events = full ? POLLOUT : 0};
}

static bool is_passing(int error)
{
	return error == EAGAIN || error == EINTR;
}

static void read_input(struct feed *feed)
{
	ssize_t n = read(STDIN_FILENO, feed->data, sizeof(feed->data));

	if (n < 0 && is_passing(errno))
		return;
	feed->at = 0;
	feed->used = n > 0 ? (size_t)n : 0;
	if (n <= 0)
		close_pipe(feed);
}

static void write_output(struct feed *feed)
{
	ssize_t n = write(feed->pipe_fd, feed->data + feed->at, feed->used - feed->at);

	if (n >= 0)
		feed->at += (size_t)n;
	else if (!is_passing(errno))
		close_pipe(feed);
}

void feed_pump(struct feed *feed, const struct pollfd fds[static FEED_POLL])
{
	if (feed->pipe_fd >= 0 && fds[1].revents & POLLERR)
		close_pipe(feed);
	if (feed->pipe_fd >= 0 && fds[0].fd >= 0 && fds[0].revents)
		read_input(feed);
	if (feed->pipe_fd >= 0 && feed->at < feed->used)
		write_output(feed);
}
