/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <poll.h>
#include "daemon/front/lane.h"
#include "daemon/wire/message.h"

/* Unused lanes are closed after this time. */
#define REST_SECONDS 10

struct lane {
	struct lane *next;
	uint32_t number;
	int fd;
	uint32_t connection,
		request; /* the request whose descriptors are in it; 0: none, it is free */
};

static struct lane *find_free(const struct front *front)
{
	return LIST_FIND(front->lanes, lane, next, !lane->connection);
}

static void lane_free(struct front *front, struct lane *lane)
{
	LIST_DROP(front->lanes, lane, next);
	close_fd(lane->fd);
	free(lane);
	/* an answer has come, so the keeper may be able to open another lane now */
	front->lane_wanted = false;
}

/* Tells the keeper that the lane is closed. Returns 0 or -errno. */
static int tell_closed(struct front *front, uint32_t number)
{
	const struct wire_lane wire = {.number = number, .lane_fd = -1};

	wire_begin(&front->writer, WIRE_LANE, 0, 0, 0);
	wire_put(&front->writer, &wire_lane_layout, &wire);
	return front_send(front);
}

/* Closes the lane and tells the keeper. Returns false if the pipe has no room: then the lane
 * stays. */
static bool give_up(struct front *front, struct lane *lane)
{
	if (tell_closed(front, lane->number) < 0)
		return false;
	lane_free(front, lane);
	return true;
}

/* Removes a lane whose worker was lost. */
static void forget(struct front *front, uint32_t number)
{
	struct lane *lane = LIST_FIND(front->lanes, at, next, at->number == number);

	if (lane)
		lane_free(front, lane);
}

static void rest_later(struct front *front)
{
	static const struct timeval rest = {.tv_sec = REST_SECONDS};

	evtimer_add(front->lanes_rest, &rest);
}

static void on_rest(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct front *front = context;
	struct lane *next;

	for (struct lane *lane = front->lanes; lane; lane = next) {
		next = lane->next;
		if (!lane->connection && !give_up(front, lane)) {
			rest_later(front);
			return;
		}
	}
}

void lane_add(struct front *front, uint32_t number, int lane_fd)
{
	struct lane *lane = calloc(1, sizeof(*lane));

	if (lane_fd < 0)
		forget(front, number);
	if (!front->lanes_rest)
		front->lanes_rest = evtimer_new(front->loop, on_rest, front);
	if (!lane || lane_fd < 0 || !front->lanes_rest) {
		close_fd(lane_fd);
		free(lane);
		(void)tell_closed(front, number);
		return;
	}
	*lane = (struct lane){.next = front->lanes, .number = number, .fd = lane_fd};
	front->lanes = lane;
	rest_later(front);
}

/* Removes lanes whose workers have ended, which happens if a task misses its deadline. */
static void forget_dead(struct front *front)
{
	struct lane *next;

	for (struct lane *lane = front->lanes; lane; lane = next) {
		struct pollfd poll_fd = {.fd = lane->fd};

		next = lane->next;
		if (lane->connection || poll(&poll_fd, 1, 0) != 1)
			continue;
		lane_free(front, lane);
	}
}

bool lane_is_free(struct front *front)
{
	forget_dead(front);
	if (find_free(front))
		return true;
	if (!front->lane_wanted) {
		wire_begin(&front->writer, WIRE_LANE_WANTED, 0, 0, 0);
		front->lane_wanted = front_send(front) == 0;
	}
	return false;
}

/* Sends a message on the lane: a header, which names the request, and descriptors. */
static int send_handles(const struct front *front, const struct lane *lane)
{
	struct wire_writer message;
	int r = wire_writer_init(&message, WIRE_SIZE_MAX);

	if (r < 0)
		return r;
	wire_begin(&message, WIRE_LANE, 0, lane->request, lane->connection);
	message.n_fds = front->handles.n;
	for (size_t i = 0; i < front->handles.n; i++)
		message.fds[i] = front->handles.fds[i];
	r = wire_send(&message, lane->fd);
	wire_writer_done(&message);
	return r;
}

int lane_send(struct front *front)
{
	const struct nlmsghdr *header = &front->writer.buffer->header;
	struct wire_lane wire = {.lane_fd = -1,
				 .processes = front->handles.processes,
				 .pipes = front->handles.pipes};
	struct lane *lane = find_free(front);
	int r;

	if (!lane)
		return -ENOBUFS;
	wire.number = lane->number;
	if (!wire_put_item(&front->writer, WIRE_ITEM_LANE, &wire_lane_layout, &wire))
		return -EMSGSIZE;
	lane->connection = header->nlmsg_pid;
	lane->request = header->nlmsg_seq;
	r = send_handles(front, lane);
	if (r < 0) {
		/* The lane's worker has ended, the lane is full, or the user has too many
		 * descriptors in flight. The keeper does not notice the last two by itself. */
		lane->connection = 0;
		(void)give_up(front, lane);
	}
	return r;
}

/* Takes the request off its lane, which is returned, or NULL. */
static struct lane *take_off(struct front *front, uint32_t connection, uint32_t request)
{
	struct lane *lane = LIST_FIND(front->lanes, at, next,
				      at->connection == connection && at->request == request);

	if (lane)
		lane->connection = 0;
	return lane;
}

void lane_cancel(struct front *front)
{
	const struct nlmsghdr *header = &front->writer.buffer->header;
	struct lane *lane = take_off(front, header->nlmsg_pid, header->nlmsg_seq);

	if (lane)
		(void)give_up(front, lane);
}

bool lane_release(struct front *front, uint32_t connection, uint32_t request)
{
	if (!take_off(front, connection, request))
		return false;
	rest_later(front);
	return true;
}

void lane_free_all(struct front *front)
{
	while (front->lanes)
		lane_free(front, front->lanes);
	if (front->lanes_rest)
		event_free(front->lanes_rest);
	front->lanes_rest = NULL;
}
