/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 25: which packets with a mark a rule of routing drops, which of them the kernel
 * accepts all the same, and what a program at an interface can learn about a packet.
 *
 * The host and the set are net namespaces of the test, with a pair of interfaces between them.
 */
#include <arpa/inet.h>
#include <linux/bpf.h>
#include <linux/fib_rules.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "base.h"
#include "daemon/kernel/barrier.h"
#include "daemon/kernel/link-message.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"
#include "tests/kernel/veth.h"

#define MARK 0x6e736374
#define PORT 7000
#define BOUND_MS 20000
#define OUTER "/proc/sys/net/ipv4/conf/outer/"
#define OUTER6 "/proc/sys/net/ipv6/conf/outer/"

static int sender_fd, receiver_fd; /* a packet socket in the set, a datagram socket on the host */
static uint8_t outer_mac[ETH_ALEN];

/* --- the stage --- */

static void add_address(int netns_fd, const char *interface, const char *address)
{
	struct rtnl rtnl;

	if (rtnl_open(&rtnl, netns_fd) < 0)
		fatal("netlink socket");
	link_add_address(&rtnl, if_nametoindex(interface), address, true);
	link_add_flags(&rtnl, if_nametoindex(interface), true);
	if (rtnl_commit(&rtnl, NULL) < 0)
		fatal("address");
	rtnl_close(&rtnl);
}

static void read_mac(void)
{
	struct ifreq request = {.ifr_name = "outer"};

	if (ioctl(receiver_fd, SIOCGIFHWADDR, &request) < 0)
		fatal("Ethernet address");
	memcpy(outer_mac, request.ifr_hwaddr.sa_data, ETH_ALEN);
}

/* Each processor has a queue of received packets. On one processor a packet by loopback comes after
 * the packets that were sent before it. */
static void stay_on_one_processor(void)
{
	int processor = sched_getcpu();
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(processor, &set);
	if (processor < 0 || sched_setaffinity(0, sizeof(set), &set) < 0)
		fatal("processor");
}

static void set_stage(void)
{
	const struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(PORT)};
	struct sockaddr_ll at = {.sll_family = AF_PACKET};
	_cleanup_fd_ int host_fd = -1, set_fd = -1;

	if (unshare(CLONE_NEWNET) < 0)
		fatal("unshare net");
	set_fd = ns_open(0, "net");
	sender_fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (unshare(CLONE_NEWNET) < 0 || rtnl_loopback_up() < 0)
		fatal("unshare net");
	host_fd = ns_open(0, "net");
	if (veth_make(veth_socket(0), "outer", "inner", set_fd) < 0)
		fatal("veth");
	add_address(set_fd, "inner", "198.18.0.2/24");
	at.sll_ifindex = (int)if_nametoindex("inner");
	add_address(host_fd, "outer", "198.18.0.1/24");
	add_address(host_fd, "outer", "2001:db8::1/64");
	receiver_fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (bind(receiver_fd, (const struct sockaddr *)&any, sizeof(any)) < 0)
		fatal("bind");
	if (bind(sender_fd, (const struct sockaddr *)&at, sizeof(at)) < 0)
		fatal("bind of a packet socket");
	read_mac();
}

/* --- frames --- */

struct frame {
	uint8_t bytes[128];
	size_t size;
};

static void put(struct frame *frame, const void *bytes, size_t size)
{
	memcpy(frame->bytes + frame->size, bytes, size);
	frame->size += size;
}

