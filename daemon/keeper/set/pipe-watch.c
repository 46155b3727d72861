/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/set/pipe-watch.h"
#include "daemon/keeper/workers/ending.h"
#include "daemon/kernel/process.h"

/* number of requests for which pipe_watch_hold() was called, and pipe_watch_release() not yet */
static size_t holders;
static struct keeper *holding_keeper;

static const struct set *find_user(const struct keeper *keeper, pid_t pid)
{
	const struct set *set = registry_next_set(keeper->registry, 0, NULL);

	while (set && set->lease.watcher_pid != pid)
		set = registry_next_set(keeper->registry, set->owner, set->name);
	return set;
}

static void end_unused(struct keeper *keeper, uid_t uid, pid_t pid, uint64_t start)
{
	int pid_fd = find_user(keeper, pid) ? -1 : process_find(pid, start);

	if (pid_fd >= 0)
		ending_add_process(keeper, pid_fd, uid);
}

/* --- watchers that are in no record --- */

static bool is_watcher(const struct keeper *keeper, pid_t pid)
{
	char path[KEEPER_CGROUP_SIZE + 16], wanted[sizeof(path)];

	snprintf(wanted, sizeof(wanted), "%s/watchers", keeper->cgroup);
	return cgroup_of(pid, path, sizeof(path)) == 0 &&
	       strcmp(path, wanted + (*wanted == '/')) == 0;
}

/* Pids of the watchers that sets have, sorted. */
struct used {
	struct keeper *keeper;
	pid_t *pids;
	size_t n;
};

static int compare_pids(const void *a, const void *b)
{
	pid_t first = *(const pid_t *)a, second = *(const pid_t *)b;

	return (first > second) - (first < second);
}

static const struct set *next_watched(const struct keeper *keeper, const struct set *set)
{
	do
		set = registry_next_set(keeper->registry, set ? set->owner : 0,
					set ? set->name : NULL);
	while (set && !set->lease.watcher_pid);
	return set;
}

/* Fills in *ret with the watchers that sets have. The caller frees ret->pids. Returns 0 or
 * -ENOMEM. */
static int find_used(struct keeper *keeper, struct used *ret)
{
	size_t n = 0;

	for (const struct set *at = next_watched(keeper, NULL); at; at = next_watched(keeper, at))
		n++;
	*ret = (struct used){.keeper = keeper, .pids = calloc(n + 1, sizeof(*ret->pids))};
	if (!ret->pids)
		return -ENOMEM;
	for (const struct set *at = next_watched(keeper, NULL); at; at = next_watched(keeper, at))
		ret->pids[ret->n++] = at->lease.watcher_pid;
	qsort(ret->pids, ret->n, sizeof(*ret->pids), compare_pids);
	return 0;
}

static int end_if_unused(pid_t pid, const char *name _unused_, void *context)
{
	const struct used *used = context;
	int pid_fd = -1;

	if (bsearch(&pid, used->pids, used->n, sizeof(pid), compare_pids))
		return 0;
	pid_fd = process_pidfd_open(pid);
	/* the pidfd was opened before this check, so the pid cannot belong to
	 * another process by now */
	if (pid_fd >= 0 && is_watcher(used->keeper, pid))
		ending_add_process(used->keeper, pid_fd, 0);
	else
		close_fd(pid_fd);
	return 0;
}

/* Kills all watchers that no set has, among them those that a worker started just before it was
 * killed at its deadline. Users can cause calls of this function as often as they like, so it does
 * not go through all sets for each watcher. */
static void end_all_unused(struct keeper *keeper)
{
	_cleanup_fd_ int fd = cgroup_open(keeper->cgroup_fd, "watchers");
	struct used used;

	if (fd < 0 || find_used(keeper, &used) < 0)
		return;
	cgroup_each_process(fd, false, end_if_unused, &used);
	free(used.pids);
}

void pipe_watch_recover(struct keeper *keeper)
{
	end_all_unused(keeper);
}

/* --- requests --- */

void pipe_watch_hold(struct keeper *keeper, const struct request *request)
{
	if (!request->pipes)
		return;
	holding_keeper = keeper;
	holders++;
}

void pipe_watch_release(const struct request *request, const struct lane_process *processes)
{
	if (!request->pipes)
		return;
	for (size_t i = 0; i < WIRE_FDS_MAX; i++)
		if (request->pipes & UINT64_C(1) << i && processes[i].pid)
			end_unused(holding_keeper, request->subject.uid, processes[i].pid,
				   processes[i].start);
	if (--holders == 0)
		end_all_unused(holding_keeper);
}

/* --- sets --- */

void pipe_watch_let_go(struct keeper *keeper, struct set *set)
{
	pid_t pid = set->lease.watcher_pid;

	set->lease.watcher_pid = 0;
	if (pid)
		end_unused(keeper, set->owner, pid, set->lease.watcher_start);
}
