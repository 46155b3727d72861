/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/policy/user-name.h"
#include "daemon/keeper/request/audit.h"
#include "daemon/wire/method.h"

static struct log_fields fields_of(const struct request *request)
{
	return (struct log_fields){
		.has_uid = true,
		.uid = request->subject.uid,
		.has_owner = request->owner != request->subject.uid,
		.owner = request->owner,
		.method = wire_methods[request->op].name,
		.set = *request->about ? request->about : NULL,
	};
}

#define DEED_SIZE (2 * USER_NAME_SIZE + NAME_SIZE + 64)

/* Writes to text what a user did, such as "root removed set web of alice", and returns text. what:
 * the words before the object, such as "removed set". */
static const char *describe(const struct request *request, const struct log_fields *fields,
			    const char *what, char text[static DEED_SIZE])
{
	struct user_name owner = {};

	if (fields->has_owner)
		owner = user_name(fields->owner);
	snprintf(text, DEED_SIZE, "%s %s%s%s%s%s", user_name(fields->uid).text, what,
		 *request->about ? " " : "", request->about, fields->has_owner ? " of " : "",
		 owner.text);
	return text;
}

void audit_done(const struct request *request, const char *session)
{
	struct log_fields fields = fields_of(request);
	const char *done = wire_methods[request->op].done;
	char text[DEED_SIZE];

	fields.session = session;
	if (session)
		log_operation("sessions started", LOG_INFO, &fields, "%s",
			      describe(request, &fields, "started a session in set", text));
	else if (done)
		log_by_user(done, LOG_INFO, &fields, "%s", describe(request, &fields, done, text));
}

/* Returns true if the request has failed because the program that it names does not exist or cannot
 * be executed, according to the errno. */
static bool is_about_command(const struct request *request, const struct failure *failure)
{
	return (request->op == WIRE_EXEC || request->op == WIRE_RUN) &&
	       (failure->number == ENOENT || failure->number == EACCES ||
		failure->number == ENOEXEC || failure->number == ENOTDIR ||
		failure->number == ELOOP);
}

void audit_failed(struct counters *counters, const struct request *request,
		  const struct failure *failure)
{
	struct log_fields fields = fields_of(request);
	bool ours = failure->error == ERROR_SYSTEM;

	if (ours && is_about_command(request, failure))
		return;
	if (!ours && failure->error != ERROR_NOT_PERMITTED &&
	    failure->error != ERROR_LIMIT_EXCEEDED && failure->error != ERROR_PERMISSION_DENIED)
		return;
	if (ours)
		counters->failed++;
	else
		counters->refused++;
	if (ours)
		fields.error = (int)failure->number;
	log_by_user(ours ? "calls failed" : "calls refused", ours ? LOG_WARNING : LOG_NOTICE,
		    &fields, "%s: %s%s%s %s: %s%s%s", user_name(fields.uid).text, fields.method,
		    *request->about ? " " : "", request->about, ours ? "failed" : "refused",
		    failure->subject, *failure->text ? ": " : "", failure->text);
}
