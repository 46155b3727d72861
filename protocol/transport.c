/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The socket, see transport.h. When a function returns, every descriptor that it received is in a
 * list, or closed. Never polls, never reads beyond the NUL of the current message, never sends two
 * messages in one sendmsg().
 */
#include "protocol/transport.h"

#include <assert.h>
#include <sys/un.h>

#define TRANSPORT_CHUNK (16 * 1024)
/* Room for a control message that we did not ask for. The process that passed us the socket may
 * have set SO_PASSCRED, and without this room its messages would displace descriptors. */
#define TRANSPORT_CONTROL_SLACK 128

void fd_list_done(struct fd_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		list->fds[i] = close_fd(list->fds[i]);
	free(list->fds);
	*list = (struct fd_list){0};
}

int fd_list_take(struct fd_list *list, int64_t index)
{
	if (index < 0 || (uint64_t)index >= list->n)
		return -1;
	return take_fd(&list->fds[index]);
}

/* Adds n descriptors to the list, or closes all of them on failure. Returns 0, TRANSPORT_BROKEN if
 * there are too many, or -ENOMEM. */
static int fd_list_add(struct fd_list *list, const int *fds, size_t n)
{
	int *grown = NULL;
	int r = TRANSPORT_BROKEN;

	if (n == 0)
		return 0;
	if (n <= TRANSPORT_FDS_MAX - list->n) {
		grown = realloc(list->fds, (list->n + n) * sizeof(*fds));
		r = grown ? 0 : -ENOMEM;
	}
	if (!grown) {
		for (size_t i = 0; i < n; i++)
			close_fd(fds[i]);
		return r;
	}
	memcpy(grown + list->n, fds, n * sizeof(*fds));
	list->fds = grown;
	list->n += n;
	return 0;
}

void receiver_init(struct receiver *receiver, size_t limit)
{
	*receiver = (struct receiver){0};
	frame_init(&receiver->frame, limit);
}

void receiver_done(struct receiver *receiver)
{
	frame_done(&receiver->frame);
	fd_list_done(&receiver->fds);
}

void receiver_next(struct receiver *receiver)
{
	frame_next(&receiver->frame);
	fd_list_done(&receiver->fds);
}

/* Returns the outcome for errno, after a call on the socket has failed. */
static int socket_outcome(void)
{
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return TRANSPORT_AGAIN;
	if (errno == ECONNRESET || errno == EPIPE)
		return TRANSPORT_BROKEN;
	return negative_errno();
}

/* Adds every descriptor in the control messages to the list, even if the messages are faulty. */
static int collect_fds(struct fd_list *list, struct msghdr *header)
{
	int result = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		int fds[TRANSPORT_FDS_MAX + TRANSPORT_CONTROL_SLACK / sizeof(int)];
		size_t n;
		int r;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		assert(n <= ARRAY_SIZE(fds));
		memcpy(fds, CMSG_DATA(c), n * sizeof(int));
		r = fd_list_add(list, fds, n);
		if (r != 0)
			result = r;
	}
	/* Descriptors were lost: our table is full, or a security module refused. We do not know
	 * which, so the indexes in the message are meaningless. */
	if (result == 0 && header->msg_flags & MSG_CTRUNC)
		result = TRANSPORT_BROKEN;
	return result;
}

/* Reads n bytes that are available and belong to one message, with the descriptors that came with
 * them. */
static int receive(struct receiver *receiver, int socket_fd, char *bytes, size_t n)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(TRANSPORT_FDS_MAX * sizeof(int)) + TRANSPORT_CONTROL_SLACK];
	} control;
	struct iovec iov = {.iov_base = bytes, .iov_len = n};
	struct msghdr header = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	size_t taken;
	ssize_t got;
	int r;

	do
		got = recvmsg(socket_fd, &header, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return socket_outcome();
	r = collect_fds(&receiver->fds, &header);
	if (r != 0)
		return r;
	r = frame_feed(&receiver->frame, bytes, (size_t)got, &taken);
	if (r == FRAME_TOO_LONG)
		return TRANSPORT_BROKEN;
	return r;
}

