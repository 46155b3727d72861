/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include "daemon/kernel/netlink-watch.h"
#include "daemon/kernel/nflog.h"
#include "daemon/wire/fnv.h"

/* The groups that are tried first, of all 65536, and how many. */
#define GROUPS_FIRST UINT32_C(0x8000)
#define GROUPS UINT32_C(0x7000)
#define TRIES 16
#define MESSAGES_AT_ONCE 256
/* The size of the socket's queue: room for some thousand messages, as the kernel counts them. */
#define ROOM (2 * 1024 * 1024)

/* Asks for the group, with one message for each packet, at once and without the packet. */
static void ask(struct nlmsghdr *message, uint16_t group)
{
	const struct nfulnl_msg_config_cmd bind = {.command = NFULNL_CFG_CMD_BIND};
	const struct nfulnl_msg_config_mode mode = {.copy_mode = NFULNL_COPY_NONE};
	struct nfgenmsg *header;

	message->nlmsg_type = NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->nfgen_family = AF_UNSPEC;
	header->version = NFNETLINK_V0;
	header->res_id = htons(group);
	mnl_attr_put(message, NFULA_CFG_CMD, sizeof(bind), &bind);
	mnl_attr_put(message, NFULA_CFG_MODE, sizeof(mode), &mode);
	mnl_attr_put_u32(message, NFULA_CFG_QTHRESH, htonl(1));
}

/* Returns 0, -EPERM or -EBUSY if the group has a listener, or another -errno. The kernel has
 * answered when send() returns. */
static int join(int fd, uint16_t group)
{
	char buffer[1024] __attribute__((aligned(8)));
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	ssize_t size;

	ask(message, group);
	if (send(fd, message, message->nlmsg_len, 0) < 0)
		return negative_errno();
	size = recv(fd, buffer, sizeof(buffer), 0);
	if (size < 0)
		return negative_errno();
	message = (struct nlmsghdr *)buffer;
	if (!mnl_nlmsg_ok(message, (int)size) || message->nlmsg_type != NLMSG_ERROR)
		return -EBADMSG;
	return ((const struct nlmsgerr *)mnl_nlmsg_get_payload(message))->error;
}

int nflog_open(const char *name, uint16_t *ret_group)
{
	static const int room = ROOM;
	const uint32_t first = fnv_add(FNV_START, name, strlen(name));
	_cleanup_fd_ int fd = netlink_watch_open(NETLINK_NETFILTER, 0);
	int r = -EBUSY;

	if (fd < 0)
		return fd;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	for (uint32_t i = 0; i < TRIES && (r == -EBUSY || r == -EPERM); i++) {
		*ret_group = (uint16_t)(GROUPS_FIRST + (first + i) % GROUPS);
		r = join(fd, *ret_group);
	}
	return r < 0 ? r : take_fd(&fd);
}

static const char *find_prefix(const struct nlmsghdr *message)
{
	const struct nlattr *attribute;

	if (message->nlmsg_type != (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET))
		return NULL;
	mnl_attr_for_each(attribute, message, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attribute) == NFULA_PREFIX)
			return mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) < 0
				       ? NULL
				       : mnl_attr_get_str(attribute);
	}
	return NULL;
}

void nflog_read(int fd, void (*callback)(const char *prefix, void *context), void *context)
{
	static char buffer[4096] __attribute__((aligned(8)));

	for (int i = 0; i < MESSAGES_AT_ONCE; i++) {
		const struct nlmsghdr *message = (const struct nlmsghdr *)buffer;
		ssize_t size = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);
		int rest = (int)size;

		if (size < 0 && errno != ENOBUFS)
			return;
		for (; mnl_nlmsg_ok(message, rest); message = mnl_nlmsg_next(message, &rest)) {
			const char *prefix = find_prefix(message);

			if (prefix)
				callback(prefix, context);
		}
	}
}
