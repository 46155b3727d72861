/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The registry: all sets, networks, links and sessions, in memory. All are found by id, and all but
 * sessions by owner and name. The registry owns its records, and must never touch disk, kernel or
 * clients. To keep a set's record small, its specification is packed (wire_pack()), and data that
 * only one module needs are behind a pointer, which that module owns (NULL while unused).
 */
#pragma once

#include <sys/types.h>
#include "base.h"
#include "daemon/keeper/policy/authz.h"
#include "daemon/wire/layout.h"
#include "protocol/kind.h"

struct egress_learned;
struct egress_names;
struct egress_reading;
struct session;
struct link;
struct process_watch;
struct published;
struct set_files;

/* The lease of a set, which says what ends the set (set/lease.h). */
struct set_lease {
	uint64_t span;	       /* length of the lease by time in microseconds; 0: none */
	uint64_t span_expires; /* CLOCK_BOOTTIME, microseconds; 0: none, or not begun */
	uint64_t idle;	       /* length of the lease by idleness in microseconds; 0: none */
	uint64_t idle_expires; /* CLOCK_BOOTTIME, microseconds; 0: the set is not idle */
	/* time by which the registry sorts sets (registry_set_expiry()): the earlier of
	 * span_expires and idle_expires, when these were last settled; 0: none */
	uint64_t expires;
	pid_t pid; /* process whose end ends the set; 0: none */
	/* process that watches a pipe whose end ends the set (set/pipe-watch.h); 0: none */
	pid_t watcher_pid;
	uint64_t start;		/* start time of process pid, in clock ticks since boot */
	uint64_t watcher_start; /* start time of process watcher_pid, in the same unit */
	uint32_t connection; /* client's connection whose end ends the set; 0: none; not in files */
};

/* Whether and how the next boot makes a set again (workers/boot-records.h). */
struct set_boot {
	bool wanted;   /* the set is made again at each boot */
	bool recorded; /* its record for the next boot is on disk, or queued for it */
	/* packed wire_spec that has only the links of the set's specification, with the names and
	 * addresses that were chosen for them; NULL: none */
	void *links;
	size_t links_size;
};

/* The list of egress of a set or network: the destinations to which its way out leads
 * (network/egress-list.h). A way out is the link by which the set or network reaches the host and
 * the outside (network/egress.h). */
struct set_egress {
	uint32_t n_entries; /* entries of the list, as counted by QUOTA_ENTRIES */
	/* digest of the names of hosts to whose addresses the set may have open connections; 0: no
	 * names (network/egress-names.h) */
	uint64_t named;
	struct egress_names *names; /* owned by egress-names.c: its resolver; NULL: none */
	/* owned by egress-reading.c: state of its reports of refused packets; NULL: none */
	struct egress_reading *reading;
	/* owned by egress-learned.c: what was learned for the list; NULL: it is not learned */
	struct egress_learned *learned;
};

struct set {
	uid_t owner;
	gid_t gid;	     /* the owner's gid when the set was made, and that of its commands */
	char name[KEY_SIZE]; /* the set's name; for a network, NETWORK_SIGN and its name */
	char id[ID_SIZE];    /* never used again; names the cgroup and the record's file */
	enum set_state state;
	char *broken; /* the reason why the set is broken; NULL: unknown, or not broken */
	bool frozen;
	bool announced; /* clients that monitor sets know it, from an event or their first list */
	uint32_t kinds;
	uint32_t mapping; /* enum spec_mapping, as in spec */
	struct spec_traces traces;
	char group[ID_SIZE]; /* id of the Apply that made the set, or "" */
	char *above;	     /* path of the set around this set (registry_find_at()); NULL: none */
	/* path and inode of a cgroup of the caller that made the set; the set's processes are below
	 * that cgroup (struct task_set). NULL: they are in the set's own cgroup */
	char *callers_cgroup;
	uint64_t callers_inode;
	/* wall (namespaces and root: kernel/wall.h) of the caller that made the set; NULL: the
	 * host's, or unknown */
	char *wall;
	bool run;     /* the set ends with its command: of a Run, or of an Exec with remove */
	bool adopted; /* made by Adopt: its namespaces were not made for it */
	/* of a network: removed sets may have left ends of their links at its bridge
	 * (network/port-sweep.h) */
	bool has_left_ports;
	void *spec; /* packed wire_spec; NULL: the set had no record when nsctld started */
	size_t spec_size;
	/* packed wire_network; NULL: this is no network, or it had no record when nsctld started */
	void *network;
	size_t network_size;
	uint64_t created; /* Unix epoch, microseconds */
	struct set_lease lease;
	ino_t inodes[KIND_COUNT];
	uint64_t ids[KIND_COUNT]; /* of namespaces; the kernel never reuses them; 0: unknown */
	pid_t init_pid;		  /* 0: no init */
	uint64_t init_start;	  /* its start time, in clock ticks since boot */
	struct session *sessions; /* linked by session->next_in_set */
	struct link *links;	  /* linked by link->next: see link_next() */
	struct set_egress egress;
	struct set_boot boot;
	struct published *published;   /* owned by publish.c; NULL: it publishes no ports */
	struct set_files *files;       /* owned by resolver.c: its own files in /etc; NULL: none */
	struct process_watch *watches; /* owned by process-watch.c: a list */
	void *work; /* owned by create.c and remove.c: the operation in progress, or NULL */
};

