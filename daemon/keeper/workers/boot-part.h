/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What boot-records.c and boot.c share. */
#ifndef NSCTL_KEEPER_BOOT_PART_H
#define NSCTL_KEEPER_BOOT_PART_H

#include "daemon/keeper/workers/boot-records.h"
#include "protocol/name.h"

struct keep;

/* A record of a link that is not there. */
struct boot_link {
	struct link *link;
	char ids[2][SESSION_SIZE]; /* of the sets at its ends, "" for the host */
};

struct boot {
	const char *path;
	struct store *store;	   /* NULL: nothing has ever been kept */
	struct keep *first, *last; /* files to be kept or forgotten, in order */
	bool keeping;		   /* the first one is being worked on */
	/* what is to be made again: records, oldest first */
	struct set **sets;
	size_t n_sets, next_set;
	struct boot_link *links;
	size_t n_links, next_link;
	bool restoring, making;		     /* the next one is being made */
	struct event *patience;		     /* until done is called in any case */
	void (*done)(struct keeper *keeper); /* NULL: it has been called */
};

/* Of a link in a directory of its own: not one of a set's specification. */
void boot_forget_link(struct keeper *keeper, const char *id);

#endif
