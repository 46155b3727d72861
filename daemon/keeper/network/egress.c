/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/network/egress.h"
#include "daemon/keeper/network/link-plan.h"
#include "daemon/keeper/network/publish.h"
#include "daemon/keeper/policy/config.h"
#include "daemon/keeper/workers/operation.h"
#include "daemon/kernel/barrier.h"
#include "daemon/kernel/fault.h"
#include "daemon/kernel/nft-watch.h"

#define RESTORE_SECONDS 20
/* Links in one task. Each may have PUBLISH_MAX ports, and the size of a message or
 * transaction is limited. */
#define RESTORE_LINKS_MAX 32
/* The table is restored this long after the last change by another program: reloading a
 * firewall takes many steps. */
#define SETTLE_MICROSECONDS 100000

/* State of this file: there is only one table. */
static struct {
	struct event *changed, *settled, *rules_changed;
	int listener_fd, rules_fd;
	bool restoring, again, follow; /* follow: call egress_follow() afterwards */
	bool cleared;		       /* the last task had no links, so it removed the table */
	uint32_t ours[2];	       /* netlink ports of the last two children that restored it */
	/* more: the last task had no room for all links; the next one begins after the link that
	 * owner and name say */
	bool more;
	uid_t owner;
	char name[NAME_SIZE];
	uint32_t strangers[16]; /* netlink ports that made changes while a child restored it */
	size_t n_strangers;
} state = {.listener_fd = -1, .rules_fd = -1};

/* --- filling in tasks --- */

void egress_fill(struct keeper *keeper, struct task_firewall *ret)
{
	const struct config_network *network = &keeper->config->network;

	ret->given = true;
	ret->table = keeper->table;
	ret->pools[0] = network->pool_v4;
	ret->pools[1] = network->pool_v6;
	ret->n_forbidden = network->n_forbidden;
	for (size_t i = 0; i < network->n_forbidden; i++)
		ret->forbidden[i].text = network->forbidden[i];
}

static bool is_way(const struct link *link)
{
	return link->egress && link->ends[0] && link->state != LINK_REMOVING;
}

static const struct link *first_way(struct keeper *keeper)
{
	const struct link *link = registry_next_link(keeper->registry, 0, NULL);

	while (link && !link->egress)
		link = registry_next_link(keeper->registry, link->owner, link->name);
	return link;
}

void egress_fill_link(const struct link *link, struct wire_spec *spec, struct task_link *ret)
{
	const struct set *set = link->ends[0];

	if (!link->egress || !set)
		return;
	ret->egress = true;
	ret->inner = set_is_network(set);
	ret->outward = ret->inner;
	if (ret->inner || wire_unpack(&wire_spec_layout, set->spec, set->spec_size, spec) < 0)
		return;
	ret->outward = spec->egress;
	memcpy(ret->publish, spec->publish, sizeof(ret->publish));
	ret->n_publish = spec->n_publish;
}

/* --- records --- */

int egress_plan(struct keeper *keeper, struct set *set, const struct wire_spec *spec,
		struct link_wish *wish, struct failure *failure)
{
	static struct link_plan_egress egress;
	static struct wire_network network;
	bool outward = spec->egress;
	int r;

	if (set->network &&
	    wire_unpack(&wire_network_layout, set->network, set->network_size, &network) == 0)
		outward = network.egress;
	wish->wire = NULL;
	if (!outward && spec->n_publish == 0)
		return 0;
	r = publish_hold(keeper, set, spec, failure);
	if (r)
		return r;
	wish->wire = &egress.wire;
	wish->prefixes[0] = wish->prefixes[1] = "spec.egress.";
	wish->egress = true;
	return link_plan_egress(keeper->registry, keeper->config->network.pool_v4,
				keeper->host_ipv6_egress ? keeper->config->network.pool_v6 : NULL,
				outward, &egress, failure);
}

/* --- the table --- */

static void restore(struct keeper *keeper);
static void restore_from(struct keeper *keeper, const struct link *position, bool more);

static bool is_ours(uint32_t who)
{
	return who == state.ours[0] || who == state.ours[1];
}

static void on_restored(struct operation *operation, const struct task_report *report)
{
	struct keeper *keeper = operation->keeper;
	bool strangers = false;

	state.restoring = false;
	state.ours[1] = state.ours[0];
	state.ours[0] = report->pid;
	for (size_t i = 0; i < state.n_strangers; i++)
		strangers |= !is_ours(state.strangers[i]);
	state.n_strangers = 0;
	if (report->step != STEP_NONE)
		log_error("the firewall's table cannot be restored: cannot %s: %s",
			  step_text(report->step), strerror(report->error));
	/* The table is restored again if that was asked for meanwhile, if another program has
	 * changed it, or if this task has removed it while a way out was being made. */
	if (state.again || (strangers && report->step == STEP_NONE) ||
	    (state.cleared && first_way(keeper))) {
		state.again = false;
		restore(keeper);
	} else if (state.more && report->step == STEP_NONE) {
		restore_from(keeper, registry_next_link(keeper->registry, state.owner, state.name),
			     true);
	} else if (state.follow) {
		egress_follow(keeper);
	}
}

