/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rtnetlink, by libmnl: a socket in a network namespace, requests that are sent together, and their
 * answers. Knows messages, not what they are for.
 */
#ifndef NSCTL_KERNEL_RTNL_H
#define NSCTL_KERNEL_RTNL_H

#include <libmnl/libmnl.h>
#include "base.h"
#include "daemon/wire/task.h"

#define RTNL_BUFFER_SIZE 16384
#define RTNL_BATCH_MAX 64

struct rtnl {
	int fd;		    /* -1: not open */
	size_t used;	    /* bytes of requests in buffer */
	unsigned int n;	    /* requests in it */
	unsigned int first; /* sequence number of the first one */
	bool overflow;	    /* one did not fit: committing says -EMSGSIZE */
	/* of requests, then of answers; aligned as netlink messages are */
	char buffer[RTNL_BUFFER_SIZE] __attribute__((aligned(8)));
};

/* A socket in the caller's network namespace, or in that of ns_fd (>= 0), where the process is
 * afterwards. 0 or -errno. */
int rtnl_open(struct rtnl *rtnl, int ns_fd);
void rtnl_close(struct rtnl *rtnl);

/*
 * Appends a request with a family header of header_size bytes (zero); flags beside NLM_F_REQUEST
 * and NLM_F_ACK. Returns the message, to which the caller adds attributes before the next call;
 * never NULL (what does not fit is told by rtnl_commit()).
 */
struct nlmsghdr *rtnl_add(struct rtnl *rtnl, uint16_t type, uint16_t flags, size_t header_size,
			  void **ret_header);
/* How many requests have been added: the next one's position. */
unsigned int rtnl_position(const struct rtnl *rtnl);
/*
 * Sends what was added, all at once, and waits for the answers. The kernel goes on behind one that
 * fails: so none may harm when the one before it has failed. 0, or the -errno of the first that
 * failed and its position.
 */
int rtnl_commit(struct rtnl *rtnl, unsigned int *ret_position);

/* Calls back with each message of a dump. 0, -errno, or -EINTR: to the end, but what there is
 * changed meanwhile, so that something may be missing or told twice. */
#define RTNL_DUMPS_MAX 100 /* to be made again so often, where that matters */
int rtnl_dump(struct rtnl *rtnl, uint16_t type, size_t header_size, mnl_cb_t callback,
	      void *context);
/* Sends one request that was added and calls back with its answer: 0 or -errno. */
int rtnl_get(struct rtnl *rtnl, mnl_cb_t callback, void *context);

/* A new network namespace's lo (index 1) goes up; the kernel gives it its addresses. In the
 * caller's network namespace. 0 or -errno. */
int rtnl_loopback_up(void);

/* In the caller's network namespace: calls back with each interface and its addresses, at most
 * INTERFACES_MAX; 0 or -errno. */
int rtnl_each_interface(void (*callback)(const struct task_interface *interface, void *context),
			void *context);

#endif
