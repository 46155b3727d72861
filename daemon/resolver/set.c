/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include "daemon/resolver/resolver.h"

#define PORT_DOMAIN 53

struct set *set_find(struct resolver *resolver, uint64_t cookie)
{
	struct set *set;

	LIST_FOREACH(set, &resolver->sets, of_resolver)
	if (set->cookie == cookie)
		return set;
	return NULL;
}

int set_list(struct set *set, const struct wire_resolver_list *wire)
{
	struct names *names;
	int r = names_read(wire->names_fd, wire->n_own, &names);

	if (r < 0)
		return r;
	names_free(set->names);
	set->names = names;
	set->version = wire->version;
	set->every = wire->every;
	return 0;
}

static int read_server(const struct wire_resolver_server *wire, struct server *ret)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

	*ret = (struct server){};
	v4.sin_port = v6.sin6_port = htons((uint16_t)(wire->port ? wire->port : PORT_DOMAIN));
	if (!wire->address)
		return -EINVAL;
	if (inet_pton(AF_INET, wire->address, &v4.sin_addr) == 1) {
		*(struct sockaddr_in *)&ret->address = v4;
		ret->size = sizeof(v4);
	} else if (inet_pton(AF_INET6, wire->address, &v6.sin6_addr) == 1) {
		*(struct sockaddr_in6 *)&ret->address = v6;
		ret->size = sizeof(v6);
	} else {
		return -EINVAL;
	}
	return 0;
}

static int read_servers(const struct wire_resolver_server *wire, size_t n, struct servers *ret)
{
	*ret = (struct servers){.n = n};
	for (size_t i = 0; i < n; i++)
		if (read_server(&wire[i], &ret->items[i]) < 0)
			return -EINVAL;
	return 0;
}

int set_upstreams(struct set *set, const struct wire_resolver_upstreams *wire)
{
	int r = read_servers(wire->servers, wire->n_servers, &set->servers);

	return r < 0 ? r
		     : read_servers(wire->host_servers, wire->n_host_servers, &set->host_servers);
}

/* Takes a socket of the message, which can be absent. */
static int take_listener(struct set *set, size_t i, struct wire_message *message, int fd, bool tcp)
{
	struct listener *listener = &set->listeners[i];

	listener->set = set;
	listener->tcp = tcp;
	listener->fd = wire_take_fd(message, fd);
	if (listener->fd >= 0 && fcntl(listener->fd, F_SETFL, O_RDWR | O_NONBLOCK) < 0)
		return negative_errno();
	return 0;
}

static int fill(struct set *set, const struct wire_resolver_add *wire, struct wire_message *message)
{
	const int fds[LISTENERS_MAX] = {wire->udp4_fd, wire->udp6_fd, wire->tcp4_fd, wire->tcp6_fd};
	int r = set_list(set, &wire->list);

	if (r == 0)
		r = set_upstreams(set, &wire->upstreams);
	for (size_t i = 0; r == 0 && i < LISTENERS_MAX; i++)
		r = take_listener(set, i, message, fds[i], i >= 2);
	return r < 0 ? r : intake_start(set);
}

static struct set *make(struct resolver *resolver, uint64_t cookie)
{
	struct set *set = calloc(1, sizeof(*set));

	if (!set)
		return NULL;
	set->resolver = resolver;
	set->cookie = cookie;
	for (size_t i = 0; i < LISTENERS_MAX; i++)
		set->listeners[i].fd = -1;
	LIST_INIT(&set->asks);
	LIST_INIT(&set->connections);
	TAILQ_INIT(&set->waiting);
	LIST_INSERT_HEAD(&resolver->sets, set, of_resolver);
	resolver->n_sets++;
	return set;
}

int set_add(struct resolver *resolver, const struct wire_resolver_add *wire)
{
	struct set *set = set_find(resolver, wire->cookie);
	int r;

	if (set)
		set_remove(set);
	if (resolver->n_sets == RESOLVER_SETS_MAX)
		return -EINVAL;
	set = make(resolver, wire->cookie);
	if (!set)
		return -ENOMEM;
	r = fill(set, wire, &resolver->message);
	if (r < 0)
		set_remove(set);
	return r;
}

void set_remove(struct set *set)
{
	intake_stop(set);
	for (size_t i = 0; i < LISTENERS_MAX; i++)
		close_fd(set->listeners[i].fd);
	names_free(set->names);
	LIST_REMOVE(set, of_resolver);
	set->resolver->n_sets--;
	free(set);
}
