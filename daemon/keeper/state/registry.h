/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the keeper knows, in memory: sets by (owner, name) and sessions by id. Owns its records;
 * knows nothing of disk, kernel or clients. Small on purpose: below 2 KiB for a set, so the spec is
 * kept packed (wire_pack), and optional parts are pointers.
 */
#ifndef NSCTL_KEEPER_REGISTRY_H
#define NSCTL_KEEPER_REGISTRY_H

#include <sys/types.h>
#include "base.h"
#include "daemon/wire/layout.h"
#include "protocol/kind.h"

struct session;
struct link;
struct process_watch;

/* The processes that a set depends on. */
enum watched_process { WATCHED_INIT, WATCHED_LEASE, WATCHED_COUNT };

struct set {
	uid_t owner;
	gid_t gid;	       /* the owner's, when the set was made: its commands' group */
	char name[KEY_SIZE];   /* its key: a set's name, or NETWORK_SIGN and a network's */
	char id[SESSION_SIZE]; /* of all sets ever; names cgroup and state file */
	enum set_state state;
	char *broken; /* why it is, where that is known; else NULL */
	bool frozen;
	bool announced; /* events have told of it, or the state that they begin with */
	uint32_t kinds;
	uint32_t mapping; /* enum spec_mapping, out of the spec */
	bool visible, ip_netns;
	char group[SESSION_SIZE]; /* the Apply that made it: one lease for all; "": none */
	bool run;		  /* a Run's: it ends with its command */
	void *spec;		  /* wire_pack()ed wire_spec */
	size_t spec_size;
	uint64_t created;	   /* Unix epoch, microseconds */
	uint64_t lease;		   /* microseconds, 0: none by time */
	uint64_t expires;	   /* CLOCK_BOOTTIME, microseconds; 0: never by time */
	pid_t lease_pid;	   /* process that it ends with, 0: none ... */
	uint64_t lease_start;	   /* ... which was started then: clock ticks since boot */
	uint32_t lease_connection; /* connection number that it ends with, 0: none; never on disk */
	ino_t inodes[KIND_COUNT];
	uint64_t ids[KIND_COUNT]; /* kernel's never-reused ids, 0 where unknown */
	pid_t init_pid;		  /* 0: no init */
	uint64_t init_start;	  /* its start time, clock ticks since boot */
	struct session *sessions; /* list by session->next_in_set */
	struct link *links;	  /* list by link->next */
	void *network;		  /* a network's wire_pack()ed wire_network; NULL: a set */
	size_t network_size;
	bool boot;	    /* made again when the machine starts ... */
	bool boot_recorded; /* ... for which it is on the disk, as far as we know */
	void *wired;	    /* boot: wire_pack()ed wire_spec of its links alone, complete */
	size_t wired_size;
	int *ports; /* egress.c's: sockets that hold published ports */
	size_t n_ports;
	uint32_t n_published;			      /* what these count for the owner's limit */
	struct process_watch *watches[WATCHED_COUNT]; /* process-watch.c's */
	void *work; /* lifecycle's: the operation that is in progress on it */
	/* resolver.c's: when its files in /etc were found to be due (0: they are not), the next one
	 * in that list, whether a child is at them, and whether the host's are watched for it */
	uint64_t names_due;
	struct set *next_due;
	bool names_busy, names_kept;
	bool names_alone; /* it, or one beside it, missed a deadline: see on_late() in resolver.c */
	uint64_t names_pause, names_resume; /* after that; by clock_boottime() */
};

static inline bool set_is_network(const struct set *set)
{
	return set->name[0] == NETWORK_SIGN;
}

/* The name that its owner gave it. */
static inline const char *set_shown_name(const struct set *set)
{
	return set->name + set_is_network(set);
}

/* What messages call it. */
static inline const char *set_what(const struct set *set)
{
	return set_is_network(set) ? "network" : "set";
}

enum link_state { LINK_CREATING = 1, LINK_READY, LINK_REMOVING };

struct link {
	uid_t owner;
	char name[NAME_SIZE];
	char id[SESSION_SIZE]; /* of all links ever; tags the kernel's interfaces */
	enum link_state state;
	bool announced;		  /* as a set's */
	char group[SESSION_SIZE]; /* as a set's */
	bool boot_recorded;	  /* on the disk, to be made again at boot */
	bool egress;		  /* a set's or network's way to the outside */
	struct set *ends[2];	  /* a, b; NULL: the host, or not attached yet */
	struct link *next[2];	  /* in ends[i]->links */
	void *wire;		  /* wire_pack()ed wire_link, complete */
	size_t wire_size;
	void *work; /* link.c's: what is being done to it */
};

/* The next one of set->links. */
static inline struct link *link_next(const struct link *link, const struct set *set)
{
	return link->next[link->ends[0] == set ? 0 : 1];
}

