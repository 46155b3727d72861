/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The peer of a connection, as the kernel describes it at accept, never from a field of a message.
 * Owns the peer's pidfd. It never blocks, and never follows a path that the peer chose.
 */
#ifndef NSCTL_KEEPER_PEER_H
#define NSCTL_KEEPER_PEER_H

#include <sys/types.h>
#include "base.h"
#include "daemon/kernel/profile.h"
#include "daemon/wire/task.h"
#include "protocol/kind.h"

#define PEER_GROUPS_MAX 256
#define PEER_LABEL_SIZE 256

/* The identity that a front serves: peers with equal identities share one front. */
struct peer_identity {
	uid_t uid;
	gid_t gid;
	gid_t groups[PEER_GROUPS_MAX]; /* sorted */
	size_t n_groups;
	char label[PEER_LABEL_SIZE]; /* SO_PEERSEC; "" without a security module */
	/* AppArmor's profile, which also confines the front. It is read from /proc: before 6.17
	 * only Ubuntu's kernel reports it by SO_PEERSEC. */
	char profile[PROFILE_SIZE];
};

/* nsctld's own namespaces and root directory, which are the host's; read once at start. */
struct peer_host {
	const char *cgroup;	  /* contains all sets' cgroups; owned by the caller */
	ino_t inodes[KIND_COUNT]; /* only KIND_USER and KIND_MNT are used */
	dev_t root_device;
	ino_t root_inode;
	/* nsctld's own: if all processes run under a filter or a profile, that means nothing */
	int seccomp;
	char profile[PROFILE_SIZE]; /* "": there is no AppArmor */
};

struct peer {
	struct peer_identity identity;
	pid_t pid;
	int pid_fd;		  /* SO_PEERPIDFD, or pidfd_open where the kernel is older */
	ino_t inodes[KIND_COUNT]; /* of its namespaces; 0 if unreadable */
	bool no_new_privileges;
	uint64_t bounding; /* bounding set of capabilities: 1 << CAP_* */
	/* Limits for its commands. Unknown if its program has more rights than its user, because it
	 * may then have raised its limits since it connected. */
	struct task_limits limits;
	bool limits_known;
	/* The set that it is in, found by its cgroup, which it cannot leave; "": none. If unknown,
	 * it may be in any set. */
	char set_id[ID_SIZE];
	bool place_known;
	/* is_stranger: it is in another user namespace than nsctld. owner_known: owner is the user
	 * behind it, from the kernel. */
	bool is_stranger, owner_known;
	uid_t owner;
	char confined[128]; /* reason why it counts as confined, or "" */
};

/* Reads nsctld's own properties. cgroup contains all sets' cgroups. Returns 0 or -errno. */
int peer_host_read(const char *cgroup, struct peer_host *ret);

/*
 * Reads everything about the peer of a connected socket. A peer is confined if it is in another
 * user namespace, mount namespace or root directory than the host's, under a seccomp filter or an
 * enforced AppArmor profile, has ended meanwhile, or cannot be examined; then its identity is still
 * the socket's, and ret->confined says why. The process is read before the check that it has not
 * ended. Returns 0, or -errno if the peer must not be served: -EPERM (its uid is the overflow uid
 * or (uid_t)-1, or it has too many groups), -ESRCH (it has ended, and there is AppArmor), a label
 * or profile that is too long or unreadable, or a shortage of memory or descriptors.
 */
int peer_read(int socket_fd, const struct peer_host *host, struct peer *ret);
void peer_done(struct peer *peer);

int peer_identity_compare(const struct peer_identity *a, const struct peer_identity *b);

#endif
