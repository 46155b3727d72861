/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by boot-records.c and start/boot.c. */
#ifndef NSCTL_KEEPER_BOOT_STATE_H
#define NSCTL_KEEPER_BOOT_STATE_H

#include "daemon/keeper/workers/boot-records.h"
#include "protocol/name.h"

struct boot_write;

/* A record of a link that does not exist yet. */
struct boot_link {
	struct link *link;
	char ids[2][ID_SIZE]; /* ids of the sets at its ends, "" for the host */
};

struct boot {
	const char *path;
	struct store *store;		 /* NULL: no record was ever kept */
	struct boot_write *first, *last; /* files to be written or removed, in order */
	bool writing;			 /* the first one is in progress */
	/* records to be made again, oldest first */
	struct set **sets;
	size_t n_sets, next_set;
	struct boot_link *links;
	size_t n_links, next_link;
	bool restoring, making;		     /* making: the next one is in progress */
	struct event *patience;		     /* when it fires, done is called in any case */
	void (*done)(struct keeper *keeper); /* NULL: it has been called */
};

/* Removes the record of a link that is not part of a set's specification. */
void boot_forget_link(struct keeper *keeper, const char *id);

#endif
