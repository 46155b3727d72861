/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/network/link.h"
#include "daemon/keeper/policy/passwd.h"
#include "daemon/keeper/request/admission.h"
#include "daemon/keeper/request/request.h"
#include "daemon/keeper/set/create.h"
#include "daemon/keeper/state/store.h"
#include "daemon/keeper/workers/boot-state.h"

/* Clients wait at most this long for the recorded sets to be made again. */
#define PATIENCE_SECONDS 15

static struct log_fields fields_of(const struct set *set)
{
	return (struct log_fields){.has_uid = true, .uid = set->owner, .set = set_shown_name(set)};
}

/* --- records --- */

/* Adds an element of size bytes to *array, which has *n elements. Returns a pointer to the element,
 * or NULL if there is no memory. */
static void *add(void **array, size_t *n, size_t size)
{
	char *more = realloc(*array, (*n + 1) * size);

	if (!more)
		return NULL;
	*array = more;
	return more + (*n)++ * size;
}

/* Marks the existing set `there` as recorded for the next boot. Takes the links from its record for
 * the next boot, unless there->boot has links already. Frees the record. */
static void adopt(struct set *there, struct set *record)
{
	there->boot.recorded = true;
	if (!there->boot.links) {
		there->boot.links = take_ptr(record->boot.links);
		there->boot.links_size = record->boot.links_size;
	}
	registry_free_set(record);
}

static void on_set(struct set *set, bool by_connection _unused_, void *context)
{
	struct keeper *keeper = context;
	struct boot *boot = keeper->boot;
	struct set *there = registry_find_set_id(keeper->registry, set->id), **place;

	/* recovery either completes or removes a half-made set; in the latter case it is made
	 * again */
	if (there && there->state != SET_CREATING) {
		adopt(there, set);
		return;
	}
	place = add((void **)&boot->sets, &boot->n_sets, sizeof(*boot->sets));
	if (place)
		*place = set;
	else
		registry_free_set(set);
}

static void on_link(struct link *link, char ids[2][ID_SIZE], void *context)
{
	struct keeper *keeper = context;
	struct boot *boot = keeper->boot;
	struct link *there = registry_find_link_id(keeper->registry, link->id);
	struct boot_link *place = NULL;

	if (there)
		there->boot_recorded = true;
	else
		place = add((void **)&boot->links, &boot->n_links, sizeof(*boot->links));
	if (!place) {
		registry_free_link(link);
		return;
	}
	place->link = link;
	memcpy(place->ids, ids, sizeof(place->ids));
}

static void on_bad(const char *directory, const char *name, int outcome _unused_, const char *why,
		   void *context)
{
	struct keeper *keeper = context;

	log_error("%s/%s of the state directory cannot be read and is set aside: %s", directory,
		  name, why);
	store_set_aside(keeper->boot->store, directory, name);
}

/* Orders sets by age, the oldest first. A set must be made after the sets to which it is linked,
 * because its specification can only link it to older ones. */
static int compare_age(const void *a, const void *b)
{
	const struct set *one = *(struct set *const *)a, *other = *(struct set *const *)b;

	return one->created < other->created ? -1 : one->created > other->created;
}

void boot_load(struct keeper *keeper)
{
	static const struct store_callbacks callbacks = {
		.set = on_set, .link = on_link, .bad = on_bad};
	struct boot *boot = keeper->boot;
	int r = boot->store ? store_load(boot->store, &callbacks, keeper) : 0;

	if (r < 0)
		log_error("the state directory cannot be read: %s", strerror(-r));
	if (boot->n_sets > 0)
		qsort(boot->sets, boot->n_sets, sizeof(*boot->sets), compare_age);
}

/* --- the owner's identity --- */

/* Fills in a request in the name of uid, the owner of a recorded object, who has no connection. The
 * groups and rights are those that the owner has now. gid: the owner's gid in the record.
 * *request points to *identity. Returns 0 or an error. */
static int stand_in(struct keeper *keeper, uid_t uid, gid_t gid, struct peer_identity *identity,
		    struct request *request, struct failure *failure)
{
	int r = passwd_identity(uid, gid, identity);

	if (r == -ENOENT)
		return failure_set(failure, ERROR_NOT_PERMITTED, 0, "boot",
				   "uid %u, its owner, has no account any more", uid);
	if (r < 0)
		return failure_from_errno(failure, r, "find the owner's account");
	*request = (struct request){.op = WIRE_CREATE, .owner = uid, .identity = identity};
	request->subject.uid = uid;
	request->subject.allowed =
		authz_allowed(keeper->config, uid, identity->gid, identity->groups,
			      identity->n_groups, config_host_user_namespaces());
	return authz_connect(request->subject.allowed, &(struct authz_place){.known = true},
			     &request->subject.scope, failure);
}

