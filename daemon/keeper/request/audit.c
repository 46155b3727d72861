/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/request/audit.h"
#include "daemon/keeper/request/request.h"
#include "daemon/wire/layout.h"
#include "protocol/error.h"

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
		log_operation("sessions started", LOG_INFO, &fields, "session started");
	else if (methods[request->op].done)
		log_by_user(methods[request->op].done, LOG_INFO, &fields, "%s",
			    methods[request->op].done);
}

/* What was to be executed is not there, or is nothing to execute. */
static bool is_about_command(const struct request *request, const struct failure *failure)
{
	return (request->op == WIRE_EXEC || request->op == WIRE_RUN) &&
	       (failure->number == ENOENT || failure->number == EACCES ||
		failure->number == ENOEXEC || failure->number == ENOTDIR ||
		failure->number == ELOOP);
}

void audit_failed(const struct request *request, const struct failure *failure)
{
	struct log_fields fields = fields_of(request);
	bool ours = failure->error == ERROR_SYSTEM;

	if (ours && is_about_command(request, failure))
		return;
	if (!ours && failure->error != ERROR_NOT_PERMITTED &&
	    failure->error != ERROR_LIMIT_EXCEEDED && failure->error != ERROR_PERMISSION_DENIED)
		return;
	if (ours)
		fields.error = (int)failure->number;
	log_by_user(ours ? "calls failed" : "calls refused", ours ? LOG_WARNING : LOG_NOTICE,
		    &fields, "%s: %s%s%s", ours ? "failed" : "refused", failure->subject,
		    *failure->text ? ": " : "", failure->text);
}
