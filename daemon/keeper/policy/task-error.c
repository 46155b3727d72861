/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/policy/task-error.h"
#include "daemon/kernel/fault.h"

/* Writes to ret the field of the request that has caused the failure of the step, or "" if none
 * has. detail: from the report. */
static void blame(enum step step, uint32_t detail, char *ret, size_t size)
{
	switch (step) {
	case STEP_MOUNT:
	case STEP_VIEW:
	case STEP_OVERLAY:
		snprintf(ret, size, "spec.mounts[%u]", detail);
		break;
	case STEP_ROOT:
		snprintf(ret, size, "spec.rootFileDescriptor");
		break;
	case STEP_PATH:
		if (detail < SPEC_MOUNTS_MAX)
			snprintf(ret, size, "spec.mounts[%u].source", detail);
		else
			snprintf(ret, size, "spec.rootPath");
		break;
	case STEP_DEVICE:
		snprintf(ret, size, "spec.mounts[%u].source", detail);
		break;
	case STEP_SETTING:
		snprintf(ret, size, "spec.sysctls[%u]", detail);
		break;
	case STEP_CLOCKS:
		snprintf(ret, size, "spec.clocks");
		break;
	case STEP_DIRECTORY:
		snprintf(ret, size, "workingDirectory");
		break;
	default:
		*ret = '\0';
	}
}

/* Writes to ret which step failed, as exactly as the report allows. field: from blame(). */
static void name_step(const struct task_report *report, const char *field, char *ret, size_t size)
{
	bool of_kind = report->step == STEP_UNSHARE || report->step == STEP_PIN ||
		       report->step == STEP_JOIN;
	const char *kind = report->detail < KIND_COUNT ? kind_name(report->detail) : NULL;
	const char *text = step_text(report->step);

	if (report->step == STEP_UNSHARE && report->error == ENOSPC)
		snprintf(ret, size, "%s: sysctl user.max_%s_namespaces allows no more", text,
			 kind ? kind : "*");
	else if (of_kind && kind)
		snprintf(ret, size, "%s (%s)", text, kind);
	else if (*field)
		snprintf(ret, size, "%s (%s)", text, field);
	else
		snprintf(ret, size, "%s", text);
}

/* Returns true if an errno is due to a value in the request, not to the state of the machine. */
static bool is_of_value(int error)
{
	return error == ENOENT || error == ENOTDIR || error == EINVAL || error == ELOOP ||
	       error == EACCES || error == ERANGE;
}

static const char no_rules[] =
	"this kernel does not take their rules: it needs nftables with NAT, and "
	"CONFIG_NF_CONNTRACK_LABELS";

/* If the step fails with this errno, the client gets this code, subject and reason, instead of
 * ERROR_SYSTEM. */
