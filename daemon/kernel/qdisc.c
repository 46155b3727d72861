/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include "daemon/kernel/qdisc.h"

/* Packets that may wait if there is no rate: enough for 100 ms at 1 Gbit/s. */
#define NETEM_LIMIT 10000
/* Packets that may wait at any rate. */
#define QUEUE_MIN 10
#define ETHERNET_MTU 1500
#define HEADERS_SIZE 100
/* tbf's burst and queue, as fractions of a second of its rate. */
#define BURST_PART 100
#define QUEUE_PART 10
/* The kernel's LOOPBACK_IFINDEX. */
#define LOOPBACK_INDEX 1

static struct nlmsghdr *add(struct rtnl *rtnl, uint16_t type, uint16_t flags, uint32_t index)
{
	struct tcmsg *header;
	struct nlmsghdr *message = rtnl_add(rtnl, type, flags, sizeof(*header), (void **)&header);

	header->tcm_family = AF_UNSPEC;
	header->tcm_ifindex = index;
	header->tcm_parent = TC_H_ROOT;
	return message;
}

/* Converts millionths to fractions of 2^32. */
static uint32_t probability(uint32_t share)
{
	return (uint64_t)share * UINT32_MAX / IMPAIR_SHARE_MAX;
}

uint32_t qdisc_limit(const struct wire_impairment *impairment, uint32_t mtu)
{
	uint64_t rate = impairment->rate / 8, packet = (mtu ? mtu : ETHERNET_MTU) + HEADERS_SIZE;
	uint64_t wait = impairment->delay + impairment->jitter;
	/* in this order, as the greatest rate times the greatest delay exceeds 64 bits */
	uint64_t bytes = rate / 1000 * (wait / 1000) + rate / QUEUE_PART;

	if (impairment->limit)
		return impairment->limit;
	if (!rate)
		return NETEM_LIMIT;
	return MIN(bytes / packet + QUEUE_MIN, (uint64_t)IMPAIR_LIMIT_MAX);
}

/* Sets every attribute: one that is left out would keep its value. */
static void put_netem(struct nlmsghdr *message, const struct wire_impairment *impairment,
		      uint32_t mtu)
{
	const struct tc_netem_qopt options = {
		.limit = qdisc_limit(impairment, mtu),
		.loss = probability(impairment->loss),
		.duplicate = probability(impairment->duplicate),
		/* reordered packets are sent at once; every packet may be one */
		.gap = impairment->reorder > 0,
	};
	const struct tc_netem_reorder reorder = {probability(impairment->reorder), 0};
	const struct tc_netem_corrupt corrupt = {probability(impairment->corrupt), 0};
	const uint64_t rate = impairment->rate / 8;
	const struct tc_netem_rate rate32 = {.rate = MIN(rate, (uint64_t)UINT32_MAX)};
	struct nlattr *nest;

	nest = mnl_attr_nest_start(message, TCA_OPTIONS);
	memcpy(mnl_nlmsg_get_payload_tail(message), &options, sizeof(options));
	message->nlmsg_len += MNL_ALIGN(sizeof(options));
	mnl_attr_put_u64(message, TCA_NETEM_LATENCY64, impairment->delay * 1000);
	mnl_attr_put_u64(message, TCA_NETEM_JITTER64, impairment->jitter * 1000);
	mnl_attr_put(message, TCA_NETEM_REORDER, sizeof(reorder), &reorder);
	mnl_attr_put(message, TCA_NETEM_CORRUPT, sizeof(corrupt), &corrupt);
	if (rate > UINT32_MAX)
		mnl_attr_put_u64(message, TCA_NETEM_RATE64, rate);
	mnl_attr_put(message, TCA_NETEM_RATE, sizeof(rate32), &rate32);
	mnl_attr_nest_end(message, nest);
}

static void put_tbf(struct nlmsghdr *message, const struct wire_impairment *impairment,
		    uint32_t mtu)
{
	uint64_t rate = impairment->rate / 8;
	/* a packet larger than the burst would never be sent */
	uint64_t packet = (mtu ? mtu : ETHERNET_MTU) + HEADERS_SIZE;
	uint64_t burst = MIN(MAX(rate / BURST_PART, 2 * packet), (uint64_t)INT32_MAX);
	uint64_t queue = impairment->limit ? impairment->limit * packet
					   : MAX(rate / QUEUE_PART, QUEUE_MIN * packet);
	uint64_t limit = MIN(burst + queue, (uint64_t)INT32_MAX);
	const struct tc_tbf_qopt options = {
		/* the kernel computes times itself and needs no table of them */
		.rate = {.linklayer = TC_LINKLAYER_ETHERNET,
			 .rate = MIN(rate, (uint64_t)UINT32_MAX)},
		.limit = limit,
	};
	struct nlattr *nest;

	nest = mnl_attr_nest_start(message, TCA_OPTIONS);
	mnl_attr_put(message, TCA_TBF_PARMS, sizeof(options), &options);
	mnl_attr_put_u32(message, TCA_TBF_BURST, burst);
	if (rate > UINT32_MAX)
		mnl_attr_put_u64(message, TCA_TBF_RATE64, rate);
	mnl_attr_nest_end(message, nest);
}

const char *qdisc_kind(const struct wire_impairment *impairment)
{
	return impairment->given & IMPAIR_NETEM ? "netem" : "tbf";
}

void qdisc_add(struct rtnl *rtnl, uint32_t index, const struct wire_impairment *impairment,
	       uint32_t mtu)
{
	/* replaces a discipline of another kind, and changes one of the same kind */
	struct nlmsghdr *message = add(rtnl, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, index);

	mnl_attr_put_strz(message, TCA_KIND, qdisc_kind(impairment));
	if (impairment->given & IMPAIR_NETEM)
		put_netem(message, impairment, mtu);
	else
		put_tbf(message, impairment, mtu);
}

bool qdisc_exists(const char *kind)
{
	struct nlmsghdr *message;
	_cleanup_rtnl_ struct rtnl rtnl;
	int r = rtnl_open(&rtnl, -1);

	if (r == 0) {
		/* without options, it is refused also if the kernel has it */
		message = add(&rtnl, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, LOOPBACK_INDEX);
		mnl_attr_put_strz(message, TCA_KIND, kind);
		r = rtnl_commit(&rtnl, NULL);
	}
	return r != -ENOENT;
}

void qdisc_add_removal(struct rtnl *rtnl, uint32_t index)
{
	add(rtnl, RTM_DELQDISC, 0, index);
}
