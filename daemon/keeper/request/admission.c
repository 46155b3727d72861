/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/policy/check.h"
#include "daemon/keeper/policy/reach-change.h"
#include "daemon/keeper/policy/reach.h"
#include "daemon/keeper/request/admission.h"
#include "daemon/keeper/request/lane.h"
#include "daemon/keeper/state/home.h"
#include "daemon/kernel/cgroup-limits.h"
#include "daemon/kernel/process.h"

/* --- leases --- */

/* Returns true if the caller is in the pid namespace whose first process is pid. Its lease must not
 * end with that process, which ends last (check_lease_process()). Also returns true if the
 * namespaces cannot be compared, so that the lease is refused in doubt. */
static bool is_callers(const struct client_connection *caller, pid_t pid)
{
	ino_t own = 0, other = 0;

	return !caller || process_pid_namespace(caller->peer.pid, &own) < 0 ||
	       process_has_ended(caller->peer.pid_fd) || process_pid_namespace(pid, &other) < 0 ||
	       own == other;
}

static int check_process(const struct request *request, pid_t pid, struct failure *failure)
{
	int first = process_is_first(pid);

	if (is_shortage(first))
		return failure_from_errno(failure, first, "look at the process of the lease");
	return check_lease_process(pid, first == 1 && is_callers(request_connection(request), pid),
				   failure);
}

static int refuse_lease(struct failure *failure, const char *field, const char *why)
{
	return failure_set(failure, ERROR_INVALID_VALUE, 0, field, "%s", why);
}

/* Fills in the pid and start time of the process with which the lease ends. A worker has found them
 * by the pidfd of the request. Returns 0 or an error. */
static int find_process(const struct request *request, struct wire_lease *lease,
			struct failure *failure)
{
	static const char field[] = "lease.processFileDescriptor";
	const struct lane_process none = {}, *process = &none;
	_cleanup_fd_ int own_fd = -1;
	int r;

	if (request->processes)
		process = &request->processes[lease->process_fd];
	if (!process->pid && !process->error)
		return refuse_lease(failure, field, "is not a pidfd");
	/* After a restart, nsctld finds the process by its pid and start time. That works for no
	 * thread but the first of a process, so others are refused. */
	r = own_fd = process->pid ? process_find(process->pid, process->start) : -process->error;
	if (is_shortage(r))
		return failure_from_errno(failure, r, "identify the process of the lease");
	if (r < 0)
		return refuse_lease(failure, field,
				    "the process has ended, or is none that nsctld can see");
	r = check_process(request, process->pid, failure);
	if (r)
		return r;
	lease->pid = process->pid;
	lease->start = process->start;
	return 0;
}

/* Fills in the pid and start time of the watcher, a process that ends with the lease's pipe
 * (set/pipe-watch.h). A worker has started it. Returns 0 or an error. */
static int find_watcher(const struct request *request, struct wire_lease *lease,
			struct failure *failure)
{
	static const char field[] = "lease.pipeFileDescriptor";
	const struct lane_process none = {}, *watcher = &none;

	if (request->processes)
		watcher = &request->processes[lease->pipe_fd];
	if (!watcher->pid && !watcher->error)
		return refuse_lease(failure, field, "is no reading end of a pipe");
	if (watcher->error == ESRCH)
		return refuse_lease(failure, field,
				    "the pipe has ended: no process has its writing end open");
	if (watcher->error)
		return failure_from_errno(failure, -watcher->error, "watch the pipe of the lease");
	lease->pipe = true;
	lease->watcher_pid = watcher->pid;
	lease->watcher_start = watcher->start;
	return 0;
}

int admission_of_lease(const struct request *request, struct wire_lease *lease,
		       struct failure *failure)
{
	int r = 0;

	lease->pid = lease->watcher_pid = 0;
	lease->start = lease->watcher_start = 0;
	lease->pipe = false;
	if (lease->process_fd >= 0)
		r = find_process(request, lease, failure);
	if (r == 0 && lease->pipe_fd >= 0)
		r = find_watcher(request, lease, failure);
	return r;
}

/* --- limits --- */

/* Checks that nsctld knows the resource limits of the caller, because commands and user namespaces
 * get the same limits. Returns 0 if the caller has no connection, as at boot. what: the part of the
 * request that needs the limits, for the error. */
static int check_limits_known(const struct request *request, const char *what,
			      struct failure *failure)
{
	const struct client_connection *connection = request_connection(request);

	if (!connection || connection->peer.limits_known)
		return 0;
	return failure_set(failure, ERROR_NOT_PERMITTED, 0, what,
			   "the process that connected executes a program with more rights than "
			   "its user, or has ended: its limits are not known. Connect again from "
			   "a process that stays as it is");
}

/* --- sets --- */

/* Completes the id maps of a specification, if its mapping needs maps (mapping_has_maps()) or the
 * caller has a home (it is in the user namespace of a set: state/home.h). Returns 0 or an error. */
