/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The method Run: makes a set, and runs a command in it. The set ends with the command. */
#include "daemon/keeper/policy/check.h"
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/set/create.h"
#include "daemon/keeper/set/session.h"

struct run {
	struct request *request;
	struct runs_as as;
	struct wire_run wire; /* points into message */
	struct wire_message message;
};

static void run_free(struct run *run)
{
	wire_message_done(&run->message);
	free(run);
}

static void on_run_created(struct keeper *keeper, struct set *set, const struct failure *failure,
			   void *context)
{
	struct run *run = context;

	if (failure)
		request_fail(keeper, run->request, failure);
	else
		session_start(keeper, run->request, set, &run->wire.command, &run->as, true);
	run_free(run);
}

/* Copies the request's message to run->message, and decodes the copy to run->wire. Returns 0 or
 * -errno. */
static int read_message(const struct request *request, struct run *run)
{
	int r = wire_message_copy(request->message, &run->message);

	return r < 0 ? r : wire_decode(&run->message, &wire_run_layout, &run->wire);
}

static int try_run(struct keeper *keeper, struct request *request, struct run *run,
		   struct failure *failure)
{
	char picked[NAME_SIZE];
	struct set_wish wish = {
		.name = create_pick_name(keeper, request, run->wire.name, picked),
		.spec = &run->wire.spec,
		.run = true,
		.no_init = run->wire.no_init,
		.created = on_run_created,
		.context = run,
	};
	const struct client_connection *connection = request_connection(request);
	struct wire_spec *spec = &run->wire.spec;
	int r = check_name(wish.name, "name", failure);

	request_set_about(request, wish.name);
	if (r == 0)
		r = admission_of_spec(keeper, request, spec, wish.name, failure);
	if (r == 0)
		r = check_command(&run->wire.command, spec->kinds, failure);
	if (r == 0)
		r = admission_of_command(keeper, request, connection->peer.identity.uid,
					 connection->peer.identity.gid, spec->mapping, spec->kinds,
					 spec, &run->wire.command, &run->as, failure);
	/* no JSON call has this, but a front that an attacker controls may send it */
	if (r == 0 && run->wire.command.kinds)
		r = failure_set(failure, ERROR_INVALID_VALUE, 0, "namespaces",
				"the command of a Run enters all namespaces of its set");
	if (r == 0 && spec->boot)
		r = failure_set(failure, ERROR_INVALID_VALUE, 0, "spec.boot",
				"the set ends with its command");
	if (r == 0 && run->wire.no_init && !(spec->kinds & KIND_BIT(KIND_PID)))
		r = failure_set(failure, ERROR_INVALID_VALUE, 0, "init",
				"the command can be process 1 only in a set with a pid namespace");
	if (r == 0 && run->wire.no_init)
		r = check_no_procs(spec, failure);
	if (r == 0 && registry_find_set(keeper->registry, request->subject.uid, wish.name))
		r = failure_set(failure, ERROR_EXISTS, 0, "set", "%s", wish.name);
	run->as.no_init = run->wire.no_init;
	run->as.mount_proc = spec->mount_proc == SWITCH_ON;
	return r ? r : set_create(keeper, run->request, &wish, failure);
}

int on_run(struct keeper *keeper, struct request *request, struct wire_run *asked _unused_,
	   struct failure *failure)
{
	struct run *run = calloc(1, sizeof(*run));
	int r = run ? read_message(request, run) : -ENOMEM;

	if (r < 0) {
		if (run)
			run_free(run);
		return failure_from_errno(failure, r, "start the session");
	}
	run->request = request_keep(request);
	r = run->request ? try_run(keeper, request, run, failure)
			 : failure_from_errno(failure, -ENOMEM, "start the session");
	if (r == 0)
		return 0;
	request_drop(run->request);
	run_free(run);
	return r;
}
