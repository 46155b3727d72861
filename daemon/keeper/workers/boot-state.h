/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state in memory of the records for the next boot, which boot-records.c and start/boot.c
 * share. */
#pragma once

#include "daemon/keeper/workers/boot-records.h"
#include "protocol/name.h"

struct boot_write;

/* A recorded link that did not exist when nsctld started, and is to be made again. */
struct boot_link {
	struct link *link;
	char ids[2][ID_SIZE]; /* of the sets at its ends; "": the host */
};

struct boot {
	const char *path;
	struct store *store;		 /* NULL: no directory, or it cannot be used */
	struct boot_write *first, *last; /* changes that wait for the disk, in order */
	bool writing;			 /* a worker carries out the first one */
	/* Recorded sets and networks that did not exist, or were only half-made, when nsctld
	 * started, the oldest first. Those from next_set on have not been made again yet. */
	struct set **sets;
	size_t n_sets, next_set;
	struct boot_link *links; /* the same for links, in any order */
	size_t n_links, next_link;
	/* restoring: since boot_restore(), until nothing is left to make; making: an object is
	 * being made */
	bool restoring, making;
	struct event *patience;		     /* timer: calls done() after PATIENCE_SECONDS */
	void (*done)(struct keeper *keeper); /* of boot_restore(); NULL: was called, or none */
};

/* Removes the file with a link's record for the next boot. The links with which a set was made have
 * no such file: they are in the set's record. */
void boot_forget_link(struct keeper *keeper, const char *id);
