/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <poll.h>
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/request/front-state.h"

/* Size of the pipe for requests: it holds a request of WIRE_SIZE_MAX, and parts of others. */
#define PIPE_SIZE (256 * 1024)

/* A front that neither reads all its messages nor sends any within this time is ended: it hangs. */
#define LIFE_SECONDS 20

void front_close_soon(struct front_process *front)
{
	static const struct timeval now = {};

	front->closing = true;
	event_del(front->readable);
	event_del(front->writable);
	event_del(front->again);
	evtimer_add(front->idle, &now);
}

void front_log_end(const struct front_process *front, int error, const char *does)
{
	struct log_fields fields = {.has_uid = true, .uid = front->identity.uid, .error = error};

	log_by_user("fronts ended", LOG_WARNING, &fields, "a front %s: it is ended", does);
}

static void expect_life(struct front_process *front)
{
	static const struct timeval time = {.tv_sec = LIFE_SECONDS};

	if (evtimer_pending(front->life, NULL))
		return;
	front->heard = false;
	evtimer_add(front->life, &time);
}

/* Called LIFE_SECONDS after a message was sent to the front. Ends the front if it has unread
 * messages and has sent nothing meanwhile: it may hang while it closes a file on a file system that
 * does not answer, or its user has stopped it. The user's next client gets another front. */
static void on_life(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct front_process *front = context;

	if (front->closing || !channels_are_unread(front->channel_fd))
		return;
	if (front->heard) {
		expect_life(front);
		return;
	}
	front_log_end(front, 0, "hangs");
	front_close_soon(front);
}

int front_make_channels(struct front_process *front, struct channels *ret)
{
	struct channels ours;
	int r = channels_make(PIPE_SIZE, &ours, ret);

	if (r < 0)
		return r;
	front->channel_fd = ours.socket_fd;
	front->requests_fd = ours.pipe_fd;
	front->life = evtimer_new(front->keeper->loop, on_life, front);
	return front->life ? 0 : -ENOMEM;
}

void front_watch(struct front_process *front, struct event *event)
{
	static const struct timeval soon = {.tv_usec = 10000};

	if (event_add(event, NULL) < 0)
		evtimer_add(front->again, &soon);
}

int front_tell(struct front_process *front)
{
	int r = wire_queue_send(&front->outgoing, front->keeper->to_front, front->channel_fd);

	expect_life(front);
	if (!wire_queue_is_empty(&front->outgoing))
		front_watch(front, front->writable);
	return r;
}

void front_say(struct front_process *front)
{
	int r = front_tell(front);

	/* a front that has died also closes its pipe, which on_readable() notices */
	if (r == 0 || r == -EPIPE || r == -ENOTCONN || r == -ECONNRESET)
		return;
	front_log_end(front, -r, "does not take its answers");
	front_close_soon(front);
}

bool front_has_room(const struct front_process *front)
{
	struct pollfd poll_fd = {.fd = front->channel_fd, .events = POLLOUT};

	return wire_queue_is_empty(&front->outgoing) && poll(&poll_fd, 1, 0) == 1 &&
	       poll_fd.revents & POLLOUT;
}
