/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/network/egress-change.h"
#include "daemon/keeper/network/egress-firewall.h"

#define CHANGE_SECONDS 5

/* A change (struct egress_change) that a worker is making. */
struct pending {
	struct pending *next;
	/* Changes are numbered as they are sent. But a change that the done() of another one sends
	 * gets the number of that one, so that egress_change_settle() waits for both. */
	uint64_t serial;
	char interface[INTERFACE_SIZE];
	void (*done)(struct operation *operation, const struct task_report *report);
	void *context;
};

/* pending: the changes that workers are making. waiters: the callers of egress_change_settle() that
 * still wait. */
static struct {
	struct pending *pending;
	struct egress_change_waiter *waiters;
	/* last: the greatest serial (struct pending) so far. ending: the serial of the change whose
	 * done() runs now; 0: none runs */
	uint64_t last, ending;
} state;

/* --- waiting --- */

static bool waits(const struct egress_change_waiter *waiter)
{
	return LIST_FIND(state.pending, at, next,
			 at->serial <= waiter->serial &&
				 strcmp(at->interface, waiter->interface) == 0);
}

static void tell_waiters(void)
{
	struct egress_change_waiter **at = &state.waiters;

	while (*at) {
		struct egress_change_waiter *waiter = *at;

		if (waits(waiter)) {
			at = &waiter->next;
			continue;
		}
		*at = waiter->next;
		waiter->settled(waiter->context);
		/* settled() may have changed the list, so begin again */
		at = &state.waiters;
	}
}

void egress_change_settle(struct egress_change_waiter *waiter)
{
	waiter->serial = state.last;
	LIST_PUSH(state.waiters, waiter, next);
	tell_waiters();
}

static void pending_free(struct pending *pending)
{
	LIST_DROP(state.pending, pending, next);
	free(pending);
}

static void on_done(struct operation *operation, const struct task_report *report)
{
	struct pending *pending = operation->context;

	operation->context = pending->context;
	state.ending = pending->serial;
	pending->done(operation, report);
	state.ending = 0;
	pending_free(pending);
	tell_waiters();
}

/* --- tasks --- */

static void fill_services(const struct egress_change *change, struct task_admit *task)
{
	for (size_t i = 0; i < change->n_services; i++)
		if (change->services & UINT32_C(1) << i)
			task->services[task->n_services++] = (struct task_service){
				.protocol = change->table[i].protocol,
				.port = change->table[i].first,
			};
}

/* Returns the number of seconds from now on for which the firewall must let the address through; 0:
 * the address is to be removed. */
static uint32_t seconds_of(const struct egress_change *change, const struct grant *grant,
			   uint64_t now)
{
	if (change->remove)
		return 0;
	return grant->until > now ? (uint32_t)((grant->until - now) / 1000000) + 1 : 1;
}

static void fill_addresses(const struct egress_change *change, struct task_admit *task)
{
	static char texts[CHANGE_MAX][ADDRESS_SIZE];
	uint64_t now = clock_boottime();

	for (size_t i = 0; i < change->n; i++) {
		const struct grant *grant = &change->grants[i];

		address_write(&grant->address, false, texts[i]);
		task->addresses[task->n_addresses++] =
			(struct task_admitted){texts[i], seconds_of(change, grant, now)};
	}
}

static void fill_task(struct keeper *keeper, const struct egress_change *change,
		      struct task_admit *task)
{
	wire_clear(&task_admit_layout, task);
	egress_firewall_fill(keeper, &task->firewall);
	task->interface = change->interface;
	fill_services(change, task);
	fill_addresses(change, task);
}

int egress_change_send(struct keeper *keeper, const struct egress_change *change,
		       void (*done)(struct operation *operation, const struct task_report *report),
		       void *context)
{
	static struct task_admit task;
	struct pending *pending = calloc(1, sizeof(*pending));
	struct operation *operation;
	int r = pending ? operation_new(keeper, change->uid, TURN_CLEANUP, CHANGE_SECONDS,
					&operation)
			: -ENOMEM;

	if (r < 0) {
		free(pending);
		return r;
	}
	fill_task(keeper, change, &task);
	snprintf(pending->interface, sizeof(pending->interface), "%s", change->interface);
	pending->serial = state.ending ? state.ending : ++state.last;
	pending->done = done;
	pending->context = context;
	LIST_PUSH(state.pending, pending, next);
	operation->context = pending;
	operation->done = on_done;
	r = operation_send(operation, TASK_ADMIT, &task);
	if (r < 0)
		pending_free(pending);
	return r;
}
