/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/network/egress-names.h"
#include "daemon/keeper/network/resolver-plan.h"
#include "daemon/keeper/network/resolver-servers.h"
#include "daemon/keeper/network/resolver-watch.h"
#include "daemon/keeper/network/resolver.h"
#include "daemon/keeper/workers/operation.h"
#include "daemon/kernel/fault.h"

/* Deadline of a task: its worker may hang on a file system that the owner has mounted. */
#define RESOLVER_SECONDS 5
#define FIRST_PAUSE (60 * UINT64_C(1000000)) /* in microseconds: see on_late() */

/* State of the updates of a set's own files in /etc: set->files. See keep(). */
struct set_files {
	struct set *set;
	struct set_files *next_due;
	uint64_t due; /* number in the order in which sets became due; 0: the set is not due */
	bool busy;    /* a worker updates the files now */
	/* a task has missed its deadline: the set gets its own tasks until one ends in time */
	bool alone;
	/* length of the last pause, and its end (CLOCK_BOOTTIME), both in microseconds. During a
	 * pause, no update of the files begins: see on_late(). */
	uint64_t pause, resume;
};

/* A task (TASK_NAMES) in progress for sets of one owner, which are busy until its end. */
struct order {
	struct order *next;
	struct keeper *keeper;
	uid_t owner;
	uint64_t oldest; /* the set_files.due that its first set had */
	size_t n;
	struct set *sets[TASK_NAMED_MAX];
};

/* A call of resolver_settle() that waits. */
struct waiter {
	struct waiter *next;
	uid_t owner;
	uint64_t until; /* waits for the owner's sets whose set_files.due is not above this */
	resolver_settled *settled;
	void *context;
};

/* A user whose sets' files are not updated for the moment: see resolver_hold(). */
struct held {
	struct held *next;
	uid_t owner;
	unsigned int times; /* calls of resolver_hold() without one of resolver_go_on() */
};

static struct {
	void (*changed)(struct keeper *keeper); /* parameter of resolver_listen() */
	struct event *pump;			/* timer of on_pump(), which begins orders */
	struct set_files *due; /* the sets that are due; the one that became due first is first */
	struct set_files **due_end; /* where the next set is added */
	uint64_t now;		    /* the last number that a set_files.due got */
	struct order *orders;
	struct waiter *waiters;
	struct held *held;
	size_t n_files; /* number of sets with set->files */
} state = {.due_end = &state.due};

/* --- sets that are due --- */

static void take_off(struct set_files **at)
{
	struct set_files *files = *at;

	*at = files->next_due;
	if (state.due_end == &files->next_due)
		state.due_end = at;
	files->next_due = NULL;
	files->due = 0;
}

/* Makes set->files if the set can have files of its own, or has a list of egress: "@dns" in such a
 * list may stand for the host's name servers. While any set has set->files, the host's files are
 * watched. Returns 0 or -ENOMEM. */
static int keep(struct set *set)
{
	if (set->files || (!resolver_plan_has_any(set) && set->egress.n_entries == 0))
		return 0;
	set->files = calloc(1, sizeof(*set->files));
	if (!set->files)
		return -ENOMEM;
	set->files->set = set;
	state.n_files++;
	resolver_watch_want(true);
	return 0;
}

bool resolver_is_busy(const struct set *set)
{
	return set->files && set->files->busy;
}

void resolver_forget(struct set *set)
{
	struct set_files **at = &state.due;

	if (!set->files)
		return;
	while (*at && *at != set->files)
		at = &(*at)->next_due;
	if (*at)
		take_off(at);
	free(take_ptr(set->files));
	resolver_watch_want(--state.n_files > 0);
}

static void mark(struct set *set)
{
	static const struct timeval now = {};

	/* if keep() has no memory, the set is updated when it is due again */
	if (set->state == SET_REMOVING || set->state == SET_BROKEN || !resolver_plan_has_any(set) ||
	    keep(set) < 0 || set->files->due)
		return;
	set->files->due = ++state.now;
	*state.due_end = set->files;
	state.due_end = &set->files->next_due;
	evtimer_add(state.pump, &now);
}

static void mark_members(struct set *network)
{
	for (struct link *link = network->links; link; link = link_next(link, network)) {
		struct set *member = link->ends[link->ends[0] == network ? 1 : 0];

		if (member && link->state == LINK_READY)
			mark(member);
	}
}

bool resolver_links_changed(struct set *a, struct set *b)
{
	struct set *network = a && set_is_network(a) ? a : b, *member = network == a ? b : a;

	if (!a || !b || set_is_network(a) == set_is_network(b))
		return false;
	mark_members(network);
	mark(member);
	egress_names_links_changed(member);
	return true;
}

void resolver_names_changed(struct set *set)
{
	if (set_is_network(set))
		mark_members(set);
	else
		mark(set);
}

void resolver_all_changed(struct keeper *keeper)
{
	struct set *set = registry_next_set(keeper->registry, 0, NULL);

	for (; set; set = registry_next_set(keeper->registry, set->owner, set->name))
		if (set->state == SET_READY)
			mark(set);
}

