/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/un.h>
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/policy/config.h"
#include "daemon/keeper/request/front.h"
#include "daemon/keeper/request/refused-connections.h"
#include "daemon/keeper/request/scope.h"
#include "daemon/keeper/request/server.h"
#include "daemon/keeper/state/quota.h"
#include "daemon/keeper/state/registry.h"

int server_listen(const char *path, mode_t mode)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_fd_ int fd = -1;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return negative_errno();
	/* 0: another daemon serves the socket; ECONNREFUSED: a daemon has left the socket over */
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return -EADDRINUSE;
	if (errno == ECONNREFUSED && unlink(path) < 0)
		return negative_errno();
	close_fd(fd);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chmod(path, mode) < 0 || listen(fd, SERVER_BACKLOG) < 0)
		return negative_errno();
	return take_fd(&fd);
}

/* --- the user whom a peer counts against --- */

static struct subid_owners subid_owners;

/* Returns the user who is charged for a connection from a set, a user namespace or a subordinate id
 * of owner. This is owner, but for root it is the account of the fronts: root has no limits, and
 * root's containers must have some. */
static uid_t charge_to(const struct keeper *keeper, uid_t owner)
{
	return owner == 0 ? keeper->config->front_uid : owner;
}

void server_refresh_owners(struct keeper *keeper)
{
	subid_owners_refresh(&subid_owners, keeper->config->subuid);
}

uid_t server_guess_owner(const struct keeper *keeper, uid_t uid)
{
	uid_t owner;

	if (uid == 0 || !subid_owners_find(&subid_owners, uid, &owner))
		return uid;
	return charge_to(keeper, owner);
}

/*
 * Decides which user is charged for a connection, and whether it is shared: all shared connections
 * that are charged to a user have one front.
 *
 * Connections from user namespaces and those with a subordinate uid are shared, because one user
 * can have many such ids. (A process on the host can get a subordinate uid from a setuid file.)
 * Connections with uid 0 of the host are not shared.
 *
 * A shared connection from a user namespace is charged to the owner of the set that the peer is in.
 * If the peer is in no set, it is charged to the owner of the user namespace, if known. All other
 * connections are charged to `guess`, the owner of the uid by server_guess_owner().
 */
static void charge(const struct keeper *keeper, struct client_connection *connection, uid_t guess)
{
	const struct peer *peer = &connection->peer;
	bool known;
	const struct set *set = scope_find_set(keeper, peer, &known);

	connection->charged = guess;
	connection->shared =
		peer->identity.uid != 0 && (peer->is_stranger || guess != peer->identity.uid);
	if (!connection->shared || !peer->is_stranger)
		return;
	if (set)
		connection->charged = charge_to(keeper, set->owner);
	else if (peer->owner_known)
		connection->charged = charge_to(keeper, peer->owner);
}

/* --- refusing --- */

static void log_refusal(uid_t uid, const struct failure *failure)
{
	const struct log_fields fields = {
		.has_uid = true,
		.uid = uid,
		.error = failure->error == ERROR_SYSTEM ? (int)failure->number : 0,
	};

	log_by_user("connections refused", LOG_NOTICE, &fields, "connection refused: %s%s%s%s",
		    failure->error == ERROR_LIMIT_EXCEEDED ? "limit of " : "", failure->subject,
		    *failure->text ? ": " : "", failure->text);
}

void server_refuse(struct keeper *keeper, int fd, uid_t uid, const struct failure *failure)
{
	keeper->counters.refused++;
	log_refusal(uid, failure);
	refused_add(keeper, fd, uid, failure);
}

/* --- serving --- */

/* Fills in *failure for a connection that cannot be served because of r, a negative
 * errno. Returns the error. */
static int explain(int r, struct failure *failure)
{
	if (r == -EPERM)
		return failure_set(failure, ERROR_NOT_PERMITTED, 0, "connect",
				   "the caller has an id that is not mapped here, or too many "
				   "groups");
	if (r == -ESRCH)
		return failure_set(failure, ERROR_NOT_PERMITTED, 0, "connect",
				   "the process that connected has ended, so its AppArmor profile "
				   "is not known");
	/* two fronts in a row have ended (hand_over()): probably, no process can be started now */
	if (r == -EPIPE || r == -ECONNRESET)
		return failure_from_errno(failure, -EAGAIN, "start a front for the connection");
	return failure_from_errno(failure, r, "serve the connection");
}

/* Passes the connection to its front. If that front has ended, which the keeper may not have
 * noticed yet, tries once more, with another one. Returns 0, or an error and *failure. */
static int hand_over(struct keeper *keeper, struct client_connection *connection, int fd,
		     const char *reason, struct failure *failure)
{
	for (int i = 0; i < 2; i++) {
		struct front_process *front;
		int r = front_find(keeper, connection, &front, failure);

		if (r)
			return r;
		r = front_add(front, connection, fd, reason);
		if (r == 0)
			return 0;
		explain(r, failure);
		if (r != -EPIPE && r != -ECONNRESET)
			break;
		front_free(front);
	}
	return failure->error;
}

/* Reads the facts about the peer, and decides which user is charged for the connection (charge()).
 * counted: the user against whose limit it has been counted. If another user is charged, it counts
 * against that user's limit instead. Returns 0, or an error and *failure. */
static int admit(struct keeper *keeper, struct client_connection *connection, int fd, uid_t counted,
		 struct failure *failure)
{
	int r = peer_read(fd, keeper->host, &connection->peer);

	connection->charged = counted;
	if (r < 0)
		return explain(r, failure);
	charge(keeper, connection, counted);
	if (connection->charged == counted)
		return 0;
	r = quota_take(keeper, connection->charged, QUOTA_CONNECTIONS, failure);
	if (r)
		connection->charged = counted;
	else
		quota_add(keeper, counted, QUOTA_CONNECTIONS, -1);
	return r;
}

void server_serve(struct keeper *keeper, int fd, uid_t counted)
{
	static uint32_t last_number;
	struct client_connection *connection = calloc(1, sizeof(*connection));
	struct failure failure;
	char reason[256];
	int r;

	if (!connection) {
		quota_add(keeper, counted, QUOTA_CONNECTIONS, -1);
		failure_from_errno(&failure, -ENOMEM, "serve the connection");
		server_refuse(keeper, fd, counted, &failure);
		return;
	}
	connection->socket_fd = -1;
	r = admit(keeper, connection, fd, counted, &failure);
	if (r == 0) {
		connection->number = ++last_number;
		scope_decide(keeper, connection, reason, sizeof(reason));
		r = hand_over(keeper, connection, fd, reason, &failure);
	}
	if (r == 0)
		return;
	server_refuse(keeper, fd, connection->charged, &failure);
	connection_free(keeper, connection);
}

/* --- beginning and end --- */

void server_stop(struct keeper *keeper)
{
	refused_stop(keeper);
	subid_owners_done(&subid_owners);
	fronts_await_end(keeper);
	fronts_free(keeper);
	/* The listening socket is closed by the end of the process, not by close(2): connections
	 * that wait there may carry sockets that linger, for which close(2) waits. */
}
