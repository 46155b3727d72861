/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A failure as a child between fork and exec reports it: the step and errno. It is sent over a
 * socket, so it is a plain value without pointers.
 */
#pragma once

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
	STEP_SETTING, /* detail: index in spec.sysctls */
	STEP_HOSTNAME,
	STEP_INIT,
	STEP_ROOT,
	STEP_MOUNT,   /* detail: index in spec.mounts */
	STEP_VIEW,    /* detail: index in spec.mounts, of type readOnly or hidden */
	STEP_OVERLAY, /* detail: index in spec.mounts; errors of overlay_put() */
	STEP_DEVICE,  /* detail: index in spec.mounts; ENODEV: no device, EPERM: not allowed */
	STEP_PROC,
	STEP_SYSFS,
	STEP_DEV,
	STEP_VAULT,
	STEP_PIN, /* detail: enum kind */
	STEP_VISIBLE,
	STEP_IP_NETNS,
	STEP_KILL,
	STEP_SIGNAL,
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
	STEP_LINK_PLACE, /* open the net namespace of an end; ENOENT: it does not exist */
	STEP_LINK,	 /* make the pair; EEXIST: an interface has this name already */
	STEP_LINK_NAME,	 /* give an end its alias and its altname */
	STEP_BRIDGE,	 /* make a bridge, or make an end its port */
	STEP_ADDRESS,	 /* EEXIST: the interface has it already */
	STEP_ROUTE,
	STEP_LINK_UP,
	STEP_IMPAIR, /* ENOENT: the kernel has no such queueing discipline */
	STEP_REMOVE_LINK,
	STEP_FIREWALL,	  /* EOPNOTSUPP, ENOENT: the kernel has no nftables, or no NAT in it */
	STEP_FORWARDING,  /* let packets be forwarded */
	STEP_POOL,	  /* EADDRNOTAVAIL: there is no free address left */
	STEP_CLAIM,	  /* EEXIST: another daemon has the addresses */
	STEP_BARRIER,	  /* ENOENT: the kernel has no cls_bpf or sch_ingress */
	STEP_CONTROLLER,  /* EOPNOTSUPP: the cgroup controller is missing */
	STEP_LIMIT,	  /* limit the set's cgroup */
	STEP_RESOLVER,	  /* ENOENT: there is no such entry in /etc */
	STEP_PATH,	  /* detail: index in spec.mounts, or SPEC_MOUNTS_MAX: the root */
	STEP_BOOT_RECORD, /* write a record for the next boot */
	STEP_DESCRIPTORS, /* EBADMSG: the front did not send the descriptors that its request names
			   */
	STEP_DESCRIPTOR,  /* detail: enum task_descriptor; EINVAL: wrong kind */
	STEP_WORKER,	  /* no worker could be forked: nothing was done */
	STEP_LOST,	  /* the child ended without a report */
	STEP_LATE,	  /* the operation did not end by its deadline */
	STEP_CALLER,	  /* ESTALE: the caller's wall has changed; EPERM: a user namespace was
			     asked for in a chroot */
	STEP_PROGRAMS, /* EACCES: the caller's cgroup has BPF programs that cgroups of sets do not
			     have; ENOENT: the caller's cgroup is gone */
	STEP_ADOPT,    /* detail: enum kind, KIND_COUNT: of the process. EACCES: the caller may
			     not look at it; ESRCH: it has ended; EINVAL: no pidfd; EBADF: no
			     namespace of this kind; EXDEV: the host's; ENOENT: nothing to adopt;
			     ENODATA, E2BIG: no maps, or too many ranges */
	STEP_ACCOUNT,  /* take the ids that the set's own files give a user. ENOENT: they do not
			     have the user; ENXIO: a file is not regular; EINVAL: not mapped */
	STEP_CAPTURE,  /* ENODEV: no such interface; EPROTONOSUPPORT: no Ethernet */
	STEP_FILTER,   /* EINVAL: the kernel does not take the program */
	STEP_LISTEN,   /* EADDRINUSE: a program of the set has port 53 already */
	STEP_CONNECTIONS, /* EPROTONOSUPPORT, EINVAL: the kernel has no nf_conntrack_netlink */
	STEP_STUCK,	  /* killed processes do not end: see cgroup_wait_killed() */
	STEP_COUNT,
};

struct fault {
	uint32_t step; /* enum step; STEP_NONE: no failure */
	uint32_t detail;
	int32_t error; /* errno, positive */
};

/* Returns a static phrase such as "make a net namespace", to follow "cannot". */
const char *step_text(uint32_t step);

/* Fills *ret and returns -error, so that a failing step is one statement. error is a positive errno
 * (0 counts as EIO). */
int fault_set(struct fault *ret, enum step step, uint32_t detail, int error);
/* Fills *ret if r is -errno. Returns r then, else 0. */
int fault_if(struct fault *ret, enum step step, uint32_t detail, int r);
