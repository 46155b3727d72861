/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nsctld-resolver: answers the questions of one user's sets whose egress is limited to a list with
 * names. It forwards a question that the list has, and has the keeper let the addresses of the
 * answer through before the set gets it. It has no privilege and opens no file: only the channel to
 * the keeper, sockets in the sets, and its own to the name servers. What keeper and resolver say to
 * each other is in daemon/wire/resolver.h.
 */
#include <sys/resource.h>
#include "daemon/confine/confine.h"
#include "daemon/resolver/resolver.h"

/* --- the system call filter --- */

/* The resolver makes sockets to name servers, and accepts connections of sets. It opens no file,
 * and reads only the lists that it is given. */
static const int allowed[] = {
	SCMP_SYS(accept4),
	SCMP_SYS(connect),
	SCMP_SYS(getsockopt),
	SCMP_SYS(pread64),
	SCMP_SYS(readv),
	SCMP_SYS(sendto),
#ifdef NSCTL_SANITIZED
	/* the leak check lists threads */
	SCMP_SYS(getdents),
	SCMP_SYS(getdents64),
	SCMP_SYS(lseek),
#endif
};

#ifdef NSCTL_SANITIZED /* confine.c allows more to sanitizers */
static const int refused[] = {};
#else
static const int refused[] = {SCMP_SYS(open), SCMP_SYS(openat)};
#endif

/* No packet socket, no netlink, no Unix socket. */
static const struct confine_condition conditional[] = {
	{SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, AF_INET, 0)},
	{SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, AF_INET6, 0)},
};

/* Sets the filter for the rest of the process's life. Returns 0 or -errno. */
static int enforce_filter(void)
{
	static const struct confine_calls calls = CONFINE_CALLS(allowed, refused, conditional);

	return confine_enforce(&calls);
}

/* --- the resolver --- */

#define MESSAGES_AT_ONCE 64

static int on_add(struct resolver *resolver)
{
	struct wire_resolver_add wire;
	int r = wire_decode(&resolver->message, &wire_resolver_add_layout, &wire);

	return r < 0 ? r : set_add(resolver, &wire);
}

/* A message about an unknown set is no error: the keeper may know a set before its sockets are
 * made. */
static int on_list(struct resolver *resolver)
{
	struct wire_resolver_list wire;
	int r = wire_decode(&resolver->message, &wire_resolver_list_layout, &wire);
	struct set *set = r < 0 ? NULL : set_find(resolver, wire.cookie);

	return set ? set_list(set, &wire) : r;
}

static int on_upstreams(struct resolver *resolver)
{
	struct wire_resolver_upstreams wire;
	int r = wire_decode(&resolver->message, &wire_resolver_upstreams_layout, &wire);
	struct set *set = r < 0 ? NULL : set_find(resolver, wire.cookie);

	return set ? set_upstreams(set, &wire) : r;
}

static int on_remove(struct resolver *resolver)
{
	struct wire_resolver_remove wire;
	int r = wire_decode(&resolver->message, &wire_resolver_remove_layout, &wire);
	struct set *set = r < 0 ? NULL : set_find(resolver, wire.cookie);

	if (set)
		set_remove(set);
	return r;
}

static int on_allowed(struct resolver *resolver)
{
	struct wire_resolver_allowed wire;
	int r = wire_decode(&resolver->message, &wire_resolver_allowed_layout, &wire);

	if (r < 0)
		return r;
	if (resolver->n_requests == 0)
		return -EBADMSG;
	resolver->n_requests--;
	ask_allowed(resolver, resolver->message.header->nlmsg_seq, wire.refused);
	allow_go_on(resolver);
	return 0;
}

static int on_message(struct resolver *resolver)
{
	switch (resolver->message.header->nlmsg_type) {
	case RESOLVER_ADD:
		return on_add(resolver);
	case RESOLVER_LIST:
		return on_list(resolver);
	case RESOLVER_UPSTREAMS:
		return on_upstreams(resolver);
	case RESOLVER_REMOVE:
		return on_remove(resolver);
	case RESOLVER_ALLOWED:
		return on_allowed(resolver);
	default:
		return -EBADMSG;
	}
}

static void on_readable(evutil_socket_t fd, short what _unused_, void *context)
{
	struct resolver *resolver = context;

	for (int i = 0; i < MESSAGES_AT_ONCE; i++) {
		int r = wire_receive(&resolver->message, fd);

		if (r == -EAGAIN)
			return;
		/* -ECONNRESET: it has ended without reading all that we sent */
		if (r == 0 || r == -ECONNRESET) {
			event_base_loopbreak(resolver->loop);
			return;
		}
		if (r == 1)
			r = on_message(resolver);
		wire_message_close_fds(&resolver->message);
		/* without that message, a set could have an old list */
		if (r < 0)
			_exit(confine_complain("follow the keeper", r));
	}
}

/* Continues when the pipe has room. Ignores a closed pipe: then the keeper has closed the socket,
 * too, which ends this process. */
static void on_writable(evutil_socket_t fd, short what _unused_, void *context)
{
	struct resolver *resolver = context;

	if (wire_outbox_flush(&resolver->outbox, fd) == -EAGAIN)
		event_add(resolver->writable, NULL);
	else
		allow_go_on(resolver);
}

/* Raises the limit of descriptors as far as allowed, so that some are left for the keeper's
 * messages when sets use many. */
static void raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* Returns false if there is no memory. */
static bool allocate(struct resolver *resolver)
{
	LIST_INIT(&resolver->sets);
	LIST_INIT(&resolver->queries);
	TAILQ_INIT(&resolver->turns);
	if (wire_writer_init(&resolver->writer, WIRE_SIZE_MAX) < 0 ||
	    wire_message_init(&resolver->message) < 0 || wire_outbox_init(&resolver->outbox) < 0)
		return false;
	resolver->loop = event_base_new();
	if (!resolver->loop)
		return false;
	resolver->readable =
		event_new(resolver->loop, RESOLVER_FD, EV_READ | EV_PERSIST, on_readable, resolver);
	resolver->writable =
		event_new(resolver->loop, RESOLVER_REQUESTS_FD, EV_WRITE, on_writable, resolver);
	return resolver->readable && resolver->writable && event_add(resolver->readable, NULL) == 0;
}

/* Does everything that the filter forbids afterwards. */
static int set_up(struct resolver *resolver)
{
	int r = confine_begin(RESOLVER_FD, RESOLVER_REQUESTS_FD, RESOLVER_REQUESTS_FD);

	if (r)
		return r;
	raise_descriptors();
	if (!allocate(resolver))
		return confine_complain("start", -ENOMEM);
	r = enforce_filter();
	return r < 0 ? confine_complain("set the system call filter", r) : 0;
}

int main(void)
{
	static struct resolver resolver;
	int r = set_up(&resolver);

	if (r)
		return r;
	event_base_dispatch(resolver.loop);
	while (!LIST_EMPTY(&resolver.sets))
		set_remove(LIST_FIRST(&resolver.sets));
	event_free(resolver.readable);
	event_free(resolver.writable);
	event_base_free(resolver.loop);
	wire_writer_done(&resolver.writer);
	wire_message_done(&resolver.message);
	wire_outbox_done(&resolver.outbox);
	return EXIT_SUCCESS;
}
