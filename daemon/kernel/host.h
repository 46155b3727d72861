/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parts of the host that the spawner opens once and every child inherits. They are descriptors, so
 * nothing depends on a path that users could have changed.
 */
#pragma once

#include "daemon/kernel/wall.h"

/* Number of settings that a new net namespace copies from the machine's first one: net.c. */
#define NET_DEFAULTS 28

struct host {
	const char *runtime; /* the runtime directory's path */
	int runtime_fd;
	int mnt_fd;	       /* the host's mount namespace */
	int net_fd;	       /* the host's net namespace: the one that the daemon runs in */
	int proc_fd;	       /* the host's /proc, because users may mount over the /proc of a
				  set's tree */
	struct wall_host wall; /* the host's namespaces and root directory */
	int vault_fd;	       /* the vault: a mount namespace */
	int vault_root_fd;     /* its root directory, which holds ns/UID/NAME/KIND */
	uint64_t vault_id;     /* its NS_GET_MNTNS_ID; 0: this kernel has no such ids */
	int hierarchy_fd;      /* the root of the cgroups */
	int cgroup_fd;	       /* the directory below which all sets' cgroups are */
	int runners_fd;	       /* the cgroup of runners, which go on when the daemon ends */
	int watchers_fd;       /* the cgroup of watchers (watcher.h), which go on, too */
	int sysctl_fd;	       /* a /proc/sys: sysctl.h */
	unsigned int sysctl_uses;
	int net_default_fds[NET_DEFAULTS]; /* net_open_defaults() */
	int net_inherit_fd;		   /* net_open_defaults() */
	int init_program_fd;		   /* nsctl-init */
	int runner_program_fd;		   /* nsctl-runner */
	int resolver_program_fd;
	uid_t init_uid; /* the uid and gid of inits */
	gid_t init_gid;
	int report_fd;	      /* a worker's channel to the keeper */
	uint32_t task_serial; /* number of the worker's current task: the first is 1 */
};
