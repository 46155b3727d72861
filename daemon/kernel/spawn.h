/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the keeper starts the spawner, once. */
#ifndef NSCTL_KERNEL_SPAWN_H
#define NSCTL_KERNEL_SPAWN_H

#include <sys/types.h>
#include "base.h"

/* Helpers by descriptor: opened once, so a package upgrade in the middle changes nothing. */
struct spawn_programs {
	int spawner_fd, init_fd, front_fd, runner_fd;
};

/* Looks beside the running program first (a build tree), then where they are installed; all
 * come from one place. 0, or -errno. */
int spawn_find_programs(struct spawn_programs *ret);

/* What it works with. */
struct spawn_place {
	const char *runtime; /* the runtime directory */
	const char *cgroup;  /* below which all sets' cgroups are, from the top of the hierarchy */
	bool delegated;	     /* by the service manager, apart from the daemon's own */
	int vault_fd;	     /* the vault of a daemon before, -1: none was kept */
	uid_t init_uid;
	gid_t init_gid;
};

/* Starts it; *ret_channel_fd is a blocking SOCK_SEQPACKET. Closes the programs. 0 or -errno. */
int spawn_spawner(struct spawn_programs *programs, const struct spawn_place *place, pid_t *ret_pid,
		  int *ret_channel_fd);

/* The name of what a daemon with this runtime directory has but one of: its cgroup at the top of
 * the hierarchy, where it is given none, and its firewall table. */
#define SPAWN_CGROUP_SIZE 32
void spawn_cgroup_name(const char *runtime, char ret[static SPAWN_CGROUP_SIZE]);

#endif
