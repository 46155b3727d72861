/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The peer of a connection: the kernel's information about the process that connected. Nothing here
 * comes from a field of a message, and no path is followed that the peer has chosen. A struct peer
 * holds a pidfd and memory: see peer_done(). */
#pragma once

#include "daemon/kernel/cgroup.h"
#include "daemon/kernel/pidns.h"
#include "daemon/kernel/profile.h"
#include "daemon/kernel/wall.h"

#define PEER_GROUPS_MAX 256
#define PEER_LABEL_SIZE 256

/* The identity of a peer. Peers with equal identities share a front, which is the process that
 * parses their requests. */
struct peer_identity {
	uid_t uid;
	gid_t gid;
	gid_t groups[PEER_GROUPS_MAX]; /* sorted */
	size_t n_groups;
	char label[PEER_LABEL_SIZE]; /* from SO_PEERSEC; "" without a security module */
	/* The AppArmor profile, which also confines the front. It comes from /proc, because before
	 * 6.17 only Ubuntu's kernels report it by SO_PEERSEC. */
	char profile[PROFILE_SIZE];
	char wall[WALL_SIZE]; /* see daemon/kernel/wall.h; "": none */
};

/* Properties of nsctld itself, which are taken for those of the host. peer_host_read() reads them
 * once, at the start. */
struct peer_host {
	const char *cgroup; /* path of the cgroup with all sets' cgroups (not a copy) */
	struct wall_host wall;
	/* Seccomp mode, AppArmor profile and SELinux context. A peer with the same does not count
	 * as filtered by it. */
	int seccomp;
	char profile[PROFILE_SIZE]; /* "": AppArmor is not in use */
	char context[CONTEXT_SIZE]; /* "": SELinux is not in use */
};

struct peer {
	struct peer_identity identity;
	pid_t pid;
	int pid_fd; /* from SO_PEERPIDFD or pidfd_open(); negative: the peer counts as ended */
	ino_t user_namespace; /* inode of the peer's user namespace; 0: unreadable */
	bool no_new_privileges;
	uint64_t bounding; /* capabilities that the peer could get: bits 1 << CAP_* */
	/* The peer's resource limits, which its commands get. limits_known is false if the peer has
	 * ended, cannot be examined, or may have raised its limits by a privilege that its commands
	 * do not get (has_gained()). */
	struct task_limits limits;
	bool limits_known;
	/* The peer's cgroup, if it belongs to a set: the path below BASE/UID (see
	 * daemon/kernel/cgroup.h), such as "SETID/SESSIONID" or, for a set within another,
	 * "OUTERMOST/set-SETID/SESSIONID". "": none. If place_known is false, the peer may be in
	 * any set. */
	char place[CGROUP_PATH_SIZE];
	bool place_known;
	char *cgroup; /* path of the peer's cgroup below the root of the hierarchy; NULL: unknown */
	/* The pid namespaces of a peer whose place is "", except those that nsctld is in, too. By
	 * these, scope_find_set() finds a set that is in its caller's cgroup (set->callers_cgroup).
	 * The peer's cgroup would not do: users can move processes out of such a cgroup. */
	struct pidns_list pid_namespaces;
	/* is_stranger: the peer is in another user namespace than nsctld. owner: the host's user
	 * who owns the outermost user namespace that the peer is in and nsctld is not. owner_known
	 * is false if there is none, or if the owner is not known. */
	bool is_stranger, owner_known;
	uid_t owner;
	bool in_machine_net; /* the peer is in the net namespace of process 1 */
	char confined[192];  /* the reason why the peer counts as confined, or "" */
	char filtered[192];  /* the reason why the peer counts as filtered, or "" */
};

/* Reads nsctld's own properties. cgroup is the path of the cgroup with all sets' cgroups, and must
 * outlive *ret. Returns 0 or -errno. */
int peer_host_read(const char *cgroup, struct peer_host *ret);

/*
 * Fills in *ret, which must be zero, for the peer of a connected socket. Ids, groups and label come
 * from the socket. All else comes from the process, which is read first and then checked to be
 * still alive, so that the data are its own. peer_done() must be called even after a failure.
 *
 * A peer is confined if its user namespace is not the host's, or if it has ended or cannot be
 * examined: ret->confined has the reason. (request/scope.c adds a reason, and lets a peer in the
 * user namespace of its set pass.) A peer is filtered if a seccomp filter, an enforced AppArmor
 * profile or SELinux restricts it in a way that would not apply to its commands: ret->filtered has
 * the reason.
 *
 * Returns 0, or -errno if the peer must not be served: -EPERM (its uid or gid is -1, or it has more
 * than PEER_GROUPS_MAX groups), -ESRCH (it has ended, and the host uses AppArmor), another error if
 * the host uses AppArmor and the process cannot be examined, an unreadable label, or a shortage of
 * memory or descriptors.
 */
int peer_read(int socket_fd, const struct peer_host *host, struct peer *ret);
void peer_done(struct peer *peer);

int peer_identity_compare(const struct peer_identity *a, const struct peer_identity *b);
