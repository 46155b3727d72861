/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/conntrack-flow.h"

/* --- reading --- */

const struct nlattr *conntrack_find(const struct nlattr *nest, uint16_t type)
{
	const struct nlattr *attribute;

	if (!nest)
		return NULL;
	mnl_attr_for_each_nested(attribute, nest) {
		if (mnl_attr_get_type(attribute) == type)
			return attribute;
	}
	return NULL;
}

const uint8_t *conntrack_address(const struct nlattr *tuple, uint8_t family, bool source)
{
	uint16_t type = family == AF_INET ? source ? CTA_IP_V4_SRC : CTA_IP_V4_DST
			: source	  ? CTA_IP_V6_SRC
					  : CTA_IP_V6_DST;
	const struct nlattr *address = conntrack_find(conntrack_find(tuple, CTA_TUPLE_IP), type);
	size_t size = family == AF_INET ? 4 : 16;

	return address && mnl_attr_get_payload_len(address) == size ? mnl_attr_get_payload(address)
								    : NULL;
}

uint8_t conntrack_attributes(const struct nlmsghdr *message,
			     const struct nlattr *ret[static CTA_MAX + 1])
{
	const struct nfgenmsg *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute;

	memset(ret, 0, (CTA_MAX + 1) * sizeof(*ret));
	mnl_attr_for_each(attribute, message, sizeof(*header)) {
		if (mnl_attr_get_type(attribute) <= CTA_MAX)
			ret[mnl_attr_get_type(attribute)] = attribute;
	}
	return header->nfgen_family;
}

bool conntrack_take(uint8_t family, const struct nlattr *const attributes[static CTA_MAX + 1],
		    struct conntrack_flow *ret)
{
	const struct nlattr *original = attributes[CTA_TUPLE_ORIG], *zone = attributes[CTA_ZONE];

	if (!original || mnl_attr_get_payload_len(original) > TUPLE_SIZE)
		return false;
	*ret = (struct conntrack_flow){
		.family = family,
		.zoned = zone,
		.zone = zone ? mnl_attr_get_u16(zone) : 0,
		.size = mnl_attr_get_payload_len(original),
	};
	memcpy(ret->tuple, mnl_attr_get_payload(original), ret->size);
	return true;
}

bool conntrack_is_of_name(const struct nlattr *const attributes[static CTA_MAX + 1])
{
	static const uint8_t label[] = CONNTRACK_OF_NAME;
	const struct nlattr *labels = attributes[CTA_LABELS];
	const uint8_t *bytes = labels ? mnl_attr_get_payload(labels) : NULL;

	if (!labels || mnl_attr_get_payload_len(labels) != sizeof(label))
		return false;
	for (size_t i = 0; i < sizeof(label); i++)
		if ((bytes[i] & label[i]) != label[i])
			return false;
	return true;
}

/* --- requests --- */

int conntrack_open(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
}

struct nlmsghdr *conntrack_begin(char *buffer, uint16_t type, uint16_t flags, uint8_t family)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *header;

	message->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->nfgen_family = family;
	header->version = NFNETLINK_V0;
	return message;
}

/* Sends the message, and reads all answers into the buffer. */
static int exchange(int fd, const struct nlmsghdr *message, char *buffer, size_t size,
		    mnl_cb_t callback, void *context)
{
	int r = MNL_CB_OK;

	if (send(fd, message, message->nlmsg_len, 0) < 0)
		return negative_errno();
	while (r > MNL_CB_STOP) {
		ssize_t n = recv(fd, buffer, size, 0);

		if (n < 0)
			return negative_errno();
		r = mnl_cb_run(buffer, (size_t)n, 0, 0, callback, context);
	}
	return r < 0 ? negative_errno() : 0;
}

int conntrack_ask(int fd, const struct nlmsghdr *message, mnl_cb_t callback, void *context)
{
	static char buffer[32768] __attribute__((aligned(8)));

	return exchange(fd, message, buffer, sizeof(buffer), callback, context);
}

void conntrack_forget(int fd, const struct conntrack_flow *flow)
{
	char buffer[512] __attribute__((aligned(8))), answer[1024] __attribute__((aligned(8)));
	struct nlmsghdr *message =
		conntrack_begin(buffer, IPCTNL_MSG_CT_DELETE, NLM_F_ACK, flow->family);

	mnl_attr_put(message, CTA_TUPLE_ORIG | NLA_F_NESTED, flow->size, flow->tuple);
	if (flow->zoned)
		mnl_attr_put_u16(message, CTA_ZONE, flow->zone);
	(void)exchange(fd, message, answer, sizeof(answer), NULL, NULL);
}