/* --- sets --- */

/* Adds a recorded set that cannot be made again to the registry, as a broken one. Takes set. */
static void give_up(struct keeper *keeper, struct set *set, const struct failure *failure)
{
	struct log_fields fields = fields_of(set);
	struct registry_use *use = registry_use(keeper->registry, set->owner);

	log_line(LOG_ERR, &fields, "cannot be made again, and is listed as broken: %s: %s",
		 failure->subject, failure->text);
	registry_break_set(set, "cannot be made again: %s: %s", failure->subject, failure->text);
	set->announced = set->boot.recorded = true;
	if (!use || registry_add_set(keeper->registry, set) < 0) {
		registry_free_set(set);
		return;
	}
	*(set_is_network(set) ? &use->networks : &use->sets) += 1;
}

static void on_made_again(struct keeper *keeper, struct set *set, const struct failure *failure,
			  void *context)
{
	struct set *record = context;

	keeper->boot->making = false;
	if (failure) {
		give_up(keeper, record, failure);
	} else {
		set->boot.links = take_ptr(record->boot.links);
		set->boot.links_size = record->boot.links_size;
		registry_free_set(record);
	}
	boot_go_on(keeper);
}

static int make_network(struct keeper *keeper, struct request *request, struct set_wish *wish,
			const struct set *record, struct failure *failure)
{
	static struct wire_network network;
	int r = wire_unpack(&wire_network_layout, record->network, record->network_size, &network);

	if (r < 0)
		return failure_from_errno(failure, r, "read the network's record");
	wish->network = &network;
	r = admission_of_egress(keeper, request, &network.reach, &network.egress, "", failure);
	return r ? r : set_create(keeper, request, wish, failure);
}

/* Makes a recorded set again. spec: its specification. If the record has links, with the names and
 * addresses that were chosen for them, these replace the links of the specification. Returns 0 if
 * the set is being made, or an error. */
static int make_set(struct keeper *keeper, struct request *request, struct set_wish *wish,
		    struct wire_spec *spec, const struct set *record, struct failure *failure)
{
	static struct wire_spec plan, boot_links;
	int r;

	/* an automatic mapping gets new maps, from the ids that the owner has now */
	if (mapping_is_auto(spec->mapping))
		spec->uid_map.n_ranges = spec->gid_map.n_ranges = 0;
	r = admission_of_spec(keeper, request, spec, record->name, failure);
	if (r)
		return r;
	plan = *spec;
	if (record->boot.links && wire_unpack(&wire_spec_layout, record->boot.links,
					      record->boot.links_size, &boot_links) == 0) {
		memcpy(plan.links, boot_links.links, sizeof(plan.links));
		plan.n_links = boot_links.n_links;
	}
	wish->plan = &plan;
	return set_create(keeper, request, wish, failure);
}

static int make_again(struct keeper *keeper, struct set *record, struct failure *failure)
{
	static struct peer_identity identity;
	static struct wire_spec spec;
	struct set_wish wish = {
		.name = record->name,
		.spec = &spec,
		.again = record,
		.created = on_made_again,
		.context = record,
	};
	struct request request;
	int r = stand_in(keeper, record->owner, record->gid, &identity, &request, failure);

	if (r)
		return r;
	if (registry_find_set(keeper->registry, record->owner, record->name))
		return failure_set(failure, ERROR_EXISTS, 0, "set", "%s", record->name);
	r = wire_unpack(&wire_spec_layout, record->spec, record->spec_size, &spec);
	if (r < 0)
		return failure_from_errno(failure, r, "read the set's record");
	if (record->network)
		return make_network(keeper, &request, &wish, record, failure);
	return make_set(keeper, &request, &wish, &spec, record, failure);
}

/* Makes the next recorded set that is missing. Returns true if it is being made, or if the
 * half-made set of an earlier daemon must be removed first. Returns false if no set is left to
 * make. */
static bool make_next_set(struct keeper *keeper)
{
	struct boot *boot = keeper->boot;

	while (boot->next_set < boot->n_sets) {
		struct set *record = boot->sets[boot->next_set];
		struct set *there = registry_find_set_id(keeper->registry, record->id);
		struct failure failure = {};

		if (there && there->work)
			return true;
		boot->next_set++;
		boot->making = true;
		if (!there && make_again(keeper, record, &failure) == 0)
			return true;
		boot->making = false;
		if (there)
			adopt(there, record);
		else
			give_up(keeper, record, &failure);
	}
	return false;
}

