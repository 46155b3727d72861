/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/network/publish.h"
#include "daemon/keeper/policy/config.h"

static int bind_port(const struct spec_publish *publish, int family)
{
	union {
		struct sockaddr any;
		struct sockaddr_in four;
		struct sockaddr_in6 six;
	} address = {.any.sa_family = family};
	int type = publish->protocol == PUBLISH_UDP ? SOCK_DGRAM : SOCK_STREAM, on = 1;
	socklen_t size = family == AF_INET ? sizeof(address.four) : sizeof(address.six);
	_cleanup_fd_ int fd = socket(family, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return negative_errno();
	if (family == AF_INET) {
		address.four.sin_port = htons(publish->host_port);
		if (publish->host_address)
			inet_pton(AF_INET, publish->host_address, &address.four.sin_addr);
	} else {
		address.six.sin6_port = htons(publish->host_port);
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
		if (publish->host_address)
			inet_pton(AF_INET6, publish->host_address, &address.six.sin6_addr);
	}
	return bind(fd, &address.any, size) < 0 ? negative_errno() : take_fd(&fd);
}

static int hold_port(const struct spec_publish *publish, int family, int *ret)
{
	bool six = publish->host_address && strchr(publish->host_address, ':');
	int fd;

	*ret = -1;
	if (publish->host_address && six != (family == AF_INET6))
		return 0;
	fd = bind_port(publish, family);
	/* the host does not have this family, so no process can take the port */
	if (fd == -EAFNOSUPPORT || (fd == -EADDRNOTAVAIL && !publish->host_address))
		return 0;
	*ret = fd;
	return MIN(fd, 0);
}

/* Counts n ports against the limit of the set's owner, instead of the set's former number. */
static void count_ports(struct keeper *keeper, struct set *set, uint32_t n)
{
	struct registry_use *use = registry_use(keeper->registry, set->owner);

	if (!use)
		return;
	use->ports += n - set->n_published;
	set->n_published = n;
	registry_use_settle(keeper->registry, set->owner);
}

static int check_limit(struct keeper *keeper, const struct set *set, size_t n,
		       struct failure *failure)
{
	const struct registry_use *use = registry_use(keeper->registry, set->owner);
	uint32_t limit = keeper->config->limits.ports, held = use ? use->ports : 0;

	registry_use_settle(keeper->registry, set->owner);
	if (set->owner == 0 || held + n <= limit)
		return 0;
	return failure_set(failure, ERROR_LIMIT_EXCEEDED, limit, "publishedPorts", NULL);
}

int publish_hold(struct keeper *keeper, struct set *set, const struct wire_spec *spec,
		 struct failure *failure)
{
	int limited = check_limit(keeper, set, spec->n_publish, failure);

	if (limited || spec->n_publish == 0)
		return limited;
	set->ports = malloc(2 * spec->n_publish * sizeof(*set->ports));
	if (!set->ports)
		return failure_from_errno(failure, -ENOMEM, "hold the published ports");
	count_ports(keeper, set, spec->n_publish);
	for (size_t i = 0; i < spec->n_publish; i++)
		for (int j = 0; j < 2; j++) {
			int fd, r = hold_port(&spec->publish[i], j == 0 ? AF_INET : AF_INET6, &fd);
			char field[48];

			if (r < 0) {
				publish_release(keeper, set);
				snprintf(field, sizeof(field), "spec.publish[%zu].%s", i,
					 r == -EADDRNOTAVAIL ? "hostAddress" : "hostPort");
				return failure_set(failure, ERROR_INVALID_VALUE, 0, field, "%s",
						   r == -EADDRINUSE ? "is in use"
						   : r == -EADDRNOTAVAIL
							   ? "is no address of this host"
							   : strerror(-r));
			}
			if (fd >= 0)
				set->ports[set->n_ports++] = fd;
		}
	return 0;
}

void publish_release(struct keeper *keeper, struct set *set)
{
	for (size_t i = 0; i < set->n_ports; i++)
		close_fd(set->ports[i]);
	free(take_ptr(set->ports));
	set->n_ports = 0;
	count_ports(keeper, set, 0);
}

void publish_hold_again(struct keeper *keeper)
{
	static struct wire_spec spec;
	struct set *set = registry_next_set(keeper->registry, 0, NULL);

	for (; set; set = registry_next_set(keeper->registry, set->owner, set->name)) {
		struct failure failure;

		if (set->ports || set->state != SET_READY || !set->spec ||
		    wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &spec) < 0 ||
		    spec.n_publish == 0)
			continue;
		if (publish_hold(keeper, set, &spec, &failure))
			log_line(LOG_WARNING,
				 &(struct log_fields){
					 .has_uid = true, .uid = set->owner, .set = set->name},
				 "a published port is held by another process: %s", failure.text);
	}
}
