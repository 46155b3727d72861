/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The members of a store, shared by store.c, which writes records, and store-load.c, which reads
 * them. */
#pragma once

#include "daemon/keeper/state/store.h"

#define STORE_MAGIC "nsctl-state\n"

/* Classes of records, in the order of loading: sets come first, because links and sessions refer to
 * them. */
enum store_class { SETS, LINKS, SESSIONS, CLASS_COUNT };

/* Name of each class's directory in a store. */
extern const char *const store_directories[CLASS_COUNT];

struct store {
	int state_fd, damaged_fd, applying_fd;
	int fds[CLASS_COUNT];
	/* true: the store for the next boot, with records of any boot, but none of sessions */
	bool lasting;
	uint32_t last_temporary;
	char boot_id[40];
};

/* The beginning of each file, before the record. It must have no padding, because store_checksum()
 * reads all its bytes up to the checksum. */
struct store_header {
	char magic[12];
	uint32_t version;
	char boot_id[40];
	uint32_t size;	   /* of the record that follows */
	uint32_t checksum; /* of all fields above, and of the record */
};

/* Returns the FNV-1a checksum of the header, up to its checksum, and of the record of header->size
 * bytes. */
uint32_t store_checksum(const struct store_header *header, const void *record);

static inline enum store_class store_n_classes(const struct store *store)
{
	return store->lasting ? SESSIONS : CLASS_COUNT;
}
