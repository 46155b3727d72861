/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 34: a rule of nftables gives a flow a label, which the kernel tells with the flow
 * from then on, also to whom asks later.
 */
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base.h"
#include "daemon/kernel/conntrack-flow.h"
#include "daemon/kernel/nft.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

#define TABLE "nsctl-test"
#define LABELLED_PORT 4001
#define OTHER_PORT 4002
#define PORT_DESTINATION 2

static void set_loopback_up(void)
{
	_cleanup_fd_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		fatal("lo");
}

/* A rule that labels the flows to one port. Returns 0 or -errno. */
static int label_a_port(void)
{
	static const uint8_t label[NFT_LABEL_SIZE] = CONNTRACK_OF_NAME;
	const uint16_t port = htons(LABELLED_PORT);
	struct nftnl_rule *rule;
	struct nft nft;
	int r = nft_open(&nft, TABLE);

	if (r < 0)
		return r;
	nft_begin(&nft);
	nft_add_table(&nft, true);
	nft_add_chain(&nft, "output", "filter", NF_INET_LOCAL_OUT, 0);
	rule = nft_rule(&nft, "output");
	nft_payload(rule, NFT_PAYLOAD_TRANSPORT_HEADER, PORT_DESTINATION, sizeof(port), NFT_REG_1);
	nft_compare(rule, NFT_REG_1, NFT_CMP_EQ, &port, sizeof(port));
	nft_set_label(rule, label, NFT_REG_1);
	nft_add_rule(&nft, rule);
	r = nft_commit(&nft);
	nft_close(&nft);
	return r;
}

static void send_to(uint16_t port)
{
	_cleanup_fd_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	if (fd < 0 || sendto(fd, "x", 1, 0, (const void *)&address, sizeof(address)) != 1)
		fatal("sendto");
}

/* The flows to each port, and those of them that have the label. */
struct seen {
	int flows, labelled;
};

static int on_flow(const struct nlmsghdr *message, void *context)
{
	const struct nlattr *attributes[CTA_MAX + 1], *port;
	struct seen *seen = context;

	(void)conntrack_attributes(message, attributes);
	port = conntrack_find(conntrack_find(attributes[CTA_TUPLE_ORIG], CTA_TUPLE_PROTO),
			      CTA_PROTO_DST_PORT);
	if (!port)
		return MNL_CB_OK;
	seen += ntohs(mnl_attr_get_u16(port)) == OTHER_PORT;
	seen->flows++;
	seen->labelled += conntrack_is_of_name(attributes);
	return MNL_CB_OK;
}

int main(void)
{
	char message[1024] __attribute__((aligned(8)));
	struct seen seen[2] = {};
	int fd, r;

	if (unshare(CLONE_NEWNET) < 0)
		fatal("unshare");
	set_loopback_up();
	r = label_a_port();
	if (r == -EOPNOTSUPP || r == -ENOENT)
		return tap_skip_all("kernel lacks CONFIG_NF_CONNTRACK_LABELS");
	tap_is(r, 0, "a rule that sets a label can be added");
	fd = conntrack_open();
	send_to(LABELLED_PORT);
	send_to(OTHER_PORT);
	tap_is(conntrack_ask(fd, conntrack_begin(message, IPCTNL_MSG_CT_GET, NLM_F_DUMP, AF_INET),
			     on_flow, seen),
	       0, "the kernel lists its flows");
	tap_ok(seen[0].flows == 1 && seen[0].labelled == 1,
	       "the flow that matches the rule has the label");
	tap_ok(seen[1].flows == 1 && seen[1].labelled == 0, "another flow does not have the label");
	close(fd);
	return tap_done();
}
