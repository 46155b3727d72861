/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/wire/message.h"

union fd_buffer {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int) * WIRE_FDS_MAX)];
};

int wire_send(struct wire_writer *writer, int socket_fd)
{
	struct iovec data = {writer->buffer, writer->buffer->header.nlmsg_len};
	struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
	union fd_buffer control = {};
	ssize_t sent;

	if (writer->overflow)
		return -EMSGSIZE;
	if (writer->n_fds > 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(sizeof(int) * writer->n_fds);
		*CMSG_FIRSTHDR(&message) = (struct cmsghdr){
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
			.cmsg_len = CMSG_LEN(sizeof(int) * writer->n_fds),
		};
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), writer->fds,
		       sizeof(int) * writer->n_fds);
	}
	do
		sent = sendmsg(socket_fd, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? negative_errno() : 0;
}

static int init(struct wire_message *message, size_t size)
{
	*message = (struct wire_message){.header = malloc(size)};
	return message->header ? 0 : -ENOMEM;
}

int wire_message_init(struct wire_message *message)
{
	return init(message, WIRE_SIZE_MAX);
}

int wire_message_init_stream(struct wire_message *message)
{
	return init(message, WIRE_STREAM_MAX);
}

void wire_message_close_fds(struct wire_message *message)
{
	for (size_t i = 0; i < message->n_fds; i++)
		close_fd(message->fds[i]);
	message->n_fds = 0;
}

void wire_discard(int socket_fd)
{
	char discarded[4096];

	while (recv(socket_fd, discarded, sizeof(discarded), MSG_DONTWAIT) > 0)
		;
}

void wire_message_done(struct wire_message *message)
{
	wire_message_close_fds(message);
	free(message->header);
	message->header = NULL;
}

static void collect_fds(struct wire_message *message, struct msghdr *received)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(received); c; c = CMSG_NXTHDR(received, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		memcpy(message->fds + message->n_fds, CMSG_DATA(c), n * sizeof(int));
		message->n_fds += n;
	}
}

static int receive(struct wire_message *message, int socket_fd, int flags)
{
	struct iovec data = {message->header, WIRE_SIZE_MAX};
	union fd_buffer control;
	struct msghdr received = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	ssize_t got;

	wire_message_close_fds(message);
	message->handles = NULL;
	message->of_front = false;
	do
		got = recvmsg(socket_fd, &received, MSG_CMSG_CLOEXEC | flags);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return negative_errno();
	/* an empty message may have descriptors, too */
	collect_fds(message, &received);
	if (got == 0) {
		wire_message_close_fds(message);
		return 0;
	}
	if (received.msg_flags & (MSG_TRUNC | MSG_CTRUNC) ||
	    (size_t)got < sizeof(struct nlmsghdr) || message->header->nlmsg_len != (size_t)got) {
		wire_message_close_fds(message);
		return -EBADMSG;
	}
	return 1;
}

int wire_receive(struct wire_message *message, int socket_fd)
{
	return receive(message, socket_fd, 0);
}

int wire_receive_now(struct wire_message *message, int socket_fd)
{
	return receive(message, socket_fd, MSG_DONTWAIT);
}

int wire_message_copy(const struct wire_message *message, struct wire_message *ret)
{
	*ret = (struct wire_message){.header = malloc(message->header->nlmsg_len),
				     .of_front = message->of_front};
	if (!ret->header)
		return -ENOMEM;
	memcpy(ret->header, message->header, message->header->nlmsg_len);
	return 0;
}
