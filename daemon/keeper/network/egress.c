/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/network/egress-denied.h"
#include "daemon/keeper/network/egress-firewall.h"
#include "daemon/keeper/network/egress-list.h"
#include "daemon/keeper/network/egress-names.h"
#include "daemon/keeper/network/egress.h"
#include "daemon/keeper/network/publish.h"
#include "daemon/keeper/network/resolver.h"
#include "daemon/keeper/policy/config.h"
#include "daemon/keeper/state/store.h"
#include "daemon/keeper/workers/operation.h"
#include "daemon/kernel/barrier.h"
#include "daemon/kernel/fault.h"
#include "daemon/kernel/nft-watch.h"

#define RESTORE_SECONDS 20
/* Maximum number of links in one restoring task: each link may have PUBLISH_MAX ports, and both the
 * task's message and the worker's transaction with the kernel have size limits. */
#define RESTORE_LINKS_MAX 32
/* The table is restored this long after the last change by another program, because reloading a
 * firewall takes many steps. */
#define SETTLE_MICROSECONDS 100000
/* After this much processor time, update_names_from() leaves further lists to the next pass of the
 * event loop. */
#define UPDATE_MICROSECONDS 2000

/* State of the firewall's table. There is only one. */
static struct {
	struct event *changed, *settled, *rules_changed;
	int listener_fd, rules_fd;
	/* restoring: a task is in progress. When it has ended, egress_restore() must be called if
	 * again is set, and egress_follow() if follow is set */
	bool restoring, again, follow;
	bool remaking; /* the present task makes the firewall's table anew */
	bool cleared;  /* the present task has no links, so it removes the table */
	/* more: the present task has no room for all links. The next task begins after the link
	 * with this owner and name */
	bool more;
	uid_t owner;
	char name[NAME_SIZE];
	bool heard; /* another program has changed the table during the present task */
	/* The sets and networks whose lists have lost names. The present task ends their
	 * connections to addresses of names. digest: the digest of the names that the list had when
	 * the task was sent, for egress_names_ended() */
	struct {
		char id[ID_SIZE];
		uint64_t digest;
	} ending[RESTORE_LINKS_MAX];
	size_t n_ending;
	struct egress_waiter *waiters, **last_waiter;
} state = {.listener_fd = -1, .rules_fd = -1};

/* Progress of egress_lists_changed(), which reads the names of all lists anew. The next list is
 * that of the first way out after the link with this owner and name. */
static struct {
	struct event *go_on;
	uid_t owner;
	char name[NAME_SIZE];
	bool changed; /* a list has got its first names, or has lost all */
} names;

/* --- filling in tasks --- */

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

int egress_fill_link(struct keeper *keeper, const struct link *link, struct wire_spec *spec,
		     struct task_link *ret)
{
	static struct wire_reach reach;
	const struct set *set = link->ends[0];

	if (!link->egress || !set)
		return 0;
	ret->egress = true;
	ret->inner = set_is_network(set);
	ret->outward = ret->inner;
	wire_clear(&wire_spec_layout, spec);
	reach.listed = false;
	egress_list_read(set, spec, &reach);
	if (!ret->inner) {
		ret->outward = spec->egress;
		memcpy(ret->publish, spec->publish, sizeof(ret->publish));
		ret->n_publish = spec->n_publish;
	}
	return egress_list_fill(keeper, set, spec, &reach, ret);
}

void egress_fill_inspect(struct keeper *keeper, const struct set *set, struct task_inspect *ret)
{
	static struct link_plan_task planned;
	static struct wire_spec spec;
	static struct wire_reach reach;
	const struct link *way = egress_way(set);

	if (!way || !egress_list_read(set, &spec, &reach) ||
	    link_plan_task(way, NULL, &planned) < 0)
		return;
	ret->way = planned.task.b.interface;
	egress_firewall_fill(keeper, &ret->firewall);
}

/* --- records --- */

