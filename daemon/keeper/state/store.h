/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the keeper knows, on disk: RUNTIME/state/sets/ID (networks too), links/ID and sessions/ID,
 * one file a record, in the encoding of daemon/wire, written to a temporary name and renamed. A
 * file begins with "nsctl-state\n", a version, the boot id and a checksum of all of it (FNV-1a:
 * corruption, not attack: the directory is root's, 0700). The runtime directory is a tmpfs: no
 * fsync.
 */
#ifndef NSCTL_KEEPER_STORE_H
#define NSCTL_KEEPER_STORE_H

#include "base.h"
#include "daemon/keeper/state/registry.h"

/* What is written; every version from 1 on is read (docs/adr/0006-versions-of-state.md). */
#define STORE_VERSION 2

enum store_outcome {
	STORE_DAMAGED = 1, /* truncated, checksum, foreign or newer version: *ret_why says which */
	STORE_OLD_BOOT,	   /* written before the machine was started */
};

struct store;
/* Opens (and makes) RUNTIME/state below runtime_fd, 0700 root. Takes nothing, and leaves no
 * empty directory behind when it fails. */
int store_open(int runtime_fd, struct store **ret);
/* What is made again at boot: path (made where it is not there) is root's, 0700. -EPERM: it is not
 * root's. Its records are of whichever boot wrote them; what they say of the kernel is left out. */
int store_open_lasting(const char *path, struct store **ret);
struct store *store_close(struct store *store);
int store_sessions_fd(const struct store *store); /* directory of the sessions' files */

/* Writes a set's record: all fields but sessions, work, lease_connection; a set leased by
 * connection is marked so. Atomic. 0 or -errno (ENOSPC: nothing has changed). */
int store_write_set(struct store *store, const struct set *set);
/* Makes absent: 0 also when it was. */
int store_remove_set(struct store *store, const char *id);

int store_write_link(struct store *store, const struct link *link);
int store_remove_link(struct store *store, const char *id);
/* For what lasts, whose names change only once the disk has the content: TASK_KEEP's work. */
struct store_file {
	int directory_fd; /* the store's */
	int fd;		  /* the caller's to close; -1: the name is to go */
	char name[SESSION_SIZE], temporary[SESSION_SIZE + 16];
};
int store_prepare_set(struct store *store, const struct set *set, struct store_file *ret);
int store_prepare_link(struct store *store, const struct link *link, struct store_file *ret);
int store_prepare_removal(struct store *store, bool of_link, const char *id,
			  struct store_file *ret);

/* Any record, by the directory that store_load() told. */
int store_forget(struct store *store, const char *directory, const char *name);

int store_write_session(struct store *store, const struct session *session);
int store_remove_session(struct store *store, const char *id);

/*
 * A topology that is being made: RUNTIME/state/applying/GROUP is there before any set, network or
 * link of that group is, and goes in the moment in which all of it counts. What a start finds of a
 * group that is still being applied is removed.
 */
int store_begin_apply(struct store *store, const char *group); /* 0 or -errno */
int store_end_apply(struct store *store, const char *group);   /* 0 also when it was absent */
bool store_is_applying(const struct store *store, const char *group);
int store_end_all_applies(struct store *store);

/*
 * Calls back for each file. For a readable one with the record (calloc'ed, to be taken), outcome 0;
 * else with NULL, the file's name and the outcome. set_aside() moves a file to state/damaged/.
 */
struct store_callbacks {
	void (*set)(struct set *set, bool by_connection, void *context);
	/* ids: of the sets at its ends, "" for the host */
	void (*link)(struct link *link, char ids[2][SESSION_SIZE], void *context);
	/* set_id: of the set it belongs to */
	void (*session)(struct session *session, const char *set_id, void *context);
	void (*bad)(const char *directory, const char *name, int outcome, const char *why,
		    void *context);
};
/* 0 or -errno: also when a file could not be read for want of memory or descriptors. */
int store_load(struct store *store, const struct store_callbacks *callbacks, void *context);
/* Takes RUNTIME/state away, with everything in it. 0 or -errno. */
int store_purge(struct store *store);
int store_set_aside(struct store *store, const char *directory, const char *name);

/* The parts of loading, for tests and the fuzzer. store_check(): 0 or an outcome and *ret_why; the
 * others, of data that passed it: 0, -EBADMSG or -ENOMEM. */
int store_check(const char *data, size_t size, const char *boot_id, const char **ret_why);
int store_decode_set(const char *data, size_t size, const char *name, struct set **ret);
int store_decode_session(const char *data, size_t size, const char *name, struct session **ret,
			 char ret_set_id[static SESSION_SIZE]);
int store_decode_link(const char *data, size_t size, const char *name, struct link **ret,
		      char ret_ids[static 2][SESSION_SIZE]);
bool store_is_by_connection(const struct set *set);

#endif
