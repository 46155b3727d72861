/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/base/unique-id.h"
#include "daemon/keeper/network/egress-names.h"
#include "daemon/keeper/network/link.h"
#include "daemon/keeper/network/resolver-plan.h"
#include "daemon/keeper/network/resolver.h"
#include "daemon/keeper/policy/config.h"
#include "daemon/keeper/policy/task-error.h"
#include "daemon/keeper/policy/user-name.h"
#include "daemon/keeper/request/admission.h"
#include "daemon/keeper/request/events.h"
#include "daemon/keeper/request/lane.h"
#include "daemon/keeper/set/caller-cgroup.h"
#include "daemon/keeper/set/idle.h"
#include "daemon/keeper/set/lease.h"
#include "daemon/keeper/set/remove.h"
#include "daemon/keeper/state/quota.h"
#include "daemon/keeper/state/store.h"
#include "daemon/keeper/state/view.h"
#include "daemon/keeper/workers/boot-records.h"
#include "daemon/keeper/workers/spare.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/fault.h"
#include "daemon/wire/method.h"

/* Deadline of a maker, a process that makes a set: it may hang on FUSE or a network file system. */
#define CREATE_SECONDS 10

/* A set that is being made. */
struct creation {
	struct keeper *keeper;
	struct set *set;
	set_created *created;
	set_adopted *adopted; /* NULL: new namespaces are made */
	void *context;
	enum wire_op op;	/* the method of the request */
	bool again;		/* the set is made again at boot */
	struct failure failure; /* the reason for rolling back */
	char id[ID_SIZE];	/* the set's id: set may be freed before the creation is answered */
};

static struct log_fields fields_of(const struct set *set)
{
	return (struct log_fields){.has_uid = true, .uid = set->owner, .set = set_shown_name(set)};
}

/* --- creation --- */

static void roll_back_done(struct keeper *keeper, const struct failure *failure _unused_,
			   void *context)
{
	struct creation *creation = context;

	creation->created(keeper, NULL, &creation->failure, creation->context);
	free(creation);
}

static void roll_back(struct creation *creation)
{
	struct set *set = creation->set;

	set->work = NULL;
	set_remove(creation->keeper, set, 0, roll_back_done, creation);
}

/* Ends a creation for which no worker could be started, so nothing was made. */
static void withdraw(struct creation *creation)
{
	set_forget(creation->keeper, creation->set);
	roll_back_done(creation->keeper, NULL, creation);
}

/* Stores the maker's report in *set. If the maker has given the way out (the link to the outside)
 * other addresses than planned, records these. Returns 0 or -errno. */
static int take_report(struct keeper *keeper, struct set *set, const struct task_report *report)
{
	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		set->inodes[kind] = report->inodes[kind];
		set->ids[kind] = report->ids[kind];
	}
	set->init_pid = report->init_pid;
	set->init_start = report->init_start;
	return report->way_shift > 0 ? link_way_moved(keeper, set, report->way_shift) : 0;
}

static void record_ready(struct keeper *keeper, const struct set *set,
			 const struct creation *creation)
{
	struct log_fields fields = fields_of(set);
	int r = store_write_set(keeper->store, set);

	if (r < 0)
		log_warning("record of set %s not updated: %s", set->id, strerror(-r));
	fields.method = creation->again ? NULL : wire_methods[creation->op].name;
	if (creation->again)
		log_operation("sets created", LOG_INFO, &fields, "%s %s of %s: created again",
			      set_what(set), fields.set, user_name(set->owner).text);
	else
		log_operation("sets created", LOG_INFO, &fields, "%s created %s %s",
			      user_name(set->owner).text, set_what(set), fields.set);
	keeper->counters.created++;
}

static void finish_creation(void *context)
{
	struct creation *creation = context;
	struct keeper *keeper = creation->keeper;
	struct set *set = registry_find_set_id(keeper->registry, creation->id);

	if (set && set->state == SET_READY) {
		creation->created(keeper, set, NULL, creation->context);
		/* The record is written after the answer, which writing would delay. Without it,
		 * the next start makes the set ready or removes it (start/recovery.h). */
		record_ready(keeper, set, creation);
		lease_resume(keeper, set);
	} else {
		failure_set(&creation->failure, ERROR_NOT_FOUND, 0, "set", NULL);
		creation->created(keeper, NULL, &creation->failure, creation->context);
	}
	free(creation);
}

