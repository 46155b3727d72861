/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <poll.h>
#include <signal.h>
#include "daemon/kernel/cgroup.h"
#include "daemon/kernel/leftover.h"
#include "daemon/kernel/process.h"

#define LOOK_MILLISECONDS 20
/* Number of successive looks that must find only stuck processes. A single look may find one that
 * just waits for a disk. */
#define STUCK_LOOKS 10

struct search {
	enum leftover_of which;
	struct leftover *found;
};

static int kill_one(pid_t pid, const char *name _unused_, void *context)
{
	const struct search *search = context;
	_cleanup_fd_ int fd = process_pidfd_open(pid);

	/* the descriptor is opened first: from then on the pid cannot be reused unnoticed */
	if (fd < 0 || (search->which == LEFTOVER_PRIVILEGED && !process_has_capability(pid)) ||
	    process_has_ended(fd))
		return 0;
	process_signal(fd, SIGKILL);
	if (process_is_stuck(pid))
		search->found->stuck++;
	else
		search->found->alive++;
	return 0;
}

int leftover_kill(int cgroup_fd, enum leftover_of which, struct leftover *ret)
{
	struct search search = {which, ret};

	return cgroup_each_process(cgroup_fd, false, kill_one, &search);
}

int leftover_end(int (*kill)(void *context, struct leftover *ret), void *context,
		 struct leftover *ret)
{
	int looks = LEFTOVER_MILLISECONDS / LOOK_MILLISECONDS, r = 0;

	for (int stuck = 0; stuck < STUCK_LOOKS && looks > 0; looks--) {
		*ret = (struct leftover){};
		r = kill(context, ret);
		if (r < 0 || ret->stuck + ret->alive == 0)
			break;
		stuck = ret->alive ? 0 : stuck + 1;
		poll(NULL, 0, LOOK_MILLISECONDS);
	}
	return r;
}
