/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The options of create (and run) to a SetSpec of org.nsctl.varlink, and to the descriptors that it
 * names: the paths in it are opened here, with the rights of who asks, and never by the daemon.
 */
#ifndef NSCTL_CLIENT_SPEC_H
#define NSCTL_CLIENT_SPEC_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>
#include "client/connection.h"
#include "client/options.h"

extern const struct option_row spec_options[];

struct spec {
	json_t *json;
	struct call_fds *fds; /* the caller's */
	uint32_t chosen;      /* kinds that were named */
	uint32_t needed;      /* kinds that come with other options */
	bool no_mount_proc;
};

void spec_init(struct spec *spec, struct call_fds *fds);
void spec_done(struct spec *spec);

/* Takes the option at hand. 0, a status (told), or SPEC_OTHER where it is none of spec_options. */
#define SPEC_OTHER (-1)
int spec_option(struct spec *spec, const struct options *options);

/* The spec, once all options have been taken; the caller's to release. */
json_t *spec_finish(struct spec *spec);

/* Opens path and adds it to object: the index of the descriptor, and where that leads. 0, -errno,
 * or -E2BIG where there are too many. */
int spec_add_path(struct call_fds *fds, int directory_fd, const char *path, int flags,
		  json_t *object, const char *path_key, const char *fd_key);

/* "K=V" to a member of labels; false where it is none. */
bool spec_label(const char *word, json_t *labels);

#endif