/* Answers a creation. For a member of a network, first waits until the files in /etc of the other
 * members have its name; in a topology, only the answer to the Apply waits for that. */
static void settle_creation(void *context)
{
	struct creation *creation = context;
	const struct set *set = registry_find_set_id(creation->keeper->registry, creation->id);

	if (set && set_is_member(set) && !*set->group)
		resolver_settle(set->owner, finish_creation, creation);
	else
		finish_creation(creation);
}

/* Marks the set as ready, and goes on to answer the creation. Must be called when the set exists
 * and its record for the next boot, if it has one, is on the disk. */
static void be_ready(struct creation *creation)
{
	struct keeper *keeper = creation->keeper;
	struct set *set = creation->set, *around;

	set->state = SET_READY;
	set->work = NULL;
	around = registry_find_at(keeper->registry, set->above);
	lease_begin(keeper, set);
	memcpy(creation->id, set->id, sizeof(creation->id));
	fault_point("create-made");
	events_set_created(keeper, set);
	link_all_made(keeper, set);
	egress_names_open(set, settle_creation, creation);
	/* a removal of the surrounding set may have waited until this set was made */
	if (around)
		remove_go_on(keeper, around);
}

static void on_boot_written(struct keeper *keeper _unused_, const struct failure *failure,
			    void *context)
{
	struct creation *creation = context;

	if (failure) {
		creation->failure = *failure;
		roll_back(creation);
	} else {
		be_ready(creation);
	}
}

/* Returns true if the report is about the way out. report->detail: 2 × the number of the link, + 1
 * for its end b. The way out has the last number, and is the first in set->links. */
static bool is_about_way(const struct set *set, const struct task_report *report)
{
	size_t n = 0;

	for (const struct link *link = set->links; link; link = link_next(link, set))
		n++;
	return n > 0 && set->links->egress && report->detail / 2 == n - 1;
}

/* Puts the name of the specification's sysctl n, which the kernel has refused, into the failure. */
static void name_setting(const struct set *set, uint32_t n, struct failure *failure)
{
	static struct wire_spec spec;
	char field[sizeof("spec.sysctls.") + SYSCTL_SIZE];

	if (wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &spec) < 0 ||
	    n >= spec.n_sysctls)
		return;
	snprintf(field, sizeof(field), "spec.sysctls.%s", spec.sysctls[n].key);
	failure_set(failure, failure->error, failure->number, field, "%s", failure->text);
}

/* Says in creation->failure why a link failed: its other end is gone or busy, or report's error. */
static void explain_link(struct creation *creation, const struct task_report *report)
{
	if (link_check_peer(creation->keeper, creation->set, report->detail / 2,
			    &creation->failure))
		return;
	if (is_about_way(creation->set, report))
		task_error_of_way(report, &creation->failure);
	else
		task_error_of_link(report, true, &creation->failure);
}

static void not_made(struct creation *creation, const struct task_report *report)
{
	if (report->error == ENOSPC)
		spare_drop();
	if (report->step >= STEP_LINK_PLACE && report->step <= STEP_REMOVE_LINK)
		explain_link(creation, report);
	else
		task_error(report, &creation->failure);
	if (report->step == STEP_SETTING && creation->failure.error == ERROR_INVALID_VALUE)
		name_setting(creation->set, report->detail, &creation->failure);
	if (report->step == STEP_WORKER)
		withdraw(creation);
	else
		roll_back(creation);
}

static void on_made(struct operation *operation, const struct task_report *report)
{
	struct creation *creation = operation->context;
	struct keeper *keeper = creation->keeper;
	struct set *set = creation->set;
	uint32_t kinds = set->adopted ? 0 : set->kinds;
	uid_t owner = set->owner;
	int r;

	if (report->step != STEP_NONE) {
		not_made(creation, report);
		return;
	}
	r = take_report(keeper, set, report);
	if (r < 0) {
		failure_from_errno(&creation->failure, r, "record the way out");
		roll_back(creation);
		return;
	}
	if (set->adopted &&
	    creation->adopted(keeper, set, report, creation->context, &creation->failure)) {
		roll_back(creation);
		return;
	}
	if (creation->again)
		set->boot.recorded = true;
	if (set->boot.wanted && !creation->again)
		boot_record_set(keeper, set, on_boot_written, creation);
	else
		be_ready(creation);
	spare_after_creation(keeper, owner, kinds);
}

