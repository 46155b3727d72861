/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/capability.h>
#include "daemon/keeper/policy/peer.h"
#include "daemon/kernel/file.h"
#include "daemon/kernel/limits.h"
#include "daemon/kernel/process.h"
#include "daemon/kernel/userns.h"

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

static ino_t user_namespace(int directory_fd)
{
	struct stat st;

	return fstatat(directory_fd, "ns/user", &st, 0) < 0 ? 0 : st.st_ino;
}

/* Enough for /proc/PID/status of a process with PEER_GROUPS_MAX groups, each of ten digits. */
#define STATUS_SIZE 8192

/* Values from /proc/PID/status. */
struct status {
	int seccomp; /* 0, 1 (strict) or 2 (a filter) */
	bool no_new_privileges;
	uid_t real_uid, effective_uid;
	uint64_t bounding, permitted, ambient; /* capabilities */
};

/* Reads the number after name in the text. Returns 0, or -ENODATA if the text does not contain
 * name. */
static int status_number(const char *text, const char *name, int base, uint64_t *ret)
{
	const char *at = strstr(text, name);

	if (!at)
		return -ENODATA;
	*ret = strtoull(at + strlen(name), NULL, base);
	return 0;
}

/* Reads the first two of the four numbers in the line "Uid:". Without it, both are (uid_t)-1. */
static void read_uids(const char *text, struct status *ret)
{
	const char *at = strstr(text, "\nUid:");

	ret->real_uid = ret->effective_uid = UINT32_MAX;
	if (at)
		(void)sscanf(at + 5, "%u %u", &ret->real_uid, &ret->effective_uid);
}

/* Reads the values from an open /proc/PID directory. Returns 0 or -errno. -ENODATA: a line is
 * missing, for instance because many groups, which come before, fill STATUS_SIZE. */
static int read_status(int directory_fd, struct status *ret)
{
	char text[STATUS_SIZE];
	uint64_t seccomp = 0, no_new_privileges = 0;
	int r = file_read(directory_fd, "status", text, sizeof(text));

	if (r == 0)
		r = status_number(text, "\nSeccomp:", 10, &seccomp);
	if (r == 0)
		r = status_number(text, "\nNoNewPrivs:", 10, &no_new_privileges);
	if (r == 0)
		r = status_number(text, "\nCapBnd:", 16, &ret->bounding);
	if (r == 0)
		r = status_number(text, "\nCapPrm:", 16, &ret->permitted);
	if (r == 0)
		r = status_number(text, "\nCapAmb:", 16, &ret->ambient);
	if (r < 0)
		return r;
	ret->seccomp = (int)seccomp;
	ret->no_new_privileges = no_new_privileges != 0;
	read_uids(text, ret);
	return 0;
}

static int read_profile(int directory_fd, char ret[static PROFILE_SIZE])
{
	*ret = '\0';
	return profile_exists() ? profile_read(directory_fd, ret) : 0;
}

int peer_host_read(const char *cgroup, struct peer_host *ret)
{
	_cleanup_fd_ int fd = process_open_directory(getpid());
	struct status status = {};
	int r;

	if (fd < 0)
		return fd;
	ret->cgroup = cgroup;
	/* the namespaces of peers are compared with these, so a failure cannot be ignored */
	r = wall_read_host(&ret->wall);
	if (r == 0)
		r = read_status(fd, &status);
	if (r < 0)
		return r;
	ret->seccomp = status.seccomp;
	r = selinux_read_own(ret->context);
	return r < 0 ? r : read_profile(fd, ret->profile);
}

/* --- identity and pidfd, from the socket --- */

static int compare_gid(const void *a, const void *b)
{
	gid_t x = *(const gid_t *)a, y = *(const gid_t *)b;

	return x < y ? -1 : x > y;
}

static int read_groups(int socket_fd, struct peer_identity *ret)
{
	socklen_t size = sizeof(ret->groups);

	if (getsockopt(socket_fd, SOL_SOCKET, SO_PEERGROUPS, ret->groups, &size) < 0)
		return errno == ERANGE ? -EPERM : negative_errno();
	ret->n_groups = size / sizeof(gid_t);
	qsort(ret->groups, ret->n_groups, sizeof(gid_t), compare_gid);
	return 0;
}

static int read_label(int socket_fd, struct peer_identity *ret)
{
	socklen_t size = sizeof(ret->label) - 1;

	if (getsockopt(socket_fd, SOL_SOCKET, SO_PEERSEC, ret->label, &size) < 0) {
		if (errno != ENOPROTOOPT)
			return negative_errno();
		size = 0;
	}
	ret->label[size] = '\0';
	return 0;
}

