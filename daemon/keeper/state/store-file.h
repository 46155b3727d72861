/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by store.c, which writes records, and store-load.c: see store.h. */
#ifndef NSCTL_KEEPER_STORE_FILE_H
#define NSCTL_KEEPER_STORE_FILE_H

#include "daemon/keeper/state/store.h"

#define STORE_MAGIC "nsctl-state\n"

/* In the order of reading: a link needs its sets, a session its set. */
enum store_class { SETS, LINKS, SESSIONS, CLASS_COUNT };

/* Directory of each class, below the store's own. */
extern const char *const store_directories[CLASS_COUNT];

struct store {
	int state_fd, damaged_fd, applying_fd;
	int fds[CLASS_COUNT];
	bool lasting; /* for the next boots: of any boot, and without sessions */
	uint32_t last_temporary;
	char boot_id[40];
};

/* Precedes each record. It has no padding, as all of it is checksummed. */
struct store_header {
	char magic[12];
	uint32_t version;
	char boot_id[40];
	uint32_t size;	   /* of the record that follows */
	uint32_t checksum; /* of all fields before it, and of the record */
};

/* FNV-1a: detects damage, not malice; the directory is root's. */
uint32_t store_checksum(const struct store_header *header, const void *record);

static inline enum store_class store_n_classes(const struct store *store)
{
	return store->lasting ? SESSIONS : CLASS_COUNT;
}

#endif