int receiver_read(struct receiver *receiver, int socket_fd)
{
	char bytes[TRANSPORT_CHUNK];
	int r = 0;

	while (r == 0 && !receiver->frame.complete) {
		const char *end;
		ssize_t n;

		do
			n = recv(socket_fd, bytes, sizeof(bytes), MSG_PEEK);
		while (n < 0 && errno == EINTR);
		if (n < 0) {
			/* The peer closed without reading our last message (docs/kernel.md, 23), so
			 * earlier bytes do not answer that message. */
			r = errno == ECONNRESET ? TRANSPORT_UNREAD : socket_outcome();
		} else if (n == 0) {
			r = receiver->frame.used == 0 && receiver->fds.n == 0 ? TRANSPORT_END
									      : TRANSPORT_BROKEN;
		} else {
			end = memchr(bytes, '\0', (size_t)n);
			r = receive(receiver, socket_fd, bytes,
				    end ? (size_t)(end - bytes) + 1 : (size_t)n);
		}
	}
	if (r == TRANSPORT_BROKEN || r == TRANSPORT_UNREAD)
		fd_list_done(&receiver->fds);
	return r;
}

struct sender_item {
	struct sender_item *next;
	char *text;
	size_t size, sent;
	size_t n_fds; /* 0 once the descriptors have been sent */
	int fds[];
};

static void sender_item_close(struct sender_item *item)
{
	for (size_t i = 0; i < item->n_fds; i++)
		close_fd(item->fds[i]);
	item->n_fds = 0;
}

static void sender_item_free(struct sender_item *item)
{
	sender_item_close(item);
	free(item->text);
	free(item);
}

void sender_init(struct sender *sender)
{
	*sender = (struct sender){0};
}

void sender_done(struct sender *sender)
{
	while (sender->first) {
		struct sender_item *item = sender->first;

		sender->first = item->next;
		sender_item_free(item);
	}
	sender_init(sender);
}

int sender_queue(struct sender *sender, char *text, size_t size, const int *fds, size_t n_fds)
{
	struct sender_item *item;

	/* descriptors travel with at least one byte; all messages are ours, so a failure is our
	 * bug */
	assert(size > 0 && n_fds <= TRANSPORT_FDS_MAX);
	item = malloc(sizeof(*item) + n_fds * sizeof(*fds));
	if (!item) {
		for (size_t i = 0; i < n_fds; i++)
			close_fd(fds[i]);
		free(text);
		return -ENOMEM;
	}
	*item = (struct sender_item){.text = text, .size = size, .n_fds = n_fds};
	if (n_fds > 0)
		memcpy(item->fds, fds, n_fds * sizeof(*fds));
	if (sender->last)
		sender->last->next = item;
	else
		sender->first = item;
	sender->last = item;
	sender->queued += size;
	return 0;
}

static ssize_t sender_item_send(struct sender_item *item, int socket_fd)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(TRANSPORT_FDS_MAX * sizeof(int))];
	} control;
	struct iovec iov = {.iov_base = item->text + item->sent,
			    .iov_len = item->size - item->sent};
	struct msghdr header = {.msg_iov = &iov, .msg_iovlen = 1};
	ssize_t n;

	if (item->n_fds > 0) {
		struct cmsghdr *c;

		memset(&control, 0, sizeof(control));
		header.msg_control = &control;
		header.msg_controllen = CMSG_SPACE(item->n_fds * sizeof(int));
		c = CMSG_FIRSTHDR(&header);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(item->n_fds * sizeof(int));
		memcpy(CMSG_DATA(c), item->fds, item->n_fds * sizeof(int));
	}
	do
		n = sendmsg(socket_fd, &header, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n;
}

int sender_flush(struct sender *sender, int socket_fd)
{
	while (sender->first) {
		struct sender_item *item = sender->first;
		ssize_t n = sender_item_send(item, socket_fd);

		if (n < 0)
			return socket_outcome();
		/* the descriptors went with the first byte, and must not be sent again */
		if (n > 0)
			sender_item_close(item);
		item->sent += (size_t)n;
		sender->queued -= (size_t)n;
		if (item->sent < item->size)
			continue;
		sender->first = item->next;
		if (!sender->first)
			sender->last = NULL;
		sender_item_free(item);
	}
	return 0;
}

int transport_connect(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_fd_ int fd = -1;
	size_t n = strlen(path);
	int r;

	/* an empty path would mean an abstract socket, which has no owner (CVE-2020-15257) */
	if (n == 0)
		return -EINVAL;
	if (n >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, n);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return negative_errno();
	/* an interrupted connect() was still waiting for the backlog: nothing is connected yet */
	do
		r = connect(fd, (const struct sockaddr *)&address, sizeof(address));
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return negative_errno();
	return take_fd(&fd);
}
