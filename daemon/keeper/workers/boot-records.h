/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sets and networks that are made again when the machine starts, and the links between them: their
 * records under the state directory, and the making. A record is there before anybody is told that
 * a set is, and gone before anybody is told that it is removed; the disk is waited for by a worker,
 * one file at a time, never by the keeper.
 *
 * At the start, what is recorded and not there is made by the ordinary way, with the rights that
 * its owner has today, networks and sets in the order in which they were first made, then links.
 * What cannot be made is told in the log, listed as broken, and tried again at the next start.
 */
#ifndef NSCTL_KEEPER_BOOT_RECORDS_H
#define NSCTL_KEEPER_BOOT_RECORDS_H

#include "daemon/keeper/base/keeper.h"

/* failure NULL: the disk has it. */
typedef void boot_kept(struct keeper *keeper, const struct failure *failure, void *context);

/* Opens the state directory, if it is there. 0 or -ENOMEM: one that cannot be used is told in the
 * log, and what wants to be kept then fails. */
int boot_open(struct keeper *keeper, const char *path);
void boot_close(struct keeper *keeper);
/* Takes everything out of the state directory. */
int boot_purge(struct keeper *keeper);

/* --- records: boot-records.c --- */

/* Whether all that the set's links lead to is made again too. 0 or ERROR_INVALID_VALUE. */
int boot_check_links(const struct set *set, struct failure *failure);
/* The set has just been made, with the links of its specification and no others. */
void boot_keep_set(struct keeper *keeper, struct set *set, boot_kept *kept, void *context);
void boot_forget_set(struct keeper *keeper, const char *id, boot_kept *kept, void *context);

/* A link is ready, or has changed; it is kept if it will be there after a boot. */
void boot_link_made(struct keeper *keeper, struct link *link);
/* It is being forgotten. */
void boot_link_gone(struct keeper *keeper, struct link *link);

/* --- the start: boot.c --- */

/* Reads the records, after those of this boot have been read and before they are put right. */
void boot_load(struct keeper *keeper);
/* Makes what is recorded and not there. done is called once: when there is nothing left to make,
 * perhaps at once, or after PATIENCE_SECONDS, as what users have had made may hang. */
void boot_restore(struct keeper *keeper, void (*done)(struct keeper *keeper));
/* Something that was half made has been removed: it may be made again. */
void boot_go_on(struct keeper *keeper);

#endif
