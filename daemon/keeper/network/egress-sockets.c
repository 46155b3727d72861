/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/network/egress-names-state.h"
#include "daemon/keeper/workers/operation.h"

#define LISTEN_SECONDS 5

struct opening {
	uint64_t cookie;
	char id[ID_SIZE]; /* of the set */
	int fds[2][2];	  /* the UDP and the TCP socket at each address, or -1 */
	egress_sockets_made *made;
	void *context;
};

static void on_sockets(struct operation *operation, const struct task_report *report,
		       int fds[REPORT_FDS_MAX])
{
	struct opening *opening = operation->context;

	for (int i = 0; report->event == REPORT_LISTENING && report->detail < 2 && i < 2; i++) {
		close_fd(opening->fds[report->detail][i]);
		opening->fds[report->detail][i] = take_fd(&fds[i]);
	}
}

static void opening_free(struct opening *opening)
{
	for (int i = 0; i < 4; i++)
		close_fd(opening->fds[i / 2][i % 2]);
	free(opening);
}

static void on_made(struct operation *operation, const struct task_report *report)
{
	struct opening *opening = operation->context;

	opening->made(opening->context, opening->cookie, opening->id, opening->fds, report);
	opening_free(opening);
}

int egress_sockets_make(const struct egress_names *names, egress_sockets_made *made, void *context)
{
	const struct set *set = names->set;
	struct task_listen task = {};
	struct operation *operation;
	char pin[PIN_PATH_SIZE];
	struct opening *opening = malloc(sizeof(*opening));
	int r = opening ? operation_new(names->keeper, set->owner, TURN_CLEANUP, LISTEN_SECONDS,
					&operation)
			: -ENOMEM;

	if (r < 0) {
		free(opening);
		return r;
	}
	*opening = (struct opening){names->cookie, "", {{-1, -1}, {-1, -1}}, made, context};
	memcpy(opening->id, set->id, sizeof(opening->id));
	snprintf(pin, sizeof(pin), "%u/%s", set->owner, set->name);
	task.pin = pin;
	for (size_t i = 0; i < ARRAY_SIZE(task.addresses); i++)
		task.addresses[i] = *names->addresses[i] ? names->addresses[i] : NULL;
	operation->context = opening;
	operation->report = on_sockets;
	operation->done = on_made;
	r = operation_send(operation, TASK_LISTEN, &task);
	if (r < 0)
		opening_free(opening);
	return r;
}