static uint16_t checksum(const void *data, size_t size)
{
	const uint8_t *bytes = data;
	uint32_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

/* tags: how many VLAN tags of number 0. */
static void put_ethernet(struct frame *frame, bool broadcast, int tags, uint16_t protocol)
{
	static const uint8_t everybody[ETH_ALEN] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	static const uint8_t own[ETH_ALEN] = {2, 0, 0, 0, 0, 1}, tag[] = {0x81, 0, 0, 0};

	put(frame, broadcast ? everybody : outer_mac, ETH_ALEN);
	put(frame, own, ETH_ALEN);
	while (tags-- > 0)
		put(frame, tag, sizeof(tag));
	protocol = htons(protocol);
	put(frame, &protocol, sizeof(protocol));
}

/* Sends a datagram of one byte. */
static void send4(const char *source, const char *target, bool broadcast, char what)
{
	struct frame frame = {};
	struct iphdr ip = {.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP};
	struct udphdr udp = {.source = htons(PORT), .dest = htons(PORT), .len = htons(9)};

	ip.tot_len = htons(sizeof(ip) + sizeof(udp) + 1);
	inet_pton(AF_INET, source, &ip.saddr);
	inet_pton(AF_INET, target, &ip.daddr);
	ip.check = checksum(&ip, sizeof(ip));
	put_ethernet(&frame, broadcast, 0, ETH_P_IP);
	put(&frame, &ip, sizeof(ip));
	put(&frame, &udp, sizeof(udp));
	put(&frame, &what, 1);
	if (send(sender_fd, frame.bytes, frame.size, 0) < 0)
		fatal("send");
}

static void send6(int tags, char what)
{
	struct {
		struct in6_addr source, target;
		uint32_t size, protocol;
		struct udphdr udp;
		char what;
	} __attribute__((packed))
	sum = {.size = htonl(9), .protocol = htonl(IPPROTO_UDP), .what = what};
	struct frame frame = {};
	struct ip6_hdr ip = {.ip6_flow = htonl(6U << 28), .ip6_plen = htons(9)};

	ip.ip6_nxt = IPPROTO_UDP;
	ip.ip6_hlim = 64;
	inet_pton(AF_INET6, "2001:db8::2", &ip.ip6_src);
	inet_pton(AF_INET6, "2001:db8::1", &ip.ip6_dst);
	sum.source = ip.ip6_src;
	sum.target = ip.ip6_dst;
	sum.udp = (struct udphdr){.source = htons(PORT), .dest = htons(PORT), .len = htons(9)};
	sum.udp.check = checksum(&sum, sizeof(sum));
	put_ethernet(&frame, false, tags, ETH_P_IPV6);
	put(&frame, &ip, sizeof(ip));
	put(&frame, &sum.udp, sizeof(sum.udp));
	put(&frame, &what, 1);
	if (send(sender_fd, frame.bytes, frame.size, 0) < 0)
		fatal("send");
}

/* Sends 'z' to the receiver by loopback, after all other packets. Returns true if another packet
 * was received before it. */
static bool is_heard(char what)
{
	const struct sockaddr_in6 self = {.sin6_family = AF_INET6,
					  .sin6_port = htons(PORT),
					  .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct pollfd ready = {.fd = receiver_fd, .events = POLLIN};
	bool found = false;
	char heard = 0;

	if (sendto(receiver_fd, "z", 1, 0, (const struct sockaddr *)&self, sizeof(self)) < 0)
		fatal("sendto");
	while (heard != 'z') {
		if (poll(&ready, 1, BOUND_MS) != 1 || recv(receiver_fd, &heard, 1, 0) != 1)
			fatal("recv");
		found |= heard == what;
	}
	return found;
}

static bool hears6(int tags)
{
	send6(tags, 'a');
	return is_heard('a');
}

static bool hears4(const char *source, const char *target, bool broadcast)
{
	send4(source, target, broadcast, 'b');
	return is_heard('b');
}

/* The kernel finishes new interfaces and IPv6 addresses in work of its own. Returns false if the
 * host still hears nothing after BOUND_MS. */
static bool comes_to_hear(void)
{
	for (int i = 0; i < BOUND_MS / 10; i++) {
		if (hears6(0) && hears4("198.18.0.2", "198.18.0.1", false))
			return true;
		(void)poll(NULL, 0, 10);
	}
	return false;
}

/* --- programs --- */

static int load_program(const struct bpf_insn *program, uint32_t n)
{
	union bpf_attr attributes = {
		.prog_type = BPF_PROG_TYPE_SCHED_CLS,
		.insns = (uintptr_t)program,
		.insn_cnt = n,
		.license = (uintptr_t) "GPL",
	};
	int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes));

	if (fd < 0)
		fatal("program");
	return fd;
}

