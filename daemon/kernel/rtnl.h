/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rtnetlink by libmnl: a socket in a net namespace, requests that are sent together, and their
 * answers. This module does not know what the messages are for.
 */
#pragma once

#include <libmnl/libmnl.h>
#include "daemon/wire/task.h"

#define RTNL_BUFFER_SIZE 16384
#define RTNL_BATCH_MAX 64

struct rtnl {
	int fd;		    /* -1: not open */
	size_t used;	    /* bytes of requests in buffer */
	unsigned int n;	    /* requests in buffer */
	unsigned int first; /* sequence number of the first request */
	bool overflow;	    /* a request did not fit: rtnl_commit() returns -EMSGSIZE */
	/* Requests, then answers; aligned like netlink messages. */
	char buffer[RTNL_BUFFER_SIZE] __attribute__((aligned(8)));
};

/* Opens a socket in the net namespace of ns_fd, to which it moves the process, or in the current
 * one if ns_fd is -1. Returns 0 or -errno. */
int rtnl_open(struct rtnl *rtnl, int ns_fd);
void rtnl_close(struct rtnl *rtnl);
/* Closes a variable's socket at the end of the block. rtnl_open() must be called before any return;
 * nothing else is set, because the buffer is large. */
#define _cleanup_rtnl_ _cleanup_(rtnl_close)

/*
 * Appends a request with a family header of header_size zero bytes; flags are added to
 * NLM_F_REQUEST and NLM_F_ACK. Returns the message, to which the caller adds attributes before the
 * next call; never NULL (rtnl_commit() says if it did not fit).
 */
struct nlmsghdr *rtnl_add(struct rtnl *rtnl, uint16_t type, uint16_t flags, size_t header_size,
			  void **ret_header);
/* Returns the number of requests added: the position of the next one. */
unsigned int rtnl_position(const struct rtnl *rtnl);
/*
 * Sends all requests and waits for the answers. The kernel goes on after a request that fails, so
 * no request may do harm if an earlier one fails. Returns 0, or -errno of the first request that
 * failed, with its position in *ret_position.
 */
int rtnl_commit(struct rtnl *rtnl, unsigned int *ret_position);

/* Calls back with each message of a dump. Returns 0, -errno, or -EINTR: the dump is complete, but
 * objects changed meanwhile, so some may be missing or reported twice. */
#define RTNL_DUMPS_MAX 100 /* tries after -EINTR, where that matters */
int rtnl_dump(struct rtnl *rtnl, uint16_t type, size_t header_size, mnl_cb_t callback,
	      void *context);
/* Sends the only request, which was added before, and calls back with its answer. Returns 0 or
 * -errno. */
int rtnl_get(struct rtnl *rtnl, mnl_cb_t callback, void *context);

/* Sets the loopback interface of a new net namespace up; the kernel gives it its addresses. The
 * process is in that namespace. Returns 0 or -errno. */
int rtnl_loopback_up(void);

/* Calls back with each interface of the current net namespace and its addresses, at most
 * INTERFACES_MAX. Returns 0 or -errno. */
int rtnl_each_interface(void (*callback)(const struct task_interface *interface, void *context),
			void *context);
