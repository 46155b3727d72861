/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 6, 7, 10, 24, 27, 32, 35 and 36: a netlink socket opened in a net namespace works
 * there from outside; a veth is made with its peer already in its namespace, and with the queues
 * that it is asked for; a net namespace that ends takes the host's ends along, with an event; a
 * disabled port of a bridge lets nothing pass; a new net namespace resets the settings for ping and
 * low ports. A sysfs belongs to the net namespace in which it was made, wherever its descriptor is
 * carried. A socket that listens is counted.
 *
 * The test's "host" is a net namespace of its own.
 */
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_bridge.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/mount.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "base.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"
#include "tests/kernel/veth.h"

#define PING_RANGE "/proc/sys/net/ipv4/ping_group_range"
#define LOW_PORTS "/proc/sys/net/ipv4/ip_unprivileged_port_start"

/* Makes a net namespace and a netlink socket in it, and is back in its own. */
static struct mnl_socket *netns_new(int *ret_netns_fd)
{
	_cleanup_fd_ int own_fd = ns_open(0, "net");
	struct mnl_socket *rtnl;

	if (unshare(CLONE_NEWNET) < 0)
		fatal("unshare net");
	*ret_netns_fd = ns_open(0, "net");
	rtnl = veth_socket(0);
	if (setns(own_fd, CLONE_NEWNET) < 0)
		fatal("setns back");
	return rtnl;
}

struct question {
	int netns_fd;
	const char *interface;
};

/* 0: no such interface inside; 1: there; 2: there and up */
static int body_look(struct child *parent _unused_, void *arg)
{
	const struct question *question = arg;
	struct ifreq request = {.ifr_flags = 0};
	int socket_fd;

	if (setns(question->netns_fd, CLONE_NEWNET) < 0)
		return 100;
	socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	(void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", question->interface);
	if (socket_fd < 0)
		return 101;
	if (ioctl(socket_fd, SIOCGIFFLAGS, &request) < 0)
		return errno == ENODEV ? 0 : 102;
	return request.ifr_flags & IFF_UP ? 2 : 1;
}

static int look(int netns_fd, const char *interface)
{
	struct question question = {netns_fd, interface};

	return child_run(body_look, &question);
}

/* Returns the number of queues that the interface can have for sending, or -1. */
static int count_queues(const char *interface)
{
	struct ethtool_channels channels = {.cmd = ETHTOOL_GCHANNELS};
	struct ifreq request = {.ifr_data = (char *)&channels};
	_cleanup_fd_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	return ioctl(fd, SIOCETHTOOL, &request) < 0 ? -1 : (int)channels.max_tx;
}

static void test_sockets_and_veth(void)
{
	int netns_fd = -1;
	struct mnl_socket *inside = netns_new(&netns_fd);
	struct mnl_socket *outside = veth_socket(0);
	struct mnl_socket *events = veth_socket(RTMGRP_LINK);

	tap_is(look(netns_fd, "lo"), 1, "lo of a new net namespace is down");
	tap_is(veth_up(inside, 1), 0, "a socket that was made inside can be used from outside");
	tap_is(look(netns_fd, "lo"), 2, "it has set lo up inside");

	tap_is(veth_make(outside, "outer", "inner", netns_fd), 0, "one message makes a veth pair");
	tap_ok(if_nametoindex("outer") > 0, "its first end is in this net namespace");
	tap_ok(if_nametoindex("inner") == 0, "its peer is not in this net namespace");
	tap_is(look(netns_fd, "inner"), 1, "its peer is in the target namespace");
	tap_is(count_queues("outer"), 1, "it has one queue, as requested");
	tap_is(veth_make(outside, "outer", "inner", netns_fd), -EEXIST,
	       "a second veth pair of the same name is refused: EEXIST");

	/* only the descriptor, and the socket that was made inside, hold the namespace */
	netns_fd = close_fd(netns_fd);
	tap_ok(if_nametoindex("outer") > 0,
	       "a netlink socket inside keeps the net namespace alive");
	(void)mnl_socket_close(inside);
	tap_ok(veth_wait_gone(events, "outer"),
	       "an event says that the host's end has gone with the net namespace");
	tap_ok(if_nametoindex("outer") == 0, "the name of the host's end cannot be found any more");
	(void)mnl_socket_close(outside);
	(void)mnl_socket_close(events);
}

/* An Ethernet type for experiments: nothing else sends such frames. */
#define FRAME_TYPE 0x88b5

/* A socket for frames of an interface, in the current net namespace. */
static int frame_socket(const char *interface)
{
	struct sockaddr_ll local = {.sll_family = AF_PACKET,
				    .sll_protocol = htobe16(FRAME_TYPE),
				    .sll_ifindex = (int)if_nametoindex(interface)};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&local, sizeof(local)) < 0)
		fatal("packet socket");
	return fd;
}

