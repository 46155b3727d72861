/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/random.h>
#include "daemon/resolver/attempt.h"
#include "daemon/resolver/frame.h"

static int open_udp(const struct server *server)
{
	_cleanup_fd_ int fd =
		socket(server->address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	/* the kernel chooses a random port, and drops what comes from others */
	if (fd < 0 || connect(fd, (const struct sockaddr *)&server->address, server->size) < 0)
		return negative_errno();
	return take_fd(&fd);
}

static void on_datagram(evutil_socket_t fd, short what _unused_, void *context)
{
	static uint8_t bytes[ANSWER_MAX];
	struct attempt *attempt = context;
	ssize_t n = recv(fd, bytes, sizeof(bytes), 0);

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		attempt->calls->failed(attempt);
	else if (n >= LDNS_HEADER_SIZE && LDNS_ID_WIRE(bytes) == attempt->id)
		attempt->calls->message(attempt, bytes, (size_t)n);
}

static int send_udp(struct attempt *attempt, struct event_base *loop, const uint8_t *bytes,
		    size_t size)
{
	attempt->fd = open_udp(attempt->server);
	if (attempt->fd < 0)
		return attempt->fd;
	attempt->readable =
		event_new(loop, attempt->fd, EV_READ | EV_PERSIST, on_datagram, attempt);
	if (!attempt->readable || event_add(attempt->readable, NULL) < 0)
		return -ENOMEM;
	return send(attempt->fd, bytes, size, 0) < 0 ? negative_errno() : 0;
}

static void on_stream(struct bufferevent *stream, void *context)
{
	static uint8_t bytes[ANSWER_MAX];
	struct attempt *attempt = context;
	const int n = frame_take(stream, bytes, sizeof(bytes));

	if (n >= LDNS_HEADER_SIZE && LDNS_ID_WIRE(bytes) == attempt->id)
		attempt->calls->message(attempt, bytes, (size_t)n);
	else if (n != -EAGAIN)
		attempt->calls->failed(attempt);
}

static void on_stream_event(struct bufferevent *stream _unused_, short what, void *context)
{
	struct attempt *attempt = context;

	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		attempt->calls->failed(attempt);
}

static int send_tcp(struct attempt *attempt, struct event_base *loop, const uint8_t *bytes,
		    size_t size)
{
	attempt->stream =
		bufferevent_socket_new(loop, -1, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	if (!attempt->stream)
		return -ENOMEM;
	bufferevent_setcb(attempt->stream, on_stream, NULL, on_stream_event, attempt);
	bufferevent_setwatermark(attempt->stream, EV_READ, 0, FRAME_MAX);
	if (bufferevent_socket_connect(attempt->stream,
				       (const struct sockaddr *)&attempt->server->address,
				       (int)attempt->server->size) < 0)
		return -ECONNREFUSED;
	if (!frame_put(attempt->stream, bytes, size) ||
	    bufferevent_enable(attempt->stream, EV_READ) < 0)
		return -ENOMEM;
	return 0;
}

int attempt_start(struct attempt *attempt, struct event_base *loop, const struct message *message)
{
	uint8_t bytes[QUESTION_MAX];
	int r;

	attempt->fd = -1;
	if (getrandom(&attempt->id, sizeof(attempt->id), 0) != sizeof(attempt->id))
		return -EIO;
	memcpy(bytes, message->bytes, message->size);
	ldns_write_uint16(bytes, attempt->id);
	r = message->tcp ? send_tcp(attempt, loop, bytes, message->size)
			 : send_udp(attempt, loop, bytes, message->size);
	if (r < 0)
		attempt_end(attempt);
	return r;
}

void attempt_end(struct attempt *attempt)
{
	if (attempt->stream)
		bufferevent_free(attempt->stream);
	if (attempt->readable)
		event_free(attempt->readable);
	close_fd(attempt->fd);
	*attempt = (struct attempt){.fd = -1};
}
