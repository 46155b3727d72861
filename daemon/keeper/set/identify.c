/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The method Identify: finds the set that a process is in, by the process's namespaces. If these
 * belong to several sets, finds the innermost one.
 */
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/request/lane.h"
#include "daemon/keeper/state/view.h"
#include "daemon/kernel/process.h"

/* Finds the process that the request is about. A client may ask about its own processes, and root
 * about all. Fills in *ret_pid, and *ret_fd with a pidfd, which the caller closes, also after an
 * error. Returns 0 or an error. */
static int open_process(const struct request *request, const struct wire_ask *ask, pid_t *ret_pid,
			int *ret_fd, struct failure *failure)
{
	const struct lane_process none = {}, *process = &none;
	struct stat st;
	char path[64];

	if (ask->process_fd >= 0 && request->processes)
		process = &request->processes[ask->process_fd];
	if (!process->pid && !process->error)
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "processFileDescriptor",
				   "is not a pidfd");
	*ret_pid = process->pid;
	*ret_fd = process->pid ? process_find(process->pid, process->start) : -process->error;
	if (is_shortage(*ret_fd))
		return failure_from_errno(failure, *ret_fd, "look at the process");
	snprintf(path, sizeof(path), "/proc/%d", process->pid);
	if (*ret_fd < 0 || stat(path, &st) < 0 || process_has_ended(*ret_fd))
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "processFileDescriptor",
				   "the process has ended");
	if (request->subject.uid != 0 && st.st_uid != request->subject.uid)
		return failure_set(failure, ERROR_NOT_PERMITTED, 0, "looking at the process",
				   "the process is not yours");
	return 0;
}

static void read_namespaces(pid_t pid, uint64_t inodes[KIND_COUNT])
{
	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		char path[64];
		struct stat st;

		snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, kind_name(kind));
		inodes[kind] = stat(path, &st) < 0 ? 0 : st.st_ino;
	}
}

static size_t depth(const struct set *set)
{
	return set->above ? strlen(set->above) : 0;
}

/* Returns the set to which one of these namespaces belongs, or NULL. If they belong to several
 * sets, returns the innermost one; among equally deep ones, that of the first kind in enum kind.
 * inodes: of the namespaces of a process, by kind; 0: unknown. */
static const struct set *find_holder(struct keeper *keeper, const uint64_t inodes[KIND_COUNT])
{
	const struct set *found = NULL;

	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		const struct set *set;

		if (!inodes[kind] || inodes[kind] == keeper->host->wall.inodes[kind])
			continue;
		set = registry_find_namespace(keeper->registry, kind, inodes[kind], 0);
		if (set && (!found || depth(set) > depth(found)))
			found = set;
	}
	return found;
}

int on_identify(struct keeper *keeper, struct request *request, struct wire_ask *asked,
		struct failure *failure)
{
	uint64_t inodes[KIND_COUNT];
	static struct wire_set wire;
	const struct set *set;
	const struct client_connection *connection = request_connection(request);
	_cleanup_fd_ int own_fd = -1;
	pid_t pid = connection->peer.pid;
	int r = 0;

	if (asked->process_fd >= 0)
		r = open_process(request, asked, &pid, &own_fd, failure);
	if (r)
		return r;
	read_namespaces(pid, inodes);
	if (process_has_ended(own_fd >= 0 ? own_fd : connection->peer.pid_fd))
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "processFileDescriptor",
				   "the process has ended");
	wire_clear(&wire_set_layout, &wire);
	set = find_holder(keeper, inodes);
	if (set && authz_sees_set(&request->subject, true, set->owner, set_made(set))) {
		wire.name = set->name;
		wire.parent = view_parent(keeper, set);
		wire.owner = set->owner;
	}
	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		struct wire_namespace *namespace = &wire.namespaces[wire.n_namespaces++];

		wire_clear(&wire_namespace_layout, namespace);
		namespace->kind_number = kind + 1;
		namespace->inode = inodes[kind];
		namespace->held = inodes[kind] && inodes[kind] != keeper->host->wall.inodes[kind];
	}
	request_done(keeper, request, &wire_set_layout, &wire);
	return 0;
}
