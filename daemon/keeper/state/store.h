/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The keeper's records in files: one for each set or network (RUNTIME/state/sets/ID), link
 * (links/ID) and session (sessions/ID), in the encoding of daemon/wire. A file is written under a
 * temporary name and renamed, so a file with its final name is complete. It begins with struct
 * store_header, whose checksum detects corruption, not attacks (only root can write in the
 * directory). These records are of no use after a reboot, so there is no fsync.
 *
 * A second store, the state directory, has the records for the next boot. They must survive on the
 * disk, so workers sync and rename these files (workers/boot-records.h).
 */
#pragma once

#include "daemon/keeper/state/registry.h"

/* The version of new records. Records of all versions from 1 to this one can be read
 * (docs/adr/0006-versions-of-state.md). */
#define STORE_VERSION 3

enum store_outcome {
	STORE_DAMAGED = 1, /* cannot be read, makes no sense, or is of a newer version */
	STORE_OLD_BOOT,	   /* written in another boot of the machine */
};

struct store;
/* Opens the directory "state" in runtime_fd, and makes it with mode 0700 if there is none. On
 * failure, leaves no empty directory behind. Returns 0 or -errno. */
int store_open(int runtime_fd, struct store **ret);
/* Opens the store for the next boot in the directory path. Makes the directory if there is none,
 * and lets only root use it. The records may be of any boot, and have no namespaces and no init.
 * Returns 0, -EPERM if the directory does not belong to root, or another -errno. */
int store_open_lasting(const char *path, struct store **ret);
struct store *store_close(struct store *store);
/* Returns a descriptor of the directory with the sessions' files, which the store owns. */
int store_sessions_fd(const struct store *store);

/*
 * Writes the record of a set: see struct record_set. The record does not have lease.connection, the
 * connection whose end ends the set, but only says whether there is one. Returns 0, or -errno (such
 * as -ENOSPC); after an error, an old record is still there.
 */
int store_write_set(struct store *store, const struct set *set);
/* Removes the record of a set, if there is one. Returns 0 or -errno. */
int store_remove_set(struct store *store, const char *id);

/* Write and remove the record of a link. Both return 0 or -errno. */
int store_write_link(struct store *store, const struct link *link);
int store_remove_link(struct store *store, const char *id);
/* A change of a record for the next boot, which the caller lets a worker carry out
 * (TASK_BOOT_RECORD). The worker syncs the temporary file to the disk and then renames it to name,
 * or it removes the file name. Each store_prepare_...() returns 0 or -errno. */
struct store_file {
	int directory_fd; /* the store's */
	int fd;		  /* the temporary file, which the caller closes; -1: a removal */
	char name[ID_SIZE], temporary[ID_SIZE + 16];
};
int store_prepare_set(struct store *store, const struct set *set, struct store_file *ret);
int store_prepare_link(struct store *store, const struct link *link, struct store_file *ret);
int store_prepare_removal(struct store *store, bool of_link, const char *id,
			  struct store_file *ret);

/* Removes a record. directory and name are those that store_load() passed to bad(). Returns 0, also
 * if there is no such file, or -errno. */
int store_forget(struct store *store, const char *directory, const char *name);

/* Write and remove the record of a session. store_remove_session() also removes the status file,
 * ID.status. Both return 0 or -errno. */
int store_write_session(struct store *store, const struct session *session);
int store_remove_session(struct store *store, const char *id);

/*
 * Calls of Apply in progress. An Apply makes a group of sets, networks and links. Its file,
 * RUNTIME/state/applying/GROUP, is made before the first of these objects. It is removed when all
 * objects are made or, if that fails, when none is left. If nsctld finds the file when it starts,
 * it removes all objects of the group.
 */
int store_begin_apply(struct store *store, const char *group); /* returns 0 or -errno */
int store_end_apply(struct store *store, const char *group);   /* the same; no file is no error */
bool store_is_applying(const struct store *store, const char *group);
int store_end_all_applies(struct store *store);

/*
 * Callbacks of store_load(). set(), link() and session() are called once for each valid record, and
 * take the object that was made from the record.
 *
 * bad() is called for each record that is not valid. name: its file in directory; outcome: enum
 * store_outcome; why: the reason. bad() may call store_forget(), or store_set_aside(), which moves
 * the file to the directory "damaged" of the store, and returns 0 or -errno.
 */
struct store_callbacks {
	/* by_connection: the set was to end with a client's connection */
	void (*set)(struct set *set, bool by_connection, void *context);
	/* ids: those of the sets at the two ends of the link; "" is the host */
	void (*link)(struct link *link, char ids[2][ID_SIZE], void *context);
	/* set_id: the id of the set of the session */
	void (*session)(struct session *session, const char *set_id, void *context);
	void (*bad)(const char *directory, const char *name, int outcome, const char *why,
		    void *context);
};
/* Reads all records, and calls the callbacks. Removes the temporary files of a killed daemon.
 * Returns 0, or -errno if a directory cannot be read, or a file for lack of memory or
 * descriptors. */
int store_load(struct store *store, const struct store_callbacks *callbacks, void *context);
/* Removes all that is in the store. Also removes the store's directory if it is RUNTIME/state, but
 * not if it is the state directory for the next boot. Returns 0 or -errno. */
int store_purge(struct store *store);
int store_set_aside(struct store *store, const char *directory, const char *name);

/*
 * Parts of store_load(), for tests and the fuzzer. data: the contents of a file called name.
 * boot_id: the id of this boot. store_check() returns 0, or an enum store_outcome and, in *ret_why,
 * the reason. store_decode_...() returns 0, -EBADMSG or -ENOMEM; its data must be such that
 * store_check() does not return STORE_DAMAGED.
 */
int store_check(const char *data, size_t size, const char *boot_id, const char **ret_why);
int store_decode_set(const char *data, size_t size, const char *name, struct set **ret);
int store_decode_session(const char *data, size_t size, const char *name, struct session **ret,
			 char ret_set_id[static ID_SIZE]);
int store_decode_link(const char *data, size_t size, const char *name, struct link **ret,
		      char ret_ids[static 2][ID_SIZE]);
/* Returns true if the set, by its specification, ends with a client's connection. The set must have
 * a specification. */
bool store_is_by_connection(const struct set *set);