/* --- waiting --- */

static bool is_waiting(const struct waiter *waiter)
{
	for (const struct order *order = state.orders; order; order = order->next)
		if (order->owner == waiter->owner && order->oldest <= waiter->until)
			return true;
	for (const struct set_files *files = state.due; files; files = files->next_due)
		if (files->set->owner == waiter->owner && files->due <= waiter->until)
			return true;
	return false;
}

/* Calls settled() of each waiter whose wait is over, and frees the waiter. Goes back to the head of
 * the list after each call, because that may change the list. */
static void release(void)
{
	struct waiter **at = &state.waiters;

	while (*at) {
		struct waiter *waiter = *at;

		if (is_waiting(waiter)) {
			at = &waiter->next;
			continue;
		}
		*at = waiter->next;
		waiter->settled(waiter->context);
		free(waiter);
		at = &state.waiters;
	}
}

void resolver_settle(uid_t owner, resolver_settled *settled, void *context)
{
	struct waiter *waiter = malloc(sizeof(*waiter));

	/* without memory, the caller does not wait, but the files are updated */
	if (!waiter) {
		settled(context);
		return;
	}
	*waiter = (struct waiter){state.waiters, owner, state.now, settled, context};
	state.waiters = waiter;
	release();
}

/* --- orders --- */

static void name_set(const struct set *set, struct resolver_plan *ret)
{
	static struct wire_spec spec;

	wire_clear(&wire_spec_layout, &spec);
	/* a set that recovery found without a record has no specification */
	if (set->spec && wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &spec) < 0)
		wire_clear(&wire_spec_layout, &spec);
	resolver_plan_of(set, &spec, ret);
	resolver_plan_lead(set, &spec, ret);
}

int resolver_fill_create(struct set *set, const struct wire_spec *spec, struct task_resolver *ret)
{
	struct resolver_plan naming;
	int r = keep(set);

	if (r < 0)
		return r;
	resolver_plan_of(set, spec, &naming);
	resolver_plan_lead(set, spec, &naming);
	resolver_servers_fill(&naming);
	*ret = naming.resolver;
	return 0;
}

/* --- holding --- */

static struct held **find_held(uid_t owner)
{
	struct held **at = &state.held;

	while (*at && (*at)->owner != owner)
		at = &(*at)->next;
	return at;
}

bool resolver_hold(uid_t owner)
{
	struct held **at = find_held(owner);

	if (!*at) {
		*at = calloc(1, sizeof(**at));
		if (!*at)
			return false;
		(*at)->owner = owner;
	}
	(*at)->times++;
	return true;
}

void resolver_go_on(uid_t owner)
{
	static const struct timeval now = {};
	struct held **at = find_held(owner), *held = *at;

	if (!held || --held->times > 0)
		return;
	*at = held->next;
	free(held);
	evtimer_add(state.pump, &now);
}

static bool has_order(uid_t owner)
{
	for (const struct order *order = state.orders; order; order = order->next)
		if (order->owner == owner)
			return true;
	return false;
}

/* Moves the owner's first due set into the order and, unless a set must be alone, further ones that
 * get the same files. *ret: their plan. Takes off the list sets that are in removal, are broken or
 * pause, so order->n may be 0. */
static void fill_order(struct order *order, struct resolver_plan *ret)
{
	struct set_files **at = &state.due;

	while (*at && order->n < TASK_NAMED_MAX) {
		struct set_files *files = *at;
		struct set *set = files->set;
		struct resolver_plan other;

		if (set->owner != order->owner) {
			at = &files->next_due;
			continue;
		}
		if (set->state == SET_REMOVING || set->state == SET_BROKEN ||
		    clock_boottime() < files->resume) {
			take_off(at);
			continue;
		}
		name_set(set, &other);
		if (order->n > 0 && (files->alone || order->sets[0]->files->alone ||
				     !resolver_plan_equals(ret, &other))) {
			at = &files->next_due;
			continue;
		}
		if (order->n == 0) {
			*ret = other;
			order->oldest = files->due;
		}
		take_off(at);
		files->busy = true;
		order->sets[order->n++] = set;
	}
}

static void finish_order(struct order *order)
{
	struct keeper *keeper = order->keeper;

	for (struct order **at = &state.orders; *at; at = &(*at)->next)
		if (*at == order) {
			*at = order->next;
			break;
		}
	for (size_t i = 0; i < order->n; i++)
		order->sets[i]->files->busy = false;
	/* a removal that has waited for the end of this task may now free its set */
	for (size_t i = 0; i < order->n; i++)
		keeper->upcalls->network_idle(keeper, order->sets[i]);
	free(order);
	event_active(state.pump, EV_TIMEOUT, 0);
	release();
}

/* Handles the missed deadline of an order. Each task that hangs may leave a process that no signal
 * ends. So a set that was alone in its task pauses, each time twice as long. If the task had
 * several sets, each of them gets a task of its own the next time. */
