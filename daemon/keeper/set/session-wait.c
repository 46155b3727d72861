/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The method Wait: answers at once if the session has ended. Otherwise keeps the request, and
 * session-end.c answers it. */
#include "daemon/keeper/policy/authz.h"
#include "daemon/keeper/policy/check.h"
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/set/session-end.h"

/* Finds the session that a Wait is about, if the caller may know of it. Returns 0 or an error. */
static int find_waited(struct keeper *keeper, const struct request *request, const char *id,
		       struct session **ret, struct failure *failure)
{
	struct session *session;
	uid_t owner;
	int r = check_session(id, failure);

	if (r)
		return r;
	session = registry_find_session(keeper->registry, id);
	if (!session || (session->set && !authz_reaches(&request->subject, set_made(session->set))))
		return failure_set(failure, ERROR_NOT_FOUND, 0, "session", "%s", id);
	*ret = session;
	return authz_act_for(&request->subject, true, session->owner, "session", id, &owner,
			     failure);
}

static void stop_waiting(struct keeper *keeper _unused_, struct request *waiter)
{
	struct watch *watch = waiter->holder;

	LIST_DROP(watch->waiters, waiter, behind);
	request_drop(waiter);
}

static int wait_for_end(const struct request *request, const struct session *session,
			struct failure *failure)
{
	struct watch *watch = session->work;
	struct request *kept = watch ? request_keep(request) : NULL;

	if (!kept)
		return failure_from_errno(failure, -ENOMEM, "wait for the session");
	kept->behind = watch->waiters;
	kept->gone = stop_waiting;
	kept->holder = watch;
	watch->waiters = kept;
	return 0;
}

int on_wait(struct keeper *keeper, struct request *request, struct wire_ask *asked,
	    struct failure *failure)
{
	struct session *session = NULL;
	int r = find_waited(keeper, request, asked->session, &session, failure);

	if (r)
		return r;
	if (!session->ended)
		return wait_for_end(request, session, failure);
	session_answer_ended(keeper, request, session);
	return 0;
}
