/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sockets, and messages as if they had been received, for the tests of daemon/wire. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>
#include "base.h"
#include "daemon/wire/codec.h"
#include "tests/unit/fds.h"

static inline void make_socket(int ret[2])
{
	int size = 1 << 20;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ret),
			 0);
	(void)setsockopt(ret[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

/* A message as if it had been received, in a buffer that ends where it does. */
static inline void set_message(struct wire_message *message, const void *payload, size_t size,
			       int fd)
{
	*message = (struct wire_message){.header = malloc(sizeof(struct nlmsghdr) + size)};
	assert_non_null(message->header);
	*message->header = (struct nlmsghdr){.nlmsg_len = sizeof(struct nlmsghdr) + size};
	memcpy(message->header + 1, payload, size);
	if (fd >= 0)
		message->fds[message->n_fds++] = fd;
}