/* --- links --- */

static void on_link_again(struct keeper *keeper, struct link *link, const struct failure *failure,
			  void *context)
{
	struct link *record = context;

	keeper->boot->making = false;
	if (failure || !link)
		log_line(LOG_ERR, &(struct log_fields){.has_uid = true, .uid = record->owner},
			 "link %s cannot be made again: %s: %s", record->name,
			 failure ? failure->subject : "", failure ? failure->text : "");
	else
		/* the new link has an id of its own, and so another record than this one */
		boot_forget_link(keeper, record->id);
	registry_free_link(record);
	boot_go_on(keeper);
}

/* Makes a recorded link again. Returns 0 if it is being made. Otherwise returns an error, with the
 * reason in *failure. But if a set at one of the link's ends is missing or not ready, *failure
 * stays as it is. */
static int make_link(struct keeper *keeper, const struct boot_link *again, struct failure *failure)
{
	static struct peer_identity identity;
	static struct wire_link wire;
	struct link *record = again->link;
	struct request request;
	gid_t gid = record->owner;
	int r;

	for (int i = 0; i < 2; i++) {
		struct set *end = registry_find_set_id(keeper->registry, again->ids[i]);

		if (!*again->ids[i])
			continue;
		/* If the set is gone for good, so is the link. If the set is broken, the record of
		 * the link stays for the next start. */
		if (!end)
			boot_forget_link(keeper, record->id);
		if (!end || end->state != SET_READY)
			return -ENOENT;
		gid = end->gid;
	}
	r = stand_in(keeper, record->owner, gid, &identity, &request, failure);
	if (r == 0 && wire_unpack(&wire_link_layout, record->wire, record->wire_size, &wire) < 0)
		r = failure_from_errno(failure, -EBADMSG, "read the link's record");
	return r ? r
		 : link_add(keeper, &request.subject, &wire, NULL, on_link_again, record, failure);
}

static bool make_next_link(struct keeper *keeper)
{
	struct boot *boot = keeper->boot;

	while (boot->next_link < boot->n_links) {
		struct boot_link *again = &boot->links[boot->next_link++];
		struct log_fields fields = {.has_uid = true, .uid = again->link->owner};
		struct failure failure = {};

		boot->making = true;
		if (make_link(keeper, again, &failure) == 0)
			return true;
		boot->making = false;
		if (failure.error)
			log_line(LOG_ERR, &fields, "link %s cannot be made again: %s: %s",
				 again->link->name, failure.subject, failure.text);
		registry_free_link(again->link);
	}
	return false;
}

/* --- the whole start --- */

static void on_boot_written(struct keeper *keeper _unused_, const struct failure *failure _unused_,
			    void *context _unused_)
{
}

/* Writes the missing records for the next boot. A record may be missing because an earlier daemon
 * was killed after it had made the set, and before it had written the record. */
static void keep_the_rest(struct keeper *keeper)
{
	for (struct set *set = registry_next_set(keeper->registry, 0, NULL); set;
	     set = registry_next_set(keeper->registry, set->owner, set->name))
		if (set->boot.wanted && set->state == SET_READY && !set->boot.recorded)
			boot_record_set(keeper, set, on_boot_written, NULL);
}

static void be_done(struct keeper *keeper)
{
	void (*done)(struct keeper * keeper) = keeper->boot->done;

	keeper->boot->done = NULL;
	if (keeper->boot->patience)
		evtimer_del(keeper->boot->patience);
	if (done)
		done(keeper);
}

static void on_patience(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	log_warning("sets are still being made again; clients are served without waiting for them");
	be_done(context);
}

void boot_go_on(struct keeper *keeper)
{
	struct boot *boot = keeper->boot;

	if (!boot->restoring || boot->making || make_next_set(keeper) || make_next_link(keeper))
		return;
	boot->restoring = false;
	keep_the_rest(keeper);
	be_done(keeper);
}

void boot_restore(struct keeper *keeper, void (*done)(struct keeper *keeper))
{
	static const struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
	struct boot *boot = keeper->boot;

	boot->restoring = true;
	boot->done = done;
	/* if there is no memory for the timer, clients wait until everything has been made again */
	boot->patience = evtimer_new(keeper->loop, on_patience, keeper);
	if (boot->patience)
		evtimer_add(boot->patience, &patience);
	boot_go_on(keeper);
}
