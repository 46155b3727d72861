/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/streams.h"

#include "client/foreground.h"

size_t streams_poll(const struct streams *streams, struct pollfd ret_fds[static STREAMS_POLL])
{
	if (streams->pty)
		pty_poll(streams->pty, ret_fds);
	else if (streams->feed)
		feed_poll(streams->feed, ret_fds);
	else
		return 0;
	return streams->pty ? PTY_POLL : FEED_POLL;
}

void streams_pump(const struct streams *streams, const struct pollfd fds[static STREAMS_POLL])
{
	if (streams->pty)
		pty_pump(streams->pty, fds);
	else if (streams->feed)
		feed_pump(streams->feed, fds);
}

bool streams_wait(const struct streams *streams)
{
	if (streams->pty)
		return pty_waits(streams->pty);
	return streams->feed && streams->feed->pipe_fd >= 0 && !foreground_is_ours();
}

bool streams_are_shared(const struct streams *streams)
{
	return !streams->pty && !streams->feed && !foreground_is_ours();
}

void streams_look(const struct streams *streams)
{
	if (!streams->pty || pty_waits(streams->pty))
		return;
	pty_take(streams->pty);
	pty_resize(streams->pty, true);
}
