/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 20: SO_PEERCRED, SO_PEERGROUPS and SO_PEERPIDFD report the credentials with
 * which the peer called connect(), in ids of the process that asks. Later changes of the peer, and
 * its ids inside a user namespace, make no difference.
 */
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

static struct sockaddr_un address = {.sun_family = AF_UNIX};

static int body_client(struct child *parent, void *arg)
{
	const bool *in_user_namespace = arg;
	const gid_t groups[] = {61010, 61011};
	_cleanup_fd_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (setgroups(ARRAY_SIZE(groups), groups) < 0 ||
	    setresgid(KERNEL_UID, KERNEL_UID, KERNEL_UID) < 0)
		return 1;
	if (*in_user_namespace) {
		if (euid_change(KERNEL_UID) < 0 || unshare(CLONE_NEWUSER) < 0)
			return 2;
		child_say(parent, 0);
		(void)child_hear(parent); /* the map is there: uid 0 inside */
		if (geteuid() != 0 || setresuid(0, 0, 0) < 0)
			return 3;
	} else if (setresuid(KERNEL_UID, KERNEL_UID, 0) < 0) {
		return 4;
	}
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return 5;
	/* another user from now on */
	if (!*in_user_namespace && (setresuid(0, 0, 0) < 0 || setgroups(0, NULL) < 0))
		return 6;
	child_say(parent, 0);
	return child_hear(parent) == -EPIPE ? 0 : 7;
}

static void check_pidfd(int peer_fd, pid_t pid)
{
	struct pollfd ended = {.fd = -1, .events = POLLIN};
	socklen_t size = sizeof(ended.fd);
	char path[64], text[512], line[64];

	if (getsockopt(peer_fd, SOL_SOCKET, SO_PEERPIDFD, &ended.fd, &size) < 0) {
		tap_skip("SO_PEERPIDFD", "SO_PEERPIDFD");
		return;
	}
	(void)snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", ended.fd);
	(void)snprintf(line, sizeof(line), "\nPid:\t%d\n", pid);
	tap_ok(text_read(path, text, sizeof(text)) > 0 && strstr(text, line),
	       "SO_PEERPIDFD returns a pidfd of the process that connected");
	tap_is(poll(&ended, 1, 0), 0, "the pidfd says that the process lives");
	tap_is(fcntl(ended.fd, F_GETFD), FD_CLOEXEC, "the pidfd is close-on-exec");
	(void)close_fd(ended.fd);
}

static void check(int listen_fd, bool in_user_namespace)
{
	struct child client;
	struct ucred peer = {0};
	gid_t groups[8];
	socklen_t size = sizeof(peer);
	_cleanup_fd_ int peer_fd = -1;
	char path[64];

	child_start(&client, body_client, &in_user_namespace);
	if (in_user_namespace) {
		(void)child_hear(&client);
		(void)snprintf(path, sizeof(path), "/proc/%d/uid_map", client.pid);
		if (text_write(path, "0 61001 1") < 0)
			fatal(path);
		child_say(&client, 0);
	}
	if (child_hear(&client) != 0)
		fatal("client");
	peer_fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
	tap_is(getsockopt(peer_fd, SOL_SOCKET, SO_PEERCRED, &peer, &size), 0,
	       "SO_PEERCRED returns the peer's credentials");
	tap_is(peer.uid, KERNEL_UID,
	       in_user_namespace
		       ? "uid 0 of a user namespace appears as the uid of its owner"
		       : "the uid is the euid at connect(), even if it has changed since");
	tap_is(peer.gid, KERNEL_UID, "the gid is the egid at connect()");
	tap_is(peer.pid, client.pid, "the pid is that at connect()");
	size = sizeof(groups);
	tap_is(getsockopt(peer_fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size), 0,
	       "SO_PEERGROUPS returns the peer's groups");
	tap_ok(size == 2 * sizeof(gid_t) && groups[0] == 61010 && groups[1] == 61011,
	       "the groups are the supplementary groups at connect()");
	size = sizeof(gid_t);
	tap_ok(getsockopt(peer_fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) < 0 &&
		       errno == ERANGE && size == 2 * sizeof(gid_t),
	       "SO_PEERGROUPS with too little room fails with ERANGE and returns the size");
	check_pidfd(peer_fd, client.pid);
	tap_is(child_end(&client), 0, "the client ended without an error");
}

/* The socket still reports the client after its end and reaping. */
static void check_gone(int listen_fd)
{
	bool in_user_namespace = false;
	struct child client;
	struct ucred peer = {0};
	socklen_t size = sizeof(peer);
	_cleanup_fd_ int peer_fd = -1;
	pid_t pid;

	child_start(&client, body_client, &in_user_namespace);
	(void)child_hear(&client);
	pid = client.pid;
	(void)child_end(&client);
	peer_fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
	(void)getsockopt(peer_fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
	tap_ok(peer.uid == KERNEL_UID && peer.pid == pid,
	       "SO_PEERCRED returns the pid of a client that has ended");
}

int main(void)
{
	_cleanup_fd_ int listen_fd = -1;

	if (geteuid() != 0)
		return tap_skip_all("root is needed");
	mounts_own();
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", mounts_scratch());
	listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listen_fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chmod(address.sun_path, 0666) < 0 || listen(listen_fd, 8) < 0)
		fatal("listen");
	check(listen_fd, false);
	check(listen_fd, true);
	check_gone(listen_fd);
	return tap_done();
}