static void attach(int program_fd)
{
	if (barrier_attach(program_fd, "outer") < 0)
		fatal("program at the interface");
	(void)close(program_fd);
}

/* Marks every incoming packet. */
static int load_marking(void)
{
	const struct bpf_insn program[] = {
		{.code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = MARK},
		{.code = BPF_STX | BPF_MEM | BPF_W,
		 .dst_reg = BPF_REG_1,
		 .src_reg = BPF_REG_2,
		 .off = offsetof(struct __sk_buff, mark)},
		{.code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = TC_ACT_UNSPEC},
		{.code = BPF_JMP | BPF_EXIT},
	};

	return load_program(program, ARRAY_SIZE(program));
}

/* Drops packets that look like IPv6. */
static int load_dropping(void)
{
	const struct bpf_insn program[] = {
		{.code = BPF_LDX | BPF_MEM | BPF_W,
		 .dst_reg = BPF_REG_2,
		 .src_reg = BPF_REG_1,
		 .off = offsetof(struct __sk_buff, protocol)},
		{.code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = TC_ACT_SHOT},
		{.code = BPF_JMP | BPF_JEQ | BPF_K,
		 .dst_reg = BPF_REG_2,
		 .off = 1,
		 .imm = htons(ETH_P_IPV6)},
		{.code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = TC_ACT_UNSPEC},
		{.code = BPF_JMP | BPF_EXIT},
	};

	return load_program(program, ARRAY_SIZE(program));
}

/* Returns the result of bpf_fib_lookup for a packet to the address that comes in by "outer". */
static long ask_routes(const char *address)
{
	struct bpf_fib_lookup question = {.family = AF_INET6, .ifindex = if_nametoindex("outer")};
	uint8_t packet[ETH_HLEN + sizeof(struct ip6_hdr)] = {[12] = 0x86, [13] = 0xdd};
	struct bpf_insn program[2 * sizeof(question) / 4 + 7] = {};
	union bpf_attr attributes = {
		.test = {.data_in = (uintptr_t)packet, .data_size_in = sizeof(packet)}};
	uint32_t words[sizeof(question) / 4];
	size_t n = 0;

	inet_pton(AF_INET6, address, question.ipv6_dst);
	memcpy(words, &question, sizeof(words));
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		program[n++] = (struct bpf_insn){.code = BPF_ST | BPF_MEM | BPF_W,
						 .dst_reg = BPF_REG_10,
						 .off = (int16_t)(4 * i - sizeof(question)),
						 .imm = (int32_t)words[i]};
	program[n++] = (struct bpf_insn){
		.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_2, .src_reg = BPF_REG_10};
	program[n++] = (struct bpf_insn){.code = BPF_ALU64 | BPF_ADD | BPF_K,
					 .dst_reg = BPF_REG_2,
					 .imm = -(int32_t)sizeof(question)};
	program[n++] = (struct bpf_insn){
		.code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3, .imm = sizeof(question)};
	program[n++] = (struct bpf_insn){.code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = BPF_REG_4};
	program[n++] = (struct bpf_insn){.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_fib_lookup};
	program[n++] = (struct bpf_insn){.code = BPF_JMP | BPF_EXIT};
	attributes.test.prog_fd = (uint32_t)load_program(program, (uint32_t)n);
	if (syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attributes, sizeof(attributes)) < 0)
		fatal("run of a program");
	(void)close((int)attributes.test.prog_fd);
	return attributes.test.retval;
}

/* --- facts --- */

/* Adds a rule for marked packets with priority 0. It cannot come before the kernel's own rule of
 * that priority, which finds the host's addresses. */
static int add_first_rule(void)
{
	struct fib_rule_hdr *header;
	struct nlmsghdr *message;
	struct rtnl rtnl;
	int r = rtnl_open(&rtnl, -1);

	if (r < 0)
		return r;
	message = rtnl_add(&rtnl, RTM_NEWRULE, NLM_F_CREATE, sizeof(*header), (void **)&header);
	header->family = AF_INET6;
	header->action = FR_ACT_UNREACHABLE;
	mnl_attr_put_u32(message, FRA_PRIORITY, 0);
	mnl_attr_put_u32(message, FRA_FWMARK, MARK);
	r = rtnl_commit(&rtnl, NULL);
	rtnl_close(&rtnl);
	return r;
}

