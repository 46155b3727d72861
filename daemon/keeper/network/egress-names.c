/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/network/egress-denied.h"
#include "daemon/keeper/network/egress-held.h"
#include "daemon/keeper/network/egress-learned.h"
#include "daemon/keeper/network/egress-names-state.h"
#include "daemon/keeper/network/egress-place.h"
#include "daemon/keeper/network/egress-resolver.h"
#include "daemon/keeper/state/quota.h"
#include "daemon/keeper/state/store.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/fault.h"

/* Pauses before the next attempt, in microseconds. When a user's resolver has ended, the user's
 * sets get a new one after LOST_PAUSE. If the one before has ended less than FAILED_PAUSE earlier,
 * the pause is FAILED_PAUSE. When no resolver can be started for a set, or the resolver cannot get
 * the set's sockets or list, the pause is FAILED_PAUSE, and twice as long after each further
 * failure, up to FAILED_PAUSE_MAX. */
#define LOST_PAUSE UINT64_C(300000)
#define FAILED_PAUSE UINT64_C(5000000)
#define FAILED_PAUSE_MAX UINT64_C(80000000)

/* first: the names of all sets and networks whose lists have names. last_cookie, last_version: the
 * last numbers that were given to a struct egress_names and to a list. pump: the timer that calls
 * on_pump(). */
static struct {
	struct keeper *keeper;
	struct egress_names *first;
	uint64_t last_cookie, last_version;
	struct event *pump;
} state;

static const struct egress_resolver_calls calls;

void egress_names_links_changed(const struct set *set)
{
	if (set->egress.names && set->egress.names->open)
		egress_tell_servers(set->egress.names);
}

void egress_names_servers_changed(void)
{
	for (const struct egress_names *at = state.first; at; at = at->next)
		if (at->open)
			egress_tell_servers(at);
}

/* --- the resolver --- */

static struct egress_names *find(uint64_t cookie)
{
	return LIST_FIND(state.first, at, next, at->cookie == cookie);
}

static void on_denied(uid_t uid, const struct wire_resolver_denied *denied)
{
	struct egress_names *names = find(denied->cookie);

	if (!names || names->set->owner != uid)
		return;
	if (denied->name)
		refused_names_add(&names->refused, denied->name, denied->questions);
	egress_denied_name(names->set, denied->name ? denied->name : ".", denied->questions);
}

size_t egress_names_refused(const struct set *set,
			    struct wire_refused_name ret[static REFUSED_NAMES_MAX])
{
	return set->egress.names ? refused_names_view(&set->egress.names->refused, ret) : 0;
}

static size_t count_pairs(uid_t uid)
{
	size_t pairs = egress_withdraw_pairs(uid);

	for (const struct egress_names *at = state.first; at; at = at->next)
		if (at->set->owner == uid)
			pairs += at->grants.pairs + at->pairs_admitting;
	return pairs;
}

/* Returns the number of further pairs (egress-grants.h) that all sets and networks of the user may
 * have. */
static size_t room_of(uid_t uid)
{
	size_t pairs = count_pairs(uid);

	for (struct egress_names *at = pairs > GRANTS_PAIRS_MAX / 2 ? state.first : NULL; at;
	     at = at->next)
		if (at->set->owner == uid)
			grants_expire(&at->grants, clock_boottime());
	if (pairs > GRANTS_PAIRS_MAX / 2)
		pairs = count_pairs(uid);
	return GRANTS_PAIRS_MAX - MIN(pairs, (size_t)GRANTS_PAIRS_MAX);
}

/* Returns the number of further pairs (egress-grants.h) that the set may have: room, which is the
 * number of further pairs for all sets of the user, less the number of pairs that the set has
 * already. So one set alone gets about half of what its user may have. */
static size_t share_of(const struct egress_names *names, size_t room)
{
	return room - MIN(room, names->grants.pairs + names->pairs_admitting);
}

