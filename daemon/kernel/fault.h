/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a child between fork and exec says about a failure: which step, and errno. A value, no
 * pointers: it crosses a socket.
 */
#ifndef NSCTL_KERNEL_FAULT_H
#define NSCTL_KERNEL_FAULT_H

#include "base.h"

enum step {
	STEP_NONE,
	STEP_FORK,
	STEP_CGROUP,
	STEP_IDENTITY,
	STEP_UNSHARE, /* detail: enum kind, KIND_COUNT: all of them at once */
	STEP_MAPS,
	STEP_CLOCKS,
	STEP_PROPAGATION,
	STEP_LOOPBACK,
	STEP_SYSCTL,
	STEP_HOSTNAME,
	STEP_INIT,
	STEP_ROOT,
	STEP_LOCK,  /* lock the flags of mounts */
	STEP_MOUNT, /* detail: index in spec.mounts */
	STEP_PROC,
	STEP_SYSFS,
	STEP_DEV,
	STEP_VAULT,
	STEP_PIN, /* detail: enum kind */
	STEP_VISIBLE,
	STEP_IP_NETNS,
	STEP_KILL,
	STEP_UNPIN,
	STEP_JOIN, /* detail: enum kind */
	STEP_TERMINAL,
	STEP_DIRECTORY,
	STEP_ARGUMENTS,
	STEP_LIMITS,
	STEP_STATUS,
	STEP_EXECUTE,
	STEP_INTERFACES,
	/* detail of these: 2 × the link's index, + 1 for its end b */
	STEP_LINK_PLACE, /* open the end's net namespace: ENOENT when it is not there */
	STEP_LINK,	 /* make the pair: EEXIST when an interface has this name */
	STEP_LINK_NAME,	 /* tag it, give it its altname */
	STEP_BRIDGE,	 /* make a bridge, make an end its port */
	STEP_ADDRESS,	 /* EEXIST: the interface has it already */
	STEP_ROUTE,
	STEP_LINK_UP,
	STEP_IMPAIR, /* ENOENT: the kernel has no such queueing discipline */
	STEP_UNLINK,
	STEP_FIREWALL,	  /* EOPNOTSUPP, ENOENT: the kernel has no nftables, or no NAT in it */
	STEP_FORWARDING,  /* let packets be forwarded */
	STEP_POOL,	  /* EADDRNOTAVAIL: there is no free address left */
	STEP_CLAIM,	  /* EEXIST: another daemon has the addresses */
	STEP_BARRIER,	  /* ENOENT: the kernel has no cls_bpf or sch_ingress */
	STEP_CONTROLLER,  /* EOPNOTSUPP: the cgroup controller is not there */
	STEP_LIMIT,	  /* limit the set's cgroup */
	STEP_RESOLVER,	  /* ENOENT: there is no such entry in /etc */
	STEP_PATH,	  /* detail: index in spec.mounts, or SPEC_MOUNTS_MAX: the root */
	STEP_KEEP,	  /* write what is to last over a boot */
	STEP_DESCRIPTORS, /* EBADMSG: the front has not sent what its request names */
	STEP_DESCRIPTOR,  /* detail: enum task_descriptor; EINVAL: of no use there */
	STEP_WORKER,	  /* no worker could be forked: nothing has been begun */
	STEP_LOST,	  /* the child ended without a word */
	STEP_LATE,	  /* it did not end by the deadline */
	STEP_STUCK,	  /* processes that are killed do not end: see cgroup_wait_killed() */
	STEP_COUNT,
};

struct fault {
	uint32_t step; /* enum step; STEP_NONE: no failure */
	uint32_t detail;
	int32_t error; /* errno, positive */
};

/* "make a net namespace" and so on, to follow "cannot"; static. */
const char *step_text(uint32_t step);

/* Fills *ret and returns -error, so that a failing step is one statement. error: errno, positive
 * (0 counts as EIO). */
int fault_set(struct fault *ret, enum step step, uint32_t detail, int error);

/*
 * A named point where a test build can be killed: with NSCTL_KILL_AT=NAME in the environment the
 * keeper, the spawner and this process get SIGKILL there; with NSCTL_HANG_AT=NAME this process goes
 * no further, as if a file system did not answer, and its name becomes "hangs KEEPER". Nothing in
 * other builds.
 */
#ifdef NSCTL_FAULTS
void fault_point(const char *name);
/* Remembers the calling process as NSCTL_KEEPER_PID or NSCTL_SPAWNER_PID, to be killed then. */
void fault_register(const char *variable);
/* What of the environment programs of the daemon are given: what tests ask for by it. ret ends with
 * NULL and has room for size. Nothing in other builds. */
void fault_environment(char **ret, size_t size);
#else
static inline void fault_point(const char *name _unused_)
{
}
static inline void fault_register(const char *variable _unused_)
{
}
static inline void fault_environment(char **ret, size_t size _unused_)
{
	*ret = NULL;
}
#endif

#endif