static void test_marks(void)
{
	tap_ok(comes_to_hear(), "datagrams to the host's addresses arrive without a program");
	attach(load_marking());
	tap_is(barrier_raise(MARK), 0, "the rules that leave marked packets no way are added");
	tap_is(add_first_rule(), 0, "a rule of priority 0 for IPv6 is added");
	tap_ok(hears6(0), "marked packets to an IPv6 address of the host arrive nevertheless");
	tap_ok(hears4("198.18.0.2", "198.18.0.1", false),
	       "marked packets to an IPv4 address of the host arrive nevertheless");
	(void)text_write(OUTER "rp_filter", "1");
	tap_ok(hears4("198.18.0.2", "198.18.0.1", false),
	       "marked packets to an IPv4 address arrive with rp_filter alone");
	(void)text_write(OUTER "src_valid_mark", "1");
	tap_ok(!hears4("198.18.0.2", "198.18.0.1", false),
	       "with src_valid_mark no marked packet arrives, as no route leads back");
	tap_ok(!hears4("198.18.0.2", "255.255.255.255", true),
	       "with src_valid_mark no marked broadcast arrives");
	tap_ok(hears4("0.0.0.0", "255.255.255.255", true),
	       "a marked broadcast from 0.0.0.0 arrives, as the kernel looks for no route");
}

static void test_tags(void)
{
	attach(load_dropping());
	tap_ok(!hears6(0), "a program replaces another one and drops IPv6");
	tap_ok(!hears6(1), "the program drops IPv6 behind a VLAN tag of number 0");
	tap_ok(hears6(2), "behind two tags the program sees no IPv6, but the kernel does");
}

static void test_routes(void)
{
	long r;

	(void)text_write(OUTER6 "forwarding", "0");
	tap_is(ask_routes("2001:db8::7"), BPF_FIB_LKUP_RET_FWD_DISABLED,
	       "bpf_fib_lookup finds routes only where the interface forwards");
	tap_is(text_write(OUTER6 "forwarding", "1"), 0, "the interface forwards");
	r = ask_routes("2001:db8::7");
	tap_ok(r == BPF_FIB_LKUP_RET_SUCCESS || r == BPF_FIB_LKUP_RET_NO_NEIGH,
	       "bpf_fib_lookup says that a packet to another machine's address is forwarded");
	tap_is(ask_routes("2001:db8::1"), BPF_FIB_LKUP_RET_NOT_FWDED,
	       "it says that a packet to the host's address is not forwarded");
	tap_is(ask_routes("ff02::1"), BPF_FIB_LKUP_RET_NOT_FWDED,
	       "it says that a packet to a multicast address is not forwarded");
	tap_is(ask_routes("::1"), BPF_FIB_LKUP_RET_NOT_FWDED,
	       "it says that a packet to the loopback address is not forwarded");
	tap_is(ask_routes("6001:db8::1"), BPF_FIB_LKUP_RET_NOT_FWDED,
	       "it says that a packet to an address without a route is not forwarded");
}

static void test_barrier(void)
{
	attach(barrier_load(MARK));
	tap_ok(!hears6(0), "the barrier drops packets to an IPv6 address of the host");
	tap_ok(!hears6(1) && !hears6(2), "the barrier drops them behind VLAN tags");
	tap_ok(!hears4("0.0.0.0", "255.255.255.255", true),
	       "the barrier drops a broadcast from 0.0.0.0");
	(void)text_write(OUTER6 "forwarding", "0");
	tap_ok(!hears6(0), "the barrier drops packets where the interface does not forward");
}

int main(void)
{
	if (geteuid() != 0)
		return tap_skip_all("root is needed");
	stay_on_one_processor();
	set_stage();
	test_marks();
	test_tags();
	test_routes();
	test_barrier();
	return tap_done();
}
