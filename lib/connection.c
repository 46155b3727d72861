/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See connection.h. Polls only in wait_for_socket(). */
#include "lib/connection.h"

#include <poll.h>
#include <time.h>

#define INTERFACE "org.nsctl."
#define METHOD_SIZE 256

const char *connection_path(const char *path)
{
	const char *chosen = path ? path : secure_getenv("NSCTL_SOCKET");

	return chosen && (path || *chosen) ? chosen : DEFAULT_SOCKET;
}

int connection_new(int socket_fd, struct nsctl **ret)
{
	_cleanup_fd_ int fd = socket_fd;
	struct nsctl *nsctl;

	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		return negative_errno();
	nsctl = calloc(1, sizeof(*nsctl));
	if (!nsctl)
		return -ENOMEM;
	nsctl->socket_fd = take_fd(&fd);
	sender_init(&nsctl->sender);
	receiver_init(&nsctl->receiver, FRAME_SIZE_MAX);
	*ret = nsctl;
	return 0;
}

int nsctl_connect(const char *path, struct nsctl **ret)
{
	int fd = transport_connect(connection_path(path));

	return fd < 0 ? fd : connection_new(fd, ret);
}

struct nsctl *nsctl_close(struct nsctl *nsctl)
{
	if (!nsctl)
		return NULL;
	close_fd(nsctl->socket_fd);
	sender_done(&nsctl->sender);
	receiver_done(&nsctl->receiver);
	free(nsctl);
	return NULL;
}

int nsctl_fd(const struct nsctl *nsctl)
{
	return nsctl->socket_fd;
}

short nsctl_events(const struct nsctl *nsctl)
{
	return nsctl->sender.first ? POLLIN | POLLOUT : POLLIN;
}

/* Sends what is queued, as far as possible now. A daemon that has closed the connection may have
 * sent the reason before: then what is queued is dropped, and the reply is read. */
static int flush(struct nsctl *nsctl)
{
	int r = sender_flush(&nsctl->sender, nsctl->socket_fd);

	if (r == TRANSPORT_BROKEN) {
		nsctl->unsent = true;
		sender_done(&nsctl->sender);
	}
	return r < 0 ? r : 0;
}

/* Queues a message, which it takes, with copies of the descriptors. */
static int queue(struct nsctl *nsctl, char *text, size_t size, const int *fds, size_t n_fds)
{
	int copies[TRANSPORT_FDS_MAX];
	size_t n = 0;

	for (; n < n_fds; n++) {
		copies[n] = fcntl(fds[n], F_DUPFD_CLOEXEC, 3);
		if (copies[n] < 0)
			break;
	}
	if (n == n_fds)
		return sender_queue(&nsctl->sender, text, size, copies, n);
	while (n > 0)
		close_fd(copies[--n]);
	free(text);
	return negative_errno();
}

int connection_call(struct nsctl *nsctl, const char *method, json_t *parameters, const int *fds,
		    size_t n_fds, unsigned int flags)
{
	char name[METHOD_SIZE], *text;
	size_t size;
	int r;

	if (nsctl->error)
		return nsctl->error;
	if (n_fds > TRANSPORT_FDS_MAX ||
	    (size_t)snprintf(name, sizeof(name), "%s%s", strchr(method, '.') ? "" : INTERFACE,
			     method) >= sizeof(name))
		return -EINVAL;
	r = message_pack_call(name, parameters, flags & NSCTL_MORE, flags & NSCTL_ONEWAY, &text,
			      &size);
	if (r < 0)
		return r;
	if (size > FRAME_SIZE_MAX + 1) {
		free(text);
		return -EMSGSIZE;
	}
	r = queue(nsctl, text, size, fds, n_fds);
	if (r < 0)
		return r;
	nsctl->unsent = false;
	if (!(flags & NSCTL_ONEWAY))
		nsctl->due++;
	nsctl->error = flush(nsctl);
	return nsctl->error;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* Waits until the socket can be read or written. Returns 0, -EAGAIN at the deadline (in ms; -1:
 * none), or another -errno. */
static int wait_for_socket(const struct nsctl *nsctl, int64_t deadline)
{
	struct pollfd poll_fd = {.fd = nsctl->socket_fd, .events = nsctl_events(nsctl)};
	int r;

	do {
		int64_t left = deadline < 0 ? -1 : MAX(deadline - now_ms(), INT64_C(0));

		if (left == 0)
			return -EAGAIN;
		r = poll(&poll_fd, 1, (int)left);
	} while (r < 0 && errno == EINTR);
	if (r < 0)
		return negative_errno();
	return r == 0 ? -EAGAIN : 0;
}

/* Returns the errno for a connection that has ended. */
static int lost(const struct nsctl *nsctl, int outcome)
{
	if (outcome < 0)
		return outcome;
	return outcome == TRANSPORT_UNREAD || nsctl->unsent ? -ECONNABORTED : -ECONNRESET;
}

/* Sends and reads until there is a message. Returns 0, -EAGAIN, -ENODATA, or the errno of a
 * connection that has ended. */
static int receive(struct nsctl *nsctl, int timeout_ms)
{
	int64_t deadline = timeout_ms > 0 ? now_ms() + timeout_ms : timeout_ms;

	for (;;) {
		int r = flush(nsctl);

		if (r == 0)
			r = receiver_read(&nsctl->receiver, nsctl->socket_fd);
		if (r == 0)
			return 0;
		if (r != TRANSPORT_AGAIN) {
			nsctl->error = lost(nsctl, r);
			return nsctl->error;
		}
		if (nsctl->due == 0 && !nsctl->sender.first)
			return -ENODATA;
		r = wait_for_socket(nsctl, deadline);
		if (r < 0)
			return r;
	}
}

int connection_next(struct nsctl *nsctl, int timeout_ms, struct message_reply *ret)
{
	struct message_reply reply;
	int r;

	if (nsctl->error)
		return nsctl->error;
	if (nsctl->taken)
		receiver_next(&nsctl->receiver);
	nsctl->taken = false;
	r = receive(nsctl, timeout_ms);
	if (r < 0)
		return r;
	r = message_parse_reply(nsctl->receiver.frame.data, nsctl->receiver.frame.used, &reply);
	if (r == 0 && nsctl->due == 0) {
		message_reply_done(&reply);
		r = MESSAGE_NOT_VARLINK;
	}
	if (r != 0) {
		nsctl->error = r < 0 ? r : -EBADMSG;
		return nsctl->error;
	}
	nsctl->taken = true;
	if (!reply.continues)
		nsctl->due--;
	*ret = reply;
	return 0;
}

int connection_take_fd(struct nsctl *nsctl, int64_t index)
{
	return fd_list_take(&nsctl->receiver.fds, index);
}