static inline bool set_is_network(const struct set *set)
{
	return set->name[0] == NETWORK_SIGN;
}

static inline struct authz_made set_made(const struct set *set)
{
	return (struct authz_made){set->wall ? set->wall : "", set->above ? set->above : "",
				   set->id};
}

/* Returns the name that users see: without NETWORK_SIGN. */
static inline const char *set_shown_name(const struct set *set)
{
	return set->name + set_is_network(set);
}

/* Returns the earlier of lease.span_expires and lease.idle_expires. Ignores a time of 0 (none), and
 * returns 0 if both are 0. */
static inline uint64_t set_next_expiry(const struct set *set)
{
	if (!set->lease.span_expires || !set->lease.idle_expires)
		return set->lease.span_expires + set->lease.idle_expires;
	return MIN(set->lease.span_expires, set->lease.idle_expires);
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
	/* never used again; in the kernel, part of the alias of the link's interfaces */
	char id[ID_SIZE];
	enum link_state state;
	bool announced;	      /* as in struct set */
	char group[ID_SIZE];  /* as in struct set */
	bool boot_recorded;   /* its own file for the next boot is on disk, or queued for it */
	bool egress;	      /* the link is the way out of a set or network */
	struct set *ends[2];  /* ends a and b; NULL: the host, or a set that is not found */
	struct link *next[2]; /* next link in the list of the set at end i; NULL: none */
	void *wire;	      /* packed wire_link, with all that was chosen for it */
	size_t wire_size;
	void *work; /* owned by link.c: the operation in progress, or NULL */
};

/* Returns the link after this one in the list set->links, or NULL. */
static inline struct link *link_next(const struct link *link, const struct set *set)
{
	return link->next[link->ends[0] == set ? 0 : 1];
}

struct session {
	struct set *set; /* NULL: the set is gone, but clients can still ask for the session */
	struct session *next_in_set;
	uid_t owner;
	char id[ID_SIZE];
	/* of the runner, which starts the command, and of the command; 0: not running, or not
	 * known */
	pid_t runner_pid, pid;
	uint64_t started, ended; /* Unix epoch, microseconds */
	bool exited; /* how the command ended; true: with an exit status; false: by a signal */
	uint32_t status, signal;
	bool attached, removes_set; /* removes_set: the set ends with the command */
	void *words;		    /* packed wire_session with the first words of the command */
	size_t words_size;
	/* awaits the command's end (struct watch of set/session-end.h); NULL: it has ended */
	void *work;
	/* owned by session-left.c: watches the processes that the command has left; NULL: none */
	void *left;
};

/* Returns true while a command of the set runs. */
static inline bool set_runs_commands(const struct set *set)
{
	for (const struct session *at = set->sessions; at; at = at->next_in_set)
		if (!at->ended)
			return true;
	return false;
}

/* Returns true while a command runs whose end removes the set. */
static inline bool set_awaits_command(const struct set *set)
{
	for (const struct session *at = set->sessions; at; at = at->next_in_set)
		if (at->removes_set && !at->ended)
			return true;
	return false;
}

/* Returns true if the session counts against limits: its command runs, or has left processes. */
static inline bool session_counts(const struct session *session)
{
	return !session->ended || session->left;
}

/* How many objects of each kind a user has. quota.h compares the numbers with the user's limits. */
struct registry_use {
	uid_t uid;
	uint32_t sets, networks, links, sessions, connections, monitors, ports, captures, entries,
		names;
};

/* Returns a pointer to the number of networks or, if networks is false, of sets. */
static inline uint32_t *registry_use_sets(struct registry_use *use, bool networks)
{
	return networks ? &use->networks : &use->sets;
}

struct registry;
int registry_new(struct registry **ret);
struct registry *registry_free(struct registry *registry);
/* Frees a set that is not in a registry. Accepts NULL. */
void registry_free_set(struct set *set);
/* Replaces *packed, a packed value in a record, by the new value, which may point into the old one.
 * Returns 0, or -errno without a change. */
int registry_repack(const struct wire_layout *layout, const void *value, void **packed,
		    size_t *size);
/* Stores the specification in a set that has none yet: packed in set->spec and, for values that are
 * often needed, in other members. Returns 0 or -errno. */
int registry_put_spec(struct set *set, const struct wire_spec *spec);
/* Replaces the set's lease. Keeps lease.expires, by which the registry sorts sets. Clears
 * span_expires, idle_expires and connection of the lease, which the caller sets. */
void registry_put_lease(struct set *set, const struct wire_lease *lease);
/* Marks the set as broken, for the reason in format. */
void registry_break_set(struct set *set, const char *format, ...) _printf_(2, 3);
/* Frees a link that is not in a registry. */
void registry_free_link(struct link *link);

