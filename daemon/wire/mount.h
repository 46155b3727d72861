/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A mount of a set's specification: see layout.h. */
#pragma once

#include "base.h"

enum spec_mount_type {
	MOUNT_BIND = 1,
	MOUNT_TMPFS,
	MOUNT_PROC,
	MOUNT_SYSFS,
	MOUNT_DEV,
	MOUNT_MQUEUE,
	MOUNT_CGROUP2,
	MOUNT_READ_ONLY, /* what is at target, with all mounts below it, becomes read-only */
	MOUNT_HIDDEN,	 /* what is at target becomes empty and read-only */
	MOUNT_DEVICE,	 /* a bind of a character device, which can be opened there */
	MOUNT_OVERLAY,	 /* what is written below target is kept elsewhere: mount_is_kept(), or in
			    memory until the set ends */
};

struct spec_mount {
	uint32_t type; /* enum spec_mount_type */
	const char *target;
	const char *source; /* for display, and for boot */
	int source_fd;	    /* mount_has_source(), mount_is_kept(): O_PATH, opened by the client */
	bool read_only;
	uint32_t mode; /* MOUNT_TMPFS: its permissions; 0: 1777 if it is for all, else 0755 */
	uint64_t size; /* MOUNT_TMPFS, MOUNT_OVERLAY: bytes, 0: the default */
};

/* Returns true if mounts of this type show a file of the client's. */
static inline bool mount_has_source(uint32_t type)
{
	return type == MOUNT_BIND || type == MOUNT_DEVICE;
}

/* Returns true for the tmpfs that is the root of its set; it is the first mount. */
static inline bool mount_is_empty_root(const struct spec_mount *mount)
{
	return mount->type == MOUNT_TMPFS && mount->target && strcmp(mount->target, "/") == 0;
}

/* Returns true for an overlay that keeps what is written in a directory, its source. */
static inline bool mount_is_kept(const struct spec_mount *mount)
{
	return mount->type == MOUNT_OVERLAY && (mount->source_fd >= 0 || mount->source);
}

/* Returns true if mounts of this type change what is at the target already. */
static inline bool mount_changes(uint32_t type)
{
	return type == MOUNT_READ_ONLY || type == MOUNT_HIDDEN || type == MOUNT_OVERLAY;
}
