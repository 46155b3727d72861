/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The proxy's loop. One process serves all: what it cannot take at once waits in the kernel. */
#include "daemon/kernel/proxy-parts.h"

/* Interval of looks after a shortage, or without room: a process elsewhere may have ended, or a
 * connection may have become idle. */
#define PAUSE_MILLISECONDS 1000

static int begin(const struct proxy *proxy)
{
	uint32_t watched = 0;
	int r = proxy_wait_begin();

	if (r < 0)
		return r;
	proxy_pairs_begin();
	proxy_flows_begin(proxy);
	return proxy_wait_for(proxy->leash_fd, &watched, EPOLLIN,
			      (struct proxy_event){.source = PROXY_LEASH})
		       ? 0
		       : -ENOMEM;
}

static void watch_ports(const struct proxy *proxy, bool accepting)
{
	static uint32_t watched[TASK_LISTENERS_MAX];

	for (uint32_t i = 0; i < proxy->n_ports; i++) {
		uint32_t events = accepting || proxy->ports[i].udp ? EPOLLIN : 0;

		(void)proxy_wait_for(proxy->ports[i].fd, &watched[i], events,
				     (struct proxy_event){PROXY_PORT, i});
	}
}

/* Passes on what comes from connections and flows. Returns false if the leash is closed. */
static bool go_on(const struct proxy *proxy, const struct proxy_event *events, int n)
{
	for (int i = 0; i < n; i++) {
		if (events[i].source == PROXY_LEASH)
			return false;
		if (events[i].source == PROXY_PAIR)
			proxy_pairs_go_on(events[i].index);
		else if (events[i].source == PROXY_FLOW)
			proxy_flows_pass_out(proxy, events[i].index);
	}
	return true;
}

/* Takes what comes in at the ports. Returns false after a shortage. */
static bool take_new(const struct proxy *proxy, const struct proxy_event *events, int n)
{
	bool enough = true;

	for (int i = 0; i < n; i++) {
		uint32_t index = events[i].index;

		if (events[i].source != PROXY_PORT)
			continue;
		if (proxy->ports[index].udp)
			proxy_flows_pass_in(proxy, index);
		else
			enough &= proxy_pairs_accept(proxy, &proxy->ports[index]);
	}
	return enough;
}

void proxy_serve(const struct proxy *proxy)
{
	struct proxy_event events[PROXY_EVENTS_MAX];
	bool enough = true;
	int n;

	if (begin(proxy) < 0)
		return;
	do {
		/* connections that are not accepted wait in the kernel */
		bool accepting = enough && proxy_pairs_have_room();

		watch_ports(proxy, accepting);
		n = proxy_wait(accepting ? -1 : PAUSE_MILLISECONDS, events);
		if (n < 0 || !go_on(proxy, events, n))
			return;
		/* new connections come last: they take the places of those that have ended */
		enough = take_new(proxy, events, n);
	} while (true);
}