static struct set *new_set(const struct request *request, const struct set_wish *wish,
			   const struct set *around, const struct caller_cgroup *cgroup)
{
	const char *wall;
	const struct wire_spec *spec = wish->spec;
	const struct peer_identity *identity = request_identity(request);
	struct set *set = identity ? calloc(1, sizeof(*set)) : NULL;

	if (!set)
		return NULL;
	set->owner = identity->uid;
	set->gid = identity->gid;
	snprintf(set->name, sizeof(set->name), "%s", wish->name);
	if (wish->again)
		memcpy(set->id, wish->again->id, sizeof(set->id));
	else
		unique_id_new(set->id);
	set->state = SET_CREATING;
	set->kinds = spec->kinds;
	set->created = wish->again ? wish->again->created : clock_wall();
	lease_put(set, &spec->lease, request);
	set->run = wish->run;
	set->adopted = wish->adopt;
	/* a set within another has the wall (kernel/wall.h) of the surrounding set */
	wall = around ? around->wall : *request->subject.wall ? request->subject.wall : NULL;
	set->wall = wall ? strdup(wall) : NULL;
	set->above = around ? strdup(request->subject.within) : NULL;
	set->callers_cgroup = *cgroup->path ? strdup(cgroup->path) : NULL;
	set->callers_inode = cgroup->inode;
	snprintf(set->group, sizeof(set->group), "%s", wish->group ? wish->group : "");
	if ((wall && !set->wall) || (around && !set->above) ||
	    (*cgroup->path && !set->callers_cgroup) || registry_put_spec(set, spec) < 0 ||
	    (wish->network && wire_pack(&wire_network_layout, wish->network, &set->network,
					&set->network_size) < 0)) {
		registry_free_set(set);
		return NULL;
	}
	return set;
}

static void fill_identity(struct task_identity *task, const struct peer_identity *identity)
{
	task->uid = identity->uid;
	task->gid = identity->gid;
	for (size_t i = 0; i < identity->n_groups; i++)
		task->groups[task->n_groups++].id = identity->groups[i];
}

/* Fills in the caller's resource limits, for a set with a user namespace. connection: that of the
 * caller; NULL: there is none, as for a set that is made again at boot. */
static void fill_limits(struct task_create *task, const struct client_connection *connection)
{
	const struct task_limits *limits = connection ? &connection->peer.limits : NULL;

	if (!limits || !(task->spec.kinds & KIND_BIT(KIND_USER)))
		return;
	memcpy(task->resources, limits->resources, sizeof(task->resources));
	task->n_resources = limits->n_resources;
}

bool create_takes_descriptors(const struct wire_spec *spec)
{
	bool any = spec->root_fd >= 0;

	for (size_t i = 0; i < spec->n_mounts; i++)
		any |= spec->mounts[i].source_fd >= 0;
	return any;
}

/* Fills in the namespaces to adopt, and the capabilities with which the maker opens them: those
 * that the caller could get by itself. An ordinary user can get none. */
static void fill_adopt(struct task_create *task, const struct client_connection *connection,
		       const struct wire_adopt *adopt)
{
	task->adopt = *adopt;
	wire_clear(&wire_lease_layout, &task->adopt.lease);
	if (connection && connection->peer.identity.uid == 0)
		task->capabilities = connection->peer.bounding;
}

static void fill_devices(struct task_create *task, const struct config *config)
{
	memcpy(task->devices, config->devices, sizeof(task->devices));
	task->n_devices = config->n_devices;
}

static int send_creation(struct creation *creation, const struct request *request,
			 const struct set_wish *wish)
{
	static struct task_create task;
	static struct link_plan_bridge bridge;
	_cleanup_(spare_close) struct spare spare = {-1, -1};
	struct operation *operation;
	int r;

	wire_clear(&task_create_layout, &task);
	r = request_fill_caller(request, &task.caller);
	if (r < 0)
		return r;
	task.set = view_task_set(creation->set);
	task.spec = *wish->spec;
	task.no_init = wish->no_init;
	fill_devices(&task, creation->keeper->config);
	link_fill_create(creation->keeper, creation->set, &task);
	r = resolver_fill_create(creation->set, wish->spec, &task.resolver);
	if (r < 0)
		return r;
	if (wish->network) {
		link_plan_bridge(wish->network, &bridge);
		task.bridge = bridge.task;
	}
	fill_identity(&task.identity, request_identity(request));
	admission_fill_maps(creation->keeper, request, &task);
	fill_limits(&task, request_connection(request));
	if (wish->adopt)
		fill_adopt(&task, request_connection(request), wish->adopt);
	/* TURN_CLEANUP: a set that is made again at boot does not wait for what requests of its
	 * owner make */
	r = create_takes_descriptors(wish->spec) || wish->adopt || wish->run
		    ? lane_operation(request, !wish->run && !wish->group, CREATE_SECONDS,
				     &operation)
		    : operation_new(creation->keeper, creation->set->owner,
				    creation->again ? TURN_CLEANUP : TURN_MAKE, CREATE_SECONDS,
				    &operation);
	if (r < 0)
		return r;
	operation->context = creation;
	operation->done = on_made;
	if (!wish->adopt && !task.caller.home)
		spare = spare_take(creation->set->owner, wish->spec);
	task.net_fd = spare.net_fd;
	task.sysfs_fd = spare.sysfs_fd;
	return operation_send(operation, TASK_CREATE, &task);
}

