/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The proxy of a set's published ports on the host's loopback addresses, which cannot be translated
 * (docs/adr/0029-localhost.md). It runs in the set's net namespace, with its owner's uid, not
 * dumpable, and without capabilities. It takes connections and datagrams at sockets that the keeper
 * has bound in the host's net namespace, and passes them on by sockets of its own, which are the
 * set's. It ends when the keeper closes the leash.
 */
#pragma once

#include "base.h"
#include "daemon/kernel/host.h"
#include "daemon/wire/task.h"

/* Carries out TASK_PROXY in a child: starts the proxy. */
void child_proxy(const struct host *host, const struct task_proxy *task) __attribute__((noreturn));

/* What the proxy serves: non-blocking sockets, in no order. */
struct proxy_port {
	int fd;
	bool udp;
	uint16_t port; /* in the set, host byte order */
};
struct proxy {
	int leash_fd;
	struct proxy_port ports[TASK_LISTENERS_MAX];
	size_t n_ports;
	int owner_fd;		/* proxy_owner_open(): tells whose datagrams come in; -1: unknown */
	const char *targets[2]; /* the set's addresses: IPv4, IPv6; NULL: none */
};
/* Serves until the leash is closed. proxy-serve.c */
void proxy_serve(const struct proxy *proxy);
