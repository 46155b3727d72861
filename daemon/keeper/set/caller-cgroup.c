/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/set/caller-cgroup.h"

#define UP "../"

/* Converts the path of a cgroup: from cgroup, which begins at the root of the hierarchy, to ret,
 * which is relative to the directory of all sets' cgroups (such as "../../system.slice/a.service").
 * Returns false if ret may be too short, or if the cgroup is outside the hierarchy that nsctld sees
 * (the kernel's path then begins with ".."). */
static bool name_cgroup(const struct keeper *keeper, const char *cgroup,
			char ret[static CALLER_CGROUP_SIZE])
{
	size_t used = 0;

	if (strlen(keeper->cgroup) + 1 >= CALLER_CGROUP_SIZE / sizeof(UP) ||
	    strncmp(cgroup, "..", 2) == 0)
		return false;
	for (const char *at = keeper->cgroup; *at; at += strcspn(at, "/")) {
		at += strspn(at, "/");
		memcpy(ret + used, UP, sizeof(UP) - 1);
		used += sizeof(UP) - 1;
	}
	return snprintf(ret + used, CALLER_CGROUP_SIZE - used, "%s", cgroup) <
	       (int)(CALLER_CGROUP_SIZE - used);
}

/* Returns the cgroup that the request's caller had when it connected, or NULL if that is not
 * known. */
static const char *callers(const struct request *request)
{
	const struct client_connection *connection = request_connection(request);

	return connection ? connection->peer.cgroup : NULL;
}

bool caller_cgroup_is_same(const struct keeper *keeper, const struct request *request,
			   const struct set *set)
{
	const char *cgroup = callers(request);
	char path[CALLER_CGROUP_SIZE];

	return !set->callers_cgroup || (cgroup && name_cgroup(keeper, cgroup, path) &&
					strcmp(path, set->callers_cgroup) == 0);
}

static int find(const struct keeper *keeper, const struct request *request,
		struct caller_cgroup *ret, struct failure *failure)
{
	const char *cgroup = callers(request);
	_cleanup_fd_ int fd = -1;
	struct stat st;
	int r;

	if (!cgroup || !name_cgroup(keeper, cgroup, ret->path))
		return failure_set(failure, ERROR_NOT_SUPPORTED, 0, "a set in the caller's cgroup",
				   "the caller's cgroup is not known to nsctld");
	r = fd = cgroup_open(keeper->cgroup_fd, ret->path);
	if (r >= 0)
		r = fstat(fd, &st) < 0 ? negative_errno()
				       : cgroup_is_delegated(fd, request->subject.uid);
	if (is_shortage(r))
		return failure_from_errno(failure, r, "look at the caller's cgroup");
	if (r <= 0)
		return failure_set(failure, ERROR_NOT_PERMITTED, 0, "a set in the caller's cgroup",
				   "/%s is not delegated to uid %u: add Delegate=yes to its unit, "
				   "which must run as this user (User=)",
				   cgroup, request->subject.uid);
	ret->inode = st.st_ino;
	return 0;
}

/* Checks that the set to be made gets a pid namespace of its own, with an init. By these, nsctld
 * finds and ends the set's processes even if the user moves them to other cgroups. Returns 0 or an
 * error. */
static int check_pid_namespace(const struct set_wish *wish, struct failure *failure)
{
	static const char reason[] = "a set in its caller's cgroup, or within such a set, needs a "
				     "pid namespace of its own, with an init";

	if (wish->adopt)
		return failure_set(failure, ERROR_NOT_PERMITTED, 0, "adopting a namespace", "%s",
				   reason);
	if (!(wish->spec->kinds & KIND_BIT(KIND_PID)))
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "spec.namespaces", "%s",
				   reason);
	if (wish->no_init)
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "init", "is false: %s", reason);
	return 0;
}

int caller_cgroup_choose(struct keeper *keeper, const struct request *request,
			 const struct set_wish *wish, const struct set *around,
			 struct caller_cgroup *ret, struct failure *failure)
{
	int r = 0;

	*ret = (struct caller_cgroup){};
	/* a network has no processes */
	if (wish->network)
		return 0;
	if (around && wish->spec->caller_cgroup)
		return failure_set(
			failure, ERROR_INVALID_VALUE, 0, "spec.callerCgroup",
			"the caller is inside set %s, whose cgroup its sets are in: leave "
			"it out",
			set_shown_name(around));
	if (around && around->callers_cgroup) {
		snprintf(ret->path, sizeof(ret->path), "%s", around->callers_cgroup);
		ret->inode = around->callers_inode;
	} else if (wish->spec->caller_cgroup) {
		r = find(keeper, request, ret, failure);
	}
	return r || !*ret->path ? r : check_pid_namespace(wish, failure);
}