static int on_message(struct keeper *keeper, uid_t uid, uint32_t id, struct wire_message *message)
{
	static struct wire_resolver_allow allow;
	struct wire_resolver_denied denied;
	struct egress_names *names;
	int r;

	if (message->header->nlmsg_type == RESOLVER_DENIED) {
		r = wire_decode(message, &wire_resolver_denied_layout, &denied);
		if (r == 0)
			on_denied(uid, &denied);
		return r;
	}
	if (message->header->nlmsg_type != RESOLVER_ALLOW)
		return -EBADMSG;
	r = wire_decode(message, &wire_resolver_allow_layout, &allow);
	if (r < 0)
		return r;
	names = find(allow.cookie);
	if (names && names->set->owner != uid)
		names = NULL;
	return egress_admit(keeper, names, &allow, names ? share_of(names, room_of(uid)) : 0, id,
			    message->header->nlmsg_seq);
}

static void pump_in(uint64_t microseconds)
{
	const struct timeval time = clock_span(microseconds);

	if (state.pump)
		evtimer_add(state.pump, &time);
}

static bool is_closed(const struct egress_names *names)
{
	return !names->open && !names->opening && names->set->state == SET_READY;
}

/* Sets the timer that calls on_pump() when the first pause of a set without sockets ends. */
static void await_pauses(void)
{
	uint64_t now = clock_boottime(), first = UINT64_MAX;

	for (const struct egress_names *at = state.first; at; at = at->next)
		if (is_closed(at))
			first = MIN(first, at->resume);
	if (first < UINT64_MAX)
		pump_in(first > now ? first - now : 0);
}

/* Is called when a user's resolver has ended. The user's sets get a new one, but only after a
 * pause: a resolver that ends again and again must not keep the machine busy. */
static void on_lost(struct keeper *keeper _unused_, uid_t uid)
{
	uint64_t now = clock_boottime();

	for (struct egress_names *at = state.first; at; at = at->next) {
		if (at->set->owner != uid)
			continue;
		at->open = false;
		at->resume = now + (at->lost && now < at->lost + FAILED_PAUSE ? FAILED_PAUSE
									      : LOST_PAUSE);
		at->lost = now;
	}
	await_pauses();
}

static const struct egress_resolver_calls calls = {on_message, on_lost};

/* --- sockets --- */

static void call_opened(struct egress_names *names)
{
	egress_names_opened *opened = take_ptr(names->opened);

	if (opened)
		opened(names->context);
}

static void fail(struct egress_names *names, const char *what, int error)
{
	log_by_user("names not answered", LOG_WARNING,
		    &(struct log_fields){.has_uid = true,
					 .uid = names->set->owner,
					 .set = set_shown_name(names->set),
					 .error = error},
		    "%s %s reaches no names of its list: cannot %s: %s", set_what(names->set),
		    set_shown_name(names->set), what, strerror(error));
	names->pause = MIN(MAX(2 * names->pause, FAILED_PAUSE), FAILED_PAUSE_MAX);
	names->resume = clock_boottime() + names->pause;
}

static void on_opened(void *context, uint64_t cookie, const char *id, const int fds[2][2],
		      const struct task_report *report)
{
	struct keeper *keeper = context;
	struct egress_names *names = find(cookie);
	struct set *set = registry_find_set_id(keeper->registry, id);
	int r = -(int)report->error;

	if (names) {
		names->opening = false;
		if (report->step == STEP_NONE && egress_resolver_runs(names->set->owner) &&
		    names->set->state == SET_READY) {
			r = egress_tell_add(names, fds);
			names->open = r == 0;
			names->pause = names->open ? 0 : names->pause;
		}
		if (report->step != STEP_NONE || r < 0)
			fail(names, step_text(report->step), r < 0 ? -r : ECHILD);
		call_opened(names);
		await_pauses();
	}
	/* a removal of the set waits while egress_names_busy() is true. It goes on now, and may
	 * free the set */
	if (set)
		keeper->upcalls->network_idle(keeper, set);
}

/* Returns true if the user's resolver answers RESOLVER_SETS_MAX sets and networks, or will when
 * workers have made the sockets. More of them can have lists with names, because
 * egress_names_update() does not check this limit. */
