/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who is at the other end of a connection: as the kernel says at accept, never from a field of a
 * message. Owns the peer's pidfd. Never blocks and never follows a path that the peer chose.
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

/* The identity a front is kept for: two peers with equal identities share one. */
struct peer_identity {
	uid_t uid;
	gid_t gid;
	gid_t groups[PEER_GROUPS_MAX]; /* sorted */
	size_t n_groups;
	char label[PEER_LABEL_SIZE]; /* SO_PEERSEC; "" without a security module */
	/* AppArmor's: its socket option cannot be relied on, which before 6.17 only Ubuntu's kernel
	 * fills in. The front is held to it. */
	char profile[PROFILE_SIZE];
};

/* The host's namespaces, of nsctld itself, read once at start; and its root directory. */
struct peer_host {
	const char *cgroup;	  /* below which all sets' cgroups are; the caller's */
	ino_t inodes[KIND_COUNT]; /* KIND_USER and KIND_MNT are what counts */
	dev_t root_device;
	ino_t root_inode;
	/* of nsctld itself: where all run under a filter or a profile, that says nothing */
	int seccomp;
	char profile[PROFILE_SIZE]; /* "": there is no AppArmor */
};

struct peer {
	struct peer_identity identity;
	pid_t pid;
	int pid_fd;		  /* SO_PEERPIDFD, or pidfd_open where the kernel is older */
	ino_t inodes[KIND_COUNT]; /* its namespaces; 0 where unreadable */
	bool no_new_privileges;
	uint64_t bounding; /* set of capabilities: 1 << CAP_* */
	/* What its commands get. Unknown: it runs a program that has more rights than its user, and
	 * may have raised its limits since it connected. */
	struct task_limits limits;
	bool limits_known;
	/* The set that it is in, by its cgroup, which it cannot leave; "": none. Unknown: nobody
	 * can say whether it is in one. */
	char set_id[SESSION_SIZE];
	bool place_known;
	/* It is in another user namespace than nsctld: whose, as far as the kernel tells. */
	bool is_stranger, owner_known;
	uid_t owner;
	char confined[128]; /* why it counts as confined; "" if it does not */
};

/* Reads what is nsctld's own; cgroup is what sets' cgroups are below. 0 or -errno. */
int peer_host_read(const char *cgroup, struct peer_host *ret);

/*
 * Reads everything about the peer of a connected socket. Confined are: another user namespace than
 * the host's, another mount namespace, another root directory, a seccomp filter, a profile of
 * AppArmor that is enforced, and a peer that has ended meanwhile or cannot be looked at (its
 * identity is still that of the socket); *ret's confined names which. All that is read of the
 * process is read before the look whether it has ended. 0, or -errno, and the peer is
 * not to be served: -EPERM, a uid that is the overflow uid or (uid_t)-1, or more groups than fit;
 * -ESRCH, where there is AppArmor, it has ended; a label or profile that is too long or may not be
 * read; a shortage of memory or descriptors.
 */
int peer_read(int socket_fd, const struct peer_host *host, struct peer *ret);
void peer_done(struct peer *peer);

int peer_identity_compare(const struct peer_identity *a, const struct peer_identity *b);

#endif
