/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The capturer's loop. It makes no system call but those that capture_confine() allows. Some are
 * made by syscall(), because libc makes them by socketcall(2) on i386 and s390x. */
#include <linux/if_packet.h>
#include <poll.h>
#include <sys/syscall.h>
#include "daemon/kernel/capture.h"
#include "daemon/kernel/capture-file.h"

#define RECORD_MAX (sizeof(struct capture_record) + CAPTURE_SNAP + CAPTURE_TAG)

/* Records that have not been written yet. One more always fits. */
static struct {
	char bytes[2 * RECORD_MAX];
	size_t used;
} buffer;

struct state {
	const struct capture *capture;
	struct task_captured result;
	bool over;
};

/* --- the client's file --- */

static void end(struct state *state, int error)
{
	state->over = true;
	/* EPIPE: the reader has enough, which is no failure */
	state->result.error = error == EPIPE ? 0 : error;
}

/* Returns true if the client wants no more. */
static bool is_stopped(const struct pollfd *stop)
{
	return stop->fd >= 0 && stop->revents;
}

/* Waits until the file, which does not block, can be written. Returns false if the capture is
 * over. */
static bool wait_for_room(struct state *state)
{
	struct pollfd list[] = {{.fd = state->capture->file_fd, .events = POLLOUT},
				{.fd = state->capture->stop_fd}};

	if (poll(list, ARRAY_SIZE(list), -1) < 0 && errno != EINTR)
		end(state, errno);
	else if (is_stopped(&list[1]))
		end(state, 0);
	return !state->over;
}

static void write_all(struct state *state, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t written = write(state->capture->file_fd, bytes, n);

		if (written >= 0) {
			bytes += written;
			n -= (size_t)written;
		} else if (errno == EAGAIN) {
			if (!wait_for_room(state))
				return;
		} else if (errno != EINTR) {
			end(state, errno);
			return;
		}
	}
}

static void flush(struct state *state)
{
	write_all(state, buffer.bytes, buffer.used);
	buffer.used = 0;
}

/* --- packets --- */

/* Returns true if the interface was removed or moved. One that is only down comes up again. */
static bool is_interface_gone(int socket_fd)
{
	struct sockaddr_ll address = {};
	socklen_t size = sizeof(address);

	return syscall(SYS_getsockname, socket_fd, &address, &size) < 0 || address.sll_ifindex <= 0;
}

/* Fills in what the kernel says about the packet besides its bytes. */
static void read_control(struct msghdr *message, struct capture_packet *packet)
{
	struct tpacket_auxdata about;

	for (struct cmsghdr *at = CMSG_FIRSTHDR(message); at; at = CMSG_NXTHDR(message, at)) {
		if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SCM_TIMESTAMPNS)
			memcpy(&packet->time, CMSG_DATA(at), sizeof(packet->time));
		if (at->cmsg_level != SOL_PACKET || at->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&about, CMSG_DATA(at), sizeof(about));
		packet->length = about.tp_len;
		packet->tagged = about.tp_status & TP_STATUS_VLAN_VALID;
		packet->protocol = about.tp_vlan_tpid;
		packet->tag = about.tp_vlan_tci;
	}
}

/* Moves a waiting packet to the buffer. Returns false if there is none. */
static bool take_packet(struct state *state)
{
	char *record = buffer.bytes + buffer.used;
	union {
		struct cmsghdr header;
		char bytes[256];
	} control;
	struct iovec data = {record + sizeof(struct capture_record), CAPTURE_SNAP};
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = syscall(SYS_recvmsg, state->capture->socket_fd, &message, MSG_DONTWAIT);
	struct capture_packet packet = {.captured = (uint32_t)n, .length = (uint32_t)n};

	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ENETDOWN)
			end(state, errno);
		return false;
	}
	read_control(&message, &packet);
	buffer.used += capture_file_complete(record, &packet);
	state->result.packets++;
	return true;
}

/* Moves waiting packets to the buffer, until it is full. */
static void take_packets(struct state *state)
{
	uint64_t most = state->capture->most;

	while (!state->over && buffer.used + RECORD_MAX <= sizeof(buffer.bytes) &&
	       take_packet(state))
		if (most && state->result.packets >= most)
			end(state, 0);
}

/* Reads the kernel's messages about interfaces, and ends the capture if its interface is gone. */
static void hear_of_links(struct state *state)
{
	char bytes[256];
	struct iovec data = {bytes, sizeof(bytes)};
	struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};

	while (syscall(SYS_recvmsg, state->capture->links_fd, &message, MSG_DONTWAIT) > 0 ||
	       errno == ENOBUFS)
		;
	if (is_interface_gone(state->capture->socket_fd))
		end(state, 0);
}

static void wait_for_packets(struct state *state)
{
	struct pollfd list[] = {{.fd = state->capture->socket_fd, .events = POLLIN},
				{.fd = state->capture->stop_fd},
				{.fd = state->capture->file_fd},
				{.fd = state->capture->links_fd, .events = POLLIN}};

	if (poll(list, ARRAY_SIZE(list), -1) < 0 && errno != EINTR)
		end(state, errno);
	else if (list[3].revents)
		hear_of_links(state);
	/* this notices that the reader has gone, even if no packet comes */
	if (is_stopped(&list[1]) || list[2].revents & (POLLERR | POLLNVAL))
		end(state, 0);
}

/* --- the capture --- */

static void report(struct state *state)
{
	struct tpacket_stats counts = {};
	socklen_t size = sizeof(counts);

	(void)syscall(SYS_getsockopt, state->capture->socket_fd, SOL_PACKET, PACKET_STATISTICS,
		      &counts, &size);
	state->result.dropped = counts.tp_drops;
	(void)!write(state->capture->result_fd, &state->result, sizeof(state->result));
}

void capture_serve(const struct capture *capture)
{
	const struct capture_file file = capture_file_begin();
	struct state state = {.capture = capture};

	write_all(&state, (const char *)&file, sizeof(file));
	while (!state.over) {
		wait_for_packets(&state);
		/* what came before the end belongs to the capture */
		take_packets(&state);
		flush(&state);
	}
	report(&state);
	_exit(EXIT_SUCCESS);
}
