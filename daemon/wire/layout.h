/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Typed messages between front and keeper. Each struct has a layout of the same name in layout.c.
 * Strings are views (see codec.h). Ids are the kernel's, in the initial user namespace. Times are
 * in microseconds; moments are since the Unix epoch.
 *
 * The keeper trusts nothing in a front's message beyond the checks of codec.h: the meaning is
 * checked in daemon/keeper/policy/check.c.
 */
#pragma once

#include "daemon/wire/command.h"
#include "daemon/wire/event.h"
#include "daemon/wire/spec.h"
#include "protocol/error.h"
#include "protocol/kind.h"
#include "protocol/methods.h"

#define INTERFACES_MAX 32
#define INTERFACE_ADDRESSES_MAX 8
#define SUMMARY_ADDRESSES_MAX (INTERFACES_MAX * INTERFACE_ADDRESSES_MAX)
#define SET_REASON_SIZE 512
#define FILTER_MAX 512 /* instructions: more than libpcap makes of any usual expression */

/*
 * The type of a message (nlmsg_type). In a request, the front stores a number of its own in
 * nlmsg_seq and the connection in nlmsg_pid; each reply repeats all three. Each request gets one
 * final reply, even if its connection is gone.
 *
 * Requests travel through a pipe, which carries no descriptors. Clients' descriptors go from the
 * front to a worker through a lane (docs/adr/0015-lanes.md), and the request that needs them names
 * the lane in an item.
 */
enum wire_op {
	/* keeper to front, unasked (request 0): struct wire_connection; nlmsg_pid is its number */
	WIRE_CONNECTION = 16,
	/* front to keeper, without reply: the client of this connection is gone. This ends sets
	 * with a lease by this connection, and attached commands without a status pipe. */
	WIRE_CLOSED,
	/* keeper to front, unasked: take no more calls. The front disconnects clients that wait
	 * for no answer, and leaves calls unread. Their clients notice that, and ask the next
	 * daemon. */
	WIRE_STOP,
	/* front to keeper, without reply: after WIRE_STOP, when there will be no more requests */
	WIRE_STOPPED,
	/* front to keeper, without reply: a call with descriptors waits for a lane */
	WIRE_LANE_WANTED,
	/*
	 * keeper to front, unasked: struct wire_lane, a lane that the front may use from now on;
	 * with WIRE_FAILURE: struct wire_failure, why it gets no other lane now. Front to keeper,
	 * without reply: the front has closed its end of this lane. On the lane itself: the
	 * descriptors of the request nlmsg_seq of connection nlmsg_pid.
	 */
	WIRE_LANE,
/* Front to keeper: the methods. Lists answer with items, and with the cursor of the next page.
 * Exec and Run answer when the command has started (with more: WIRE_CONTINUES), and when it
 * has ended. The first Monitor of a connection subscribes; each asks for the next answer,
 * which comes when there is something to tell, and a failure ends the subscription. Apply is
 * asked with items, which are WIRE_ITEM_NETWORK, WIRE_ITEM_CREATE and WIRE_ITEM_LINK. Capture
 * answers when packets are captured (WIRE_CONTINUES), and when the capture has ended. */
#define OP(op, ...) WIRE_##op,
	METHODS(OP)
#undef OP
		WIRE_OP_END,
};

/* Flags of a message (nlmsg_flags). */
#define WIRE_REPLY 0x1
#define WIRE_CONTINUES 0x2 /* another reply to the same request follows */
#define WIRE_FAILURE 0x4   /* struct wire_failure instead of the usual reply */
#define WIRE_DIRECT 0x8 /* of a request: the keeper may send an empty reply to the client itself */
#define WIRE_SENT 0x10	/* of a reply: it has done so */

