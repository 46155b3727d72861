/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sched.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/mount.h"
#include "daemon/kernel/net.h"
#include "daemon/kernel/rtnl.h"
#include "daemon/kernel/sysctl.h"

/* Says from where a new net namespace gets its settings. This setting exists only in the machine's
 * first net namespace. */
#define INHERIT "net/core/devconf_inherit_init_net"

/*
 * The values that these settings would have in a new net namespace if the kernel did not copy those
 * of the machine's first one. The first setting resets others, on every interface.
 * docs/operation.md has the list for users.
 */
static const struct {
	const char *path, *value;
} defaults[] = {
	{"net/ipv4/ip_forward", "0"},
	{"net/ipv4/conf/all/accept_local", "0"},
	{"net/ipv4/conf/default/accept_local", "0"},
	{"net/ipv4/conf/all/accept_redirects", "1"},
	{"net/ipv4/conf/default/accept_redirects", "1"},
	{"net/ipv4/conf/all/accept_source_route", "0"},
	{"net/ipv4/conf/default/accept_source_route", "1"},
	{"net/ipv4/conf/all/arp_announce", "0"},
	{"net/ipv4/conf/default/arp_announce", "0"},
	{"net/ipv4/conf/all/arp_filter", "0"},
	{"net/ipv4/conf/default/arp_filter", "0"},
	{"net/ipv4/conf/all/arp_ignore", "0"},
	{"net/ipv4/conf/default/arp_ignore", "0"},
	{"net/ipv4/conf/all/log_martians", "0"},
	{"net/ipv4/conf/default/log_martians", "0"},
	{"net/ipv4/conf/all/promote_secondaries", "0"},
	{"net/ipv4/conf/default/promote_secondaries", "0"},
	{"net/ipv4/conf/all/proxy_arp", "0"},
	{"net/ipv4/conf/default/proxy_arp", "0"},
	{"net/ipv4/conf/all/route_localnet", "0"},
	{"net/ipv4/conf/default/route_localnet", "0"},
	{"net/ipv4/conf/all/rp_filter", "0"},
	{"net/ipv4/conf/default/rp_filter", "0"},
	{"net/ipv4/conf/all/send_redirects", "1"},
	{"net/ipv4/conf/default/send_redirects", "1"},
	{"net/ipv4/conf/all/src_valid_mark", "0"},
	{"net/ipv4/conf/default/src_valid_mark", "0"},
	{"net/ipv6/conf/all/forwarding", "0"},
};

/* Returns true for a setting of IPv6. A kernel without IPv6 has none of them. */
static bool is_of_ipv6(const char *path)
{
	return strncmp(path, "net/ipv6/", sizeof("net/ipv6/") - 1) == 0;
}

_Static_assert(ARRAY_SIZE(defaults) == NET_DEFAULTS, "see host.h");

void net_open_defaults(struct host *host)
{
	_cleanup_fd_ int sys_fd = openat(host->proc_fd, "sys", O_PATH | O_DIRECTORY | O_CLOEXEC);

	host->net_inherit_fd = openat(sys_fd, INHERIT, O_RDONLY | O_CLOEXEC);
	for (size_t i = 0; i < NET_DEFAULTS; i++)
		host->net_default_fds[i] =
			host->net_inherit_fd < 0
				? -1
				: openat(sys_fd, defaults[i].path, O_RDONLY | O_CLOEXEC);
}

/*
 * Returns true if the host has the default of setting i, so that a new net namespace has it, too.
 * The comparison costs a fifth of a write: the first look at a setting in a net namespace makes an
 * entry in the kernel's cache of names. If the host's value changes between the making of the
 * namespace and the comparison, the namespace may keep the value before the change.
 */
static bool has_default(const struct host *host, size_t i)
{
	char text[16];
	ssize_t n = pread(host->net_default_fds[i], text, sizeof(text), 0);

	return n > 1 && (size_t)n == strlen(defaults[i].value) + 1 &&
	       memcmp(text, defaults[i].value, n - 1) == 0;
}

/* Returns true if a new net namespace has the settings of the machine's first one, or the kernel's
 * defaults. Otherwise (3) it has those of the namespace that its maker was in, which may be a
 * user's. */
static bool is_like_first(const struct host *host)
{
	char text[16];

	return pread(host->net_inherit_fd, text, sizeof(text), 0) > 0 && *text >= '0' &&
	       *text <= '2';
}

static int set_defaults(const struct host *host)
{
	bool like_first = is_like_first(host);
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(defaults); i++) {
		if (like_first && has_default(host, i))
			continue;
		r = sysctl_write(host, defaults[i].path, defaults[i].value);
		if (r == -ENOENT && is_of_ipv6(defaults[i].path))
			r = 0;
	}
	return r;
}

int net_set_up(const struct host *host, struct fault *fault)
{
	int r = rtnl_loopback_up();

	if (r < 0)
		return fault_set(fault, STEP_LOOPBACK, 0, -r);
	r = set_defaults(host);
	if (r == 0)
		r = sysctl_write(host, "net/ipv4/ping_group_range", "0 2147483647");
	if (r == 0)
		r = sysctl_write(host, "net/ipv4/ip_unprivileged_port_start", "0");
	return fault_if(fault, STEP_SYSCTL, 0, r);
}

/* Returns a descriptor of a new net namespace, or -errno and *fault. */
static int make_spare(const struct host *host, uid_t owner, struct fault *fault)
{
	const struct identity identity = {.uid = owner, .gid = host->init_gid};
	int r = privilege_charge(&identity), fd;

	if (r < 0)
		return fault_set(fault, STEP_IDENTITY, 0, -r);
	if (unshare(CLONE_NEWNET) < 0)
		return fault_set(fault, STEP_UNSHARE, KIND_NET, errno);
	r = net_set_up(host, fault);
	if (r < 0)
		return r;
	fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	return fd < 0 ? fault_set(fault, STEP_UNSHARE, KIND_NET, errno) : fd;
}

/* Makes a net namespace, which is charged to the owner, and its sysfs, and reports both. */
void child_spare(const struct host *host, const struct task_spare *task,
		 struct task_report *report _unused_, struct fault *fault)
{
	struct task_report spare = {.event = REPORT_SPARE};
	int fds[REPORT_FDS_MAX] = {-1, -1};

	fds[0] = make_spare(host, task->owner, fault);
	/* without a sysfs, the maker makes one itself, and reports a failure if it matters */
	if (fds[0] >= 0 && task->sysfs)
		fds[1] = mount_context("sysfs", NULL);
	if (fds[0] >= 0)
		fault_if(fault, STEP_UNSHARE, KIND_NET,
			 child_report(host, &spare, fds, fds[1] < 0 ? 1 : 2));
}
