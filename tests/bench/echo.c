/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The floor for a call: a bare libevent and jansson server. It parses each request that ends in a
 * NUL, builds the same reply as the daemon's (from a file), as JSON objects, and sends it.
 *
 *     echo SOCKET REPLY-FILE
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <jansson.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base.h"

static json_t *reply;

static void on_read(struct bufferevent *peer, void *arg _unused_)
{
	struct evbuffer *in = bufferevent_get_input(peer);
	struct evbuffer_ptr end;

	while ((end = evbuffer_search(in, "", 1, NULL)).pos >= 0) {
		size_t size = (size_t)end.pos;
		const char *bytes = (const char *)evbuffer_pullup(in, end.pos + 1);
		json_t *request = json_loadb(bytes, size, 0, NULL), *copy;
		char *text;

		evbuffer_drain(in, size + 1);
		copy = request ? json_deep_copy(reply) : NULL;
		text = copy ? json_dumps(copy, JSON_COMPACT) : NULL;
		if (!text || bufferevent_write(peer, text, strlen(text) + 1) < 0)
			abort();
		free(text);
		json_decref(copy);
		json_decref(request);
	}
}

static void on_event(struct bufferevent *peer, short what _unused_, void *arg _unused_)
{
	bufferevent_free(peer);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
		      struct sockaddr *address _unused_, int length _unused_, void *arg _unused_)
{
	struct bufferevent *peer = bufferevent_socket_new(evconnlistener_get_base(listener), fd,
							  BEV_OPT_CLOSE_ON_FREE);

	if (!peer)
		abort();
	bufferevent_setcb(peer, on_read, NULL, on_event, NULL);
	(void)bufferevent_enable(peer, EV_READ | EV_WRITE);
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct event_base *base = event_base_new();
	struct evconnlistener *listener;

	reply = argc == 3 ? json_load_file(argv[2], 0, NULL) : NULL;
	if (!base || !reply || strlen(argv[1]) >= sizeof(address.sun_path)) {
		(void)fputs("usage: echo SOCKET REPLY-FILE\n", stderr);
		return 2;
	}
	memcpy(address.sun_path, argv[1], strlen(argv[1]));
	listener = evconnlistener_new_bind(base, on_accept, NULL,
					   LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 8,
					   (struct sockaddr *)&address, sizeof(address));
	if (!listener) {
		perror(argv[1]);
		return 1;
	}
	return event_base_dispatch(base) < 0;
}