static bool is_full(uid_t uid)
{
	size_t n = 0;

	if (quota_used(state.keeper, uid, QUOTA_SETS) +
		    quota_used(state.keeper, uid, QUOTA_NETWORKS) <=
	    RESOLVER_SETS_MAX)
		return false;
	for (const struct egress_names *at = state.first; at; at = at->next)
		n += at->set->owner == uid && (at->open || at->opening);
	return n >= RESOLVER_SETS_MAX;
}

static int begin_resolver(uid_t uid)
{
	if (is_full(uid))
		return -EMFILE;
	return egress_resolver_runs(uid) ? 0 : egress_resolver_start(state.keeper, uid, &calls);
}

static void begin_open(struct egress_names *names)
{
	int r = begin_resolver(names->set->owner);

	if (r == 0)
		r = egress_sockets_make(names, on_opened, state.keeper);
	names->opening = r == 0;
	if (r < 0) {
		fail(names, "start a resolver", -r);
		call_opened(names);
		await_pauses();
	}
}

static void on_pump(evutil_socket_t fd _unused_, short what _unused_, void *context _unused_)
{
	const uint64_t now = clock_boottime();
	struct egress_names *next;

	for (struct egress_names *at = state.first; at; at = next) {
		next = at->next;
		if (is_closed(at) && now >= at->resume)
			begin_open(at);
	}
	await_pauses();
}

void egress_names_open(struct set *set, egress_names_opened *opened, void *context)
{
	struct egress_names *names = set->egress.names;

	/* only one caller can wait for a set; another one is called at once */
	if (!names || names->open || names->opened) {
		opened(context);
		return;
	}
	names->opened = opened;
	names->context = context;
	if (!names->opening)
		begin_open(names);
}

void egress_names_close(struct set *set)
{
	struct egress_names *names = set->egress.names;

	if (!names || !names->open)
		return;
	names->open = false;
	egress_resolver_tell(set->owner, RESOLVER_REMOVE, &wire_resolver_remove_layout,
			     &(struct wire_resolver_remove){names->cookie});
}

bool egress_names_busy(const struct set *set)
{
	return set->egress.names && set->egress.names->opening;
}

/* --- lists --- */

static struct egress_names *new_names(struct set *set)
{
	struct egress_names *names = calloc(1, sizeof(*names));

	if (!names)
		return NULL;
	names->keeper = state.keeper;
	names->set = set;
	names->cookie = ++state.last_cookie;
	egress_place_find(set, names->addresses);
	LIST_PUSH(state.first, names, next);
	set->egress.names = names;
	return names;
}

static bool has_any(uid_t uid)
{
	return LIST_FIND(state.first, at, next, at->set->owner == uid);
}

/* Replaces names->list by list, which may be NULL. Adds the difference to the number of names that
 * is counted against the owner's limit (QUOTA_NAMES). Takes over the caller's reference to list,
 * and releases the old list. */
static void replace_list(struct egress_names *names, struct reach_names *list)
{
	uid_t uid = names->set->owner;
	const size_t more = egress_held_add(uid, list), less = egress_held_drop(uid, names->list);

	quota_add(names->keeper, uid, QUOTA_NAMES, (int)more - (int)less);
	reach_names_release(names->list);
	names->list = list;
}

int egress_names_check(struct keeper *keeper, const struct set *set, const struct wire_reach *reach,
		       struct failure *failure)
{
	const struct reach_names *old = set->egress.names ? set->egress.names->list : NULL;
	struct reach_names *list;
	size_t more;
	int r;

	if (reach_names_find(keeper->config, reach, &list) < 0)
		return failure_from_errno(failure, -ENOMEM, "read the list");
	more = egress_held_growth(set->owner, old, list);
	r = more > 0 ? quota_check(keeper, set->owner, QUOTA_NAMES, more, failure) : 0;
	if (r == 0 && list && !old && egress_held_sets(set->owner) >= RESOLVER_SETS_MAX)
		r = failure_set(failure, ERROR_LIMIT_EXCEEDED, RESOLVER_SETS_MAX,
				"setsWithEgressNames", NULL);
	reach_names_release(list);
	return r;
}

