/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The registry: all sets, networks, links and sessions in memory, found by (owner, name) or by id.
 * It owns its records, and knows nothing of disk, kernel or clients. Records are small, below 2 KiB
 * for a set: the specification is kept packed (wire_pack()), and optional parts are pointers.
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
enum watched_process {
	WATCHED_INIT,
	WATCHED_LEASE,	   /* the one that its lease is for */
	WATCHED_WATCHER,   /* of the pipe that its lease is for */
	WATCHED_PROCESSES, /* those of a cgroup below its own: see idle.h */
	WATCHED_COUNT,
};

struct set {
	uid_t owner;
	gid_t gid;	     /* the owner's gid when the set was made, used for its commands */
	char name[KEY_SIZE]; /* its key: a set's name, or NETWORK_SIGN and a network's */
	char id[ID_SIZE];    /* unique for all time; names the cgroup and the state file */
	enum set_state state;
	char *broken; /* the reason, if known, else NULL */
	bool frozen;
	bool announced; /* events, or the state before them, have reported it */
	uint32_t kinds;
	uint32_t mapping; /* enum spec_mapping, from the spec */
	bool visible, ip_netns;
	char group[ID_SIZE]; /* the Apply that made it; "": none */
	bool run;	     /* made by Run: the set ends with its command */
	void *spec;	     /* wire_pack()ed wire_spec */
	size_t spec_size;
	uint64_t created;	   /* Unix epoch, microseconds */
	uint64_t lease;		   /* microseconds, 0: none by time */
	uint64_t lease_expires;	   /* CLOCK_BOOTTIME, microseconds; 0: no lease by time */
	uint64_t idle;		   /* microseconds, 0: no lease by idleness */
	uint64_t idle_expires;	   /* CLOCK_BOOTTIME, microseconds; 0: the set is not idle */
	uint64_t expires;	   /* the first of both: registry_set_expiry() */
	pid_t lease_pid;	   /* the set ends with this process, 0: none */
	uint64_t lease_start;	   /* start time of that process, in clock ticks since boot */
	pid_t watcher_pid;	   /* the set ends with this watcher of a pipe, 0: none */
	uint64_t watcher_start;	   /* its start time */
	uint32_t lease_connection; /* the set ends with this connection, 0: none; never on disk */
	ino_t inodes[KIND_COUNT];
	uint64_t ids[KIND_COUNT]; /* kernel's never-reused ids; 0 if unknown */
	pid_t init_pid;		  /* 0: no init */
	uint64_t init_start;	  /* its start time, clock ticks since boot */
	struct session *sessions; /* list by session->next_in_set */
	struct link *links;	  /* list by link->next */
	void *network;		  /* wire_pack()ed wire_network of a network; NULL: a set */
	size_t network_size;
	bool boot;	    /* made again when the machine starts */
	bool boot_recorded; /* its record for that is on the disk, as far as we know */
	void *boot_links;   /* boot: wire_pack()ed wire_spec with only its links, complete */
	size_t boot_links_size;
	int *ports; /* owned by egress.c: sockets that hold published ports */
	size_t n_ports;
	uint32_t n_published;			      /* its part of the owner's limit */
	struct process_watch *watches[WATCHED_COUNT]; /* owned by process-watch.c */
	void *work; /* owned by create.c and remove.c: the operation in progress */
	/*
	 * Owned by resolver.c: when its files in /etc became due for an update (0: they are not),
	 * the next set in that list, a child is updating them, and the host's files are watched for
	 * it.
	 */
	uint64_t resolver_due;
	struct set *next_due;
	bool resolver_busy, resolver_kept;
	bool resolver_alone; /* it, or a set in its task, missed a deadline: on_late() */
	uint64_t resolver_pause, resolver_resume; /* after that: CLOCK_BOOTTIME */
};

static inline bool set_is_network(const struct set *set)
{
	return set->name[0] == NETWORK_SIGN;
}

/* Returns the name that its owner gave it. */
static inline const char *set_shown_name(const struct set *set)
{
	return set->name + set_is_network(set);
}

/* Returns when the set expires, by time or by idleness; 0: by neither. */
static inline uint64_t set_next_expiry(const struct set *set)
{
	if (!set->lease_expires || !set->idle_expires)
		return set->lease_expires + set->idle_expires;
	return MIN(set->lease_expires, set->idle_expires);
}

/* Returns "set" or "network", for messages. */
static inline const char *set_what(const struct set *set)
{
	return set_is_network(set) ? "network" : "set";
}

enum link_state { LINK_CREATING = 1, LINK_READY, LINK_REMOVING };

struct link {
	uid_t owner;
	char name[NAME_SIZE];
	char id[ID_SIZE]; /* unique for all time; tags the kernel's interfaces */
	enum link_state state;
	bool announced;	      /* like a set's */
	char group[ID_SIZE];  /* like a set's */
	bool boot_recorded;   /* its record for the next boot is on the disk */
	bool egress;	      /* it is a way out of a set or network */
	struct set *ends[2];  /* a, b; NULL: the host, or not attached yet */
	struct link *next[2]; /* in ends[i]->links */
	void *wire;	      /* wire_pack()ed wire_link, complete */
	size_t wire_size;
	void *work; /* owned by link.c: the operation in progress */
};

