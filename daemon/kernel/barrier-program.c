/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes the barrier's program, instruction by instruction: see barrier.h. It runs at the host's
 * end of each way out. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <sys/syscall.h>
#include "daemon/kernel/barrier.h"

/* --- writing instructions --- */

/* A call takes its arguments in registers 1 to 5, returns its result in 0, and destroys all of
 * these. */
enum { R0, R1, R2, R3, R4, R5, PACKET, FRAME = BPF_REG_10 };

/* Targets of jumps, which only lead forward. */
enum label { LABEL_IPV4, LABEL_IPV6, LABEL_NO_NEIGHBOUR, LABEL_GO_ON, LABEL_DROP, LABEL_COUNT };

#define PROGRAM_MAX 80

struct program {
	struct bpf_insn instructions[PROGRAM_MAX];
	uint32_t n;
	uint32_t labels[LABEL_COUNT];
};

static void write_one(struct program *program, struct bpf_insn instruction)
{
	if (program->n == PROGRAM_MAX)
		abort();
	program->instructions[program->n++] = instruction;
}

static void set(struct program *program, uint8_t reg, int32_t value)
{
	write_one(
		program,
		(struct bpf_insn){.code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = reg, .imm = value});
}

static void copy(struct program *program, uint8_t to, uint8_t from)
{
	write_one(program, (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_X,
					     .dst_reg = to,
					     .src_reg = from});
}

/* operation: BPF_ADD, BPF_XOR ... */
static void change(struct program *program, uint8_t operation, uint8_t reg, int32_t value)
{
	write_one(program, (struct bpf_insn){.code = BPF_ALU64 | operation | BPF_K,
					     .dst_reg = reg,
					     .imm = value});
}

/* size: BPF_B, BPF_W ... */
static void load(struct program *program, uint8_t size, uint8_t to, uint8_t base, int16_t offset)
{
	write_one(program, (struct bpf_insn){.code = BPF_LDX | BPF_MEM | size,
					     .dst_reg = to,
					     .src_reg = base,
					     .off = offset});
}

static void store(struct program *program, uint8_t size, uint8_t base, int16_t offset, uint8_t from)
{
	write_one(program, (struct bpf_insn){.code = BPF_STX | BPF_MEM | size,
					     .dst_reg = base,
					     .src_reg = from,
					     .off = offset});
}

/* comparison: BPF_JEQ ... */
static void jump_if(struct program *program, uint8_t comparison, uint8_t reg, int32_t value,
		    enum label label)
{
	write_one(program, (struct bpf_insn){.code = BPF_JMP | comparison | BPF_K,
					     .dst_reg = reg,
					     .off = (int16_t)label,
					     .imm = value});
}

static void jump(struct program *program, enum label label)
{
	write_one(program, (struct bpf_insn){.code = BPF_JMP | BPF_JA, .off = (int16_t)label});
}

static void call(struct program *program, int32_t helper)
{
	write_one(program, (struct bpf_insn){.code = BPF_JMP | BPF_CALL, .imm = helper});
}

static void end_with(struct program *program, int32_t verdict)
{
	set(program, R0, verdict);
	write_one(program, (struct bpf_insn){.code = BPF_JMP | BPF_EXIT});
}

static void put_label(struct program *program, enum label label)
{
	program->labels[label] = program->n;
}

/* Replaces labels by distances, after all labels have been placed. */
static void link_jumps(struct program *program)
{
	for (uint32_t i = 0; i < program->n; i++) {
		struct bpf_insn *at = &program->instructions[i];

		if (BPF_CLASS(at->code) == BPF_JMP && BPF_OP(at->code) != BPF_CALL &&
		    BPF_OP(at->code) != BPF_EXIT)
			at->off = (int16_t)(program->labels[at->off] - i - 1);
	}
}

/* --- what the program does --- */

/*
 * The stack contains the arguments of a look-up in the routing tables. The packet's IPv6 header is
 * copied over them so that both addresses are in their places. One more byte of the packet is
 * copied: the type of an ICMPv6 message.
 */
#define QUESTION (-(int)sizeof(struct bpf_fib_lookup))
#define HEADER                                                       \
	(QUESTION + (int)offsetof(struct bpf_fib_lookup, ipv6_src) - \
	 (int)offsetof(struct ip6_hdr, ip6_src))
#define HEADER_SIZE ((int)sizeof(struct ip6_hdr) + 1)
#define SCRATCH (QUESTION - 8)

static void mark_packet(struct program *program, uint32_t mark)
{
	set(program, R2, (int32_t)mark);
	store(program, BPF_W, PACKET, offsetof(struct __sk_buff, mark), R2);
}

/* Copies a part of the packet to the stack; offset counts from the end of the Ethernet header.
 * Drops packets that are too short. */
static void read_packet(struct program *program, int32_t offset, int16_t to, int32_t size)
{
	copy(program, R1, PACKET);
	set(program, R2, ETH_HLEN + offset);
	copy(program, R3, FRAME);
	change(program, BPF_ADD, R3, to);
	set(program, R4, size);
	call(program, BPF_FUNC_skb_load_bytes);
	jump_if(program, BPF_JNE, R0, 0, LABEL_DROP);
}

/* Drops IPv4 packets from 0.0.0.0: the kernel accepts broadcasts from this address without looking
 * up the way back. */