/* Sends a frame to all, which differs from others by its letter. */
static void frame_send(int fd, char letter)
{
	unsigned char frame[ETH_ZLEN] = {0xff,
					 0xff,
					 0xff,
					 0xff,
					 0xff,
					 0xff,
					 2,
					 0,
					 0,
					 0,
					 0,
					 1,
					 FRAME_TYPE >> 8,
					 FRAME_TYPE & 0xff,
					 (unsigned char)letter};

	if (send(fd, frame, sizeof(frame), 0) != (ssize_t)sizeof(frame))
		fatal("send a frame");
}

/* Sends frames with this letter until one arrives, because a port that has just come up may lose
 * some. Returns the first letter other than seen that arrives, or 0. */
static char frame_pass(int from_fd, int to_fd, char letter, char seen)
{
	struct pollfd ready = {.fd = to_fd, .events = POLLIN};
	char frame[ETH_FRAME_LEN];

	for (int tries = 0; tries < 200; tries++) {
		frame_send(from_fd, letter);
		while (poll(&ready, 1, 50) == 1)
			if (recv(to_fd, frame, sizeof(frame), 0) > ETH_HLEN &&
			    frame[ETH_HLEN] != seen)
				return frame[ETH_HLEN];
	}
	return 0;
}

/* Makes a veth whose end outer is a port of the bridge here, and whose end inner is in a net
 * namespace of its own. Returns a socket that sends frames from there. */
static int port_new(struct mnl_socket *rtnl, const char *outer, const char *bridge)
{
	_cleanup_fd_ int own_fd = ns_open(0, "net"), netns_fd = -1;
	struct mnl_socket *inside = netns_new(&netns_fd);
	int fd, index;

	if (veth_make(rtnl, outer, "inner", netns_fd) < 0 || setns(netns_fd, CLONE_NEWNET) < 0)
		fatal("veth to a bridge");
	if (veth_up(inside, (int)if_nametoindex("inner")) < 0)
		fatal("inner end up");
	fd = frame_socket("inner");
	if (setns(own_fd, CLONE_NEWNET) < 0)
		fatal("setns back");
	index = (int)if_nametoindex(outer);
	if (veth_port(rtnl, index, (int)if_nametoindex(bridge)) < 0 || veth_up(rtnl, index) < 0)
		fatal("port of a bridge");
	(void)mnl_socket_close(inside);
	return fd;
}

static void test_disabled_port(void)
{
	struct mnl_socket *rtnl = veth_socket(0);
	int bridge_fd, one_fd, two_fd;

	tap_is(veth_bridge(rtnl, "bridge"), 0, "a bridge can be made");
	bridge_fd = frame_socket("bridge");
	one_fd = port_new(rtnl, "one", "bridge");
	two_fd = port_new(rtnl, "two", "bridge");
	tap_is(frame_pass(one_fd, bridge_fd, 'a', 0), 'a', "a frame passes a port of the bridge");
	tap_is(veth_port_state(rtnl, (int)if_nametoindex("one"), BR_STATE_DISABLED), 0,
	       "the port can be disabled");
	frame_send(one_fd, 'b');
	frame_send(two_fd, 'c');
	tap_is(frame_pass(two_fd, bridge_fd, 'c', 'a'), 'c',
	       "no frame passes the disabled port, but frames pass another one");
	(void)close_fd(one_fd);
	(void)close_fd(two_fd);
	(void)close_fd(bridge_fd);
	(void)mnl_socket_close(rtnl);
}

static void test_sysctls(void)
{
	char text[64];
	_cleanup_fd_ int own_fd = ns_open(0, "net");

	tap_is(text_write(PING_RANGE, "0 4294967294"), 0,
	       "ping_group_range can be opened in this net namespace");
	tap_is(text_write(LOW_PORTS, "80"), 0,
	       "ip_unprivileged_port_start can be lowered in this net namespace");
	if (unshare(CLONE_NEWNET) < 0)
		fatal("unshare net");
	(void)text_read(PING_RANGE, text, sizeof(text));
	tap_ok(strcmp(text, "1\t0\n") == 0, "a new net namespace lets no group ping");
	(void)text_read(LOW_PORTS, text, sizeof(text));
	tap_ok(strcmp(text, "1024\n") == 0,
	       "a new net namespace keeps the ports below 1024 for root");
	tap_is(text_write(PING_RANGE, "0 4294967294"), 0,
	       "a maker inside can open ping_group_range");
	tap_is(text_write(LOW_PORTS, "0"), 0,
	       "a maker inside can lower ip_unprivileged_port_start");
	if (setns(own_fd, CLONE_NEWNET) < 0)
		fatal("setns back");
	(void)text_read(LOW_PORTS, text, sizeof(text));
	tap_ok(strcmp(text, "80\n") == 0, "this changes nothing in another net namespace");
}

