/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/fault.h"

static const char *const texts[STEP_COUNT] = {
	[STEP_NONE] = "do nothing",
	[STEP_FORK] = "start a process",
	[STEP_CGROUP] = "make or enter a cgroup",
	[STEP_IDENTITY] = "take on the caller's identity",
	[STEP_UNSHARE] = "make the namespaces",
	[STEP_MAPS] = "map users and groups",
	[STEP_CLOCKS] = "set the clocks' offsets",
	[STEP_PROPAGATION] = "set the propagation of mounts",
	[STEP_LOOPBACK] = "bring the loopback interface up",
	[STEP_SYSCTL] = "open ping and low ports",
	[STEP_SETTING] = "make a setting of the net namespace",
	[STEP_HOSTNAME] = "set the host name",
	[STEP_INIT] = "start the init",
	[STEP_ROOT] = "change the root directory",
	[STEP_MOUNT] = "mount",
	[STEP_VIEW] = "change what is there",
	[STEP_OVERLAY] = "make an overlay",
	[STEP_DEVICE] = "use a device",
	[STEP_PROC] = "mount /proc",
	[STEP_SYSFS] = "mount /sys",
	[STEP_DEV] = "make /dev",
	[STEP_VAULT] = "enter the vault",
	[STEP_PIN] = "pin a namespace",
	[STEP_VISIBLE] = "pin a namespace on the host",
	[STEP_IP_NETNS] = "publish under /run/netns",
	[STEP_KILL] = "end the set's processes",
	[STEP_SIGNAL] = "signal the processes",
	[STEP_UNPIN] = "unpin a namespace",
	[STEP_JOIN] = "join a namespace",
	[STEP_TERMINAL] = "take the terminal",
	[STEP_DIRECTORY] = "change to the working directory",
	[STEP_ARGUMENTS] = "read the command line",
	[STEP_LIMITS] = "carry over the caller's limits",
	[STEP_STATUS] = "open the status file",
	[STEP_EXECUTE] = "execute command",
	[STEP_INTERFACES] = "read the interfaces",
	[STEP_LINK_PLACE] = "open the net namespace of a link's end",
	[STEP_LINK] = "make the link",
	[STEP_LINK_NAME] = "name a link's end",
	[STEP_BRIDGE] = "make or join the bridge",
	[STEP_ADDRESS] = "give an interface its address",
	[STEP_ROUTE] = "set the default route",
	[STEP_LINK_UP] = "bring an interface up",
	[STEP_IMPAIR] = "impair the link",
	[STEP_REMOVE_LINK] = "remove the link",
	[STEP_FIREWALL] = "change the packet filter's table",
	[STEP_FORWARDING] = "let packets be forwarded",
	[STEP_POOL] = "find free addresses in egress-pool-v4 or egress-pool-v6 (nsctld.conf)",
	[STEP_CLAIM] = "claim the addresses of a way out",
	[STEP_BARRIER] = "mark packets of a way out (needs cls_bpf and sch_ingress in the kernel)",
	[STEP_CONTROLLER] = "enable a cgroup controller",
	[STEP_LIMIT] = "limit the set's cgroup",
	[STEP_RESOLVER] = "give the set files of its own in /etc",
	[STEP_PATH] = "find a source or root directory again by its path, for boot",
	[STEP_BOOT_RECORD] = "write the record for the next boot",
	[STEP_DESCRIPTORS] = "receive the descriptors of the call",
	[STEP_DESCRIPTOR] = "use a descriptor of the call",
	[STEP_WORKER] = "start a process of the daemon",
	[STEP_LOST] = "finish: a process of the daemon was killed",
	[STEP_LATE] = ("finish in time: a file system or the like does not answer, or the packet "
		       "filter is busy with a large table"),
	[STEP_ACCOUNT] = "read the set's /etc/passwd and /etc/group",
	[STEP_CALLER] = "enter the caller's namespaces",
	[STEP_PROGRAMS] = "compare the BPF programs of the caller's cgroup with those of sets",
	[STEP_ADOPT] = "adopt a namespace",
	[STEP_CAPTURE] = "capture packets",
	[STEP_FILTER] = "attach the filter",
	[STEP_LISTEN] = "listen at port 53 in the set, for its list of names",
	[STEP_CONNECTIONS] = "end connections that the list does not have any more",
	[STEP_STUCK] = ("end a process: it waits for a file system or the like that does not "
			"answer; try again when it has answered"),
};

const char *step_text(uint32_t step)
{
	return step < STEP_COUNT ? texts[step] : "do something";
}

int fault_set(struct fault *ret, enum step step, uint32_t detail, int error)
{
	*ret = (struct fault){.step = step, .detail = detail, .error = error > 0 ? error : EIO};
	return -ret->error;
}

int fault_if(struct fault *ret, enum step step, uint32_t detail, int r)
{
	return r < 0 ? fault_set(ret, step, detail, -r) : 0;
}