/* Adds a set, which must come from calloc(), and takes it. Returns 0, -EEXIST if there is a set
 * with this owner and name, or with this id, or -ENOMEM. */
int registry_add_set(struct registry *registry, struct set *set);
/* Removes the set and frees it. The set must have neither links nor running sessions. Its ended
 * sessions stay in the registry, without a set. */
void registry_drop_set(struct registry *registry, struct set *set);
struct set *registry_find_set(const struct registry *registry, uid_t owner, const char *name);
struct set *registry_find_set_id(const struct registry *registry, const char *id);
/* Returns the set with this path, or NULL, also if path is "" or NULL. The path has the ids of the
 * sets around the set, beginning with the outermost, and its own id. Its form is that of
 * cgroup_path(), without the uid. set->above is the path of the set directly around set. */
struct set *registry_find_at(const struct registry *registry, const char *path);
/* Returns true if any set is within another. O(1). */
bool registry_has_within(const struct registry *registry);
/* Returns the network of this name, or NULL. Networks are among the sets: the other functions for
 * sets also return networks. */
struct set *registry_find_network(const struct registry *registry, uid_t owner, const char *name);
/* Returns the set with a namespace of this kind and inode, or NULL. inode 0 is unknown, and finds
 * no set. The namespace's id must be the same, too, unless id or the recorded one is 0 (unknown).
 * If several sets have the namespace, prefers one that was not made by Adopt. */
struct set *registry_find_namespace(const struct registry *registry, enum kind kind, ino_t inode,
				    uint64_t id);
/* Returns the first set after (owner, name), in the order of owner and name, or NULL. name NULL:
 * returns the first set of owner, or of the next owner. O(log n). */
struct set *registry_next_set(const struct registry *registry, uid_t owner, const char *name);
/* Returns the set that expires first, or NULL. O(1). */
struct set *registry_first_expiry(const struct registry *registry);
/* Sets lease.expires of a set in the registry, which sorts sets by this time. 0: the set does not
 * expire. */
void registry_set_expiry(struct registry *registry, struct set *set, uint64_t expires);
size_t registry_count_sets(const struct registry *registry);

/* Adds a link, which must come from calloc(), to the registry and to the lists of the sets at its
 * ends, and takes it. Returns 0, -EEXIST if there is a link with this owner and name, or with this
 * id, or -ENOMEM. */
int registry_add_link(struct registry *registry, struct link *link);
/* Removes the link from the registry and from the lists of the sets at its ends, and frees it. */
void registry_drop_link(struct registry *registry, struct link *link);
struct link *registry_find_link(const struct registry *registry, uid_t owner, const char *name);
struct link *registry_find_link_id(const struct registry *registry, const char *id);
/* Returns the first link after (owner, name), in the order of owner and name, or NULL. name NULL:
 * returns the first link of owner, or of the next owner. O(log n). */
struct link *registry_next_link(const struct registry *registry, uid_t owner, const char *name);

/* Adds a session to the registry and to its set, and takes it. Returns 0, -EEXIST if there is a
 * session with this id, or -ENOMEM. */
int registry_add_session(struct registry *registry, struct session *session);
/*
 * Lists a session as ended. The caller must have filled in when and how it ended. If more than
 * ENDED_MAX sessions of its owner are listed then, removes the one that ended first, which may be
 * this one: calls drop() for it, which removes its files, and then frees it. The caller must remove
 * sessions that ended more than ENDED_SECONDS ago, by registry_age_sessions().
 */
#define ENDED_SECONDS 3600
#define ENDED_MAX 256
void registry_end_session(struct registry *registry, struct session *session,
			  void (*drop)(struct session *session, void *context), void *context);
/* Removes a session that has ended, or never started, and frees it. */
void registry_drop_session(struct registry *registry, struct session *session);
/* Removes and frees the sessions that registry_end_session() has listed, and that ended before this
 * time (Unix epoch, microseconds). Calls drop() for each of them, just before it is freed. */
void registry_age_sessions(struct registry *registry, uint64_t before,
			   void (*drop)(struct session *session, void *context), void *context);
/* Calls visit() for each session. visit() must not add or remove sessions. */
void registry_each_session(const struct registry *registry,
			   void (*visit)(struct session *session, void *context), void *context);
struct session *registry_find_session(const struct registry *registry, const char *id);

/* Returns the struct registry_use of a uid, and makes it if there is none. Returns NULL if there is
 * no memory. The caller must then increase a number in the struct, or call registry_use_settle(),
 * which frees the struct if all its numbers are zero. */
struct registry_use *registry_use(struct registry *registry, uid_t uid);
/* Frees the struct registry_use of a uid if all its numbers are zero. */
void registry_use_settle(struct registry *registry, uid_t uid);
/* Returns the struct registry_use of the lowest uid that is not below this one, or NULL. O(log
 * n). */
const struct registry_use *registry_next_use(const struct registry *registry, uid_t uid);
