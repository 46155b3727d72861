/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/if_ether.h>
#include <sched.h>
#include <signal.h>
#include "daemon/kernel/capture.h"
#include "daemon/kernel/child.h"
#include "daemon/kernel/descriptors.h"
#include "daemon/kernel/helper.h"
#include "daemon/kernel/netlink-watch.h"
#include "daemon/kernel/pin.h"
#include "daemon/kernel/privilege.h"
#include "daemon/kernel/process.h"

/* Packets wait in at most twice this much of the kernel's memory until the client reads (the kernel
 * doubles SO_RCVBUFFORCE); further ones are lost, and counted. */
#define WAITING_BYTES (4 * 1024 * 1024)

/* --- with privilege --- */

/* Opens a packet socket in the net namespace of the task. It receives nothing before bind(2). */
static int open_socket(const struct host *host, const struct task_capture *task,
		       struct fault *fault)
{
	_cleanup_fd_ int ns_fd = pin_open_path(host->vault_root_fd, task->pin, KIND_NET), fd = -1;
	const int size = WAITING_BYTES;

	if (ns_fd < 0 || setns(ns_fd, CLONE_NEWNET) < 0)
		return fault_set(fault, STEP_JOIN, KIND_NET, ns_fd < 0 ? -ns_fd : errno);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		return fault_set(fault, STEP_CAPTURE, 0, errno);
	return take_fd(&fd);
}

/* --- the capturer --- */

/* Attaches the client's program, which the kernel checks, and keeps it from being replaced. This is
 * done without privilege: the kernel hardens the code that it makes of such a program. */
static int attach(int socket_fd, const struct task_capture *task, struct fault *fault)
{
	struct sock_filter filter[FILTER_MAX];
	const struct sock_fprog program = {.len = (unsigned short)task->n_filter, .filter = filter};
	const int on = 1;

	for (size_t i = 0; i < task->n_filter; i++)
		filter[i] = (struct sock_filter){
			.code = (uint16_t)task->filter[i].code,
			.jt = (uint8_t)task->filter[i].jt,
			.jf = (uint8_t)task->filter[i].jf,
			.k = task->filter[i].k,
		};
	if (task->n_filter > 0 &&
	    setsockopt(socket_fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0)
		return fault_set(fault, STEP_FILTER, 0, errno);
	if (setsockopt(socket_fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof(on)) < 0)
		return fault_set(fault, STEP_FILTER, 0, errno);
	return 0;
}

/* Returns 0, or -EPROTONOSUPPORT if the interface has no Ethernet frames. */
static int check_type(int socket_fd)
{
	struct sockaddr_ll address;
	socklen_t size = sizeof(address);

	if (getsockname(socket_fd, (struct sockaddr *)&address, &size) < 0)
		return negative_errno();
	return address.sll_hatype == ARPHRD_ETHER || address.sll_hatype == ARPHRD_LOOPBACK
		       ? 0
		       : -EPROTONOSUPPORT;
}

/* Binds the socket, which then receives the interface's packets. Makes a bridge promiscuous,
 * because only then it hands on the packets between its ports; leaves other interfaces as they
 * are. */
static int bind_to(int socket_fd, const struct task_capture *task)
{
	const struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(task->interface),
	};
	const struct packet_mreq membership = {.mr_ifindex = address.sll_ifindex,
					       .mr_type = PACKET_MR_PROMISC};
	const int on = 1;

	if (address.sll_ifindex == 0)
		return -ENODEV;
	if (setsockopt(socket_fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) < 0 ||
	    setsockopt(socket_fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) < 0 ||
	    bind(socket_fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return negative_errno();
	if (task->bridge && setsockopt(socket_fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership,
				       sizeof(membership)) < 0)
		return negative_errno();
	return check_type(socket_fd);
}

static int report_started(const struct host *host)
{
	struct task_report report = {.event = REPORT_STARTED};
	_cleanup_fd_ int pid_fd = process_pidfd_open(getpid());

	return pid_fd < 0 ? pid_fd : child_report(host, &report, &pid_fd, 1);
}

static int prepare(struct host *host, const struct task_capture *task, struct capture *capture,
		   struct fault *fault)
{
	int *const fds[] = {&host->report_fd, &capture->socket_fd, &capture->file_fd,
			    &capture->result_fd, &capture->stop_fd};
	int r = helper_become(host, task->uid, "nsctl-capture", capture->result_fd);

	if (r == 0)
		r = helper_keep(fds, ARRAY_SIZE(fds) - (capture->stop_fd < 0));
	if (r < 0)
		return fault_set(fault, STEP_IDENTITY, 0, -r);
	privilege_conceal();
	if (attach(capture->socket_fd, task, fault) < 0)
		return -fault->error;
	/* becomes readable when an interface is removed or moved: the packet socket is only told
	 * that it is down */
	r = capture->links_fd = netlink_watch_open(NETLINK_ROUTE, RTMGRP_LINK);
	if (r >= 0)
		r = bind_to(capture->socket_fd, task);
	return fault_if(fault, STEP_CAPTURE, 0, r);
}

static void run(const struct host *inherited, const struct task_capture *task, int socket_fd)
{
	struct capture capture = {
		.socket_fd = socket_fd,
		.file_fd = task->capture_fd,
		.stop_fd = task->stop_fd,
		.result_fd = task->result_fd,
		.most = task->packets,
	};
	struct host host = *inherited;
	struct task_report failed = {};
	struct fault fault = {};

	if (prepare(&host, task, &capture, &fault) < 0)
		child_finish(&host, &failed, &fault);
	/* the reader of the file may end at any time, even before the capture begins */
	(void)signal(SIGPIPE, SIG_IGN);
	if (report_started(&host) == 0) {
		close_fd(host.report_fd);
		if (capture_confine() == 0)
			capture_serve(&capture);
	}
	_exit(EXIT_FAILURE);
}

/* Starts the capturer, which reports (REPORT_STARTED, with its pidfd) when packets are captured. */
void child_capture(const struct host *host, const struct task_capture *task,
		   struct task_report *report _unused_, struct fault *fault)
{
	int socket_fd, r;

	if (descriptors_check_capture(task, fault) < 0)
		return;
	socket_fd = open_socket(host, task, fault);
	if (socket_fd < 0)
		return;
	r = helper_fork();
	if (r == 0)
		run(host, task, socket_fd);
	if (r < 0) {
		fault_set(fault, STEP_FORK, 0, -r);
		return;
	}
	/* the capturer will report */
	_exit(EXIT_SUCCESS);
}
