/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/network/egress-change.h"
#include "daemon/keeper/network/egress-firewall.h"
#include "daemon/keeper/network/egress-learned.h"
#include "daemon/keeper/network/egress-names-state.h"
#include "daemon/keeper/network/egress-resolver.h"
#include "daemon/keeper/network/link-plan.h"
#include "daemon/keeper/policy/outside.h"
#include "daemon/kernel/fault.h"

/* The firewall lets an address through for this much longer than the resolver asks for, which is
 * the time to live of the DNS record, but at least RESOLVER_SECONDS_MIN. So not every question
 * about the name adds the address again. */
#define EXTRA_SECONDS 60
#define REFUSE_ALL UINT64_MAX

/* A request of a resolver to let addresses through, while a worker adds those to the firewall. */
struct admission {
	struct egress_names *names; /* of the set that has asked; NULL: they are gone */
	struct admission *next;
	uid_t uid;
	uint32_t id, request; /* number of the resolver, and of its request */
	uint64_t refused;     /* bit i: address i of the request was refused */
	bool flushed;	      /* the firewall's table was made anew meanwhile */
	bool outdated;	      /* the list of names was replaced meanwhile */
	bool removing;	      /* a worker is removing the addresses again */
	char interface[INTERFACE_SIZE];
	struct reach_names *list; /* the list when the request came; bit i of a grant's services
				   * means its table[i] */
	struct grant grants[RESOLVER_ADDRESSES_MAX];
	size_t n, pairs;
};

/* List of the requests whose addresses workers are adding now, or removing again. */
static struct admission *admissions;

void egress_admit_flushed(void)
{
	for (struct admission *at = admissions; at; at = at->next)
		at->flushed = true;
}

void egress_admit_outdate(const struct egress_names *names)
{
	for (struct admission *at = admissions; at; at = at->next)
		at->outdated |= at->names == names;
}

/* Returns true while workers may still add addresses of an old list of these names. Such addresses
 * are removed afterwards, and the removal would also remove an address that the new list has let
 * through meanwhile. */
static bool has_outdated(const struct egress_names *names)
{
	return LIST_FIND(admissions, at, next, at->names == names && at->outdated);
}

void egress_admit_forget(const struct egress_names *names)
{
	for (struct admission *at = admissions; at; at = at->next)
		if (at->names == names)
			at->names = NULL;
}

static void admission_free(struct admission *admission)
{
	LIST_DROP(admissions, admission, next);
	if (admission->names) {
		admission->names->n_admitting -= admission->n;
		admission->names->pairs_admitting -= admission->pairs;
	}
	reach_names_release(admission->list);
	free(admission);
}

/* Returns the services (as in struct grant) of all entries of the list that match the requested
 * name. Returns 0 if the request refers to an old list, or while addresses of an old list may still
 * be added or removed. choose() then refuses all addresses. */
static uint32_t services_of(const struct egress_names *names,
			    const struct wire_resolver_allow *allow)
{
	uint32_t services = 0;

	if (allow->version != names->version || has_outdated(names) ||
	    egress_withdraw_busy(names->interface))
		return 0;
	for (size_t i = 0; i < allow->n_entries; i++)
		if (allow->entries[i].index < names->list->n)
			services |= names->list->services[allow->entries[i].index];
	return services;
}

/* Decides about each address of the request. ret->grants gets those that must be added to the
 * firewall. ret->refused says which ones must not be let through. The firewall has the others
 * already, at least until their DNS records expire. six: the set has an IPv6 address at its way
 * out. room: the number of further pairs (egress-grants.h) that the set may have. */
static void choose(const struct keeper *keeper, struct egress_names *names,
		   const struct wire_resolver_allow *allow, bool six, size_t room,
		   struct admission *ret)
{
	uint32_t services = services_of(names, allow);
	size_t pairs = grant_pairs(services);
	uint64_t now = clock_boottime();

	grants_expire(&names->grants, now);
	for (size_t i = 0; i < allow->n_addresses; i++) {
		const struct wire_resolver_address *wire = &allow->addresses[i];
		uint32_t seconds = MAX(wire->seconds, (uint32_t)RESOLVER_SECONDS_MIN);
		uint64_t until = now + UINT64_C(1000000) * seconds;
		struct grant grant = {.services = services};

		if (services == 0 || !wire->address ||
		    address_read_host(wire->address, &grant.address) ||
		    (grant.address.family == AF_INET6 && !six) ||
		    !outside_is_public(keeper->config, &grant.address) ||
		    !grants_have_room(&names->grants, &grant.address,
				      names->n_admitting + ret->n) ||
		    ret->pairs + pairs > MIN(room, (size_t)CHANGE_PAIRS_MAX)) {
			ret->refused |= UINT64_C(1) << i;
		} else if (!grants_have(&names->grants, &grant.address, services, until)) {
			grant.until = until + UINT64_C(1000000) * EXTRA_SECONDS;
			ret->grants[ret->n++] = grant;
			ret->pairs += pairs;
		}
	}
}

static void log_failure(const struct egress_names *names, const struct task_report *report)
{
	log_by_user("addresses not let through", LOG_WARNING,
		    &(struct log_fields){.has_uid = true,
					 .uid = names->set->owner,
					 .set = set_shown_name(names->set),
					 .error = report->error},
		    "addresses of names are not let through: cannot %s: %s",
		    step_text(report->step), strerror(report->error));
}

