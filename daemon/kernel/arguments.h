/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words and the environment of a command, out of the memfd that a front has filled. */
#ifndef NSCTL_KERNEL_ARGUMENTS_H
#define NSCTL_KERNEL_ARGUMENTS_H

#include "base.h"

struct arguments {
	void *map; /* the memfd of struct wire_command */
	size_t size;
	char **words; /* arguments, NULL, environment, NULL: views on map */
	char *const *environment;
};

/*
 * Reads a memfd that is sealed against any change. The descriptor is a stranger's: a file of
 * another kind, which could be cut short or rewritten while it is read, is refused before anything
 * is asked of it. Returns 0 or -errno (-EBADMSG: it is not what struct wire_command says); to be
 * followed by arguments_done() in any case.
 */
int arguments_read(int fd, struct arguments *ret);
void arguments_done(struct arguments *arguments);

#endif
