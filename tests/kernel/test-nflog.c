/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 37: groups of nfnetlink_log, and rules of nftables that log to them.
 *
 * A table in a net namespace of the test's has a rule for each of some ports of loopback.
 */
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base.h"
#include "daemon/kernel/nflog.h"
#include "daemon/kernel/nft.h"
#include "daemon/kernel/rtnl.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

#define NAME "nsctl-test"
#define BOUND_MS 20000
#define PORT_OFFSET 2 /* of the destination, in UDP's header */
#define PREFIX_MAX 127

enum { LIMITED = 7000, OTHER, UNLIMITED, UNHEARD };

static int sender_fd;

/* --- the stage --- */

/* Adds a rule: packets to the port are logged. */
static int log_port(struct nft *nft, uint16_t port, bool limited, uint16_t group,
		    const char *prefix)
{
	const uint16_t key = htons(port);
	struct nftnl_rule *rule = nft_rule(nft, "output");

	nft_begin(nft);
	nft_payload(rule, NFT_PAYLOAD_TRANSPORT_HEADER, PORT_OFFSET, sizeof(key), NFT_REG_1);
	nft_compare(rule, NFT_REG_1, NFT_CMP_EQ, &key, sizeof(key));
	if (limited)
		nft_limit_to_one_a_second(rule);
	nft_log(rule, group, prefix);
	nft_insert_rule(nft, rule);
	return nft_commit(nft);
}

static void set_stage(struct nft *nft)
{
	if (unshare(CLONE_NEWNET) < 0 || rtnl_loopback_up() < 0 || nft_open(nft, NAME) < 0)
		fatal("net namespace");
	sender_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	nft_begin(nft);
	nft_add_table(nft, true);
	nft_add_chain(nft, "output", "filter", NF_INET_LOCAL_OUT, 0);
	if (sender_fd < 0 || nft_commit(nft) < 0)
		fatal("table");
}

static void send_to(uint16_t port, int n)
{
	const struct sockaddr_in to = {.sin_family = AF_INET,
				       .sin_port = htons(port),
				       .sin_addr = {htonl(INADDR_LOOPBACK)}};

	/* nobody listens: the error of one packet comes with the next */
	for (int i = 0; i < n; i++)
		(void)sendto(sender_fd, "x", 1, 0, (const struct sockaddr *)&to, sizeof(to));
}

struct heard {
	const char *wanted;
	int n, others;
};

static void hear(const char *prefix, void *context)
{
	struct heard *heard = context;

	if (strcmp(prefix, heard->wanted) == 0)
		heard->n++;
	else
		heard->others++;
}

/* Returns the number of messages with this prefix that have come. */
static int count(int fd, const char *prefix)
{
	struct heard heard = {.wanted = prefix};

	nflog_read(fd, hear, &heard);
	return heard.n;
}

static bool comes(int fd)
{
	struct pollfd poller = {.fd = fd, .events = POLLIN};

	return poll(&poller, 1, BOUND_MS) == 1;
}

static long seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* --- the facts --- */

static int open_elsewhere(struct child *parent, void *arg)
{
	uint16_t group;
	int fd = unshare(CLONE_NEWNET) < 0 ? -1 : nflog_open(NAME, &group);

	(void)parent;
	return fd >= 0 && group == *(uint16_t *)arg ? 0 : 1;
}

static void test_groups(uint16_t first)
{
	uint16_t second, again;
	int fd = nflog_open(NAME, &second);

	tap_ok(fd >= 0 && second != first,
	       "a group has one socket: a second socket gets the next group");
	close_fd(fd);
	tap_is(child_run(open_elsewhere, &first), 0, "another net namespace has groups of its own");
	fd = nflog_open(NAME, &again);
	tap_is(again, second, "a group is free again when its socket is closed");
	close_fd(fd);
}

static void test_limit(int fd)
{
	struct heard heard = {.wanted = "limited"};
	long start = seconds();

	send_to(LIMITED, 1000);
	send_to(OTHER, 1);
	tap_ok(comes(fd), "a message arrives");
	nflog_read(fd, hear, &heard);
	tap_is(heard.others, 1, "the limit of one rule does not count packets of another rule");
	tap_ok(heard.n >= 1 && heard.n <= 2 + seconds() - start,
	       "a limit before the log expression bounds the number of messages");
	send_to(UNHEARD, 1);
	tap_is(count(fd, "unheard"), 0, "a rule whose group has no socket sends nothing");
}

static void test_overflow(int fd)
{
	static const int least = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof(least)) < 0)
		fatal("buffer");
	send_to(UNLIMITED, 1000);
	tap_ok(count(fd, "unlimited") < 1000, "messages are lost if the socket has no room");
	send_to(UNLIMITED, 1);
	tap_is(count(fd, "unlimited"), 1, "later messages arrive");
}

static void test_prefix(struct nft *nft, int fd, uint16_t group)
{
	char prefix[PREFIX_MAX + 2];

	memset(prefix, 'p', sizeof(prefix));
	prefix[PREFIX_MAX + 1] = '\0';
	tap_ok(log_port(nft, LIMITED, false, group, prefix) < 0,
	       "a prefix of 128 bytes is refused");
	prefix[PREFIX_MAX] = '\0';
	tap_is(log_port(nft, LIMITED, false, group, prefix), 0,
	       "a prefix of 127 bytes is accepted");
	send_to(LIMITED, 1);
	tap_is(count(fd, prefix), 1, "the prefix arrives with the message");
}

int main(void)
{
	struct nft nft;
	uint16_t group = 0;
	int fd;

	set_stage(&nft);
	fd = nflog_open(NAME, &group);
	if (fd < 0)
		return tap_skip_all("kernel lacks nfnetlink_log");
	if (log_port(&nft, LIMITED, true, group, "limited") < 0)
		return tap_skip_all("kernel lacks nft_log or nft_limit");
	if (log_port(&nft, OTHER, true, group, "other") < 0 ||
	    log_port(&nft, UNLIMITED, false, group, "unlimited") < 0 ||
	    log_port(&nft, UNHEARD, false, (uint16_t)(group + 1), "unheard") < 0)
		fatal("rules");
	test_groups(group);
	test_limit(fd);
	test_prefix(&nft, fd, group);
	test_overflow(fd);
	return tap_done();
}
