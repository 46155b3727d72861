/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the keeper holds in memory about the records for the next boot. boot-records.c and
 * start/boot.c share it. */
#pragma once

#include "daemon/keeper/workers/boot-records.h"
#include "protocol/name.h"

struct boot_write;

/* A recorded link that does not exist yet. */
struct boot_link {
	struct link *link;
	char ids[2][ID_SIZE]; /* of the sets at its ends; "": the host */
};

struct boot {
	const char *path;
	struct store *store;		 /* NULL: no record was ever kept */
	struct boot_write *first, *last; /* changes that wait for the disk, in order */
	bool writing;			 /* a worker carries out the first one */
	/* recorded objects that are missing, oldest first */
	struct set **sets;
	size_t n_sets, next_set;
	struct boot_link *links;
	size_t n_links, next_link;
	bool restoring, making;		     /* making: the next object is being made */
	struct event *patience;		     /* calls done, if it still waits */
	void (*done)(struct keeper *keeper); /* NULL: done was called */
};

/* Removes the file with a link's record for the next boot. Links that a set was made with have no
 * such file: the record of their set has them. */
void boot_forget_link(struct keeper *keeper, const char *id);
