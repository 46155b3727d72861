/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Converts the options of create (and run) to a SetSpec of org.nsctl.varlink, with its descriptors.
 * Paths are opened here with the user's rights, never by the daemon.
 */
#ifndef NSCTL_CLIENT_SPEC_H
#define NSCTL_CLIENT_SPEC_H

#include <jansson.h>
#include "client/connection.h"
#include "client/options.h"

extern const struct option_row spec_options[];

/* Completes parameters.spec, after all options have been taken. */
void spec_finish(struct options *options);

/* Opens path, and adds the descriptor's index and its real path to object. Returns 0, -errno, or
 * -E2BIG if there are too many mounts with descriptors. */
int spec_add_path(struct call_fds *fds, int directory_fd, const char *path, int flags,
		  json_t *object, const char *path_key, const char *fd_key);

#endif