/* Adds the set to the registry, and writes its record. Returns 0, or an error after freeing the
 * set. */
static int record(struct keeper *keeper, struct set *set, struct failure *failure)
{
	int r = registry_add_set(keeper->registry, set);

	if (r < 0) {
		registry_free_set(set);
		return failure_from_errno(failure, r, "record the set");
	}
	r = store_write_set(keeper->store, set);
	if (r < 0) {
		store_remove_set(keeper->store, set->id);
		registry_drop_set(keeper->registry, set);
		return failure_from_errno(failure, r, "record the set");
	}
	return 0;
}

const char *create_pick_name(struct keeper *keeper, const struct request *request, const char *name,
			     char picked[static NAME_SIZE])
{
	char id[ID_SIZE];

	if (name)
		return name;
	do {
		unique_id_new(id);
		snprintf(picked, NAME_SIZE, "set-%.8s", id);
	} while (registry_find_set(keeper->registry, request->subject.uid, picked));
	return picked;
}

/* Counts a new set against its owner's limit, and records it with its links. around: the set around
 * this one, or NULL. Returns 0 and *ret, or an error, and then nothing of the set is left. */
static int begin_set(struct keeper *keeper, const struct request *request,
		     const struct set_wish *wish, const struct set *around,
		     const struct caller_cgroup *cgroup, struct set **ret, struct failure *failure)
{
	uid_t owner = request->subject.uid;
	enum quota quota = wish->network ? QUOTA_NETWORKS : QUOTA_SETS;
	struct set *set;
	int r = quota_take(keeper, owner, quota, failure);

	if (r)
		return r;
	set = new_set(request, wish, around, cgroup);
	r = set ? record(keeper, set, failure)
		: failure_from_errno(failure, -ENOMEM, "create the set");
	if (r) {
		quota_add(keeper, owner, quota, -1);
		return r;
	}
	r = link_record_all(keeper, &request->subject, set, wish->plan ? wish->plan : wish->spec,
			    failure);
	if (r == 0 && set->boot.wanted)
		r = boot_check_links(set, failure);
	if (r) {
		set_forget(keeper, set);
		return r;
	}
	*ret = set;
	return 0;
}

int set_create(struct keeper *keeper, struct request *request, const struct set_wish *wish,
	       struct failure *failure)
{
	const struct set *around;
	struct caller_cgroup cgroup;
	struct creation *creation;
	struct set *set;
	int r;

	request_set_about(request, wish->name + (wish->name[0] == NETWORK_SIGN));
	r = within_find_around(keeper, request, wish->spec, &around, failure);
	if (r == 0)
		r = caller_cgroup_choose(keeper, request, wish, around, &cgroup, failure);
	if (r)
		return r;
	creation = calloc(1, sizeof(*creation));
	if (!creation)
		return failure_from_errno(failure, -ENOMEM, "create the set");
	r = begin_set(keeper, request, wish, around, &cgroup, &set, failure);
	if (r) {
		free(creation);
		return r;
	}
	/* the networks at its links are not idle any more */
	if (set->links)
		idle_look_at_all(keeper, set->owner);
	fault_point("create-recorded");
	*creation = (struct creation){
		.keeper = keeper,
		.set = set,
		.again = wish->again,
		.created = wish->created,
		.adopted = wish->adopted,
		.op = request->op,
		.context = wish->context,
	};
	r = send_creation(creation, request, wish);
	if (r < 0) {
		/* nothing was made in the kernel; the removal deletes the records */
		failure_from_errno(&creation->failure, r, "create the set");
		roll_back(creation);
	}
	return 0;
}
