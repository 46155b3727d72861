/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/audit.h"
#include "daemon/keeper/log.h"

#define REFUSALS_MAX 20
#define REFUSALS_SECONDS 10

/* What has been done when a request was; NULL: it says so itself, or has changed nothing. */
static const struct {
	const char *method, *done;
} methods[WIRE_OP_END] = {
	[WIRE_CREATE] = {"Create", NULL},
	[WIRE_GET] = {"Get", NULL},
	[WIRE_LIST] = {"List", NULL},
	[WIRE_REMOVE] = {"Remove", "set removed"},
	[WIRE_RENEW] = {"Renew", "lease renewed"},
	[WIRE_EXEC] = {"Exec", NULL},
	[WIRE_RUN] = {"Run", NULL},
	[WIRE_SESSIONS] = {"ListSessions", NULL},
	[WIRE_WAIT] = {"WaitSession", NULL},
	[WIRE_OPEN] = {"OpenNamespaces", "namespaces handed out"},
	[WIRE_PROCESSES] = {"ListProcesses", NULL},
	[WIRE_KILL] = {"Kill", "processes signalled"},
	[WIRE_FREEZE] = {"Freeze", "set frozen"},
	[WIRE_THAW] = {"Thaw", "set thawed"},
	[WIRE_IDENTIFY] = {"Identify", NULL},
	[WIRE_STATUS] = {"GetStatus", NULL},
	[WIRE_LINK_ADD] = {"AddLink", NULL},
	[WIRE_LINK_SET] = {"SetLink", "link changed"},
	[WIRE_LINK_REMOVE] = {"RemoveLink", NULL},
	[WIRE_LINK_LIST] = {"ListLinks", NULL},
	[WIRE_NETWORK_CREATE] = {"CreateNetwork", NULL},
	[WIRE_NETWORK_REMOVE] = {"RemoveNetwork", "network removed"},
	[WIRE_NETWORK_LIST] = {"ListNetworks", NULL},
	[WIRE_MONITOR] = {"Monitor", NULL},
	[WIRE_APPLY] = {"Apply", NULL},
};

const char *audit_method(enum wire_op op)
{
	return methods[op].method;
}

static struct log_fields fields_of(const struct request *request)
{
	return (struct log_fields){
		.has_uid = true,
		.uid = request->subject.uid,
		.has_owner = request->owner != request->subject.uid,
		.owner = request->owner,
		.method = methods[request->op].method,
		.set = *request->about ? request->about : NULL,
	};
}

void audit_done(const struct request *request, const char *session)
{
	struct log_fields fields = fields_of(request);

	fields.session = session;
	if (session)
		log_line(LOG_INFO, &fields, "session started");
	else if (methods[request->op].done)
		log_line(LOG_INFO, &fields, "%s", methods[request->op].done);
}

bool audit_may_log(struct audit_limit *limit)
{
	uint64_t now = keeper_boottime();

	if (!limit)
		return true;
	if (now - limit->since > REFUSALS_SECONDS * UINT64_C(1000000)) {
		limit->since = now;
		limit->logged = 0;
	}
	if (limit->logged >= REFUSALS_MAX) {
		limit->suppressed++;
		return false;
	}
	limit->logged++;
	return true;
}

/* What was to be executed is not there, or is nothing to execute. */
static bool is_about_command(const struct request *request, const struct failure *failure)
{
	return (request->op == WIRE_EXEC || request->op == WIRE_RUN) &&
	       (failure->number == ENOENT || failure->number == EACCES ||
		failure->number == ENOEXEC || failure->number == ENOTDIR ||
		failure->number == ELOOP);
}

void audit_failed(const struct request *request, const struct failure *failure,
		  struct audit_limit *limit)
{
	struct log_fields fields = fields_of(request);
	bool ours = failure->error == ERROR_SYSTEM;

	if (ours && is_about_command(request, failure))
		return;
	if (!ours && failure->error != ERROR_NOT_PERMITTED &&
	    failure->error != ERROR_LIMIT_EXCEEDED && failure->error != ERROR_PERMISSION_DENIED)
		return;
	if (!audit_may_log(limit))
		return;
	if (limit && limit->suppressed > 0)
		log_line(LOG_NOTICE, &fields, "%u refusals of this user were not logged",
			 limit->suppressed);
	if (limit)
		limit->suppressed = 0;
	if (ours)
		fields.error = (int)failure->number;
	log_line(ours ? LOG_WARNING : LOG_NOTICE, &fields, "%s: %s%s%s",
		 ours ? "failed" : "refused", failure->subject, *failure->text ? ": " : "",
		 failure->text);
}