enum wire_item {
	WIRE_ITEM_SET = WIRE_ITEM, /* struct wire_set */
	WIRE_ITEM_SESSION,	   /* struct wire_session */
	WIRE_ITEM_NAMESPACE,	   /* struct wire_namespace */
	WIRE_ITEM_COUNT,	   /* struct wire_count */
	WIRE_ITEM_LINK,		   /* struct wire_link */
	WIRE_ITEM_NETWORK,	   /* struct wire_network */
	WIRE_ITEM_EVENT,	   /* struct wire_event */
	WIRE_ITEM_CREATE,	   /* struct wire_create */
	WIRE_ITEM_LANE,		   /* struct wire_lane: the lane of a request's descriptors */
	WIRE_ITEM_SUMMARY,	   /* struct wire_summary */
	WIRE_ITEM_USER,		   /* struct wire_user */
	WIRE_ITEM_WORD, /* struct wire_word: the name of a list that the caller may have */
};

/* Rights of a connection. */
enum wire_scope {
	SCOPE_FULL,
	SCOPE_CONFINED, /* GetStatus, Identify and org.varlink.service only; reason says why */
	SCOPE_SET,	/* from inside a set: only that set and sets within it; reason: its name */
};

struct wire_connection {
	int socket_fd; /* the client's: connected, non-blocking */
	uint32_t scope;
	const char *reason;
};

/* A lane. While it is open, the front sends the descriptors of one request at a time: before the
 * request, and then no others until the request's first answer. */
struct wire_lane {
	uint32_t number;    /* unique among the lanes of a front; never 0 */
	int lane_fd;	    /* WIRE_LANE from the keeper: the sending end */
	uint64_t processes; /* WIRE_ITEM_LANE: bit i: the i-th descriptor must be a pidfd */
	uint64_t pipes;	    /* WIRE_ITEM_LANE: bit i: the i-th must be a pipe's reading end */
};

struct wire_failure {
	uint32_t error; /* enum nsctl_error */
	int64_t number;
	const char *subject, *text;
};

/* --- requests --- */

struct wire_create {
	const char *name; /* NULL: the daemon picks one */
	bool existing, brief;
	struct wire_spec spec;
};

/* A namespace that exists, as a client has opened it. */
struct wire_opened {
	uint32_t kind_number; /* enum kind + 1 */
	int namespace_fd;
};

struct wire_adopt {
	const char *name;
	int process_fd; /* a pidfd; -1: none */
	uint32_t kinds; /* of the process; 0: those that it does not share with the caller */
	struct wire_opened opened[KIND_COUNT];
	size_t n_opened;
	struct wire_lease lease;
};

/* Limits of a topology, which is one message with its parts as items. How many of them a user can
 * have is a matter of the user's limits. */
#define APPLY_LIST_MAX 4096
#define APPLY_SIZE_MAX (640 * 1024)
/* With the item that names the request's lane. */
#define APPLY_MESSAGE_MAX (APPLY_SIZE_MAX + 256)
struct wire_apply {
	struct wire_lease lease; /* of all sets and networks */
	bool more;		 /* the caller takes several answers: progress, then the parts */
};

/* The progress of an Apply, in an answer that others follow. */
struct wire_progress {
	uint32_t made, parts;
};

/* The contents of most requests: a set or session, and the few values that some requests have. */
struct wire_ask {
	const char *name;
	bool has_owner;
	uint32_t owner;
	const char *session;	 /* WAIT, KILL */
	uint32_t kinds;		 /* OPEN: 0 means all */
	uint32_t signal;	 /* KILL */
	uint64_t span;		 /* RENEW: 0 means the lease's own */
	int process_fd;		 /* IDENTIFY: a pidfd; -1: the caller itself */
	uint64_t grace;		 /* REMOVE */
	struct wire_lease lease; /* RENEW: replaces the present one, if given */
};

struct wire_list {
	bool all_owners;
	bool summary;	  /* LIST: items are summaries */
	uint32_t columns; /* LIST: bits by set_column_words; not 0: items are summaries, too */
	bool usage;	  /* summaries with processes_in, even if only the set's init runs */
	struct spec_label labels[SPEC_LABELS_MAX];
	size_t n_labels;
	uint32_t state; /* LIST: enum set_state, 0: any */
	/* The page begins after this set. A reply has these fields if another page follows. */
	uint32_t after_owner;
	const char *after_name;
	/* LINK_LIST, MONITOR: only links or events of this set */
	const char *set;
	bool has_owner;
	uint32_t owner;
};