#define INHERIT "/proc/sys/net/core/devconf_inherit_init_net"
#define REVERSE_PATH "/proc/sys/net/ipv4/conf/all/rp_filter"

/* The machine's first net namespace cannot be changed here: that its settings are copied is seen
 * by those of the maker's own, which are not. */
static void test_copied_settings(void)
{
	char first[64], again[64], inherit[64] = "0";
	_cleanup_fd_ int own_fd = ns_open(0, "net");

	/* if this is not the machine's first one, it is not there, and taken to be 0 */
	(void)text_read(INHERIT, inherit, sizeof(inherit));
	if (unshare(CLONE_NEWNET) < 0)
		fatal("unshare net");
	(void)text_read(REVERSE_PATH, first, sizeof(first));
	tap_is(text_write(REVERSE_PATH, first[0] == '2' ? "1" : "2"), 0,
	       "rp_filter can be changed in this net namespace");
	if (unshare(CLONE_NEWNET) < 0)
		fatal("unshare net");
	(void)text_read(REVERSE_PATH, again, sizeof(again));
	tap_ok(access(INHERIT, F_OK) < 0,
	       "only the machine's first net namespace has devconf_inherit_init_net");
	if (inherit[0] != '0' && inherit[0] != '1')
		tap_skip("IPv4 settings", "the default of devconf_inherit_init_net");
	else
		tap_ok(strcmp(first, again) == 0,
		       "a new net namespace has the IPv4 settings of the machine's first one");
	tap_is(text_write(REVERSE_PATH, "0"), 0, "a maker inside can change these settings");
	if (setns(own_fd, CLONE_NEWNET) < 0)
		fatal("setns back");
}

/* A sysfs, mounted nowhere yet, of a net namespace that has the interface "here", made with
 * another's euid. Tells its descriptor, and keeps it until it is told. */
static int body_make_sysfs(struct child *parent, void *arg _unused_)
{
	int fd;

	if (euid_change(KERNEL_UID) < 0 || unshare(CLONE_NEWNET) < 0)
		return 1;
	if (veth_make(veth_socket(0), "here", "peer", ns_open(0, "net")) < 0)
		return 2;
	fd = (int)syscall(SYS_fsopen, "sysfs", FSOPEN_CLOEXEC);
	if (fd < 0 || syscall(SYS_fsconfig, fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return 3;
	child_say(parent, fd);
	(void)child_hear(parent);
	return 0;
}

/* Mounts it in a mount namespace of its own. 0: "here" is not to be seen there; 1: it is. */
static int body_mount_sysfs(struct child *parent _unused_, void *arg)
{
	int fd;

	mounts_own();
	fd = (int)syscall(SYS_fsmount, *(const int *)arg, FSMOUNT_CLOEXEC, 0);
	if (fd < 0)
		return 101;
	if (syscall(SYS_move_mount, fd, "", AT_FDCWD, "/sys", MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return 100;
	return access("/sys/class/net/here", F_OK) == 0;
}

static void test_sysfs(void)
{
	struct child maker;
	int pid_fd, fd;

	child_start(&maker, body_make_sysfs, NULL);
	pid_fd = (int)syscall(SYS_pidfd_open, maker.pid, 0);
	fd = (int)syscall(SYS_pidfd_getfd, pid_fd, child_hear(&maker), 0);
	child_say(&maker, 0);
	tap_is(child_end(&maker), 0,
	       "a process with a user's euid can make a sysfs that is mounted nowhere");
	tap_ok(fd >= 0, "the descriptor of the sysfs outlives its maker");
	tap_is(child_run(body_mount_sysfs, &fd), 1,
	       "the sysfs shows its maker's net namespace, wherever it is mounted");
	(void)close_fd(fd);
	(void)close_fd(pid_fd);
}

/* Returns the number of TCP sockets that the net namespace of this process counts, or -1. */
static int count_sockets(void)
{
	char text[1024];
	const char *line;
	int n = -1;

	if (text_read("/proc/self/net/sockstat", text, sizeof(text)) < 0)
		return -1;
	line = strstr(text, "\nTCP: inuse ");
	return line && sscanf(line, "\nTCP: inuse %d", &n) == 1 ? n : -1;
}

static void test_count(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	_cleanup_fd_ int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		fatal("bind");
	tap_is(count_sockets(), 0, "a TCP socket that is only bound is not counted");
	if (listen(fd, 1) < 0)
		fatal("listen");
	tap_is(count_sockets(), 1, "a TCP socket that listens is counted");
}

int main(void)
{
	if (geteuid() != 0)
		return tap_skip_all("root is needed");
	if (unshare(CLONE_NEWNET) < 0)
		fatal("net namespace of the test's own");
	test_sockets_and_veth();
	test_disabled_port();
	test_sysctls();
	test_copied_settings();
	test_sysfs();
	test_count();
	return tap_done();
}