static void examine_ipv4(struct program *program)
{
	put_label(program, LABEL_IPV4);
	read_packet(program, offsetof(struct iphdr, saddr), SCRATCH, 1);
	load(program, BPF_B, R2, FRAME, SCRATCH);
	jump_if(program, BPF_JEQ, R2, 0, LABEL_DROP);
	jump(program, LABEL_GO_ON);
}

/* Lets neighbour discovery pass with its destination unchanged: it is for the host itself, which
 * must get it even if the table is missing. */
static void let_neighbours_pass(struct program *program)
{
	load(program, BPF_B, R2, FRAME, HEADER + (int)offsetof(struct ip6_hdr, ip6_nxt));
	jump_if(program, BPF_JNE, R2, IPPROTO_ICMPV6, LABEL_NO_NEIGHBOUR);
	load(program, BPF_B, R2, FRAME, HEADER + (int)sizeof(struct ip6_hdr));
	change(program, BPF_SUB, R2, ND_ROUTER_SOLICIT);
	jump_if(program, BPF_JGT, R2, ND_NEIGHBOR_ADVERT - ND_ROUTER_SOLICIT, LABEL_NO_NEIGHBOUR);
	jump(program, LABEL_GO_ON);
	put_label(program, LABEL_NO_NEIGHBOUR);
}

/* Lets packets pass that the routing tables forward to another machine. */
static void let_forwarded_pass(struct program *program)
{
	static const int32_t forwarded[] = {BPF_FIB_LKUP_RET_SUCCESS, BPF_FIB_LKUP_RET_NO_NEIGH,
					    BPF_FIB_LKUP_RET_FRAG_NEEDED};

	set(program, R2, 0);
	store(program, BPF_DW, FRAME, QUESTION, R2);
	store(program, BPF_DW, FRAME, QUESTION + 8, R2);
	store(program, BPF_DW, FRAME, QUESTION + 48, R2);
	store(program, BPF_DW, FRAME, QUESTION + 56, R2);
	set(program, R2, AF_INET6);
	store(program, BPF_B, FRAME, QUESTION + (int)offsetof(struct bpf_fib_lookup, family), R2);
	load(program, BPF_W, R2, PACKET, offsetof(struct __sk_buff, ifindex));
	store(program, BPF_W, FRAME, QUESTION + (int)offsetof(struct bpf_fib_lookup, ifindex), R2);
	copy(program, R1, PACKET);
	copy(program, R2, FRAME);
	change(program, BPF_ADD, R2, QUESTION);
	set(program, R3, sizeof(struct bpf_fib_lookup));
	set(program, R4, 0);
	call(program, BPF_FUNC_fib_lookup);
	for (size_t i = 0; i < ARRAY_SIZE(forwarded); i++)
		jump_if(program, BPF_JEQ, R0, forwarded[i], LABEL_GO_ON);
}

/* Flips a bit of the packet's destination, so that no host has it; only the table flips it back. */
static void lead_astray(struct program *program, uint32_t mark)
{
	const int first_byte = offsetof(struct ip6_hdr, ip6_dst);

	load(program, BPF_B, R2, FRAME, HEADER + first_byte);
	change(program, BPF_XOR, R2, BARRIER_FLIP);
	store(program, BPF_B, FRAME, SCRATCH, R2);
	copy(program, R1, PACKET);
	set(program, R2, ETH_HLEN + first_byte);
	copy(program, R3, FRAME);
	change(program, BPF_ADD, R3, SCRATCH);
	set(program, R4, 1);
	set(program, R5, 0);
	call(program, BPF_FUNC_skb_store_bytes);
	jump_if(program, BPF_JNE, R0, 0, LABEL_DROP);
	mark_packet(program, mark | BARRIER_ASTRAY);
}

static void examine_ipv6(struct program *program, uint32_t mark)
{
	put_label(program, LABEL_IPV6);
	read_packet(program, 0, HEADER, HEADER_SIZE);
	let_neighbours_pass(program);
	let_forwarded_pass(program);
	lead_astray(program, mark);
}

static void write_program(struct program *program, uint32_t mark)
{
	copy(program, PACKET, R1);
	load(program, BPF_W, R3, PACKET, offsetof(struct __sk_buff, protocol));
	/* ARP passes: the firewall's table never sees it */
	jump_if(program, BPF_JEQ, R3, htons(ETH_P_ARP), LABEL_GO_ON);
	mark_packet(program, mark);
	jump_if(program, BPF_JEQ, R3, htons(ETH_P_IP), LABEL_IPV4);
	jump_if(program, BPF_JEQ, R3, htons(ETH_P_IPV6), LABEL_IPV6);
	/* everything else, such as a VLAN tag behind a tag, which the kernel would remove later */
	jump(program, LABEL_DROP);
	examine_ipv4(program);
	examine_ipv6(program, mark);
	put_label(program, LABEL_GO_ON);
	end_with(program, TC_ACT_UNSPEC);
	put_label(program, LABEL_DROP);
	end_with(program, TC_ACT_SHOT);
	link_jumps(program);
}

int barrier_load(uint32_t mark)
{
	struct program program = {};
	union bpf_attr attributes = {
		.prog_type = BPF_PROG_TYPE_SCHED_CLS,
		.insns = (uintptr_t)program.instructions,
		/* permitted by section 3 of our licence: programs under other licences may not use
		 * routing tables */
		.license = (uintptr_t) "GPL",
		.prog_name = "nsctl_mark",
	};
	int fd;

	write_program(&program, mark);
	attributes.insn_cnt = program.n;
	fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes));
	return fd < 0 ? negative_errno() : fd;
}