struct wire_exec {
	const char *name;
	bool has_owner;
	uint32_t owner;
	bool remove; /* the set is removed after the command, with all of its group */
	struct wire_command command;
};

struct wire_run {
	const char *name;
	bool no_init;
	struct wire_spec spec;
	struct wire_command command;
};

/* An instruction of a socket filter: struct sock_filter. */
struct wire_instruction {
	uint32_t code, jt, jf, k;
};

struct wire_capture {
	const char *name;    /* of a link or a set; NULL: a network is named */
	const char *network; /* its name */
	const char *interface;
	bool has_owner;
	uint32_t owner;
	int capture_fd; /* the packets go here */
	int stop_fd;	/* reading end of a pipe whose end ends the capture; -1: none */
	struct wire_instruction filter[FILTER_MAX];
	size_t n_filter;
	uint64_t packets; /* ends the capture; 0: any number */
};

/* --- answers --- */

struct wire_namespace {
	uint32_t kind_number; /* enum kind + 1, so it is never zero */
	bool held;
	uint64_t inode;
	uint64_t id;	   /* 0: unknown to this kernel */
	const char *path;  /* NULL: none that the owner could open */
	int descriptor_fd; /* OPEN */
};

struct wire_interface {
	const char *name, *mac;
	uint32_t index;
	bool up;
	struct wire_address addresses[INTERFACE_ADDRESSES_MAX];
	size_t n_addresses;
	const char *link; /* name of the link that it is an end of */
};

enum set_state { SET_CREATING = 1, SET_READY, SET_REMOVING, SET_BROKEN };
/* Words for the states from SET_CREATING on, ending with NULL. */
extern const char *const set_state_words[];
/* Names in JSON of those fields of a summary that can be columns, ending with NULL. */
extern const char *const set_column_words[];
#define SET_COLUMN_ALL 0x1fff

struct wire_set {
	const char *name;
	uint32_t owner;
	const char *id;
	uint32_t state; /* enum set_state */
	uint64_t created;
	uint64_t expires; /* 0: never by time */
	uint32_t kinds;	  /* its namespaces */
	struct wire_namespace namespaces[KIND_COUNT];
	size_t n_namespaces;
	struct wire_spec spec;
	struct wire_interface interfaces[INTERFACES_MAX];
	size_t n_interfaces;
	uint32_t processes, sessions;
	/* PROCESSES, and views of a set with commands: its cgroup, whose processes the front reads.
	 * Such a path begins at the directory of all sets' cgroups. */
	const char *processes_in;
	uint32_t init; /* pid of its init; 0: none */
	const char *cgroup;
	/* GET: the set's resource usage, if the kernel reports it */
	bool has_memory, has_cpu;
	uint64_t memory;    /* bytes */
	uint64_t cpu;	    /* microseconds */
	const char *broken; /* the reason, if known */
	const char *parent; /* name of the set that it is within, if any */
	bool adopted;	    /* its namespaces were not made for it */
	bool frozen;
	/* GET: true if refused is known: how many packets the list of its way has refused */
	bool has_refused;
	uint64_t refused;
	struct wire_refused refused_to[REFUSED_MAX]; /* GET: those with most packets */
	size_t n_refused_to;
};

/* What a table shows of a set. A list is made of these, because struct wire_set has 44 KB, which
 * would be cleared twice for each of its sets. */
struct wire_summary {
	const char *name;
	uint32_t owner;
	const char *owner_name; /* the front fills it in */
	uint32_t state;		/* enum set_state */
	uint32_t kinds;
	uint32_t processes;
	const char *processes_in; /* as in struct wire_set */
	uint64_t created, expires;
	uint64_t age; /* in milliseconds; the front fills it in */
	const char *parent;
	struct wire_address addresses[SUMMARY_ADDRESSES_MAX]; /* of its links */
	size_t n_addresses;
	struct spec_publish publish[PUBLISH_MAX];
	size_t n_publish;
	bool frozen;
};

