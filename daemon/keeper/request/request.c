/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/policy/check.h"
#include "daemon/keeper/request/front-state.h"
#include "daemon/keeper/request/request.h"
#include "daemon/wire/method.h"

struct request *request_keep(const struct request *request)
{
	struct request *kept = malloc(sizeof(*kept));

	if (!kept)
		return NULL;
	*kept = *request;
	kept->kept = true;
	kept->processes = NULL;
	kept->message = NULL;
	LIST_PUSH(kept->front->requests, kept, next);
	kept->front->n_requests++;
	return kept;
}

void request_drop(struct request *request)
{
	if (!request || !request->kept)
		return;
	if (request->front) {
		LIST_DROP(request->front->requests, request, next);
		request->front->n_requests--;
	}
	free(request);
}

void request_begin(struct keeper *keeper, const struct request *request, uint16_t flags)
{
	wire_begin(keeper->to_front, request->op, WIRE_REPLY | flags, request->number,
		   request->connection);
}

void request_send(struct keeper *keeper _unused_, const struct request *request)
{
	if (!request->front)
		return;
	front_say(request->front);
	lane_release(request);
}

/* Sends a short answer directly to the client, so that the client need not wait for its front. Does
 * so only if the front has allowed it (request->direct). The front allows it when it has sent the
 * client everything else, and then sends nothing until it hears of this answer. Returns false if
 * the answer was not sent. */
static bool answer_directly(const struct request *request, const char *text)
{
	const struct client_connection *connection =
		request->direct ? request_connection(request) : NULL;
	ssize_t size = (ssize_t)strlen(text) + 1;

	return connection &&
	       send(connection->socket_fd, text, size, MSG_DONTWAIT | MSG_NOSIGNAL) == size;
}

void request_done_directly(struct keeper *keeper, struct request *request, const char *text,
			   const struct wire_layout *layout, const void *value)
{
	bool sent = text && answer_directly(request, text);

	request_begin(keeper, request, sent ? WIRE_SENT : 0);
	if (layout && !sent)
		wire_put(keeper->to_front, layout, value);
	request_send(keeper, request);
	audit_done(request, NULL);
	request_drop(request);
}

void request_done(struct keeper *keeper, struct request *request, const struct wire_layout *layout,
		  const void *value)
{
	request_done_directly(keeper, request, layout ? NULL : "{\"parameters\":{}}", layout,
			      value);
}

void request_end(struct keeper *keeper, struct request *request)
{
	request_send(keeper, request);
	request_drop(request);
}

void request_fail(struct keeper *keeper, struct request *request, const struct failure *failure)
{
	audit_failed(&keeper->counters, request, failure);
	request_begin(keeper, request, WIRE_FAILURE);
	wire_put_failure(keeper->to_front, failure);
	request_send(keeper, request);
	request_drop(request);
}

struct client_connection *request_connection(const struct request *request)
{
	const struct front_process *front = request->front;

	return front ? LIST_FIND(front->connections, at, next, at->number == request->connection)
		     : NULL;
}

const struct peer_identity *request_identity(const struct request *request)
{
	const struct client_connection *connection = request_connection(request);

	if (request->identity)
		return request->identity;
	return connection ? &connection->peer.identity : NULL;
}

bool request_has_room(const struct request *request)
{
	struct front_process *front = request->front;

	if (!front || front_has_room(front))
		return true;
	front_watch(front, front->writable);
	return false;
}

bool fronts_are_busy(const struct keeper *keeper)
{
	for (const struct front_process *front = keeper->fronts; front; front = front->next) {
		int n = 0;

		if (!front->stopped && !front->closing)
			return true;
		for (const struct request *at = front->requests; at; at = at->next, n--)
			if (!(wire_methods[at->op].flags & METHOD_LASTING))
				return true;
		for (const struct client_connection *at = front->connections; at; at = at->next)
			n++;
		/* All requests of the front last (METHOD_LASTING). n: its connections without such
		 * a request. A front that has stopped closes these after their last answers; a
		 * front that is closing loses them anyway. */
		if (n > 0 && !front->closing)
			return true;
	}
	return false;
}

/* Fills in the caller's cgroup, because the caller's sets must be filtered by its BPF programs,
 * too. Does nothing if the cgroup is not known, or if [allow] unfiltered of the configuration names
 * the caller. Does nothing for a caller inside a set, either: cgroups of sets have no programs of
 * their own. Returns 0 or -ENAMETOOLONG. */
static int fill_filter(const struct request *request, const struct client_connection *connection,
		       struct task_caller *ret)
{
	const char *cgroup = connection->peer.cgroup;

	if (!cgroup || request->subject.scope == SCOPE_SET ||
	    request->subject.allowed & ALLOW_UNFILTERED)
		return 0;
	if (strlen(cgroup) >= CALLER_CGROUP_SIZE)
		return -ENAMETOOLONG;
	ret->cgroup = cgroup;
	return 0;
}

int request_fill_caller(const struct request *request, struct task_caller *ret)
{
	const struct client_connection *connection = request_connection(request);
	int r;

	if (*request->subject.home)
		ret->home = request->subject.home;
	if (!connection)
		return *request->subject.wall ? -ESTALE : 0;
	r = fill_filter(request, connection, ret);
	if (r < 0 || !*request->subject.wall)
		return r;
	ret->process_fd = connection->peer.pid_fd;
	ret->wall = connection->peer.identity.wall;
	return 0;
}

void request_set_about(struct request *request, const char *name)
{
	snprintf(request->about, sizeof(request->about), "%s",
		 name && name_is_valid(name) ? name : "");
}

int request_find_set(struct keeper *keeper, struct request *request, const char *name,
		     bool has_owner, uid_t owner, struct set **ret, struct failure *failure)
{
	const struct authz_subject *subject = &request->subject;
	struct set *set;
	int r;

	/* inside a set, a request need not name the set, because it can only mean this one */
	if (!name && subject->scope == SCOPE_SET)
		name = subject->scope_text;
	r = check_name(name, "name", failure);
	if (r)
		return r;
	request_set_about(request, name);
	r = authz_act_for(subject, has_owner, owner, "set", name, &request->owner, failure);
	if (r)
		return r;
	set = registry_find_set(keeper->registry, request->owner, name);
	if (!set || !authz_reaches_by(subject, request->op, set_made(set)))
		return failure_set(failure, ERROR_NOT_FOUND, 0, "set", "%s", name);
	*ret = set;
	return 0;
}

int request_find_asked(struct keeper *keeper, struct request *request, const struct wire_ask *ask,
		       struct set **ret, struct failure *failure)
{
	return request_find_set(keeper, request, ask->name, ask->has_owner, ask->owner, ret,
				failure);
}
