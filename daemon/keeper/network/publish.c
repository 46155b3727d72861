/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/network/publish.h"
#include "daemon/keeper/policy/address.h"
#include "daemon/keeper/state/quota.h"
#include "daemon/keeper/workers/operation.h"
#include "daemon/kernel/fault.h"

#define PROXY_SECONDS 20
#define BACKLOG 128
/* Maximum number of ports that are tried for a set, besides those that its specification names: all
 * users wait while the keeper binds sockets to them. */
#define TRIES_MAX 1024

/* The ports that a set publishes, in set->published. */
struct published {
	int leash_fd; /* closing it ends the proxy; -1: there is no proxy */
	size_t n;
	int sockets[][2]; /* each reserves a port, for IPv4 or IPv6; -1: none in this family */
};

/* --- addresses --- */

enum reach {
	REACH_ADDRESS,	/* one address of the host */
	REACH_ALL,	/* every address, of one family or both */
	REACH_LOOPBACK, /* a loopback address */
};

static enum reach reach_of(const struct spec_publish *publish)
{
	struct address address;

	if (!publish->host_address || address_read_listener(publish->host_address, &address) ||
	    address_is_unspecified(&address))
		return REACH_ALL;
	return address_is_loopback(&address) ? REACH_LOOPBACK : REACH_ADDRESS;
}

/* Returns true if the proxy serves the port at loopback addresses. */
static bool is_served(const struct spec_publish *publish)
{
	return reach_of(publish) != REACH_ADDRESS;
}

/* --- sockets --- */

static int bind_port(const struct spec_publish *publish, int family)
{
	union {
		struct sockaddr any;
		struct sockaddr_in four;
		struct sockaddr_in6 six;
	} address = {.any.sa_family = family};
	int type = publish->protocol == PUBLISH_UDP ? SOCK_DGRAM : SOCK_STREAM, on = 1;
	socklen_t size = family == AF_INET ? sizeof(address.four) : sizeof(address.six);
	_cleanup_fd_ int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return negative_errno();
	/* takes the port even if old connections to it are in TIME_WAIT. Another process cannot
	 * bind the port by the same option, because the socket will listen. */
	if (is_served(publish) && type == SOCK_STREAM)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
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
	_cleanup_fd_ int fd = -1;

	*ret = -1;
	if (publish->host_address && six != (family == AF_INET6))
		return 0;
	fd = bind_port(publish, family);
	/* the errors of a host without this family: no process can take the port there */
	if (fd == -EAFNOSUPPORT || (fd == -EADDRNOTAVAIL && reach_of(publish) == REACH_ALL))
		return 0;
	if (fd < 0)
		return fd;
	/* connections wait in the queue of the socket until the proxy accepts them */
	if (is_served(publish) && publish->protocol != PUBLISH_UDP && listen(fd, BACKLOG) < 0)
		return negative_errno();
	*ret = take_fd(&fd);
	return 0;
}

/* --- reserving --- */

/* Reserves a port in both families, or in that of publish->host_address. Fills in ret_fds with the
 * sockets for IPv4 and IPv6 (-1: not needed). Returns 0, or -errno with no port reserved. */
static int hold_both(const struct spec_publish *publish, int ret_fds[2])
{
	int r = hold_port(publish, AF_INET, &ret_fds[0]);

	if (r < 0)
		return r;
	r = hold_port(publish, AF_INET6, &ret_fds[1]);
	if (r < 0)
		ret_fds[0] = close_fd(ret_fds[0]);
	return r;
}

/* Returns a port that is free now at publish->host_address, or -errno. If that is not given, the
 * port is free in one family, perhaps not in the other. Another process may take the port before
 * the caller does. */
