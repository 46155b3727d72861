/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/mman.h>
#include "daemon/keeper/network/egress-learned.h"
#include "daemon/keeper/network/egress-names-state.h"
#include "daemon/keeper/network/egress-resolver.h"
#include "daemon/keeper/network/resolver-servers.h"
#include "daemon/keeper/policy/outside.h"

/* Returns a sealed memory file with the names of the list, each followed by a NUL, or -errno. */
static int write_list(const struct reach_names *names)
{
	_cleanup_fd_ int fd = memfd_create("names", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return negative_errno();
	errno = 0;
	if (write(fd, names->text, names->size) != (ssize_t)names->size ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return errno ? negative_errno() : -EIO;
	return take_fd(&fd);
}

/* Returns true if a resolver may ask this name server, which a user has chosen for a set. The
 * resolver asks from the host's net namespace. There, a loopback address leads to the host itself,
 * and no list keeps it from forbidden addresses, so it must ask neither. */
static bool may_ask(const struct keeper *keeper, const char *server)
{
	struct address address;

	/* address_read_listener() also refuses an IPv4 address in IPv6 form */
	return !address_read_listener(server, &address) && !address_is_loopback(&address) &&
	       !address_is_unspecified(&address) && !outside_is_forbidden(keeper->config, &address);
}

static void fill_upstreams(const struct keeper *keeper, const struct set *set,
			   struct wire_resolver_upstreams *ret)
{
	static struct wire_spec spec;
	static struct wire_address servers[SERVERS_MAX], host[SERVERS_MAX];
	bool of_host;
	size_t n;

	wire_clear(&wire_spec_layout, &spec);
	if (set->spec && wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &spec) < 0)
		wire_clear(&wire_spec_layout, &spec);
	n = resolver_servers_of(set, &spec, servers, &of_host);
	ret->n_servers = 0;
	for (size_t i = 0; !of_host && i < n && ret->n_servers < RESOLVER_SERVERS_MAX; i++)
		if (may_ask(keeper, servers[i].text))
			ret->servers[ret->n_servers++].address = servers[i].text;
	n = MIN(resolver_servers_within_host(host), (size_t)RESOLVER_SERVERS_MAX);
	ret->n_host_servers = n;
	for (size_t i = 0; i < n; i++)
		ret->host_servers[i].address = host[i].text;
	if (!of_host)
		return;
	ret->n_servers = n;
	memcpy(ret->servers, ret->host_servers, sizeof(ret->servers));
}

/* Returns the list of names for a message to the resolver, with cookie 0. The member names_fd is an
 * open file that the caller must close, or -errno. */
static struct wire_resolver_list describe(const struct egress_names *names)
{
	return (struct wire_resolver_list){.version = names->version,
					   .n_own = (uint32_t)names->list->n_own,
					   .every = egress_learned_forwards(names->set),
					   .names_fd = write_list(names->list)};
}

int egress_tell_list(const struct egress_names *names)
{
	struct wire_resolver_list wire = describe(names);

	if (wire.names_fd < 0)
		return wire.names_fd;
	wire.cookie = names->cookie;
	egress_resolver_tell(names->set->owner, RESOLVER_LIST, &wire_resolver_list_layout, &wire);
	close_fd(wire.names_fd);
	return 0;
}

int egress_tell_add(const struct egress_names *names, const int fds[2][2])
{
	struct wire_resolver_add wire;
	int six = strchr(names->addresses[0], ':') != NULL;

	wire_clear(&wire_resolver_add_layout, &wire);
	wire.cookie = names->cookie;
	wire.list = describe(names);
	if (wire.list.names_fd < 0)
		return wire.list.names_fd;
	fill_upstreams(names->keeper, names->set, &wire.upstreams);
	wire.udp4_fd = fds[six][0];
	wire.tcp4_fd = fds[six][1];
	wire.udp6_fd = fds[!six][0];
	wire.tcp6_fd = fds[!six][1];
	egress_resolver_tell(names->set->owner, RESOLVER_ADD, &wire_resolver_add_layout, &wire);
	close_fd(wire.list.names_fd);
	return 0;
}

void egress_tell_servers(const struct egress_names *names)
{
	static struct wire_resolver_upstreams wire;

	wire_clear(&wire_resolver_upstreams_layout, &wire);
	wire.cookie = names->cookie;
	fill_upstreams(names->keeper, names->set, &wire);
	egress_resolver_tell(names->set->owner, RESOLVER_UPSTREAMS, &wire_resolver_upstreams_layout,
			     &wire);
}