static const struct meaning {
	enum step step;
	int error;
	enum nsctl_error code;
	const char *subject, *reason;
} meanings[] = {
	{STEP_RESOLVER, ENOENT, ERROR_INVALID_VALUE, "spec.dns",
	 "there is no /etc/resolv.conf in this root to put name servers in, or no /etc/hosts to "
	 "put "
	 "hosts in: make an empty file"},
	{STEP_RESOLVER, ENODATA, ERROR_INVALID_VALUE, "spec.hosts",
	 "there is no /etc/hosts in this root to put hosts in: make an empty file"},
	{STEP_CALLER, ESTALE, ERROR_NOT_PERMITTED, "from here",
	 "the caller has ended, or has changed its namespaces, since it connected"},
	{STEP_DEV, ENOENT, ERROR_INVALID_VALUE, "spec.rootPath",
	 "this root has no /dev to mount the set's own on: make an empty directory"},
	{STEP_PROC, ENOENT, ERROR_INVALID_VALUE, "spec.rootPath",
	 "this root has no /proc to mount the set's own on: make an empty directory, or leave "
	 "/proc "
	 "out (--no-mount-proc)"},
	{STEP_PROC, EPERM, ERROR_NOT_PERMITTED, "mounting /proc",
	 "the command is process 1 in a set within a set, whose root shows no /proc: let the set "
	 "have an init (without --no-init), or leave /proc out (--no-mount-proc)"},
	{STEP_CALLER, EPERM, ERROR_NOT_PERMITTED, "user namespaces",
	 "the caller is in a chroot, which root in a user namespace could leave"},
	{STEP_PROGRAMS, EACCES, ERROR_NOT_PERMITTED, "from here",
	 "the caller's cgroup has BPF programs (IPAddressDeny=, DeviceAllow=, SocketBindDeny= and "
	 "the like of a service), which its sets would be without: make them with --cgroup=caller; "
	 "or [allow] unfiltered in nsctld.conf must name its user"},
	{STEP_PROGRAMS, ENOENT, ERROR_NOT_PERMITTED, "from here",
	 "the cgroup in which the caller connected is gone"},
	{STEP_CGROUP, ENOENT, ERROR_NOT_SUPPORTED, "a process in this set",
	 "the cgroup of its maker's service (--cgroup=caller) is gone: remove the set"},
	{STEP_PIN, EINVAL, ERROR_NOT_SUPPORTED, "holding this mount namespace",
	 "it is older than the one in which nsctld holds namespaces, so the kernel does not let it "
	 "be held there"},
	{STEP_ADOPT, EINVAL, ERROR_INVALID_VALUE, "processFileDescriptor", "is not a pidfd"},
	{STEP_ADOPT, ESRCH, ERROR_INVALID_VALUE, "processFileDescriptor", "the process has ended"},
	{STEP_ADOPT, ENOENT, ERROR_INVALID_VALUE, "processFileDescriptor",
	 "the process has no namespace that is not the caller's, too"},
	{STEP_ADOPT, EACCES, ERROR_NOT_PERMITTED, "looking at the process",
	 "it is not yours, or executes a program with more rights than you have"},
	{STEP_ADOPT, EBADF, ERROR_INVALID_VALUE, "descriptors",
	 "one is not a namespace of the type that it is said to be"},
	{STEP_ADOPT, EXDEV, ERROR_NOT_PERMITTED, "adopting a namespace", "it is the host's"},
	{STEP_ADOPT, ENODATA, ERROR_INVALID_VALUE, "namespaces",
	 "the user namespace has no maps of ids yet"},
	{STEP_ADOPT, E2BIG, ERROR_NOT_SUPPORTED, "adopting a user namespace",
	 "it maps more ranges of ids than nsctld knows"},
	{STEP_ARGUMENTS, EBADMSG, ERROR_INVALID_VALUE, "commandFileDescriptor",
	 "is no memfd with all seals that has two numbers and as many strings"},
	{STEP_ACCOUNT, ENOENT, ERROR_INVALID_VALUE, "userName",
	 "there is no such user in the set's /etc/passwd"},
	{STEP_ACCOUNT, EINVAL, ERROR_INVALID_VALUE, "userName",
	 "the ids that the set's /etc/passwd gives this user are not mapped in the set: make "
	 "it with --map-auto"},
	{STEP_ACCOUNT, ENXIO, ERROR_INVALID_VALUE, "userName",
	 "the set's /etc/passwd or /etc/group is not a regular file"},
	{STEP_IP_NETNS, EEXIST, ERROR_EXISTS, "namespace under /run/netns", ""},
	{STEP_TERMINAL, EPERM, ERROR_INVALID_VALUE, "terminalFileDescriptor",
	 "cannot become the command's controlling terminal: it must be open for reading, and no "
	 "other session's"},
	{STEP_TERMINAL, ENOTTY, ERROR_INVALID_VALUE, "terminalFileDescriptor", "is not a terminal"},
	{STEP_CAPTURE, ENODEV, ERROR_INVALID_VALUE, "interface",
	 "there is no interface of this name"},
	{STEP_CAPTURE, EPROTONOSUPPORT, ERROR_NOT_SUPPORTED, "capture",
	 "the interface has no Ethernet frames"},
	{STEP_FILTER, EINVAL, ERROR_INVALID_VALUE, "filter", "the kernel does not take it"},
	{STEP_FIREWALL, EOPNOTSUPP, ERROR_NOT_SUPPORTED, "egress and published ports", no_rules},
	{STEP_FIREWALL, ENOENT, ERROR_NOT_SUPPORTED, "egress and published ports", no_rules},
};

static const struct meaning *find_meaning(const struct task_report *report)
{
	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++)
		if (meanings[i].step == report->step && meanings[i].error == report->error)
			return &meanings[i];
	return NULL;
}

