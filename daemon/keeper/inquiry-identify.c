/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <sys/stat.h>
#include "daemon/keeper/inquiry.h"
#include "daemon/kernel/process.h"

/* The process that is asked about, and whether the subject may ask: its own, or root. */
static int open_process(const struct request *request, const struct wire_ask *ask, pid_t *ret_pid,
			int *ret_fd, struct failure *failure)
{
	const struct connection *connection = request_connection(request);
	struct stat st;
	char path[64];
	pid_t pid;
	int r;

	if (ask->process_fd < 0) {
		*ret_pid = connection->peer.pid;
		*ret_fd = connection->peer.pid_fd;
		return 0;
	}
	r = process_pid_of(ask->process_fd, &pid);
	if (r < 0)
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "processFileDescriptor",
				   r == -ESRCH ? "the process has ended" : "is not a pidfd");
	snprintf(path, sizeof(path), "/proc/%d", pid);
	if (stat(path, &st) < 0 || process_has_ended(ask->process_fd))
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "processFileDescriptor",
				   "the process has ended");
	if (request->subject.uid != 0 && st.st_uid != request->subject.uid)
		return failure_set(failure, ERROR_NOT_PERMITTED, 0, "Identify",
				   "the process is not yours");
	*ret_pid = pid;
	*ret_fd = ask->process_fd;
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

/* By its namespaces: the set that holds most of those that are not the host's. */
static const struct set *find_holder(struct keeper *keeper, const uint64_t inodes[KIND_COUNT])
{
	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		const struct set *set;

		if (!inodes[kind] || inodes[kind] == keeper->host.inodes[kind])
			continue;
		set = registry_find_namespace(keeper->registry, kind, inodes[kind], 0);
		if (set)
			return set;
	}
	return NULL;
}

void inquiry_on_identify(struct keeper *keeper, struct request *request,
			 struct wire_message *message)
{
	uint64_t inodes[KIND_COUNT];
	static struct wire_set wire;
	struct failure failure = {};
	const struct set *set;
	struct wire_ask ask;
	pid_t pid = 0;
	int fd = -1, r;

	if (wire_decode(message, &wire_ask_layout, &ask) < 0)
		r = failure_set(&failure, ERROR_INVALID_PARAMETER, 0, "processFileDescriptor",
				NULL);
	else
		r = open_process(request, &ask, &pid, &fd, &failure);
	if (r == 0) {
		read_namespaces(pid, inodes);
		if (process_has_ended(fd))
			r = failure_set(&failure, ERROR_INVALID_VALUE, 0, "processFileDescriptor",
					"the process has ended");
	}
	if (r) {
		request_fail(keeper, request, &failure);
		return;
	}
	wire_clear(&wire_set_layout, &wire);
	set = find_holder(keeper, inodes);
	if (set && (request->subject.uid == 0 || set->owner == request->subject.uid)) {
		wire.name = set->name;
		wire.owner = set->owner;
	}
	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		struct wire_namespace *namespace = &wire.namespaces[wire.n_namespaces++];

		wire_clear(&wire_namespace_layout, namespace);
		namespace->kind_number = kind + 1;
		namespace->inode = inodes[kind];
		namespace->held = inodes[kind] && inodes[kind] != keeper->host.inodes[kind];
	}
	request_done(keeper, request, &wire_set_layout, &wire);
}