struct session {
	struct set *set; /* NULL: the set has gone, the status is kept for a while */
	struct session *next_in_set;
	uid_t owner;
	char id[SESSION_SIZE];
	pid_t runner_pid, pid;	 /* 0 when ended */
	uint64_t started, ended; /* Unix epoch, microseconds */
	bool exited;		 /* with status; else by signal (once ended is set) */
	uint32_t status, signal;
	bool attached, removes_set; /* removes_set: a Run's */
	void *words;		    /* packed: the command's beginning, for show */
	size_t words_size;
	void *work; /* session.c's: what watches it */
};

/* Returns true while a command of the set runs. */
static inline bool set_runs_commands(const struct set *set)
{
	for (const struct session *at = set->sessions; at; at = at->next_in_set)
		if (!at->ended)
			return true;
	return false;
}

/* For each uid that has anything: what the limits count. */
struct registry_use {
	uid_t uid;
	uint32_t sets, networks, links, sessions, connections, monitors, ports;
};

/* Returns the count of its owner's networks or sets. */
static inline uint32_t *registry_use_sets(struct registry_use *use, bool networks)
{
	return networks ? &use->networks : &use->sets;
}

struct registry;
int registry_new(struct registry **ret);
struct registry *registry_free(struct registry *registry);
/* Those that are in no registry. */
void registry_free_set(struct set *set);
/* The set is broken from now on, for this reason; it can only be removed. */
void registry_break_set(struct set *set, const char *format, ...) _printf_(2, 3);
void registry_free_link(struct link *link);

/* Adds a set (takes it; it must come from calloc). -EEXIST when (owner, name) is there, -ENOMEM. */
int registry_add_set(struct registry *registry, struct set *set);
/* Takes it out and frees it; its ended sessions stay (set NULL), running ones are the caller's
 * bug (assert), and so are links. */
void registry_drop_set(struct registry *registry, struct set *set);
struct set *registry_find_set(const struct registry *registry, uid_t owner, const char *name);
struct set *registry_find_set_id(const struct registry *registry, const char *id);
/* Networks are among the sets: the caller tells them apart. */
struct set *registry_find_network(const struct registry *registry, uid_t owner, const char *name);
/* The set that holds a namespace of this kind with this inode (and id, where both are known), or
 * NULL. */
struct set *registry_find_namespace(const struct registry *registry, enum kind kind, ino_t inode,
				    uint64_t id);
/* The first set after (owner, name) in order of (owner, name); name NULL: the first of that owner
 * or of any greater one. NULL at the end. O(log n). */
struct set *registry_next_set(const struct registry *registry, uid_t owner, const char *name);
/* The set that expires first, or NULL. O(1); of those in a registry, this alone changes when. */
struct set *registry_first_expiry(const struct registry *registry);
void registry_set_expiry(struct registry *registry, struct set *set, uint64_t expires);
size_t registry_count_sets(const struct registry *registry);

/* Adds a link (takes it; from calloc) to the registry and to the sets of its ends. -EEXIST when
 * (owner, name) is there, -ENOMEM. */
int registry_add_link(struct registry *registry, struct link *link);
/* Takes it out, of the lists of its ends too, and frees it. */
void registry_drop_link(struct registry *registry, struct link *link);
struct link *registry_find_link(const struct registry *registry, uid_t owner, const char *name);
struct link *registry_find_link_id(const struct registry *registry, const char *id);
/* As registry_next_set(). */
struct link *registry_next_link(const struct registry *registry, uid_t owner, const char *name);

/* Adds a session to its set (takes it). -ENOMEM. */
int registry_add_session(struct registry *registry, struct session *session);
/* Marks it as ended (the fields are set by the caller first) and keeps it for ENDED_SECONDS, at
 * most ENDED_MAX of one uid; the oldest goes first, and ret_dropped ids are forgotten on disk by
 * the caller: drop is called for each. */
#define ENDED_SECONDS 3600
#define ENDED_MAX 256
void registry_end_session(struct registry *registry, struct session *session,
			  void (*drop)(struct session *session, void *context), void *context);
/* Forgets a session that has ended or never began. */
void registry_drop_session(struct registry *registry, struct session *session);
/* Forgets those that ended before the given moment (Unix epoch, microseconds). */
void registry_age_sessions(struct registry *registry, uint64_t before,
			   void (*drop)(struct session *session, void *context), void *context);
/* Calls visit for each session, which must not add or drop any. */
void registry_each_session(const struct registry *registry,
			   void (*visit)(struct session *session, void *context), void *context);
struct session *registry_find_session(const struct registry *registry, const char *id);
/* Sessions of a set name, running and ended (also of an earlier set of that name and owner: no;
 * only of this set): iterate set->sessions. */

/* Counters of a uid; made at need, dropped when all are zero. NULL: -ENOMEM. */
struct registry_use *registry_use(struct registry *registry, uid_t uid);
void registry_use_settle(struct registry *registry, uid_t uid);

#endif
