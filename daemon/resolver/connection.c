/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/resolver/frame.h"
#include "daemon/resolver/resolver.h"

static void on_readable(struct bufferevent *stream _unused_, void *context)
{
	struct connection *connection = context;

	event_active(connection->set->resume, EV_TIMEOUT, 1);
}

static void on_written(struct bufferevent *stream _unused_, void *context)
{
	struct connection *connection = context;

	connection->busy = false;
	event_active(connection->set->resume, EV_TIMEOUT, 1);
}

/* Frees a connection that has ended, or that was idle for too long and has no question in
 * progress. */
static void on_end(struct bufferevent *stream, short what, void *context)
{
	struct connection *connection = context;

	if (what & BEV_EVENT_TIMEOUT && connection->ask)
		/* it waits for us */
		bufferevent_enable(stream, EV_READ | EV_WRITE);
	else
		connection_free(connection);
}

static int start(struct connection *connection, int fd)
{
	static const struct timeval idle = {CONNECTION_SECONDS, 0};

	connection->stream =
		bufferevent_socket_new(connection->set->resolver->loop, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!connection->stream) {
		close_fd(fd);
		return -ENOMEM;
	}
	bufferevent_setcb(connection->stream, on_readable, on_written, on_end, connection);
	bufferevent_setwatermark(connection->stream, EV_READ, 0, FRAME_LENGTH + QUESTION_MAX);
	bufferevent_set_timeouts(connection->stream, &idle, &idle);
	return bufferevent_enable(connection->stream, EV_READ) < 0 ? -ENOMEM : 0;
}

int connection_accept(struct set *set, int listening_fd)
{
	struct connection *connection;
	int fd;

	if (set->resolver->n_connections == CONNECTIONS_ALL_MAX)
		return -EMFILE;
	fd = accept4(listening_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return negative_errno();
	connection = calloc(1, sizeof(*connection));
	if (!connection) {
		close_fd(fd);
		return -ENOMEM;
	}
	connection->set = set;
	LIST_INSERT_HEAD(&set->connections, connection, of_set);
	set->n_connections++;
	set->resolver->n_connections++;
	if (start(connection, fd) < 0)
		connection_free(connection);
	return 0;
}

void connection_free(struct connection *connection)
{
	struct set *set = connection->set;

	if (connection->ask)
		ask_free(connection->ask);
	if (connection->stream)
		bufferevent_free(connection->stream);
	LIST_REMOVE(connection, of_set);
	set->n_connections--;
	set->resolver->n_connections--;
	free(connection);
	event_active(set->resume, EV_TIMEOUT, 1);
}

int connection_read(struct connection *connection, uint8_t *ret, size_t max)
{
	return connection->ask || connection->busy ? -EAGAIN
						   : frame_take(connection->stream, ret, max);
}

void connection_write(struct connection *connection, const uint8_t *reply, size_t size)
{
	connection->busy = true;
	if (!frame_put(connection->stream, reply, size))
		connection_free(connection);
}

void connection_answer(struct ask *ask, const uint8_t *reply, size_t size)
{
	struct connection *connection = ask->connection;

	connection->ask = NULL;
	connection_write(connection, reply, size);
}
