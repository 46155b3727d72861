/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <event2/buffer.h>
#include "daemon/resolver/frame.h"

int frame_take(struct bufferevent *stream, uint8_t *ret, size_t max)
{
	struct evbuffer *input = bufferevent_get_input(stream);
	uint8_t length[FRAME_LENGTH];
	size_t size;

	if (evbuffer_copyout(input, length, sizeof(length)) < FRAME_LENGTH)
		return -EAGAIN;
	size = (size_t)length[0] << 8 | length[1];
	if (size > max)
		return -EMSGSIZE;
	if (evbuffer_get_length(input) < FRAME_LENGTH + size)
		return -EAGAIN;
	evbuffer_drain(input, FRAME_LENGTH);
	return evbuffer_remove(input, ret, size);
}

bool frame_put(struct bufferevent *stream, const uint8_t *bytes, size_t size)
{
	const uint8_t length[FRAME_LENGTH] = {(uint8_t)(size >> 8), (uint8_t)size};

	return bufferevent_write(stream, length, sizeof(length)) == 0 &&
	       bufferevent_write(stream, bytes, size) == 0;
}