static int complete_maps(struct keeper *keeper, const struct request *request,
			 struct wire_spec *spec, struct failure *failure)
{
	const struct config *config = keeper->config;
	const struct peer_identity *identity = request_identity(request);
	struct idmap_rights rights = {
		.uid = identity->uid,
		.gid = identity->gid,
		.reserved_uids = {config->front_uid, config->init_uid},
		.reserved_gids = {config->front_gid, config->init_gid},
	};
	struct idmap home;
	int r;

	if (home_find_maps(keeper->registry, &request->subject, &home))
		return idmap_complete_within(spec, &home, rights.uid, rights.gid, failure);
	if (!mapping_has_maps(spec->mapping))
		return 0;
	r = subid_read(config->subuid, config->subgid, rights.uid, &rights.subid);
	if (r < 0) {
		log_by_user("subordinate ids not read", LOG_WARNING,
			    &(struct log_fields){.has_uid = true, .uid = rights.uid}, "%s, %s: %s",
			    config->subuid, config->subgid,
			    r == -EPERM ? "must belong to root and be writable by root only"
					: strerror(-r));
		return failure_from_errno(failure, r, "read /etc/subuid and /etc/subgid");
	}
	return idmap_complete(spec, &rights, failure);
}

/* Checks that the cgroup controllers for the limits in the specification are available. Returns 0
 * or an error. */
static int check_controllers(struct keeper *keeper, const struct wire_spec *spec,
			     struct failure *failure)
{
	static const char *const features[CONTROLLER_COUNT] = {
		[CONTROLLER_MEMORY] = "limits.memory",
		[CONTROLLER_PIDS] = "limits.tasks",
		[CONTROLLER_CPU] = "limits.cpus",
	};
	const struct cgroup_limits limits = {spec->memory, spec->tasks, spec->cpu_thousandths};
	uint32_t missing = cgroup_limits_need(&limits);

	if (missing)
		missing &= ~cgroup_controllers(keeper->cgroup_fd);
	for (enum controller i = 0; i < CONTROLLER_COUNT; i++)
		if (missing & CONTROLLER_BIT(i))
			return failure_set(
				failure, ERROR_NOT_SUPPORTED, 0, features[i],
				"nsctld's cgroup has no %s controller: version 1 of cgroups has "
				"it (boot with cgroup_no_v1=all), or what started nsctld has not "
				"delegated it (Delegate=yes)",
				cgroup_controller_name(i));
	return 0;
}

/* Refuses a caller behind a wall (kernel/wall.h) or inside a set. Paths in its request are in its
 * own tree, but at boot nsctld would open the same paths in the host's tree. */
int admission_of_boot(const struct request *request, struct failure *failure)
{
	const struct authz_subject *subject = &request->subject;

	if (!*subject->wall && subject->scope != SCOPE_SET)
		return 0;
	return failure_set(failure, ERROR_NOT_PERMITTED, 0, "boot",
			   "the caller has namespaces or a root directory of its own (PrivateTmp=, "
			   "ProtectHome= and the like of a service, a set), and would not have "
			   "them when the set is made again");
}

struct authz_lists admission_lists(const struct keeper *keeper, const struct request *request)
{
	const struct peer_identity *identity = request_identity(request);

	return (struct authz_lists){
		.config = keeper->config,
		.uid = identity->uid,
		.gid = identity->gid,
		.groups = identity->groups,
		.n_groups = identity->n_groups,
	};
}

int admission_of_egress(struct keeper *keeper, const struct request *request,
			const struct wire_reach *reach, bool *egress, const char *prefix,
			struct failure *failure)
{
	const struct authz_lists lists = admission_lists(keeper, request);
	int r = reach_check(keeper->config, reach, egress, prefix, failure);

	return r || !*egress ? r : authz_egress(&request->subject, &lists, reach, failure);
}

int admission_of_relist(struct keeper *keeper, const struct request *request,
			const struct wire_reach *old, const struct wire_reach *changed,
			struct failure *failure)
{
	bool egress = true;

	if (!reach_widens(old, changed))
		return reach_check(keeper->config, changed, &egress, "", failure);
	if (!request_identity(request))
		return failure_from_errno(failure, -ESTALE, "find the caller");
	return admission_of_egress(keeper, request, changed, &egress, "", failure);
}

int admission_of_spec(struct keeper *keeper, const struct request *request, struct wire_spec *spec,
		      const char *name, struct failure *failure)
{
	int r = check_spec(spec, name, failure);

	if (r == 0)
		r = authz_spec(&request->subject, spec, failure);
	if (r == 0)
		r = admission_of_egress(keeper, request, &spec->reach, &spec->egress, "spec.",
					failure);
	if (r == 0 && spec->kinds & KIND_BIT(KIND_USER) && request->subject.uid != 0)
		r = check_limits_known(request, "user namespaces from here", failure);
	if (r == 0)
		r = complete_maps(keeper, request, spec, failure);
	if (r == 0)
		r = check_controllers(keeper, spec, failure);
	if (r == 0 && spec->boot)
		r = admission_of_boot(request, failure);
	if (r)
		return r;
	r = admission_of_lease(request, &spec->lease, failure);
	if (r)
		failure_within(failure, "spec.");
	return r;
}

