/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/wire/message.h"
#include "daemon/wire/stream.h"

int wire_inbox_init(struct wire_inbox *inbox)
{
	*inbox = (struct wire_inbox){.bytes = malloc(WIRE_STREAM_MAX)};
	return inbox->bytes ? 0 : -ENOMEM;
}

void wire_inbox_done(struct wire_inbox *inbox)
{
	free(inbox->bytes);
	*inbox = (struct wire_inbox){};
}

/* Returns the length of the first unread message, 0 if its header is incomplete, or -EBADMSG if a
 * message cannot have this length. */
static int first_length(const struct wire_inbox *inbox)
{
	struct nlmsghdr header;

	if (inbox->end - inbox->start < sizeof(header))
		return 0;
	memcpy(&header, inbox->bytes + inbox->start, sizeof(header));
	if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > WIRE_STREAM_MAX)
		return -EBADMSG;
	return (int)header.nlmsg_len;
}

bool wire_inbox_has_message(const struct wire_inbox *inbox)
{
	int length = first_length(inbox);

	return length != 0 && (length < 0 || inbox->end - inbox->start >= (size_t)length);
}

/* Reads from the pipe as far as the inbox has room. Returns 1, 0 at the end of the pipe, or
 * -errno. */
static int fill(struct wire_inbox *inbox, int pipe_fd)
{
	ssize_t n;

	memmove(inbox->bytes, inbox->bytes + inbox->start, inbox->end - inbox->start);
	inbox->end -= inbox->start;
	inbox->start = 0;
	do
		n = read(pipe_fd, inbox->bytes + inbox->end, WIRE_STREAM_MAX - inbox->end);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return negative_errno();
	if (n == 0)
		return inbox->end > 0 ? -EBADMSG : 0;
	inbox->end += n;
	return 1;
}

int wire_inbox_receive(struct wire_inbox *inbox, int pipe_fd, struct wire_message *ret)
{
	int length, r = 1;

	while (r == 1 && !wire_inbox_has_message(inbox))
		r = fill(inbox, pipe_fd);
	if (r != 1)
		return r;
	length = first_length(inbox);
	if (length < 0)
		return length;
	wire_message_close_fds(ret);
	memcpy(ret->header, inbox->bytes + inbox->start, length);
	ret->handles = NULL;
	ret->of_front = true;
	inbox->start += length;
	return 1;
}

int wire_outbox_init(struct wire_outbox *outbox)
{
	*outbox = (struct wire_outbox){.bytes = malloc(WIRE_STREAM_MAX)};
	return outbox->bytes ? 0 : -ENOMEM;
}

void wire_outbox_done(struct wire_outbox *outbox)
{
	free(outbox->bytes);
	*outbox = (struct wire_outbox){};
}

static ssize_t write_some(int pipe_fd, const char *bytes, size_t size)
{
	ssize_t n;

	do
		n = write(pipe_fd, bytes, size);
	while (n < 0 && errno == EINTR);
	return n < 0 ? negative_errno() : n;
}

int wire_outbox_flush(struct wire_outbox *outbox, int pipe_fd)
{
	while (outbox->start < outbox->end) {
		ssize_t n = write_some(pipe_fd, outbox->bytes + outbox->start,
				       outbox->end - outbox->start);

		if (n < 0)
			return (int)n;
		outbox->start += n;
	}
	outbox->start = outbox->end = 0;
	return 0;
}

int wire_outbox_send(struct wire_outbox *outbox, const struct wire_writer *writer, int pipe_fd)
{
	size_t size = writer->buffer->header.nlmsg_len;
	int r = writer->overflow ? -EMSGSIZE : wire_outbox_flush(outbox, pipe_fd);
	ssize_t n;

	if (r < 0)
		return r;
	n = write_some(pipe_fd, writer->buffer->bytes, size);
	if (n < 0)
		return (int)n;
	outbox->end = size - n;
	memcpy(outbox->bytes, writer->buffer->bytes + n, outbox->end);
	return 0;
}