/* Where a command starts if its caller's directory is another one inside. */
enum session_directory { DIRECTORY_ASKED, DIRECTORY_HOME, DIRECTORY_ROOT };

struct wire_session {
	const char *session;
	const char *set; /* in the first reply of RUN and EXEC */
	struct wire_word words[COMMAND_WORDS_MAX];
	size_t n_words;
	uint32_t pid;	/* 0: the command has ended */
	int process_fd; /* in the first reply of RUN and EXEC: a pidfd */
	uint64_t started, ended;
	bool exited; /* ended with exit_status; otherwise by signal, which is 0 until then */
	uint32_t exit_status, signal;
	/* cgroup of the processes that the ended command has left, if any: the front counts them */
	const char *left_in;
	uint32_t started_in; /* in the first reply of RUN and EXEC: enum session_directory */
	struct spec_publish publish[PUBLISH_MAX]; /* in the first reply of RUN: the set's */
	size_t n_publish;
};

struct wire_captured {
	const char *interface; /* the first answer */
	bool ended;	       /* the last answer */
	uint64_t packets, dropped;
};

struct wire_status {
	uint64_t started;
	uint32_t allowed;     /* enum wire_allow bits */
	bool cgroup;	      /* cgroup2 is available, to track, kill and freeze processes */
	bool limits;	      /* the cgroup controllers for limits are available, too */
	bool impairments;     /* the kernel has netem */
	bool egress_denied;   /* what lists refuse is told */
	const char *config;   /* the path of the configuration */
	uint64_t config_read; /* when; Unix epoch, microseconds */
	/* why the caller has none of ALLOW_OUTWARD, wherever the configuration names it, or NULL */
	const char *closed;
};

/* Rights of the caller: bits of wire_status.allowed. */
enum wire_allow {
	ALLOW_CONNECT = 1 << 0,
	ALLOW_USER_NAMESPACES = 1 << 1,
	ALLOW_IP_NETNS = 1 << 2,
	ALLOW_NEW_PRIVILEGES = 1 << 3,
	ALLOW_ADMINISTER = 1 << 4,
	ALLOW_UNFILTERED = 1 << 5,
	ALLOW_HOST_LINKS = 1 << 6,
	ALLOW_EGRESS = 1 << 7,
	ALLOW_PUBLISH = 1 << 8,
	ALLOW_LOW_PORTS = 1 << 9,
	/* ways to the host's network */
	ALLOW_OUTWARD = ALLOW_HOST_LINKS | ALLOW_EGRESS | ALLOW_PUBLISH,
};

enum wire_count_class { COUNT_LIMIT = 1, COUNT_USED, COUNT_COUNTER };

struct wire_count {
	uint32_t class; /* enum wire_count_class */
	const char *name;
	uint64_t value;
};

/* How much of a limit a user has, or may have. */
struct wire_amount {
	const char *limit;
	uint64_t value;
};

#define USER_AMOUNTS_MAX 16
struct wire_user {
	uint32_t uid;
	struct wire_amount used[USER_AMOUNTS_MAX], limits[USER_AMOUNTS_MAX];
	size_t n_used, n_limits;
};

extern const struct wire_layout wire_connection_layout, wire_lane_layout, wire_failure_layout,
	wire_create_layout, wire_adopt_layout, wire_apply_layout, wire_progress_layout,
	wire_ask_layout, wire_list_layout, wire_command_layout, wire_exec_layout, wire_run_layout,
	wire_namespace_layout, wire_set_layout, wire_summary_layout, wire_session_layout,
	wire_status_layout, wire_count_layout, wire_word_layout, wire_capture_layout,
	wire_captured_layout, wire_instruction_layout, wire_user_layout;

/* Writes failure as the contents of a message with WIRE_FAILURE. */
void wire_put_failure(struct wire_writer *writer, const struct failure *failure);