/* Fills in *failure for a descriptor that the command or capture cannot use. which: a value such as
 * DESCRIPTOR_STDIN. Returns ERROR_INVALID_VALUE. */
static int descriptor_error(uint32_t which, struct failure *failure)
{
	static const char useless[] = "can be neither read nor written";
	static const struct {
		const char *field, *reason;
	} rows[DESCRIPTOR_COUNT] = {
		[DESCRIPTOR_STATUS] = {"statusFileDescriptor", "is not the writing end of a pipe"},
		[DESCRIPTOR_STDIN] = {"stdinFileDescriptor", useless},
		[DESCRIPTOR_STDOUT] = {"stdoutFileDescriptor", useless},
		[DESCRIPTOR_STDERR] = {"stderrFileDescriptor", useless},
		[DESCRIPTOR_PASSED] = {"descriptors",
				       "one is a directory, can be neither read nor written, or "
				       "has a number above the limit on open files"},
		[DESCRIPTOR_TERMINAL] = {"terminalFileDescriptor",
					 "is not a terminal that can be read or written"},
		[DESCRIPTOR_CAPTURE] = {"captureFileDescriptor", "cannot be written"},
		[DESCRIPTOR_STOP] = {"stopFileDescriptor", "is not the reading end of a pipe"},
	};

	which = MIN(which, (uint32_t)DESCRIPTOR_COUNT - 1);
	return failure_set(failure, ERROR_INVALID_VALUE, 0, rows[which].field, "%s",
			   rows[which].reason);
}

/* Returns what is wrong with the field that blame() finds, or NULL if there is no better text than
 * that of strerror(). */
static const char *find_reason(const struct task_report *report)
{
	static const char too_many_links[] =
		"its path has too many symbolic links, or a mount namespace is mounted on a file "
		"below it (unshare --mount=FILE), which cannot be mounted again";
	static const struct {
		enum step step;
		int error;
		const char *reason;
	} rows[] = {
		{STEP_MOUNT, ENOENT,
		 "there is no such path inside; it is made if --overlay=PARENT or --tmpfs=PARENT "
		 "comes before it"},
		{STEP_VIEW, ENOENT, "there is no such path inside"},
		{STEP_OVERLAY, ENOENT, "there is no such path inside"},
		{STEP_OVERLAY, ENOTDIR, "is not a directory"},
		{STEP_MOUNT, ENOTDIR,
		 "a directory can only be mounted on a directory, and a file on a file"},
		{STEP_MOUNT, EROFS,
		 "there is no such path inside, and none can be made in a tree that is read-only: "
		 "give this option before --read-only"},
		{STEP_MOUNT, ELOOP, too_many_links},
		{STEP_ROOT, ELOOP, too_many_links},
		{STEP_OVERLAY, EXDEV,
		 "no overlay is made of this file system, which may check permissions itself"},
		{STEP_OVERLAY, EPERM,
		 "something is mounted below directories that its user could move, which would "
		 "uncover what the mount hides: bind the target to itself before "
		 "(--bind=TARGET:TARGET)"},
		{STEP_OVERLAY, EBUSY,
		 "another overlay keeps what is written in this directory: remove its set first, "
		 "or name another directory"},
		{STEP_OVERLAY, ELOOP,
		 "\"upper\" or \"work\" in the directory that keeps what is written is a link: "
		 "name "
		 "another directory"},
		{STEP_OVERLAY, EACCES,
		 "the directory that keeps what is written, with its \"upper\" and \"work\", must "
		 "be yours to write to"},
		{STEP_OVERLAY, EROFS,
		 "the directory that keeps what is written is on a read-only file system"},
		{STEP_OVERLAY, EINVAL,
		 "the kernel does not take the directory: something is mounted below it, or no "
		 "overlay can write to its file system"},
		{STEP_OVERLAY, ENODEV,
		 "this kernel does not have overlays: load its module (modprobe overlay)"},
		{STEP_MOUNT, ENODEV, "this kernel does not have the file system: load its module"},
		{STEP_SETTING, ENOENT,
		 "the kernel has no setting of this name in a set's namespace; that of an "
		 "interface "
		 "needs the interface"},
		{STEP_CLOCKS, ERANGE,
		 "a clock of the set would be negative, or beyond what the kernel counts to"},
		{STEP_SETTING, EINVAL, "the kernel does not take this value"},
		{STEP_DEVICE, ENODEV, "is not a character device"},
		{STEP_DEVICE, EPERM,
		 "is not a device that nsctld.conf allows (devices, in [allow])"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].step == report->step && rows[i].error == report->error)
			return rows[i].reason;
	return NULL;
}

