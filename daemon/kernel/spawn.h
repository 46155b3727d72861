/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the keeper starts the spawner, once. */
#ifndef NSCTL_KERNEL_SPAWN_H
#define NSCTL_KERNEL_SPAWN_H

#include <linux/limits.h>
#include <sys/types.h>
#include "base.h"

/* Helpers by descriptor: opened once, so a package upgrade in the middle changes nothing. */
struct spawn_programs {
	int spawner_fd, init_fd, front_fd, runner_fd;
};

/* Two paths and words. */
#define SPAWN_WHY_SIZE (2 * PATH_MAX + 256)

/*
 * Looks beside the running program first (a build tree, or a copy of one), then where they are
 * installed; all come from one place, and each has passed spawn_check_program(). Beside the program
 * one that is only readable is taken all the same. Returns 0, or -errno. Where something is wrong
 * with a helper ret_why says with which, why, and what to do; else it is empty.
 */
int spawn_find_programs(struct spawn_programs *ret, char ret_why[static SPAWN_WHY_SIZE]);

/*
 * Returns what is wrong with a helper of this mode and owner, or NULL. Users execute helpers, and
 * a user who can read a program may trace the process that executes it. daemon_owner: whom nsctld
 * itself belongs to, which is not root in the build tree of a user. That user could have replaced
 * nsctld as well.
 */
const char *spawn_check_program(uint32_t mode, uid_t owner, uid_t daemon_owner);

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
