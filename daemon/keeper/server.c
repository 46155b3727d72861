/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include "daemon/keeper/closer.h"
#include "daemon/keeper/front.h"
#include "daemon/keeper/log.h"
#include "daemon/keeper/server.h"

#define BACKLOG 1024
#define ACCEPTS_AT_ONCE 16

static int bind_socket(const char *path, mode_t mode)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_fd_ int fd = -1;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return negative_errno();
	/* somebody answers there: another daemon, which stays; nobody: a leftover */
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return -EADDRINUSE;
	if (errno == ECONNREFUSED && unlink(path) < 0)
		return negative_errno();
	close_fd(fd);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chmod(path, mode) < 0 || listen(fd, BACKLOG) < 0)
		return negative_errno();
	return take_fd(&fd);
}

int server_listen(struct keeper *keeper, const char *path, mode_t mode)
{
	int fd = bind_socket(path, mode);

	if (fd < 0)
		return fd;
	keeper->socket_fd = fd;
	return 0;
}

/* What the connection may do: from what the kernel says of the peer and what the policy allows. */
static void judge(struct keeper *keeper, struct connection *connection, char *ret_reason,
		  size_t size)
{
	const struct peer_identity *identity = &connection->peer.identity;
	struct authz_subject *subject = &connection->subject;
	const struct peer *peer = &connection->peer;
	const struct set *set = registry_find_set_id(keeper->registry, peer->set_id);
	/* in the cgroup of a set that is not known any more it is nowhere */
	bool place_known = peer->place_known && (set || !*peer->set_id);
	struct failure failure = {};

	subject->uid = identity->uid;
	subject->allowed =
		authz_allowed(keeper->config, identity->uid, identity->gid, identity->groups,
			      identity->n_groups, config_host_user_namespaces());
	ret_reason[0] = '\0';
	if (authz_connect(subject->allowed, peer->confined, place_known, set ? set->name : NULL,
			  &subject->scope, &failure)) {
		subject->scope = SCOPE_CONFINED;
		snprintf(ret_reason, size, "%s", failure.text);
	} else if (subject->scope == SCOPE_CONFINED) {
		snprintf(ret_reason, size, "%s",
			 *peer->confined ? peer->confined : "it is in a set that is gone");
	} else if (subject->scope == SCOPE_SET && set) {
		snprintf(ret_reason, size, "%s", set->name);
	}
	snprintf(connection->scope_name, sizeof(connection->scope_name), "%s",
		 set ? set->name : "");
	subject->scope_text = connection->scope_name;
	subject->scope_owner = set ? set->owner : 0;
}

static int count_connection(struct keeper *keeper, uid_t uid)
{
	struct registry_use *use = registry_use(keeper->registry, uid);

	if (!use)
		return -ENOMEM;
	if (uid != 0 && use->connections >= keeper->config->limits.connections) {
		registry_use_settle(keeper->registry, uid);
		return -EDQUOT;
	}
	use->connections++;
	return 0;
}

static void uncount_connection(struct keeper *keeper, uid_t uid)
{
	struct registry_use *use = registry_use(keeper->registry, uid);

	if (use && use->connections > 0)
		use->connections--;
	registry_use_settle(keeper->registry, uid);
}

void connection_free(struct keeper *keeper, struct connection *connection)
{
	uncount_connection(keeper, connection->peer.identity.uid);
	peer_done(&connection->peer);
	closer_close(keeper, connection->socket_fd);
	free(connection);
}

/* To its identity's front; a front may have died a moment ago, which we have not heard of yet. */
static int hand_over(struct keeper *keeper, struct connection *connection, int fd,
		     const char *reason)
{
	struct front *front;
	int r = front_find(keeper, &connection->peer.identity, &front);

	if (r < 0)
		return r;
	r = front_add(front, connection, fd, reason);
	if (r != -EPIPE && r != -ECONNRESET)
		return r;
	front_free(front);
	r = front_find(keeper, &connection->peer.identity, &front);
	return r < 0 ? r : front_add(front, connection, fd, reason);
}