static void on_late(const struct order *order)
{
	struct set_files *files = order->sets[0]->files;

	for (size_t i = 0; i < order->n; i++)
		order->sets[i]->files->alone = true;
	if (order->n > 1)
		return;
	files->pause = files->pause ? 2 * files->pause : FIRST_PAUSE;
	files->resume = clock_boottime() + files->pause;
}

static void on_in_time(const struct order *order)
{
	for (size_t i = 0; i < order->n; i++) {
		order->sets[i]->files->alone = false;
		order->sets[i]->files->pause = 0;
	}
}

static void on_named(struct operation *operation, const struct task_report *report)
{
	struct order *order = operation->context;
	const struct set *set = order->sets[report->detail < order->n ? report->detail : 0];

	if (report->step != STEP_NONE)
		log_by_user("names not up to date", LOG_WARNING,
			    &(struct log_fields){.has_uid = true,
						 .uid = order->owner,
						 .set = set->name,
						 .error = report->error},
			    "names are not up to date: cannot %s", step_text(report->step));
	if (report->step == STEP_LATE)
		on_late(order);
	else
		on_in_time(order);
	finish_order(order);
}

static void list_networks(const struct resolver_plan *naming, char ret[static TASK_NETWORKS_SIZE])
{
	size_t used = 0;

	for (size_t i = 0; i < naming->n_networks; i++)
		used += snprintf(ret + used, TASK_NETWORKS_SIZE - used, " %s",
				 naming->networks[i]->id);
}

static int send_order(struct order *order, struct resolver_plan *naming)
{
	static char pins[TASK_NAMED_MAX][KEY_SIZE + 12];
	static char networks[TASK_NETWORKS_SIZE];
	static struct resolver_plan_hosts hosts;
	static struct task_names task;
	struct operation *operation;
	int r;

	wire_clear(&task_names_layout, &task);
	resolver_servers_fill(naming);
	task.owner = order->owner;
	task.resolver = naming->resolver;
	task.named = naming->n_networks > 0;
	if (task.named) {
		list_networks(naming, networks);
		task.networks = networks;
	}
	task.n_hosts = resolver_plan_hosts(naming, &hosts);
	memcpy(task.hosts, hosts.hosts, task.n_hosts * sizeof(task.hosts[0]));
	for (size_t i = 0; i < order->n; i++) {
		snprintf(pins[i], sizeof(pins[i]), "%u/%s", order->owner, order->sets[i]->name);
		task.sets[task.n_sets++] =
			(struct task_named){.pin = pins[i], .gid = order->sets[i]->gid};
	}
	r = operation_new(order->keeper, order->owner, TURN_CLEANUP, RESOLVER_SECONDS, &operation);
	if (r < 0)
		return r;
	operation->context = order;
	operation->done = on_named;
	return operation_send(operation, TASK_NAMES, &task);
}

static int begin_order(struct keeper *keeper, uid_t owner)
{
	static struct resolver_plan naming;
	struct order *order = calloc(1, sizeof(*order));
	int r;

	if (!order)
		return -ENOMEM;
	*order = (struct order){.keeper = keeper, .owner = owner, .next = state.orders};
	state.orders = order;
	fill_order(order, &naming);
	r = order->n > 0 ? send_order(order, &naming) : 0;
	if (r < 0)
		log_by_user("names not up to date", LOG_WARNING,
			    &(struct log_fields){.has_uid = true, .uid = owner},
			    "names of %zu sets are not up to date: %s", order->n, strerror(-r));
	if (r < 0 || order->n == 0)
		finish_order(order);
	return 0;
}

static void on_pump(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct keeper *keeper = context;
	struct set_files *files = state.due;

	while (files) {
		struct set *set = files->set;

		if (has_order(set->owner) || *find_held(set->owner)) {
			files = files->next_due;
			continue;
		}
		if (begin_order(keeper, set->owner) < 0)
			resolver_forget(set);
		files = state.due; /* begin_order() has changed the list */
	}
	release();
}

/* --- the start --- */

static void on_host_changed(void *context)
{
	resolver_all_changed(context);
	state.changed(context);
}

int resolver_listen(struct keeper *keeper, void (*changed)(struct keeper *keeper))
{
	state.changed = changed;
	state.pump = evtimer_new(keeper->loop, on_pump, keeper);
	if (!state.pump)
		return -ENOMEM;
	resolver_watch(keeper->loop, on_host_changed, keeper);
	return 0;
}

void resolver_start(struct keeper *keeper)
{
	struct set *set = registry_next_set(keeper->registry, 0, NULL);

	for (; set; set = registry_next_set(keeper->registry, set->owner, set->name))
		if (keep(set) < 0)
			log_error("no memory to keep the names of set %s up to date", set->name);
	resolver_all_changed(keeper);
}

void resolver_stop(void)
{
	resolver_watch_stop();
	state.pump = free_event(state.pump);
}