/* Frees set->egress.names, and lets workers remove the addresses of its names from the firewall.
 * The resolver does not answer the set any more, and is ended if the user has no other list with
 * names. */
static void egress_names_forget(struct set *set)
{
	struct egress_names *names = set->egress.names;

	if (!names)
		return;
	egress_names_close(set);
	LIST_DROP(state.first, names, next);
	set->egress.names = NULL;
	egress_admit_forget(names);
	egress_withdraw(names);
	call_opened(names);
	replace_list(names, NULL);
	grants_clear(&names->grants);
	refused_names_clear(&names->refused);
	free(names);
	if (!has_any(set->owner))
		egress_resolver_end(set->owner);
}

static uint64_t digest_of(const struct reach_names *list)
{
	return list ? list->digest : 0;
}

uint64_t egress_names_digest(const struct set *set)
{
	return digest_of(set->egress.names ? set->egress.names->list : NULL);
}

/* Sets set->egress.named (see egress-names.h) to the digest of list, which is about to replace the
 * old list and may be NULL. Does nothing if list lacks names of the old list, or if named is not
 * the old list's digest: then connections to names of an even older list may still be open. */
static void adopt(struct set *set, const struct reach_names *list)
{
	const struct reach_names *old = set->egress.names ? set->egress.names->list : NULL;

	if (set->egress.named == digest_of(old) && reach_names_cover(list, old))
		set->egress.named = digest_of(list);
}

void egress_names_ended(struct keeper *keeper, struct set *set, uint64_t digest)
{
	int r;

	if (set->egress.named == digest)
		return;
	set->egress.named = digest;
	r = store_write_set(keeper->store, set);
	if (r < 0)
		log_warning("record of %s %s not updated: %s", set_what(set), set_shown_name(set),
			    strerror(-r));
	fault_point("names-ended");
}

bool egress_names_update(struct keeper *keeper, struct set *set, const struct wire_reach *reach)
{
	struct egress_names *names = set->egress.names;
	struct reach_names *list;
	bool had = names;
	int r = (egress_learned_forwards(set) ? reach_names_find_all
					      : reach_names_find)(keeper->config, reach, &list);

	if (r < 0)
		list = NULL;
	adopt(set, list);
	if (!list) {
		egress_names_forget(set);
		return had;
	}
	if (!names)
		names = new_names(set);
	if (!names) {
		reach_names_release(list);
		return false;
	}
	/* the lists are equal: keep the new copy, which is shared with further sets from now on */
	if (names->list && reach_names_equal(list, names->list)) {
		replace_list(names, list);
		return false;
	}
	if (names->list) {
		egress_withdraw(names);
		egress_admit_outdate(names);
	}
	replace_list(names, list);
	names->version = ++state.last_version;
	/* if the new list cannot be sent, the set must not go on with the old one */
	if (names->open && egress_tell_list(names) < 0)
		egress_names_close(set);
	pump_in(0);
	return !had;
}

void egress_names_learn(struct set *set)
{
	if (set->egress.names && set->egress.names->open && egress_tell_list(set->egress.names) < 0)
		egress_names_close(set);
}

void egress_names_flushed(void)
{
	for (struct egress_names *at = state.first; at; at = at->next)
		grants_clear(&at->grants);
	egress_admit_flushed();
}

int egress_names_listen(struct keeper *keeper)
{
	state.keeper = keeper;
	state.pump = evtimer_new(keeper->loop, on_pump, NULL);
	return state.pump ? 0 : -ENOMEM;
}

void egress_names_stop(void)
{
	state.pump = free_event(state.pump);
	egress_resolver_stop();
	/* the next start restores the firewall's table, so no addresses need to be removed now */
	egress_names_flushed();
	egress_withdraw_stop();
	for (; state.first; egress_names_forget(state.first->set))
		state.first->opened = NULL;
}