/* Returns the next link of set->links. */
static inline struct link *link_next(const struct link *link, const struct set *set)
{
	return link->next[link->ends[0] == set ? 0 : 1];
}

struct session {
	struct set *set; /* NULL: the set is gone, and the status is kept for a while */
	struct session *next_in_set;
	uid_t owner;
	char id[ID_SIZE];
	pid_t runner_pid, pid;	 /* 0 after the end */
	uint64_t started, ended; /* Unix epoch, microseconds */
	bool exited; /* ended with a status; else by a signal (valid when ended is set) */
	uint32_t status, signal;
	bool attached, removes_set; /* removes_set: started by Run */
	void *words;		    /* packed: the beginning of the command line, for display */
	size_t words_size;
	void *work; /* owned by session.c: watches the session */
	void *left; /* owned by session-left.c: watches what its command left; NULL: nothing */
};

/* Returns true while a command of the set runs. */
static inline bool set_runs_commands(const struct set *set)
{
	for (const struct session *at = set->sessions; at; at = at->next_in_set)
		if (!at->ended)
			return true;
	return false;
}

/* Returns true if the session counts: its command runs, or has left processes. */
static inline bool session_counts(const struct session *session)
{
	return !session->ended || session->left;
}

/* Counters of each uid that owns anything, for the limits. */
struct registry_use {
	uid_t uid;
	uint32_t sets, networks, links, sessions, connections, monitors, ports;
};

/* Returns the counter of the owner's networks or sets. */
static inline uint32_t *registry_use_sets(struct registry_use *use, bool networks)
{
	return networks ? &use->networks : &use->sets;
}

struct registry;
int registry_new(struct registry **ret);
struct registry *registry_free(struct registry *registry);
/* For records that are not in a registry. */
void registry_free_set(struct set *set);
/* Marks the set as broken for this reason: it can only be removed. */
void registry_break_set(struct set *set, const char *format, ...) _printf_(2, 3);
void registry_free_link(struct link *link);

/* Adds a set, which must come from calloc(), and takes ownership. Returns 0, -EEXIST if there is
 * one with this owner and name, or -ENOMEM. */
int registry_add_set(struct registry *registry, struct set *set);
/* Removes the set and frees it. Its ended sessions stay, with set NULL; it must have no running
 * sessions and no links (assert). */
void registry_drop_set(struct registry *registry, struct set *set);
struct set *registry_find_set(const struct registry *registry, uid_t owner, const char *name);
struct set *registry_find_set_id(const struct registry *registry, const char *id);
/* Finds a network. Networks are among the sets: callers of the other functions distinguish them. */
struct set *registry_find_network(const struct registry *registry, uid_t owner, const char *name);
/* Returns the set with a namespace of this kind and inode (and id, if both are known), or NULL. */
struct set *registry_find_namespace(const struct registry *registry, enum kind kind, ino_t inode,
				    uint64_t id);
/* Returns the first set after (owner, name) in order of (owner, name), or NULL. name NULL: the
 * first set of this owner or a greater one. O(log n). */
struct set *registry_next_set(const struct registry *registry, uid_t owner, const char *name);
/* Returns the set that expires first, or NULL. O(1). */
struct set *registry_first_expiry(const struct registry *registry);
void registry_set_expiry(struct registry *registry, struct set *set, uint64_t expires);
size_t registry_count_sets(const struct registry *registry);

/* Adds a link, which must come from calloc(), to the registry and to the sets of its ends, and
 * takes ownership. Returns 0, -EEXIST if there is one with this owner and name, or -ENOMEM. */
int registry_add_link(struct registry *registry, struct link *link);
/* Removes the link, also from the lists of its ends, and frees it. */
void registry_drop_link(struct registry *registry, struct link *link);
struct link *registry_find_link(const struct registry *registry, uid_t owner, const char *name);
struct link *registry_find_link_id(const struct registry *registry, const char *id);
/* Like registry_next_set(). */
struct link *registry_next_link(const struct registry *registry, uid_t owner, const char *name);

/* Adds a session to its set and takes ownership. Returns 0 or -ENOMEM. */
int registry_add_session(struct registry *registry, struct session *session);
/*
 * Marks a session as ended, after the caller has set its fields. It is kept for ENDED_SECONDS, but
 * at most ENDED_MAX of one uid. The oldest are dropped first; drop is called for each, so that the
 * caller removes its files.
 */
#define ENDED_SECONDS 3600
#define ENDED_MAX 256
void registry_end_session(struct registry *registry, struct session *session,
			  void (*drop)(struct session *session, void *context), void *context);
/* Removes a session that has ended or never began. */
void registry_drop_session(struct registry *registry, struct session *session);
/* Removes sessions that ended before the given time (Unix epoch, microseconds). */
void registry_age_sessions(struct registry *registry, uint64_t before,
			   void (*drop)(struct session *session, void *context), void *context);
/* Calls visit for each session. visit must not add or drop any. */
void registry_each_session(const struct registry *registry,
			   void (*visit)(struct session *session, void *context), void *context);
struct session *registry_find_session(const struct registry *registry, const char *id);

/* Returns the counters of a uid, which are made if necessary and dropped when all are zero, or NULL
 * if there is no memory. */
struct registry_use *registry_use(struct registry *registry, uid_t uid);
void registry_use_settle(struct registry *registry, uid_t uid);

#endif