int task_error(const struct task_report *report, struct failure *failure)
{
	const struct meaning *meaning = find_meaning(report);
	char field[64], what[128];
	int error = report->error;

	if (report->step == STEP_DESCRIPTOR)
		return descriptor_error(report->detail, failure);
	blame(report->step, report->detail, field, sizeof(field));
	if (find_reason(report))
		return failure_set(failure, ERROR_INVALID_VALUE, 0, field, "%s",
				   find_reason(report));
	if (*field && is_of_value(error))
		return failure_set(failure, ERROR_INVALID_VALUE, 0, field, "cannot %s: %s",
				   step_text(report->step), strerror(error));
	if (report->step == STEP_CONTROLLER)
		return failure_set(failure, ERROR_NOT_SUPPORTED, 0, "limits",
				   "a controller cannot be enabled for nsctld's cgroup: %s",
				   strerror(error));
	if (meaning)
		return failure_set(failure, meaning->code, 0, meaning->subject, "%s",
				   meaning->reason);
	name_step(report, field, what, sizeof(what));
	return failure_from_errno(failure, -error, what);
}

void task_error_of_way(const struct task_report *report, struct failure *failure)
{
	if (report->step == STEP_ROUTE && report->error == EEXIST)
		failure_set(failure, ERROR_INVALID_VALUE, 0, "spec.links",
			    "a gateway is a default route, and so is the way to the outside: give "
			    "the link a route to default with a metric of its own instead");
	else
		failure_from_errno(failure, -report->error, step_text(report->step));
}

void task_error_of_link(const struct task_report *report, bool of_spec, struct failure *failure)
{
	static const char no_ipv6[] =
		"IPv6 is switched off there (net.ipv6.conf.all.disable_ipv6 of the set, or the "
		"kernel's ipv6.disable): leave the IPv6 addresses out, or switch it on";
	static const struct {
		enum step step;
		int error;
		const char *member, *reason;
	} rows[] = {
		{STEP_LINK, EEXIST, "interface", "there is an interface of this name"},
		{STEP_LINK_NAME, EEXIST, "interface", "there is an interface of this name"},
		{STEP_ADDRESS, EEXIST, "addresses", "address in use"},
		{STEP_ADDRESS, EACCES, "addresses", no_ipv6},
		{STEP_ADDRESS, EOPNOTSUPP, "addresses", no_ipv6},
		{STEP_ROUTE, EEXIST, "gateway",
		 "the set has another default route, or another route to the same destination: "
		 "give "
		 "the route a metric of its own"},
		{STEP_ROUTE, ENETUNREACH, "gateway", "cannot be reached through this end"},
		{STEP_ROUTE, EHOSTUNREACH, "gateway", "cannot be reached through this end"},
		{STEP_ROUTE, EINVAL, "routes",
		 "the kernel does not take one of them: a source must be an address of the set, "
		 "and "
		 "a next hop another host's"},
		{STEP_LINK_PLACE, ENODEV, "interface",
		 "is not there any more: it was deleted, or moved to another net namespace. Remove "
		 "the link, and make it again"},
		{STEP_LINK, EINVAL, "mtu", "the kernel does not take it"},
		{STEP_LINK, ERANGE, "mtu", "the kernel does not take it"},
	};
	char field[64];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].step != report->step || rows[i].error != report->error)
			continue;
		if (of_spec)
			snprintf(field, sizeof(field), "spec.links[%u].%s.%s", report->detail / 2,
				 report->detail % 2 ? "peer" : "end", rows[i].member);
		else
			snprintf(field, sizeof(field), "%s.%s", report->detail % 2 ? "b" : "a",
				 rows[i].member);
		failure_set(failure, ERROR_INVALID_VALUE, 0, field, "%s", rows[i].reason);
		return;
	}
	if (report->step == STEP_IMPAIR && report->error == ENOENT)
		failure_set(failure, ERROR_NOT_SUPPORTED, 0, "impairments",
			    "this kernel has no such queueing discipline: load sch_netem and "
			    "sch_tbf (modprobe), which may be in a package of extra modules");
	else
		task_error(report, failure);
}