static int find_free(const struct spec_publish *publish)
{
	const struct spec_publish any = {.protocol = publish->protocol,
					 .host_address = publish->host_address};
	bool six = publish->host_address && strchr(publish->host_address, ':');
	_cleanup_fd_ int fd = bind_port(&any, six ? AF_INET6 : AF_INET);
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);

	if (fd == -EAFNOSUPPORT && !six && !publish->host_address)
		fd = bind_port(&any, AF_INET6);
	if (fd < 0)
		return fd;
	if (getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		return negative_errno();
	/* sockaddr_in and sockaddr_in6 have the port at the same offset */
	return ntohs(((const struct sockaddr_in *)&address)->sin_port);
}

/* Reserves the first free port from publish->host_port to publish->last_host_port, and writes it to
 * publish->host_port. Takes one off *tries for each port that it tries. ret_fds: see hold_both().
 * Returns 0, -EADDRINUSE if no port is free, -EDQUOT if no try is left, or another -errno. */
static int hold_of_range(struct spec_publish *publish, unsigned int *tries, int ret_fds[2])
{
	int r = -EADDRINUSE;

	for (; r == -EADDRINUSE && publish->host_port <= publish->last_host_port;
	     publish->host_port++) {
		if (*tries == 0)
			return -EDQUOT;
		--*tries;
		r = hold_both(publish, ret_fds);
	}
	publish->host_port--;
	return r;
}

/* Reserves any free port, and writes it to publish->host_port. Takes one off *tries for each port
 * that it tries. ret_fds: see hold_both(). Returns 0, -EADDRINUSE if no port was found, or another
 * -errno. */
static int hold_any(struct spec_publish *publish, unsigned int *tries, int ret_fds[2])
{
	int r = -EADDRINUSE;

	for (; r == -EADDRINUSE && *tries > 0; --*tries) {
		int port = find_free(publish);

		if (port < 0)
			return port;
		publish->host_port = port;
		r = hold_both(publish, ret_fds);
	}
	return r;
}

/* Reserves a port, and chooses it first if the request leaves it open. Takes one off *tries for
 * each port that it tries to choose. ret_fds: see hold_both(). Returns 0 or -errno. */
static int hold_one(struct spec_publish *publish, unsigned int *tries, int ret_fds[2])
{
	int r;

	if (!publish_is_open(publish))
		return hold_both(publish, ret_fds);
	r = publish->last_host_port ? hold_of_range(publish, tries, ret_fds)
				    : hold_any(publish, tries, ret_fds);
	publish->last_host_port = 0;
	publish->chosen = true;
	return r;
}

/* Fills in *failure with the reason why port number i of the specification was not reserved.
 * publish: the port as the request has it. error: -errno of hold_one(). Returns the error for the
 * client. */
static int refuse_port(const struct spec_publish *publish, size_t i, int error,
		       struct failure *failure)
{
	char field[48];

	snprintf(field, sizeof(field), "spec.publish[%zu].%s", i,
		 error == -EADDRNOTAVAIL ? "hostAddress" : "hostPort");
	if (error == -EADDRINUSE && publish->last_host_port)
		return failure_set(failure, ERROR_INVALID_VALUE, 0, field,
				   "every port from %u to %u is in use", publish->host_port,
				   publish->last_host_port);
	if (error == -EDQUOT)
		return failure_set(
			failure, ERROR_INVALID_VALUE, 0, field,
			"the first free port from %u to %u comes after more than %u that are in "
			"use: give a range with free ports, or port 0 for any",
			publish->host_port, publish->last_host_port, TRIES_MAX);
	return failure_set(failure, ERROR_INVALID_VALUE, 0, field, "%s",
			   error == -EADDRINUSE	     ? "is in use"
			   : error == -EADDRNOTAVAIL ? "is not an address of this host"
						     : strerror(-error));
}

/* If any of the n ports was chosen, writes all of them to the set's specification. Returns 0 or
 * -errno. */
static int store_choice(struct set *set, const struct spec_publish *publish, size_t n)
{
	static struct wire_spec spec;
	bool any = false;
	int r;

	for (size_t i = 0; i < n; i++)
		any |= publish[i].chosen;
	if (!any)
		return 0;
	r = wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &spec);
	if (r < 0)
		return r;
	memcpy(spec.publish, publish, n * sizeof(*publish));
	return registry_repack(&wire_spec_layout, &spec, &set->spec, &set->spec_size);
}

