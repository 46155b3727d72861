/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the programs of the daemon, and starts the spawner. */
#pragma once

#include "base.h"

/* The helper programs. Their descriptors are opened once, so that a package upgrade later changes
 * nothing. */
struct spawn_programs {
	int spawner_fd, init_fd, front_fd, runner_fd, resolver_fd;
};

/* Room for two paths and some words. */
#define SPAWN_WHY_SIZE (2 * PATH_MAX + 256)

/*
 * Finds the helpers. Looks for them beside the running program first (a build tree, or a copy of
 * one), then where they are installed. All must come from one place, and pass
 * spawn_check_program(); beside the program, a helper may be readable. Returns 0 or -errno. If
 * something is wrong with a helper, ret_why names it, the reason, and what to do; else it is empty.
 */
int spawn_find_programs(struct spawn_programs *ret, char ret_why[static SPAWN_WHY_SIZE]);

/*
 * Returns what is wrong with a helper of this mode and owner, or NULL. Users execute helpers, and a
 * user who can read a program may trace the process that executes it. daemon_owner is the owner of
 * nsctld itself: in the build tree of a user that is not root, but that user could have replaced
 * nsctld as well.
 */
const char *spawn_check_program(uint32_t mode, uid_t owner, uid_t daemon_owner);

/* The directories and accounts that the spawner uses. */
struct spawn_place {
	const char *runtime; /* the runtime directory */
	const char *cgroup;  /* contains all sets' cgroups; from the top of the hierarchy */
	bool delegated;	     /* the service manager has delegated the cgroup to us, apart from the
				daemon's own */
	int vault_fd;	     /* vault of an earlier daemon, -1: none was kept */
	uid_t init_uid;
	gid_t init_gid;
};

/* Starts the spawner and closes the programs. *ret_channel_fd is a blocking SOCK_SEQPACKET. Returns
 * 0 or -errno. */
int spawn_spawner(struct spawn_programs *programs, const struct spawn_place *place, pid_t *ret_pid,
		  int *ret_channel_fd);

/* Formats the name of the daemon with this runtime directory. Its firewall table has this name, and
 * so has its cgroup at the top of the hierarchy, unless the daemon is given one. */
#define SPAWN_CGROUP_SIZE 32
void spawn_cgroup_name(const char *runtime, char ret[static SPAWN_CGROUP_SIZE]);
