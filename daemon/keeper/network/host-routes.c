/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/network/egress.h"
#include "daemon/keeper/network/host-routes.h"
#include "daemon/keeper/policy/address.h"
#include "daemon/keeper/policy/config.h"
#include "daemon/kernel/outward.h"

/* Time from the first change to the call of egress_follow(), which then covers all changes since:
 * interfaces come up in many steps. */
#define SETTLE_MICROSECONDS 100000

static struct {
	struct event *changed, *settled;
	int fd;
} state = {.fd = -1};

static void warn_of(const struct link *link, const struct address *theirs)
{
	const struct set *set = link->ends[0];
	char text[ADDRESS_SIZE];

	address_write(theirs, true, text);
	log_warning(
		"the host has a route to %s now, among which are addresses of the way out of %s: "
		"one of them reaches the wrong host. Make the set again; it gets other addresses",
		text, set ? set_shown_name(set) : link->name);
}

static bool end_overlaps(const struct wire_end *end, const struct address *theirs)
{
	struct address own;

	for (size_t i = 0; i < end->n_addresses; i++)
		if (!address_read_interface(end->addresses[i].text, &own) &&
		    address_overlaps(&own, theirs))
			return true;
	return false;
}

/* Logs each way out that has an address in this subnet, to which the host has a new route. Ignores
 * subnets larger than the pool of ways' addresses, such as that of a default route. */
static void on_subnet(const struct outward_subnet *subnet, void *context)
{
	static struct wire_link wire;
	struct keeper *keeper = context;
	struct address pool, theirs = {.family = subnet->family, .prefix = subnet->prefix};
	const struct config_network *network = &keeper->config->network;

	if (address_read_subnet(subnet->family == AF_INET ? network->pool_v4 : network->pool_v6,
				&pool) ||
	    theirs.prefix < pool.prefix)
		return;
	memcpy(theirs.bytes, subnet->bytes, sizeof(theirs.bytes));
	for (const struct link *link = registry_next_link(keeper->registry, 0, NULL); link;
	     link = registry_next_link(keeper->registry, link->owner, link->name))
		if (link->egress &&
		    wire_unpack(&wire_link_layout, link->wire, link->wire_size, &wire) == 0 &&
		    end_overlaps(&wire.a, &theirs))
			warn_of(link, &theirs);
}

static void on_changed(evutil_socket_t fd, short what _unused_, void *context)
{
	static const struct timeval settle = {.tv_usec = SETTLE_MICROSECONDS};

	if (outward_watch_read(fd, on_subnet, context) && !evtimer_pending(state.settled, NULL))
		evtimer_add(state.settled, &settle);
}

static void on_settled(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	egress_follow(context);
}

void host_routes_listen(struct keeper *keeper)
{
	state.fd = outward_watch_open();
	state.settled = evtimer_new(keeper->loop, on_settled, keeper);
	state.changed = state.fd < 0 ? NULL
				     : event_new(keeper->loop, state.fd, EV_READ | EV_PERSIST,
						 on_changed, keeper);
	if (!state.settled || !state.changed || event_add(state.changed, NULL) < 0)
		log_notice("cannot watch the host's routes for changes: %s",
			   strerror(state.fd < 0 ? -state.fd : ENOMEM));
}

void host_routes_stop(void)
{
	state.changed = free_event(state.changed);
	state.settled = free_event(state.settled);
	state.fd = close_fd(state.fd);
}