/* Adds the addresses of the admission, which the firewall has now, to grants. Without memory, an
 * address is left out. The next question for its name then adds it to the firewall again, and the
 * firewall removes it only at the end of its time. */
static void note(const struct admission *admission, struct grants *grants)
{
	for (size_t i = 0; i < admission->n; i++)
		(void)grants_add(grants, &admission->grants[i]);
}

static int send_admission(struct keeper *keeper, struct admission *admission);

/* Is called when a task of the admission has ended (done: with success). Sends one more task if the
 * list was replaced meanwhile, to remove the addresses; or if the firewall's table was made anew
 * meanwhile and so may lack the addresses, to add them again. Returns true if a task was sent. */
static bool go_on(struct keeper *keeper, struct admission *admission, bool done)
{
	if (!admission->names || admission->removing)
		return false;
	if (admission->outdated)
		admission->removing = true;
	else if (!done || !admission->flushed)
		return false;
	if (send_admission(keeper, admission) < 0)
		return false;
	admission->flushed = false;
	return true;
}

/* Is called when the last task of an admission has ended. If the names were freed meanwhile, lets
 * workers remove the addresses. Otherwise adds the addresses that the firewall has now to
 * names->grants. Returns true if the resolver may give the addresses to the set. */
static bool conclude(struct keeper *keeper, struct admission *admission,
		     const struct task_report *report)
{
	struct egress_names *names = admission->names;
	const bool done = report->step == STEP_NONE;
	struct grants late = {};

	if (!done && names)
		log_failure(names, report);
	if (!names && !admission->removing) {
		note(admission, &late);
		egress_withdraw_late(keeper, admission->uid, admission->interface, admission->list,
				     &late);
	}
	if (!done || !names || admission->outdated || admission->flushed)
		return false;
	note(admission, &names->grants);
	return true;
}

static void on_admitted(struct operation *operation, const struct task_report *report)
{
	struct admission *admission = operation->context;
	bool admitted;

	if (go_on(operation->keeper, admission, report->step == STEP_NONE))
		return;
	admitted = conclude(operation->keeper, admission, report);
	egress_resolver_answer(admission->id, admission->request,
			       admitted ? admission->refused : REFUSE_ALL);
	egress_resolver_answered(admission->id);
	admission_free(admission);
}

static int send_admission(struct keeper *keeper, struct admission *admission)
{
	const struct egress_change change = {
		.uid = admission->uid,
		.interface = admission->interface,
		.table = admission->list->table,
		.n_services = admission->list->n_services,
		.services = admission->grants[0].services,
		.remove = admission->removing,
		.grants = admission->grants,
		.n = admission->n,
	};

	return egress_change_send(keeper, &change, on_admitted, admission);
}

/* Fills in *ret with the set's way out. *ret_six: the set has an IPv6 address there. Returns false
 * if there is no way out. */
static bool find_way(const struct set *set, struct link_plan_task *ret, bool *ret_six)
{
	const struct link *link = egress_way(set);

	if (!link || link_plan_task(link, NULL, ret) < 0)
		return false;
	*ret_six = false;
	for (size_t i = 0; i < ret->task.a.n_addresses; i++)
		*ret_six |= strchr(ret->task.a.addresses[i].text, ':') != NULL;
	return true;
}

/* Fills in the admission's members that depend on names, counts its addresses in *names, and sends
 * them to a worker. Returns false if sending fails. Then all addresses are refused. */
static bool begin(struct keeper *keeper, struct egress_names *names, struct admission *admission)
{
	memcpy(names->interface, admission->interface, sizeof(names->interface));
	admission->names = names;
	admission->uid = names->set->owner;
	admission->list = reach_names_share(names->list);
	LIST_PUSH(admissions, admission, next);
	names->n_admitting += admission->n;
	names->pairs_admitting += admission->pairs;
	if (send_admission(keeper, admission) == 0)
		return true;
	admission->refused = REFUSE_ALL;
	return false;
}

int egress_admit(struct keeper *keeper, struct egress_names *names,
		 const struct wire_resolver_allow *allow, size_t room, uint32_t id,
		 uint32_t request)
{
	static struct link_plan_task way;
	struct admission *admission;
	bool six;

	if (!names || !find_way(names->set, &way, &six)) {
		egress_resolver_answer(id, request, REFUSE_ALL);
		return 0;
	}
	admission = calloc(1, sizeof(*admission));
	if (!admission)
		return -ENOMEM;
	admission->id = id;
	admission->request = request;
	snprintf(admission->interface, sizeof(admission->interface), "%s", way.task.b.interface);
	choose(keeper, names, allow, six, room, admission);
	if (egress_learned_forwards(names->set)) {
		/* while the list is learned, the set also gets the addresses that choose() has
		 * refused, and all are remembered with the name */
		egress_learned_note(names->set, allow);
		admission->refused = 0;
	}
	if (admission->n > 0 && begin(keeper, names, admission))
		return 1;
	egress_resolver_answer(id, request, admission->refused);
	admission_free(admission);
	return 0;
}