/* Reserves those of the n ports that the request leaves open (open is true), or those that it names
 * (open is false). Returns 0, or an error for the client. */
static int hold_some(struct set *set, struct spec_publish *publish, size_t n, bool open,
		     struct failure *failure)
{
	unsigned int tries = TRIES_MAX;

	for (size_t i = 0; i < n; i++) {
		const struct spec_publish wish = publish[i];
		int r = publish_is_open(&wish) == open
				? hold_one(&publish[i], &tries, set->published->sockets[i])
				: 0;

		if (r < 0)
			return refuse_port(&wish, i, r, failure);
	}
	return 0;
}

/* Makes set->published, with room for the sockets of n ports, and adds n to the ports that the
 * owner has (QUOTA_PORTS). Returns 0 or -ENOMEM. */
static int make_room(struct keeper *keeper, struct set *set, size_t n)
{
	struct published *published =
		malloc(sizeof(*published) + n * sizeof(published->sockets[0]));

	if (!published)
		return -ENOMEM;
	published->leash_fd = -1;
	published->n = n;
	memset(published->sockets, -1, n * sizeof(published->sockets[0]));
	set->published = published;
	quota_add(keeper, set->owner, QUOTA_PORTS, (int)n);
	return 0;
}

int publish_hold(struct keeper *keeper, struct set *set, const struct wire_spec *spec,
		 struct failure *failure)
{
	struct spec_publish publish[PUBLISH_MAX];
	size_t n = spec->n_publish;
	int r = quota_check(keeper, set->owner, QUOTA_PORTS, n, failure);

	if (r || n == 0)
		return r;
	if (make_room(keeper, set, n) < 0)
		return failure_from_errno(failure, -ENOMEM, "hold the published ports");
	memcpy(publish, spec->publish, n * sizeof(*publish));
	/* ports that the request names come first, so that none of them is chosen for another */
	r = hold_some(set, publish, n, false, failure);
	if (r == 0)
		r = hold_some(set, publish, n, true, failure);
	if (r == 0 && store_choice(set, publish, n) < 0)
		r = failure_from_errno(failure, -ENOMEM, "record the chosen ports");
	if (r)
		publish_release(keeper, set);
	return r;
}

void publish_adopt(const struct set *set, struct spec_publish *wishes, size_t n)
{
	static struct wire_spec spec;

	if (n == 0 || !set->spec ||
	    wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &spec) < 0 ||
	    spec.n_publish != n)
		return;
	for (size_t i = 0; i < n; i++) {
		const struct spec_publish *has = &spec.publish[i];
		const struct spec_publish *wish = &wishes[i];
		uint32_t last = wish->last_host_port ? wish->last_host_port : UINT16_MAX;

		if (has->chosen && publish_is_open(wish) && has->host_port >= wish->host_port &&
		    has->host_port <= last) {
			wishes[i].host_port = has->host_port;
			wishes[i].last_host_port = 0;
			wishes[i].chosen = true;
		}
	}
}

/* --- the proxy --- */

static void on_started(struct operation *operation _unused_, const struct task_report *report)
{
	if (report->step != STEP_NONE)
		log_warning("published ports are not served on localhost: cannot %s: %s",
			    step_text(report->step), strerror(report->error));
}

/* Fills in the sockets that the proxy serves. */
static void fill_listeners(const struct published *published, const struct wire_spec *spec,
			   struct task_proxy *task)
{
	for (size_t i = 0; i < 2 * MIN(published->n, spec->n_publish); i++) {
		const struct spec_publish *publish = &spec->publish[i / 2];
		int fd = published->sockets[i / 2][i % 2];

		if (fd < 0 || !is_served(publish))
			continue;
		task->listeners[task->n_listeners++] = (struct task_listener){
			.fd = fd,
			.udp = publish->protocol == PUBLISH_UDP,
			.port = publish->port,
		};
	}
}

