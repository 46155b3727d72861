/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 31: the kernel tells every process whose a UDP socket is, by the socket's own
 * address and that of its far side, in the net namespace where the asking socket was opened.
 */
#include <arpa/inet.h>
#include <sched.h>
#include <string.h>

#include "base.h"
#include "daemon/kernel/proxy.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

static union proxy_address loopback(int family)
{
	union proxy_address address = {.any.sa_family = family};

	if (family == AF_INET)
		address.four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		address.six.sin6_addr = (struct in6_addr)IN6ADDR_LOOPBACK_INIT;
	return address;
}

/* Makes a UDP socket of this user, at a loopback address. Returns its address. */
static union proxy_address make_socket(int family, uid_t uid, int *ret_fd)
{
	union proxy_address address = loopback(family);
	socklen_t size = sizeof(address);

	if (euid_change(uid) < 0)
		fatal("setresuid");
	*ret_fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (euid_change(0) < 0)
		fatal("setresuid");
	if (bind(*ret_fd, &address.any, sizeof(address)) < 0 ||
	    getsockname(*ret_fd, &address.any, &size) < 0)
		fatal("bind");
	return address;
}

static void test_family(int family, int asking_fd, const char *name)
{
	int server_fd, client_fd;
	const union proxy_address server = make_socket(family, KERNEL_UID, &server_fd);
	const union proxy_address client = make_socket(family, KERNEL_OTHER_UID, &client_fd);

	tap_ok(proxy_owner_of(asking_fd, &client, &server) == KERNEL_OTHER_UID,
	       "%s: the kernel names the owner of a client that is not connected", name);
	if (connect(client_fd, &server.any, sizeof(server)) < 0)
		fatal("connect");
	tap_ok(proxy_owner_of(asking_fd, &client, &server) == KERNEL_OTHER_UID,
	       "%s: the kernel names the owner of a client that is connected", name);
	tap_ok(proxy_owner_of(asking_fd, &server, &client) == KERNEL_UID,
	       "%s: the kernel names the owner of the server", name);
	close(client_fd);
	tap_ok(proxy_owner_of(asking_fd, &client, &server) == PROXY_OWNER_UNKNOWN,
	       "%s: the kernel names no owner of a client that has ended", name);
	close(server_fd);
}

/* Asks as an ordinary user in another net namespace. */
static int ask_from_elsewhere(struct child *parent _unused_, void *context)
{
	const int *fds = context;
	union proxy_address server = loopback(AF_INET), client = server;
	socklen_t size = sizeof(client);

	if (getsockname(fds[1], &client.any, &size) < 0 || unshare(CLONE_NEWNET) < 0 ||
	    user_become(KERNEL_UID) < 0)
		return 2;
	return proxy_owner_of(fds[0], &client, &server) == KERNEL_OTHER_UID ? 0 : 1;
}

/* Returns true if the kernel tells of UDP sockets at all. */
static bool is_told(int asking_fd)
{
	int fd;
	const union proxy_address server = loopback(AF_INET);
	const union proxy_address client = make_socket(AF_INET, KERNEL_UID, &fd);
	bool told = proxy_owner_of(asking_fd, &client, &server) != PROXY_OWNER_UNKNOWN;

	close(fd);
	return told;
}

int main(void)
{
	int fds[2] = {proxy_owner_open(), -1};

	if (!is_told(fds[0]))
		return tap_skip_all("kernel lacks CONFIG_INET_UDP_DIAG");
	test_family(AF_INET, fds[0], "IPv4");
	test_family(AF_INET6, fds[0], "IPv6");
	(void)make_socket(AF_INET, KERNEL_OTHER_UID, &fds[1]);
	tap_is(child_run(ask_from_elsewhere, fds), 0,
	       "a user in another net namespace can ask by a socket that was opened in this one");
	close(fds[1]);
	return tap_done();
}