static int read_identity(int socket_fd, struct peer *ret)
{
	struct ucred credentials;
	socklen_t size = sizeof(credentials);
	int r;

	if (getsockopt(socket_fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0)
		return negative_errno();
	if (credentials.uid == (uid_t)-1 || credentials.gid == (gid_t)-1)
		return -EPERM;
	ret->identity.uid = credentials.uid;
	ret->identity.gid = credentials.gid;
	ret->pid = credentials.pid;
	r = read_groups(socket_fd, &ret->identity);
	return r < 0 ? r : read_label(socket_fd, &ret->identity);
}

/* Returns 0 if the process has this real or effective uid, -ESRCH if not, or another -errno. */
static int check_uid(pid_t pid, uid_t uid)
{
	_cleanup_fd_ int directory_fd = process_open_directory(pid);
	struct status status = {};
	int r = directory_fd < 0 ? directory_fd : read_status(directory_fd, &status);

	if (r < 0)
		return r;
	return status.real_uid == uid || status.effective_uid == uid ? 0 : -ESRCH;
}

/*
 * Opens the process that the socket's pid names, as is needed before Linux 6.5. If the peer has
 * ended, another process may have got the pid. So the process is refused if neither its real uid
 * nor its effective uid is the peer's. (A peer that executes a setuid program keeps its real uid.)
 * Returns a pidfd or -errno.
 */
static int open_pidfd_by_pid(const struct peer *peer)
{
	_cleanup_fd_ int fd = peer->pid > 0 ? process_pidfd_open(peer->pid) : -ESRCH;
	int r = fd < 0 ? fd : check_uid(peer->pid, peer->identity.uid);

	return r < 0 ? r : take_fd(&fd);
}

static int open_pidfd(int socket_fd, const struct peer *peer)
{
	int fd = -1;
	socklen_t size = sizeof(fd);

	if (getsockopt(socket_fd, SOL_SOCKET, SO_PEERPIDFD, &fd, &size) == 0)
		return fd;
	/* another error means that the peer has ended, or that descriptors or memory are short */
	return errno == ENOPROTOOPT ? open_pidfd_by_pid(peer) : negative_errno();
}

/* --- the process: confinement, place, limits --- */

/*
 * Returns true if the peer may have raised its resource limits: if it runs a setuid program; or if
 * it is in the host's user namespace (in_host) and has a capability for that (raising), except as
 * an ambient one. A process that changes its uid while it connects also looks like a setuid
 * program. Returns false for root, which may raise limits anyway.
 */
static bool has_gained(const struct peer *peer, const struct status *status, bool in_host)
{
	const uint64_t raising = UINT64_C(1) << CAP_SYS_RESOURCE | UINT64_C(1) << CAP_SYS_NICE |
				 UINT64_C(1) << CAP_AUDIT_CONTROL;

	if (peer->identity.uid == 0)
		return false;
	return status->effective_uid != peer->identity.uid ||
	       (in_host && status->permitted & ~status->ambient & raising);
}

/* Fills in peer->cgroup and peer->place. base: the path of the cgroup with all sets' cgroups. The
 * cgroup is a set's only if its path begins with base; the end of the path proves nothing, because
 * a user with a delegated part of the hierarchy can choose any names there. Returns 0 or -errno. */
static int read_place(int directory_fd, const char *base, struct peer *peer)
{
	char path[4096], *at = path;
	int r = cgroup_of_process(directory_fd, path, sizeof(path));

	if (r < 0)
		return r;
	peer->cgroup = strdup(path);
	if (!peer->cgroup)
		return -ENOMEM;
	base += *base == '/';
	at += *at == '/';
	if (strncmp(at, base, strlen(base)) != 0 || at[strlen(base)] != '/')
		return 0;
	at = strchr(at + strlen(base) + 1, '/');
	if (!at)
		return 0;
	snprintf(peer->place, sizeof(peer->place), "%s", at + 1);
	return 0;
}

/* Returns the reason why the process counts as filtered, or "": a seccomp filter, AppArmor profile
 * or SELinux context that would not apply to its commands, or to the workers that make its sets. */
static const char *find_filter(const struct peer_host *host, const struct peer *peer,
			       const struct status *status)
{
	const char *profile = peer->identity.profile;

	if (status->seccomp == 2 && host->seccomp != 2)
		return "it is under a seccomp filter (SystemCallFilter= and the like of a "
		       "service), which its sets would be without";
	if (profile_confines(profile) && strcmp(profile, host->profile) != 0)
		return "it is confined by an AppArmor profile (AppArmorProfile= of a service), "
		       "which its sets would be without";
	if (*host->context && strcmp(peer->identity.label, host->context) != 0 &&
	    selinux_confines(peer->identity.label))
		return "SELinux confines it (SELinuxContext= of a service), and its sets would be "
		       "without that";
	return "";
}

/* Reads the properties of a process from its open directory in /proc (fd). *ret_confined: the
 * reason why the process counts as confined, or "". Returns 0 or -errno. */
static int read_process(int fd, const struct peer_host *host, struct peer *peer,
			const char **ret_confined)
{
	struct status status = {};
	/* read before the status: a setuid program that had raised the limits by then can be seen
	 * in the status */
	int r = limits_read(fd, peer->pid, &peer->limits);

	if (r == 0)
		r = read_status(fd, &status);
	if (r == 0)
		r = read_profile(fd, peer->identity.profile);
	if (r == 0)
		r = read_place(fd, host->cgroup, peer);
	if (r == 0)
		r = wall_read(fd, &host->wall, peer->identity.wall);
	if (r == 0 && !*peer->place && wall_has(peer->identity.wall, KIND_PID))
		r = pidns_list(fd, host->wall.inodes[KIND_PID], &peer->pid_namespaces);
	if (r < 0)
		return r;
	peer->no_new_privileges = status.no_new_privileges;
	peer->bounding = status.bounding;
	/* root normally gets all of its bounding set by executing a program, but not with
	 * SECBIT_NOROOT, which /proc does not show: so only what root has already counts */
	if (status.no_new_privileges || peer->identity.uid == 0)
		peer->bounding &= status.permitted;
	peer->in_machine_net = wall_in_machine_net(fd, &host->wall);
	peer->user_namespace = user_namespace(fd);
	peer->is_stranger = peer->user_namespace != host->wall.inodes[KIND_USER];
	peer->owner_known =
		peer->is_stranger &&
		userns_outermost_owner(fd, host->wall.inodes[KIND_USER], &peer->owner) == 0;
	peer->limits_known = !has_gained(peer, &status, !peer->is_stranger);
	snprintf(peer->filtered, sizeof(peer->filtered), "%s", find_filter(host, peer, &status));
	*ret_confined = peer->is_stranger
				? "it is in a user namespace that is neither the host's nor its "
				  "set's (PrivateUsers= of a service, a rootless container): it "
				  "can use unshare(1) itself"
				: "";
	return 0;
}

/*
 * Reads everything about the peer's process, then checks that the process has not ended. If it has,
 * another process may have had its pid meanwhile, so what was read is not trusted. If the process
 * has ended or cannot be read, the peer is refused if the host uses AppArmor, because its profile
 * is unknown; otherwise it counts as confined. Returns 0, or -errno if the peer is refused or
 * descriptors or memory are short.
 */
static int read_peer_process(const struct peer_host *host, struct peer *peer,
			     const char **ret_confined)
{
	_cleanup_fd_ int fd = peer->pid > 0 ? process_open_directory(peer->pid) : -ESRCH;
	int r = fd < 0 ? fd : read_process(fd, host, peer, ret_confined);
	bool has_ended = peer->pid_fd < 0 || process_has_ended(peer->pid_fd);

	peer->place_known = r == 0 && !has_ended;
	peer->limits_known &= peer->place_known;
	if (is_shortage(r) || peer->place_known)
		return r;
	*peer->place = *peer->identity.wall = '\0';
	peer->is_stranger = peer->owner_known = false;
	if (*host->profile)
		return r < 0 ? r : -ESRCH;
	*ret_confined = has_ended ? "its process has ended" : "its process cannot be looked at";
	return 0;
}

int peer_read(int socket_fd, const struct peer_host *host, struct peer *ret)
{
	const char *confined = "its confinement is not known";
	int r;

	ret->pid_fd = -1;
	r = read_identity(socket_fd, ret);
	if (r < 0)
		return r;
	ret->pid_fd = open_pidfd(socket_fd, ret);
	if (is_shortage(ret->pid_fd))
		return ret->pid_fd;
	r = read_peer_process(host, ret, &confined);
	if (r < 0)
		return r;
	snprintf(ret->confined, sizeof(ret->confined), "%s", confined);
	return 0;
}

void peer_done(struct peer *peer)
{
	peer->pid_fd = close_fd(peer->pid_fd);
	free(peer->cgroup);
	peer->cgroup = NULL;
}

int peer_identity_compare(const struct peer_identity *a, const struct peer_identity *b)
{
	if (a->uid != b->uid)
		return a->uid < b->uid ? -1 : 1;
	if (a->gid != b->gid)
		return a->gid < b->gid ? -1 : 1;
	if (a->n_groups != b->n_groups)
		return a->n_groups < b->n_groups ? -1 : 1;
	if (memcmp(a->groups, b->groups, a->n_groups * sizeof(*a->groups)) != 0)
		return memcmp(a->groups, b->groups, a->n_groups * sizeof(*a->groups));
	if (strcmp(a->label, b->label) != 0)
		return strcmp(a->label, b->label);
	if (strcmp(a->profile, b->profile) != 0)
		return strcmp(a->profile, b->profile);
	return strcmp(a->wall, b->wall);
}