int egress_plan(struct keeper *keeper, struct set *set, const struct wire_spec *spec,
		struct link_wish *wish, struct failure *failure)
{
	static struct link_plan_egress egress;
	static struct wire_network network;
	const struct wire_reach *reach = &spec->reach;
	bool outward = spec->egress;
	int r;

	if (set->network &&
	    wire_unpack(&wire_network_layout, set->network, set->network_size, &network) == 0) {
		outward = network.egress;
		reach = &network.reach;
	}
	wish->wire = NULL;
	if (!outward && spec->n_publish == 0)
		return 0;
	r = publish_hold(keeper, set, spec, failure);
	if (r == 0)
		r = egress_list_hold(keeper, set, reach, failure);
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

static void restore_from(struct keeper *keeper, const struct link *position, bool more);

/* Calls the waiters of egress_settle(), unless a restoration is in progress. */
static void tell_waiters(void)
{
	while (!state.restoring && state.waiters) {
		struct egress_waiter *waiter = state.waiters;

		state.waiters = waiter->next;
		waiter->settled(waiter->context);
	}
}

void egress_settle(struct egress_waiter *waiter)
{
	if (!state.waiters)
		state.last_waiter = &state.waiters;
	waiter->next = NULL;
	*state.last_waiter = waiter;
	state.last_waiter = &waiter->next;
	tell_waiters();
}

static void note_ended(struct keeper *keeper)
{
	for (size_t i = 0; i < state.n_ending; i++) {
		struct set *set = registry_find_set_id(keeper->registry, state.ending[i].id);

		if (set)
			egress_names_ended(keeper, set, state.ending[i].digest);
	}
}

static void log_restored(const struct task_report *report)
{
	if (report->step == STEP_CONNECTIONS)
		log_warning("connections of sets may go on that their lists do not have any more: "
			    "cannot %s: %s",
			    step_text(report->step), strerror(report->error));
	else
		log_error("the firewall's table cannot be restored: cannot %s: %s",
			  step_text(report->step), strerror(report->error));
}

static void on_restored(struct operation *operation, const struct task_report *report)
{
	struct keeper *keeper = operation->keeper;
	const bool done = report->step == STEP_NONE || report->step == STEP_CONNECTIONS;

	state.restoring = false;
	if (state.remaking)
		egress_names_flushed();
	if (report->step == STEP_NONE)
		note_ended(keeper);
	else
		log_restored(report);
	/* The table is restored again if egress_restore() was called meanwhile, if another program
	 * has changed the table during this task and the task has succeeded, or if this task has
	 * removed the table while a way out was being made. */
	if (state.again || (state.heard && done) || (state.cleared && first_way(keeper))) {
		state.again = false;
		egress_restore(keeper);
	} else if (state.more) {
		restore_from(keeper, registry_next_link(keeper->registry, state.owner, state.name),
			     true);
	} else if (state.follow) {
		egress_follow(keeper);
	}
	tell_waiters();
}

static void note_ending(const struct set *set)
{
	memcpy(state.ending[state.n_ending].id, set->id, ID_SIZE);
	state.ending[state.n_ending++].digest = egress_names_digest(set);
}

/* Adds as many ways out to the task as it has room for, beginning with link (NULL: there are none).
 * If some are left, sets state.more: the next task begins after the last one that was added. */
static void fill_links(struct keeper *keeper, const struct link *link, struct task_restore *task)
{
	static struct link_plan_task tasks[RESTORE_LINKS_MAX];
	static struct wire_spec specs[RESTORE_LINKS_MAX];

	egress_list_begin();
	state.n_ending = 0;
	for (; link && task->n_links < RESTORE_LINKS_MAX;
	     link = registry_next_link(keeper->registry, link->owner, link->name)) {
		size_t n = task->n_links;

		if (!is_way(link) || link_plan_task(link, NULL, &tasks[n]) < 0)
			continue;
		/* a list without room is left to the next task; if it is the first one of this
		 * task, it is too long, and its way leads nowhere */
		if (egress_fill_link(keeper, link, &specs[n], &tasks[n].task) < 0 && n > 0)
			break;
		task->links[task->n_links++] = tasks[n].task;
		/* while a list is learned, no connections are ended */
		if (tasks[n].task.end_named && !tasks[n].task.learned)
			note_ending(link->ends[0]);
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
	state.heard = false;
	state.restoring = r == 0;
	if (r < 0)
		log_error("the firewall's table cannot be restored: %s", strerror(-r));
}

/* Sends a task that restores the table. It has the way out at position (NULL: there is none) and as
 * many of the following ones as it has room for. more: the task before has made the table, and this
 * one adds its ways out; otherwise, the task makes the table anew. */
static void restore_from(struct keeper *keeper, const struct link *position, bool more)
{
	static struct task_restore task;

	wire_clear(&task_restore_layout, &task);
	egress_firewall_fill(keeper, &task.firewall);
	state.remaking = !more;
	if (!more)
		egress_denied_flushed();
	task.more = more;
	fill_links(keeper, position, &task);
	state.cleared = task.n_links == 0 && !more;
	send_or_log(keeper, &task);
}

void egress_restore(struct keeper *keeper)
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
	egress_firewall_fill(keeper, &task.firewall);
	task.follow = true;
	state.n_ending = 0;
	state.remaking = false;
	send_or_log(keeper, &task);
}

/* Is called when the names of all lists were read. Restores the table if there are lists: the
 * entries that "@dns" (the name servers) and "@NAME" (a list of the configuration) stand for may be
 * others now, and connections to names that were taken off must end. */
static void finish_names(struct keeper *keeper)
{
	egress_names_servers_changed();
	if (names.changed)
		resolver_all_changed(keeper);
	names.changed = false;
	for (const struct link *link = first_way(keeper); link;
	     link = registry_next_link(keeper->registry, link->owner, link->name))
		if (link->egress && link->ends[0] && link->ends[0]->egress.n_entries > 0) {
			egress_restore(keeper);
			return;
		}
}

/* Reads the names of one list anew. If this changes set->egress.named (see egress-names.h), also
 * writes the record: from an old digest there, the next start of nsctld would conclude that the
 * list has lost names, and would end connections without need. Returns true if the list has got its
 * first names, or has lost all. */
static bool update_names(struct keeper *keeper, struct set *set, const struct wire_reach *reach)
{
	const uint64_t named = set->egress.named;
	bool changed = egress_names_update(keeper, set, reach);

	if (set->egress.named != named)
		(void)store_write_set(keeper->store, set);
	return changed;
}

/* Reads the names of the lists anew, beginning with the list of the way out at link (NULL: none is
 * left). After UPDATE_MICROSECONDS, starts the timer names.go_on and returns. The timer calls
 * on_go_on(), which reads the other lists, in the next pass of the event loop. */
static void update_names_from(struct keeper *keeper, const struct link *link)
{
	static const struct timeval now = {};
	static struct wire_spec spec;
	static struct wire_reach reach;
	uint64_t start = clock_processor();

	for (; link && (!names.go_on || clock_processor() - start < UPDATE_MICROSECONDS);
	     link = registry_next_link(keeper->registry, link->owner, link->name)) {
		names.owner = link->owner;
		memcpy(names.name, link->name, sizeof(names.name));
		if (is_way(link) && egress_list_read(link->ends[0], &spec, &reach))
			names.changed |= update_names(keeper, link->ends[0], &reach);
	}
	if (link) {
		evtimer_add(names.go_on, &now);
		return;
	}
	finish_names(keeper);
}

static void on_go_on(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct keeper *keeper = context;

	update_names_from(keeper, registry_next_link(keeper->registry, names.owner, names.name));
}

void egress_lists_changed(struct keeper *keeper)
{
	update_names_from(keeper, first_way(keeper));
}

/* At the start of nsctld, counts the entries of all lists against their owners' limits. */
static void count_again(struct keeper *keeper)
{
	static struct wire_spec spec;
	static struct wire_reach reach;

	for (const struct link *link = first_way(keeper); link;
	     link = registry_next_link(keeper->registry, link->owner, link->name))
		if (is_way(link) && egress_list_read(link->ends[0], &spec, &reach))
			egress_list_count(keeper, link->ends[0], &reach);
}

void egress_gone(struct keeper *keeper)
{
	if (!first_way(keeper))
		egress_restore(keeper);
}

/* --- changes by others --- */

static void hear(uint32_t who, void *context)
{
	static const struct timeval settle = {.tv_usec = SETTLE_MICROSECONDS};
	const struct keeper *keeper = context;

	if (nft_watch_is_ours(who, keeper->table))
		return;
	if (state.restoring)
		state.heard = true;
	else
		evtimer_add(state.settled, &settle);
}

static void on_changed(evutil_socket_t fd, short what _unused_, void *context)
{
	struct keeper *keeper = context;

	if (nft_watch_read(fd, keeper->table, hear, keeper) < 0 && first_way(keeper))
		egress_restore(keeper);
}

static void on_rules_changed(evutil_socket_t fd, short what _unused_, void *context)
{
	struct keeper *keeper = context;

	if (!barrier_watch_read(fd, barrier_mark(keeper->table)) || !first_way(keeper))
		return;
	log_notice("the routing rule for packets that table %s has not checked was removed; it is "
		   "restored",
		   keeper->table);
	egress_restore(keeper);
}

static void on_settled(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct keeper *keeper = context;

	if (!first_way(keeper))
		return;
	log_notice("another program has changed the firewall's table %s; it is restored",
		   keeper->table);
	egress_restore(keeper);
}

/* Makes an event that calls callback() when *fd is readable. *fd may also be the -errno of a
 * failure to open it. Returns the event. If there is none, logs that, closes *fd, and returns
 * NULL. */
static struct event *listen_at(struct keeper *keeper, int *fd, event_callback_fn callback)
{
	struct event *event =
		*fd < 0 ? NULL
			: event_new(keeper->loop, *fd, EV_READ | EV_PERSIST, callback, keeper);

