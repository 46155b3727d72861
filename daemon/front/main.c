/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nsctld-front: speaks Varlink with the clients of one identity, as that identity. An attacker who
 * breaks it gains no rights: it has no privilege, only the channel to the keeper and its clients'
 * sockets. It keeps no state that outlives a call, and ends when the keeper closes the channel.
 */
#include "daemon/confine/confine.h"
#include "daemon/front/connection.h"
#include "daemon/front/encode.h"
#include "daemon/front/lane.h"
#include "daemon/front/seccomp.h"
#include "daemon/wire/message.h"

#define MESSAGES_AT_ONCE 64

static void on_lane(struct front *front)
{
	struct wire_lane wire;

	if (front->message.header->nlmsg_flags & WIRE_FAILURE) {
		/* the front has other lanes: the calls wait for these */
		if (front->lanes)
			return;
		front->lane_wanted = false;
		connection_refuse_waiting(front, false);
	} else if (wire_decode(&front->message, &wire_lane_layout, &wire) == 0) {
		front->lane_wanted = false;
		lane_add(front, wire.number, wire_take_fd(&front->message, wire.lane_fd));
		connection_resume_all(front);
	}
}

static void on_message(struct front *front)
{
	const struct nlmsghdr *header = front->message.header;
	struct wire_connection wire;

	if (header->nlmsg_flags & WIRE_REPLY) {
		connection_answer(front, false);
		connection_settle(front);
	} else if (header->nlmsg_type == WIRE_STOP) {
		connection_stop_all(front);
	} else if (header->nlmsg_type == WIRE_LANE) {
		on_lane(front);
	} else if (header->nlmsg_type == WIRE_CONNECTION &&
		   wire_decode(&front->message, &wire_connection_layout, &wire) == 0) {
		connection_new(front, header->nlmsg_pid,
			       wire_take_fd(&front->message, wire.socket_fd), wire.scope,
			       wire.reason);
	}
}

/* Handles a lane that came without its descriptor: gives it back. The calls that wait for it would
 * wait for ever, unless another lane becomes free. */
static void on_lane_lost(struct front *front)
{
	struct wire_lane wire;

	front->lane_wanted = false;
	/* -1 stands for the descriptor, without which the message cannot be decoded */
	front->message.fds[0] = -1;
	front->message.n_fds = 1;
	if (wire_decode(&front->message, &wire_lane_layout, &wire) == 0)
		lane_add(front, wire.number, -1);
	if (!front->lanes)
		connection_refuse_waiting(front, true);
}

/*
 * Handles a message that came without its descriptors, but with its header. The keeper breaks no
 * rules, so our table of descriptors was full. A client can fill it with the descriptors that it
 * sends, and this must not end the connections of others.
 */
static void on_truncated(struct front *front)
{
	const struct nlmsghdr *header = front->message.header;

	if (header->nlmsg_flags & WIRE_REPLY)
		connection_answer(front, true);
	else if (header->nlmsg_type == WIRE_CONNECTION)
		connection_new(front, header->nlmsg_pid, -1, SCOPE_CONFINED, NULL);
	else if (header->nlmsg_type == WIRE_LANE)
		on_lane_lost(front);
}

static void on_readable(evutil_socket_t fd, short what _unused_, void *context)
{
	struct front *front = context;

	for (int i = 0; i < MESSAGES_AT_ONCE; i++) {
		int r = wire_receive(&front->message, fd);

		if (r == -EAGAIN)
			return;
		if (r == 1) {
			on_message(front);
			wire_message_close_fds(&front->message);
			continue;
		}
		if (r == -EBADMSG) {
			on_truncated(front);
			continue;
		}
		event_base_loopbreak(front->loop);
		return;
	}
}

static void on_writable(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct front *front = context;

	if (wire_outbox_flush(&front->outbox, REQUESTS_FD) == -EAGAIN)
		event_add(front->writable, NULL);
	else
		connection_resume_all(front);
}

/*
 * Allocates memory for jansson, and ends the process if there is none. Otherwise jansson's lexer
 * leaves out a byte for which it has no memory and goes on (lex_save()), so the call would have
 * another name, or be about another set.
 */
static void *allocate(size_t size)
{
	void *memory = malloc(size);

	if (!memory)
		_exit(EXIT_FAILURE);
	return memory;
}

/* Does everything that the filter forbids afterwards. */
static int set_up(struct front *front)
{
	unsigned int line;
	int r = confine_begin(CHANNEL_FD, REQUESTS_FD, CGROUPS_FD);

	if (r)
		return r;
	encode_load_names();
	r = idl_parse(idl_text_nsctl, &front->nsctl, &line);
	if (r == 0)
		r = idl_parse(idl_text_metrics, &front->metrics, &line);
	if (r == 0)
		r = idl_parse(idl_text_service, &front->service, &line);
	if (r == 0)
		r = wire_writer_init(&front->writer, WIRE_STREAM_MAX);
	if (r == 0)
		r = wire_message_init(&front->message);
	if (r == 0)
		r = wire_outbox_init(&front->outbox);
	if (r < 0)
		return confine_complain("start", r);
	front->writer.handles = &front->handles;
	front->loop = event_base_new();
	if (!front->loop)
		return confine_complain("start", -ENOMEM);
	front->readable =
		event_new(front->loop, CHANNEL_FD, EV_READ | EV_PERSIST, on_readable, front);
	front->writable = event_new(front->loop, REQUESTS_FD, EV_WRITE, on_writable, front);
	if (!front->readable || !front->writable || event_add(front->readable, NULL) < 0)
		return confine_complain("start", -ENOMEM);
	r = seccomp_enforce();
	return r < 0 ? confine_complain("set the system call filter", r) : 0;
}

int main(void)
{
	static struct front front;
	int r;

	json_set_alloc_funcs(allocate, free);
	r = set_up(&front);
	if (r)
		return r;
	event_base_dispatch(front.loop);
	connection_free_all(&front);
	lane_free_all(&front);
	event_free(front.readable);
	event_free(front.writable);
	event_base_free(front.loop);
	wire_writer_done(&front.writer);
	wire_outbox_done(&front.outbox);
	wire_message_done(&front.message);
	idl_free(front.nsctl);
	idl_free(front.metrics);
	idl_free(front.service);
	return EXIT_SUCCESS;
}