/* Adds ways out to the task, from link on, as many as fit. */
static void fill_links(struct keeper *keeper, const struct link *link, struct task_restore *task)
{
	static struct link_plan_task tasks[RESTORE_LINKS_MAX];
	static struct wire_spec specs[RESTORE_LINKS_MAX];

	for (; link && task->n_links < RESTORE_LINKS_MAX;
	     link = registry_next_link(keeper->registry, link->owner, link->name)) {
		size_t n = task->n_links;

		if (!is_way(link) || link_plan_task(link, NULL, &tasks[n]) < 0)
			continue;
		egress_fill_link(link, &specs[n], &tasks[n].task);
		task->links[task->n_links++] = tasks[n].task;
		state.owner = link->owner;
		memcpy(state.name, link->name, sizeof(state.name));
	}
	state.more = link != NULL;
}

static void send_or_log(struct keeper *keeper, struct task_restore *task)
{
	struct operation *operation;
	int r = operation_new_own(keeper, RESTORE_SECONDS, &operation);

	if (r == 0) {
		operation->done = on_restored;
		r = operation_send(operation, TASK_RESTORE, task);
	}
	state.n_strangers = 0;
	state.restoring = r == 0;
	if (r < 0)
		log_error("the firewall's table cannot be restored: %s", strerror(-r));
}

/* Restores the table with the ways from position on. more: adds them to a
 * table that is incomplete. */
static void restore_from(struct keeper *keeper, const struct link *position, bool more)
{
	static struct task_restore task;

	wire_clear(&task_restore_layout, &task);
	egress_fill(keeper, &task.firewall);
	task.more = more;
	fill_links(keeper, position, &task);
	state.cleared = task.n_links == 0 && !more;
	send_or_log(keeper, &task);
}

static void restore(struct keeper *keeper)
{
	if (state.restoring)
		state.again = true;
	else
		restore_from(keeper, first_way(keeper), false);
}

void egress_follow(struct keeper *keeper)
{
	static struct task_restore task;

	state.follow = state.restoring && first_way(keeper);
	if (state.restoring || !first_way(keeper))
		return;
	state.cleared = false;
	wire_clear(&task_restore_layout, &task);
	egress_fill(keeper, &task.firewall);
	task.follow = true;
	send_or_log(keeper, &task);
}

void egress_gone(struct keeper *keeper)
{
	if (!first_way(keeper))
		restore(keeper);
}

/* --- changes by others --- */

static void hear(uint32_t who, void *context _unused_)
{
	static const struct timeval settle = {.tv_usec = SETTLE_MICROSECONDS};

	if (is_ours(who))
		return;
	if (!state.restoring)
		evtimer_add(state.settled, &settle);
	else if (state.n_strangers < ARRAY_SIZE(state.strangers))
		state.strangers[state.n_strangers++] = who;
}

static void on_changed(evutil_socket_t fd, short what _unused_, void *context)
{
	struct keeper *keeper = context;

	if (nft_watch_read(fd, keeper->table, hear, keeper) < 0 && first_way(keeper))
		restore(keeper);
}

static void on_rules_changed(evutil_socket_t fd, short what _unused_, void *context)
{
	struct keeper *keeper = context;

	if (!barrier_watch_read(fd, barrier_mark(keeper->table)) || !first_way(keeper))
		return;
	log_notice("the routing rule for packets that table %s has not checked was removed; it is "
		   "restored",
		   keeper->table);
	restore(keeper);
}

static void on_settled(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct keeper *keeper = context;

	if (!first_way(keeper))
		return;
	log_notice("another program has changed the firewall's table %s; it is restored",
		   keeper->table);
	restore(keeper);
}

/* Calls callback when fd is readable; fd may be a negative errno. Returns NULL
 * after logging a failure. */
static struct event *listen_at(struct keeper *keeper, int fd, event_callback_fn callback)
{
	struct event *event =
		fd < 0 ? NULL : event_new(keeper->loop, fd, EV_READ | EV_PERSIST, callback, keeper);

	if (!event || event_add(event, NULL) < 0)
		log_notice("cannot watch the firewall for changes: %s",
			   strerror(fd < 0 ? -fd : ENOMEM));
	return event;
}

void egress_listen(struct keeper *keeper)
{
	state.settled = evtimer_new(keeper->loop, on_settled, keeper);
	if (!state.settled) {
		log_notice("cannot watch the firewall for changes: %s", strerror(ENOMEM));
		return;
	}
	/* without nf_tables in the kernel there is no egress either */
	state.listener_fd = nft_watch_open();
	state.changed = listen_at(keeper, state.listener_fd, on_changed);
	state.rules_fd = barrier_watch_open();
	state.rules_changed = listen_at(keeper, state.rules_fd, on_rules_changed);
}

void egress_start(struct keeper *keeper)
{
	publish_hold_again(keeper);
	if (first_way(keeper) || faccessat(keeper->runtime_fd, "forwarding", F_OK, 0) == 0)
		restore(keeper);
}

void egress_stop(struct keeper *keeper _unused_)
{
	if (state.changed)
		event_free(take_ptr(state.changed));
	if (state.rules_changed)
		event_free(take_ptr(state.rules_changed));
	if (state.settled)
		event_free(take_ptr(state.settled));
	state.listener_fd = close_fd(state.listener_fd);
	state.rules_fd = close_fd(state.rules_fd);
}