/* 0, or the reason for which the connection is closed without a word. */
static int serve(struct keeper *keeper, int fd)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	char reason[256];
	int r;

	if (!connection)
		return -ENOMEM;
	r = peer_read(fd, &keeper->host, &connection->peer);
	if (r == 0)
		r = count_connection(keeper, connection->peer.identity.uid);
	if (r < 0) {
		log_line(LOG_NOTICE,
			 &(struct log_fields){.has_uid = r == -EDQUOT,
					      .uid = connection->peer.identity.uid,
					      .error = -r},
			 "connection refused: %s",
			 r == -EDQUOT ? "limit of connections" : strerror(-r));
		peer_done(&connection->peer);
		free(connection);
		return r;
	}
	connection->number = ++keeper->last_connection;
	connection->socket_fd = -1;
	judge(keeper, connection, reason, sizeof(reason));
	r = hand_over(keeper, connection, fd, reason);
	if (r < 0)
		connection_free(keeper, connection);
	return r;
}

static void on_accept_again(evutil_socket_t fd, short what, void *context);

/* Whether it is certain that somebody goes on accepting after a pause. */
static bool accept_later(struct keeper *keeper)
{
	static const struct timeval pause = {.tv_usec = 100000};

	return event_base_once(keeper->loop, -1, EV_TIMEOUT, on_accept_again, keeper, &pause) == 0;
}

static void on_accept_again(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct keeper *keeper = context;

	if (keeper->accept_event && event_add(keeper->accept_event, NULL) < 0)
		accept_later(keeper);
}

static void on_accept(evutil_socket_t listening, short what _unused_, void *context)
{
	struct keeper *keeper = context;

	for (int i = 0; i < ACCEPTS_AT_ONCE; i++) {
		int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM)) {
			log_error("cannot accept a connection: %s", strerror(errno));
			/* it would be readable at once again, for nothing */
			if (accept_later(keeper))
				event_del(keeper->accept_event);
			return;
		}
		if (fd < 0)
			return;
		if (serve(keeper, fd) < 0)
			closer_close(keeper, fd);
	}
}

int server_start(struct keeper *keeper)
{
	keeper->accept_event =
		event_new(keeper->loop, keeper->socket_fd, EV_READ | EV_PERSIST, on_accept, keeper);
	if (!keeper->accept_event || event_add(keeper->accept_event, NULL) < 0)
		return -ENOMEM;
	return 0;
}

void server_pause(struct keeper *keeper)
{
	if (keeper->accept_event)
		event_free(keeper->accept_event);
	keeper->accept_event = NULL;
}

void server_stop(struct keeper *keeper)
{
	server_pause(keeper);
	while (keeper->fronts)
		front_free(keeper->fronts);
	keeper->socket_fd = close_fd(keeper->socket_fd);
}

int server_find_set(struct keeper *keeper, struct request *request, const char *name,
		    bool has_owner, uid_t owner, struct set **ret, struct failure *failure)
{
	const struct authz_subject *subject = &request->subject;
	struct set *set;
	int r;

	/* inside a set no name is needed: there is but one */
	if (!name && subject->scope == SCOPE_SET)
		name = subject->scope_text;
	if (!name || !name_is_valid(name))
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "name",
				   name ? "a name is 1 to 64 of a-z 0-9 . _ -, and begins and "
					  "ends with a letter or digit"
					: "is needed");
	snprintf(request->about, sizeof(request->about), "%s", name);
	r = authz_owner(subject, has_owner, owner, "set", name, &request->owner, failure);
	if (r)
		return r;
	set = registry_find_set(keeper->registry, request->owner, name);
	if (!set)
		return failure_set(failure, ERROR_NOT_FOUND, 0, "set", "%s", name);
	*ret = set;
	return 0;
}
