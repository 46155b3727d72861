/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/network/port-sweep.h"
#include "daemon/keeper/state/registry.h"
#include "daemon/keeper/state/view.h"
#include "daemon/keeper/workers/operation.h"

/* Time from the removal of a set to the sweep of the networks that it was in. The kernel mostly
 * needs less time to delete the set's net namespace. */
#define SWEEP_AFTER_SECONDS 2
/* Deadline of the worker that sweeps a network. */
#define SWEEP_SECONDS 20

static const struct timeval sweep_pause = {.tv_sec = SWEEP_AFTER_SECONDS};
static struct event *timer;

static void on_swept(struct operation *operation _unused_,
		     const struct task_report *report _unused_)
{
	/* after a failure, the ports stay until the next sweep. They take only memory. */
}

static void sweep(struct keeper *keeper, struct set *network)
{
	const struct task_sweep task = {.set = view_task_set(network)};
	struct operation *operation;

	if (operation_new(keeper, network->owner, TURN_CLEANUP, SWEEP_SECONDS, &operation) < 0)
		return;
	operation->done = on_swept;
	network->has_left_ports = operation_send(operation, TASK_SWEEP, &task) < 0;
}

static void on_time(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct keeper *keeper = context;
	struct set *set = registry_next_set(keeper->registry, 0, NULL);
	bool left = false;

	for (; set; set = registry_next_set(keeper->registry, set->owner, set->name)) {
		if (set->state != SET_READY)
			set->has_left_ports = false;
		if (set->has_left_ports)
			sweep(keeper, set);
		left |= set->has_left_ports;
	}
	if (left)
		evtimer_add(timer, &sweep_pause);
}

/* Starts the timer, unless it runs. Without memory for the timer, the next call tries again. */
static void sweep_later(struct keeper *keeper)
{
	if (!timer)
		timer = evtimer_new(keeper->loop, on_time, keeper);
	if (timer && !evtimer_pending(timer, NULL))
		evtimer_add(timer, &sweep_pause);
}

void port_sweep_after(struct keeper *keeper, const struct set *set)
{
	for (struct link *link = set->links; link; link = link_next(link, set))
		for (int i = 0; i < 2; i++)
			if (link->ends[i] && link->ends[i] != set &&
			    set_is_network(link->ends[i])) {
				link->ends[i]->has_left_ports = true;
				sweep_later(keeper);
			}
}

void port_sweep_all(struct keeper *keeper)
{
	struct set *set = registry_next_set(keeper->registry, 0, NULL);

	for (; set; set = registry_next_set(keeper->registry, set->owner, set->name))
		if (set_is_network(set)) {
			set->has_left_ports = true;
			sweep_later(keeper);
		}
}

void port_sweep_stop(void)
{
	free_event(timer);
	timer = NULL;
}