	if (event && event_add(event, NULL) == 0)
		return event;
	log_notice("cannot watch the firewall for changes: %s", strerror(*fd < 0 ? -*fd : ENOMEM));
	*fd = close_fd(*fd);
	return free_event(event);
}

void egress_listen(struct keeper *keeper)
{
	names.go_on = evtimer_new(keeper->loop, on_go_on, keeper);
	if (!names.go_on || egress_names_listen(keeper) < 0)
		log_notice("cannot serve names of lists: %s", strerror(ENOMEM));
	state.settled = evtimer_new(keeper->loop, on_settled, keeper);
	if (!state.settled) {
		log_notice("cannot watch the firewall for changes: %s", strerror(ENOMEM));
		return;
	}
	/* without nf_tables in the kernel, this fails. Then there is no egress either, so that
	 * logging the failure is enough */
	state.listener_fd = nft_watch_open();
	state.changed = listen_at(keeper, &state.listener_fd, on_changed);
	state.rules_fd = barrier_watch_open();
	state.rules_changed = listen_at(keeper, &state.rules_fd, on_rules_changed);
}

void egress_start(struct keeper *keeper)
{
	publish_hold_again(keeper);
	count_again(keeper);
	if (first_way(keeper) || faccessat(keeper->runtime_fd, "forwarding", F_OK, 0) == 0)
		egress_restore(keeper);
}

void egress_stop(struct keeper *keeper _unused_)
{
	egress_names_stop();
	names.go_on = free_event(names.go_on);
	state.changed = free_event(state.changed);
	state.rules_changed = free_event(state.rules_changed);
	state.settled = free_event(state.settled);
	state.listener_fd = close_fd(state.listener_fd);
	state.rules_fd = close_fd(state.rules_fd);
}