/* Fills in the proxy's targets: the addresses that the set has at its way out (egress.h). texts:
 * storage for them. */
static void fill_targets(const struct set *set, struct task_proxy *task,
			 char texts[static 2][ADDRESS_SIZE])
{
	static struct wire_link wire;
	struct address address;

	for (const struct link *link = set->links; link; link = link_next(link, set)) {
		if (!link->egress ||
		    wire_unpack(&wire_link_layout, link->wire, link->wire_size, &wire) < 0)
			continue;
		for (size_t i = 0; i < wire.a.n_addresses; i++) {
			if (address_read_interface(wire.a.addresses[i].text, &address))
				continue;
			address_write(&address, false, texts[address.family == AF_INET6]);
			task->targets[address.family == AF_INET6] =
				texts[address.family == AF_INET6];
		}
	}
}

static int send_task(struct keeper *keeper, const struct set *set, struct task_proxy *task)
{
	char pin[KEY_SIZE + 12];
	struct operation *operation;
	int r = operation_new_own(keeper, PROXY_SECONDS, &operation);

	if (r < 0)
		return r;
	snprintf(pin, sizeof(pin), "%u/%s", set->owner, set->name);
	task->owner = set->owner;
	task->pin = pin;
	operation->done = on_started;
	return operation_send(operation, TASK_PROXY, task);
}

void publish_serve(struct keeper *keeper, struct set *set)
{
	static struct wire_spec spec;
	static struct task_proxy task;
	struct published *published = set->published;
	char texts[2][ADDRESS_SIZE];
	int leash[2], r;

	if (!published || published->leash_fd >= 0 || !set->spec ||
	    wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &spec) < 0)
		return;
	wire_clear(&task_proxy_layout, &task);
	fill_listeners(published, &spec, &task);
	fill_targets(set, &task, texts);
	if (task.n_listeners == 0)
		return;
	r = pipe2(leash, O_CLOEXEC) < 0 ? negative_errno() : 0;
	if (r == 0) {
		task.leash_fd = leash[0];
		published->leash_fd = leash[1];
		r = send_task(keeper, set, &task);
		close_fd(leash[0]);
	}
	if (r < 0)
		log_warning("published ports are not served on localhost: %s", strerror(-r));
}

void publish_stop(struct set *set)
{
	if (set->published)
		set->published->leash_fd = close_fd(set->published->leash_fd);
}

/* --- releasing, and reserving again after a restart --- */

void publish_release(struct keeper *keeper, struct set *set)
{
	struct published *published = take_ptr(set->published);

	if (!published)
		return;
	close_fd(published->leash_fd);
	for (size_t i = 0; i < published->n; i++) {
		close_fd(published->sockets[i][0]);
		close_fd(published->sockets[i][1]);
	}
	quota_add(keeper, set->owner, QUOTA_PORTS, -(int)published->n);
	free(published);
}

/* Reserves a set's ports. Logs each port that cannot be reserved. */
static void hold_free(const struct set *set, const struct wire_spec *spec)
{
	for (size_t i = 0; i < spec->n_publish; i++) {
		int r = hold_both(&spec->publish[i], set->published->sockets[i]);

		if (r < 0)
			log_line(LOG_WARNING,
				 &(struct log_fields){
					 .has_uid = true, .uid = set->owner, .set = set->name},
				 "published port %u is not reserved, or served on localhost: %s",
				 spec->publish[i].host_port, strerror(-r));
	}
}

void publish_hold_again(struct keeper *keeper)
{
	static struct wire_spec spec;
	struct set *set = registry_next_set(keeper->registry, 0, NULL);

	for (; set; set = registry_next_set(keeper->registry, set->owner, set->name)) {
		if (set->published || set->state != SET_READY || !set->spec ||
		    wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &spec) < 0 ||
		    spec.n_publish == 0)
			continue;
		if (make_room(keeper, set, spec.n_publish) < 0) {
			log_error("no memory to hold the published ports of set %s", set->name);
			continue;
		}
		hold_free(set, &spec);
		publish_serve(keeper, set);
	}
}