void admission_fill_maps(struct keeper *keeper, const struct request *request,
			 struct task_create *task)
{
	const struct peer_identity *identity = request_identity(request);
	struct idmap maps, home;
	bool within = home_find_maps(keeper->registry, &request->subject, &home);

	if (!(task->spec.kinds & KIND_BIT(KIND_USER)) && !within)
		return;
	if (task->spec.kinds & KIND_BIT(KIND_USER))
		idmap_of(task->spec.mapping, identity->uid, identity->gid, &task->spec, &maps);
	else
		maps = home;
	task->spec.uid_map = maps.users;
	task->spec.gid_map = maps.groups;
	if (within) {
		idmap_to_home(&task->spec.uid_map, &home.users);
		idmap_to_home(&task->spec.gid_map, &home.groups);
	}
	task->inside_uid = idmap_default(&maps.users, identity->uid);
	task->inside_gid = idmap_default(&maps.groups, identity->gid);
	task->setgroups = idmap_has_setgroups(&maps.groups, identity->gid);
}

/* --- commands --- */

/*
 * Returns true if a command gets none of its caller's supplementary groups. That is so if the
 * command runs with another uid than the owner's (inside_uid: its uid inside), or with the groups
 * of an account inside (of_account).
 *
 * But if processes in the user namespace may not drop groups (idmap_has_setgroups()), the command
 * keeps the groups: without a group, it would gain access to files that exclude the group. This
 * exception does not hold for other uids than root's in root's sets. gid: the owner's.
 */
static bool leaves_groups(const struct idmap *maps, uid_t owner, gid_t gid, bool of_account,
			  uint32_t inside_uid)
{
	bool is_owner = idmap_outside(&maps->users, inside_uid) == owner;

	if (owner == 0 && !is_owner)
		return true;
	return (of_account || !is_owner) && idmap_has_setgroups(&maps->groups, gid);
}

int admission_of_command(struct keeper *keeper, const struct request *request, uid_t owner,
			 gid_t gid, uint32_t mapping, uint32_t kinds, const struct wire_spec *spec,
			 const struct wire_command *command, struct runs_as *as,
			 struct failure *failure)
{
	uint32_t entered = command->kinds ? command->kinds & kinds : kinds;
	bool enters = mapping != MAPPING_NONE && entered & KIND_BIT(KIND_USER);
	const struct peer_identity *identity = &request_connection(request)->peer.identity;
	struct idmap maps;
	/* A command that enters no user namespace stays in that of its caller. This one has maps if
	 * the caller has a home. */
	bool maps_ids = enters || home_find_maps(keeper->registry, &request->subject, &maps);
	struct authz_command wanted = {
		.owner = owner,
		.owner_gid = gid,
		.mapping = mapping,
		.maps = maps_ids ? &maps : NULL,
		.enters_mount = entered & KIND_BIT(KIND_MNT),
		.wish = command,
		.groups = identity->groups,
		.n_groups = identity->n_groups,
	};
	int r;

	if (enters)
		idmap_of(mapping, owner, gid, spec, &maps);
	r = check_limits_known(request, "commands from here", failure);
	if (r)
		return r;
	r = authz_command(&request->subject, &wanted, &as->identity, failure);
	as->without_groups =
		r == 0 && maps_ids &&
		leaves_groups(&maps, owner, gid, command->user_name, as->identity.inside_uid);
	return r;
}

/* Returns the set's specification, of which the caller needs the id maps. It is valid until the
 * next call. Returns NULL if the set's mapping needs no maps, which saves the time of unpacking. */
static const struct wire_spec *unpack_maps(const struct set *set)
{
	static struct wire_spec spec;

	if (!mapping_has_maps(set->mapping))
		return NULL;
	if (wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &spec) < 0)
		wire_clear(&wire_spec_layout, &spec);
	return &spec;
}

int admission_of_exec(struct keeper *keeper, const struct request *request, const struct set *set,
		      const struct wire_command *command, struct runs_as *as,
		      struct failure *failure)
{
	int r = admission_of_command(keeper, request, set->owner, set->gid, set->mapping,
				     set->kinds, unpack_maps(set), command, as, failure);

	if (r || !set->adopted)
		return r;
	/* nsctld does not know which user has written the maps and made the mounts of adopted
	 * namespaces */
	as->identity.may_gain = false;
	if (!command->new_privileges)
		return 0;
	return failure_set(failure, ERROR_NOT_PERMITTED, 0, "newPrivileges",
			   "the set was adopted: its mounts, host name and clocks could fool a "
			   "setuid program");
}
