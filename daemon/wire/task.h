/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Orders of the keeper to the spawner, tasks for its workers, and their reports. The spawner's
 * channel carries orders to fork a worker and to kill one (nlmsg_type: enum task_op, nlmsg_seq: the
 * worker's number). A task is one message on a worker's own channel; its reports, struct
 * task_report, come back there. End-of-file without a final report means that the worker was
 * killed.
 */
#pragma once

#include "daemon/wire/report.h"
#include "daemon/wire/task-way.h"

#define TASK_GROUPS_MAX 256
/* Links that one removal deletes: those of a set, or of a network's members. */
#define TASK_LINKS_MAX NETWORK_MEMBERS_MAX
/* Lines of one /etc/hosts; sets in one task. */
#define TASK_HOSTS_MAX 1024
#define TASK_NAMED_MAX 256
/* Routes by an end, and by its two gateways. */
#define TASK_ROUTES_MAX (END_ROUTES_MAX + 2)
/* Links of a specification, and the way out. */
#define TASK_SPEC_LINKS_MAX (SPEC_LINKS_MAX + 1)

/*
 * The tasks that a child of the worker carries out, each in one row: TASK_op, the struct with its
 * contents, and the function in daemon/kernel. These functions are declared only where they are
 * called.
 */
#define CHILD_TASKS(X)                                                                  \
	X(CREATE, task_create, child_make)		    /* makes a set */           \
	X(SPARE, task_spare, child_spare)		    /* a spare net namespace */ \
	X(REMOVE, task_remove, child_remove)		    /* removes a set */         \
	X(INSPECT, task_inspect, child_inspect)		    /* a set's interfaces */    \
	X(SIGNAL, task_signal, child_signal)		    /* to a set's processes */  \
	X(LINK, task_one_link, child_link)		    /* makes a link */          \
	X(ADJUST, task_adjust, child_adjust)		    /* changes a link */        \
	X(EXAMINE, task_examine, child_examine)		    /* finds states of links */ \
	X(REMOVE_LINK, task_one_link, child_remove_link)    /* removes a link */        \
	X(SWEEP, task_sweep, child_sweep)		    /* deletes left ports */    \
	X(RESTORE, task_restore, child_restore)		    /* the firewall */          \
	X(RELIST, task_relist, child_relist)		    /* the list of a way */     \
	X(LEARN, task_learn, child_learn)		    /* what a list lacks */     \
	X(NAMES, task_names, child_names)		    /* files in /etc of sets */ \
	X(BOOT_RECORD, task_boot_record, child_boot_record) /* for the next boot */     \
	X(LISTEN, task_listen, child_listen)		    /* a resolver's sockets */  \
	X(ADMIT, task_admit, child_admit)		    /* addresses of names */    \
	X(PROXY, task_proxy, child_proxy)		    /* starts a set's proxy */  \
	X(CAPTURE, task_capture, child_capture)		    /* starts a capturer */
/* The tasks with contents that the worker carries out itself. */
#define WORKER_TASKS(X)                                                              \
	X(START, task_start)	     /* starts a runner */                           \
	X(PROCESSES, task_processes) /* finds the processes of descriptors */        \
	X(ANSWER, task_answer)	     /* the worker becomes a resolver; no reports */ \
	X(FRONT, task_front)	     /* the worker becomes a front; no reports */

enum task_op {
	TASK_READY = 64, /* spawner to keeper, once: struct task_ready */
	TASK_FORK,	 /* to the spawner: struct task_fork */
	TASK_ABORT,	 /* to the spawner: kill worker nlmsg_seq, whatever it has become */
	TASK_AWAIT,	 /* to the spawner: report when worker nlmsg_seq ends */
	TASK_ENDED,	 /* spawner to keeper, after either: worker nlmsg_seq has ended */
/* to a worker */
#define OP(op, ...) TASK_##op,
	CHILD_TASKS(OP) WORKER_TASKS(OP)
#undef OP
	/* to a worker, without contents */
	TASK_LANE,   /* makes a lane, for the descriptors of later tasks */
	TASK_DROP,   /* the descriptors of a request are not needed; no reports */
	TASK_CLOSER, /* the worker becomes the closer */
	TASK_OP_END,
};

/*
 * Some tasks need descriptors of clients, which come by the worker's lane: those of request
 * nlmsg_seq of connection nlmsg_pid. A handle in a task is the index of one of them. The worker
 * keeps the descriptors for further tasks of the same request, until a task with this flag, or
 * until TASK_DROP.
 */
#define TASK_LAST 0x1

struct task_ready {
	int vault_fd;	   /* root directory of the vault */
	int vault_mnt_fd;  /* the vault itself, for the service manager to keep */
	bool vault_pinned; /* pinned again, after it had been unmounted */
	int cgroup_fd;	   /* contains all sets' cgroups */
};

struct task_fork {
	int channel_fd; /* the worker's end of its channel */
};

struct task_group {
	uint32_t id;
};

struct task_identity {
	uint32_t uid, gid;
	struct task_group groups[TASK_GROUPS_MAX];
	size_t n_groups;
};

/* Properties that a process passes on to its children, and a client to its commands. */
#define TASK_RESOURCES 16 /* RLIMIT_NLIMITS */
#define TASK_PROCESSORS 8192
struct task_resource {
	uint64_t soft, hard; /* RLIM_INFINITY: unlimited */
};
struct task_processors {
	uint64_t mask; /* for 64 processors */
};
struct task_limits {
	struct task_resource resources[TASK_RESOURCES]; /* in the order of RLIMIT_* */
	size_t n_resources;
	struct task_processors processors[TASK_PROCESSORS / 64];
	size_t n_processors;
	int64_t nice;
	int64_t oom_score; /* oom_score_adj */
	uint32_t login;	   /* login uid; UINT32_MAX: none */
};

/* Sets within sets: each in the cgroup of the one around it. */
#define SET_DEPTH_MAX 8
#define SET_WITHIN "set-" /* begins the name of a cgroup of a set within another */
#define ABOVE_SIZE (SET_DEPTH_MAX * (ID_SIZE + sizeof(SET_WITHIN)))

/* UID/NAME, the place of a set's pins in the vault. */
#define PIN_PATH_SIZE (11 + KEY_SIZE)

/* The path of a caller's cgroup. */
#define CALLER_CGROUP_SIZE 1024

/* A set, with all that is needed to name its kernel objects. */
struct task_set {
	uint32_t owner;
	const char *above;     /* the sets around this set: see cgroup_path() */
	const char *name, *id; /* TASK_REMOVE: name NULL: only a cgroup exists */
	uint32_t kinds;
	struct spec_traces traces;
	/* The cgroup of the caller, in which the set's processes are, as a path from the directory
	 * of all sets' cgroups, and its inode; NULL: they are in the set's own. */
	const char *callers_cgroup;
	uint64_t callers_inode;
};

/* One end of a link, as it must be in the kernel. The keeper has checked and completed it. */
struct task_end {
	bool host;	       /* in the host's net namespace */
	const char *pin;       /* or in this set, UID/NAME in the vault; NULL: the set being made */
	const char *interface; /* the kernel's name of it */
	const char *altname;   /* its second name; on the host, the name that its user has chosen */
	const char *mac;
	struct wire_address addresses[END_ADDRESSES_MAX];
	size_t n_addresses;
	struct wire_route routes[TASK_ROUTES_MAX];
	size_t n_routes;
	uint32_t mtu; /* 0: the kernel's default */
	bool down;
	bool port; /* a port of the bridge BRIDGE_NAME in its net namespace */
	struct wire_impairment impairment;
};

/* A veth pair. Both ends have LINK_TAG and id as their alias. Workers recognise the ends by this
 * alias and by their MACs, whatever their names are. */
struct task_link {
	const char *id;
	struct task_end a, b;
	bool egress;  /* a way out: b is on the host, behind the firewall */
	bool outward; /* a's side may reach the outside; false: it is only reached from there */
	bool inner;   /* a is in a network, where its members' addresses are translated */
	struct spec_publish publish[PUBLISH_MAX]; /* ports of the host that lead to a's addresses */
	size_t n_publish;
	/* egress leads only to what allow has and deny does not have. Both have entries in the form
	 * of destination.h, one a line, without words that begin with '@'. */
	bool listed;
	const char *allow, *deny;
	bool named;	/* the list has names, too; their addresses come in struct task_admit */
	bool end_named; /* names were taken off: connections to addresses of any name end */
	/* The list is being learned: its chain has rules that count and accept what it does not
	 * have, as long as struct task_learn says so. */
	bool learned;
};
#define LINK_TAG "nsctl:"
/* The kernel's name of every end on the host begins like this, whichever nsctld has made it. */
#define HOST_END_PREFIX "nsc"
#define BRIDGE_NAME "br0"

/* Makes the whole table anew. Without links, removes it, and disables forwarding. */
struct task_restore {
	struct task_firewall firewall;
	struct task_link links[TASK_LINKS_MAX];
	size_t n_links;
	bool more;   /* these links are added to the table of an earlier task */
	bool follow; /* only the host's routes have changed */
};

/* If change is set, changes the list of a way, and ends connections to what is no longer on the
 * list. Then reports what the list has refused. */
struct task_relist {
	struct task_firewall firewall;
	struct task_link link;
	bool change;
};

/* Learns a list: for this many seconds, lets through even what the way's list does not have. With 0
 * seconds, ends that, and all connections to what the list does not have. Reports what was let
 * through so far by REPORT_REFUSED. */
struct task_learn {
	struct task_firewall firewall;
	struct task_link link; /* its member learned is set, unless the list leads nowhere */
	bool begin;	       /* the list's chain lacks the rules for learning */
	uint32_t seconds;
};

/* Captures packets of an interface. */
struct task_capture {
	uint32_t uid;		 /* the user whose process the capturer is */
	const char *pin;	 /* UID/NAME in the vault: where the interface is */
	const char *interface;	 /* the kernel's name of it */
	bool bridge;		 /* the interface is a network's bridge */
	int capture_fd, stop_fd; /* the client's: see struct wire_capture */
	/* The writing end of a pipe, into which the capturer writes struct task_captured. The
	 * capturer is killed when the other end is closed. */
	int result_fd;
	struct wire_instruction filter[FILTER_MAX];
	size_t n_filter;
	uint64_t packets; /* 0: any number */
};

/* Sent by a capturer at its end: a plain struct, as both programs are of one build. */
struct task_captured {
	uint64_t packets, dropped;
	int32_t error; /* an errno; 0: no failure */
};

/* Writes or removes a record for the next boot. When the task is done, the change is on the
 * disk. */
struct task_boot_record {
	int directory_fd;
	const char *name;
	const char *temporary; /* the name under which the file was written first */
	int file_fd;	       /* -1: the record is removed */
};

struct task_one_link {
	struct task_link link;
};

struct task_adjust {
	struct task_link from, to; /* with the same places, kernel names and id */
};

#define EXAMINE_LINKS_MAX 24
struct task_examine {
	struct task_link links[EXAMINE_LINKS_MAX];
	size_t n_links;
};

/* The bridge of a network, made together with its namespace. */
struct task_bridge {
	bool given;
	struct wire_address addresses[SUBNETS_MAX]; /* its own: the members' gateways */
	size_t n_addresses;
	bool forward; /* forward between its members and the outside */
};

/* Name resolution of a set that has mount and net namespaces of its own. The host's resolver is not
 * part of the set's network, so the resolver's sockets are hidden from the set in any case. */
struct task_resolver {
	bool given;
	bool own; /* the set gets its own resolv.conf and nsswitch.conf */
	struct wire_address servers[SERVERS_MAX];
	size_t n_servers;
	bool loopback; /* the set has no servers, because the host's answer on loopback only */
	bool wanted;   /* servers were asked for: failing to provide them is an error */
	struct spec_search search[SPEC_SEARCH_MAX];
	size_t n_search;
	struct spec_option options[SPEC_OPTIONS_MAX];
	size_t n_options;
	struct spec_host extra[SPEC_HOSTS_MAX]; /* come first in /etc/hosts */
	size_t n_extra;
	bool hosts; /* the set's host name must be in /etc/hosts; also without a net namespace */
};

/* A line of /etc/hosts. */
struct task_host {
	const char *address, *name;
};

struct task_named {
	const char *pin; /* UID/NAME in the vault */
	uint32_t gid;
};

/* Room for 32 networks. */
#define TASK_NETWORKS_SIZE (32 * ID_SIZE + 16)

/* Mounts or updates the files of names, which are the same for all of these sets of one owner. */
struct task_names {
	uint32_t owner;
	struct task_named sets[TASK_NAMED_MAX];
	size_t n_sets;
	struct task_resolver resolver;
	bool named;	      /* the sets get an /etc/hosts of their own, instead of the root's */
	const char *networks; /* networks whose members the file has: ids, each after a space */
	struct task_host hosts[TASK_HOSTS_MAX];
	size_t n_hosts;
};

/* The process that asks, if it has a wall, whose text daemon/kernel/wall.h describes. wall NULL: it
 * has the host's namespaces and root directory. */
#define WALL_SIZE 384
struct task_caller {
	int process_fd;
	const char *wall;
	const char *home;   /* UID/NAME in the vault: it is in the user namespace of this set */
	const char *cgroup; /* its cgroup: sets must have its BPF programs; NULL: no check */
};

/* A character device that a set may have. */
#define DEVICES_MAX 64
struct task_device {
	uint32_t major, minor;
};

struct task_create {
	struct task_set set;
	struct task_caller caller;
	struct task_identity identity;
	struct wire_spec spec;		 /* uid_map and gid_map are complete */
	uint32_t inside_uid, inside_gid; /* the caller's ids in the set's user namespace */
	bool setgroups;			 /* setgroups(2) is allowed in the user namespace */
	bool no_init;
	struct task_link links[TASK_SPEC_LINKS_MAX];
	size_t n_links;
	struct task_bridge bridge;
	struct task_firewall firewall;
	struct task_resolver resolver;
	/* Made in advance by TASK_SPARE; -1: the maker makes its own. */
	int net_fd;   /* its net namespace */
	int sysfs_fd; /* and a sysfs for it: a context for fsmount() */
	/* With a name: the set adopts these namespaces, instead of making its own. */
	struct wire_adopt adopt;
	uint64_t capabilities; /* with adopt: what the caller itself can get: 1 << CAP_* */
	/* The limits that the caller had when it connected, for a set with a user namespace. If
	 * n_resources is 0, the set is made again and has no caller. */
	struct task_resource resources[TASK_RESOURCES]; /* in the order of RLIMIT_* */
	size_t n_resources;
	struct task_device devices[DEVICES_MAX]; /* allowed in mounts of type device */
	size_t n_devices;
};

/* Deletes those ports of a network whose sets were removed. The kernel may have deleted some. */
struct task_sweep {
	struct task_set set; /* the network */
};

struct task_spare {
	uint32_t owner; /* the user who is charged */
	bool sysfs;	/* with a sysfs: for a set with a mount namespace */
};

struct task_remove {
	struct task_set set;
	/* the set's links, with ids, places, names and MACs only */
	struct task_link links[TASK_LINKS_MAX];
	size_t n_links;
	/* its user has no power over its net namespace, so the set's ends of links end with it */
	bool keeps_ends;
	/* the host's end of its way out, if its list has refused packets that were not read: these
	 * are reported */
	const char *way;
	struct task_firewall firewall;
	uint64_t grace; /* microseconds between SIGTERM and SIGKILL */
	/* of a set in its caller's cgroup: its init; init_pid 0: unknown */
	uint32_t init_pid;
	uint64_t init_start;
};

/* A descriptor of a command or of a capture: the detail of STEP_DESCRIPTOR. */
enum task_descriptor {
	DESCRIPTOR_STATUS,
	DESCRIPTOR_STDIN,
	DESCRIPTOR_STDOUT,
	DESCRIPTOR_STDERR,
	DESCRIPTOR_TERMINAL,
	DESCRIPTOR_PASSED,  /* one of those above 2 */
	DESCRIPTOR_CAPTURE, /* of Capture */
	DESCRIPTOR_STOP,
	DESCRIPTOR_COUNT,
};

struct task_start {
	struct task_set set;
	struct task_identity identity;	 /* the command's ids outside the set */
	uint32_t inside_uid, inside_gid; /* its ids in the set's user namespace */
	struct wire_command command;
	const char *session;
	bool ends_set;			  /* all processes of the set end with the command */
	bool no_init;			  /* the command becomes process 1 of a new pid namespace */
	bool mount_proc;		  /* with no_init: the command gets its own /proc */
	struct task_limits caller_limits; /* of the time when the caller connected */
	const char *caller_profile;	  /* the caller's AppArmor profile when it connected; "":
					   * none */
	struct task_caller caller;
	uint64_t caller_bounding; /* the caller's bounding set: 1 << CAP_* */
	bool may_gain;		  /* setuid programs and file capabilities have an effect */
	int status_file_fd;	  /* state/sessions/ID.status, opened for writing */
	int leash_fd;		  /* the command ends when the other end of this descriptor closes;
				     -1: none */
};

struct task_inspect {
	struct task_set set;
	bool interfaces; /* each is reported */
	/* the host's end of its way out, if that has a list: the refused packets are reported */
	const char *way;
	struct task_firewall firewall;
};

/* Signals processes of a set. */
struct task_signal {
	struct task_set set;
	const char *session; /* NULL: all processes of the set */
	uint32_t signal;
	uint32_t init_pid; /* a process that is left out; 0: none */
};

struct task_processes {
	uint64_t processes; /* bit i: descriptor i must be a pidfd */
	uint64_t pipes; /* bit i: descriptor i must be a pipe's reading end, and gets a watcher */
};

struct task_answer {
	struct task_identity identity;
	int channel_fd, requests_fd; /* as in wire/resolver.h */
};

struct task_front {
	struct task_identity identity;
	int channel_fd, requests_fd;
	const char *profile; /* for AppArmor: see daemon/kernel/profile.h */
	uint64_t memory;     /* bytes that the front may use */
};

/* The layout of each op's contents. NULL: it has none. */
extern const struct wire_layout *const task_layouts[TASK_OP_END];

extern const struct wire_layout task_ready_layout, task_fork_layout, task_create_layout,
	task_spare_layout, task_sweep_layout, task_remove_layout, task_start_layout,
	task_inspect_layout, task_front_layout, task_one_link_layout, task_adjust_layout,
	task_examine_layout, task_restore_layout, task_relist_layout, task_learn_layout,
	task_names_layout, task_boot_record_layout, task_listen_layout, task_admit_layout,
	task_answer_layout, task_proxy_layout, task_processes_layout, task_signal_layout,
	task_capture_layout;
