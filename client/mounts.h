/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The options of create (and run) about mounts. Paths are opened here with the user's rights, never
 * by the daemon.
 */
#pragma once

#include "client/options.h"

/* Appends a mount of the current option to spec.mounts. Returns it; it stays the list's. */
json_t *mounts_add(const struct options *options, const char *type, const char *target);
/* Opens the source of the current option's mount, a directory. Returns 0, or an exit status after
 * reporting the error. */
int mounts_add_directory(const struct options *options, json_t *mount, const char *path);

int mounts_take_bind(struct options *options);
int mounts_take_tmpfs(struct options *options);
int mounts_take_dev(struct options *options);
int mounts_take_read_only(struct options *options);
int mounts_take_hide(struct options *options);
int mounts_take_overlay(struct options *options);
int mounts_take_device(struct options *options);
int mounts_take_proc(struct options *options);
int mounts_take_root(struct options *options);

/* Completes the list of mounts, after all options have been taken. */
void mounts_finish(struct options *options);

/* Opens path, and adds the descriptor's index and its real path to object. Returns 0, -errno, or
 * -E2BIG if there are too many mounts with descriptors. */
int mounts_add_path(struct call_fds *fds, int directory_fd, const char *path, int flags,
		    json_t *object, const char *path_key, const char *fd_key);
