/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The specification of a set, as a client gives it, as it is stored, and as it goes to the maker.
 * Its layouts are in layout.c. The conventions of layout.h hold here, too.
 */
#pragma once

#include "daemon/wire/egress.h"
#include "daemon/wire/mount.h"

#define SPEC_MOUNTS_MAX 32
#define SPEC_LABELS_MAX 32
#define SPEC_SYSCTLS_MAX 32
#define SYSCTL_SIZE 128		/* of a key, and of a value */
#define ID_MAX (UINT32_MAX - 1) /* of a user or a group */
#define LIMIT_MEMORY_MIN (UINT64_C(4) << 20)
#define LIMIT_TASKS_MIN 8
#define LIMIT_TASKS_MAX 4194304 /* PID_MAX_LIMIT */
#define LIMIT_CPU_MIN 10	/* thousandths: the kernel's least quota */
#define LIMIT_CPU_MAX 10000000
#define MAP_RANGES_MAX 32

enum spec_mapping {
	MAPPING_NONE,
	MAPPING_ROOT,
	MAPPING_CURRENT,
	MAPPING_AUTO,
	MAPPING_CUSTOM,
	MAPPING_CURRENT_AUTO,
};

/* Returns true if nsctld makes the maps from subordinate ids. */
static inline bool mapping_is_auto(uint32_t mapping)
{
	return mapping == MAPPING_AUTO || mapping == MAPPING_CURRENT_AUTO;
}

/* Returns true if the specification, once complete, has the maps. */
static inline bool mapping_has_maps(uint32_t mapping)
{
	return mapping == MAPPING_CUSTOM || mapping_is_auto(mapping);
}

enum spec_propagation {
	PROPAGATION_DEFAULT,
	PROPAGATION_PRIVATE,
	PROPAGATION_SLAVE,
	PROPAGATION_SHARED,
};
enum spec_switch { SWITCH_DEFAULT, SWITCH_ON, SWITCH_OFF };

struct spec_label {
	const char *key;
	const char *value; /* NULL: empty */
};

/* A setting of a namespace of the set's: net.ipv4.ip_forward, 1. */
struct spec_sysctl {
	const char *key, *value;
};

/* Parts of a set's own /etc/resolv.conf and /etc/hosts. */
#define SPEC_SEARCH_MAX 6
#define SPEC_OPTIONS_MAX 14
#define SPEC_HOSTS_MAX 32
struct spec_search {
	const char *domain;
};
struct spec_option {
	const char *text;
};
struct spec_host {
	const char *name, *address;
};

/* Ids from inside on are mapped to those from outside on: a line of /proc/PID/uid_map. */
struct wire_range {
	uint32_t inside, outside, count;
};
struct wire_map {
	struct wire_range ranges[MAP_RANGES_MAX];
	size_t n_ranges;
};

/* The objects of a set outside its cgroup and the vault, which its removal must know. The keeper
 * passes this on to workers as it is. */
struct spec_traces {
	bool visible;  /* paths below RUNTIME/ns */
	bool ip_netns; /* a path in /run/netns */
};

struct wire_spec {
	bool given;	  /* always true in a complete specification, so that one is never left
			     out */
	uint32_t kinds;	  /* KIND_BIT()s; 0: not given, see check.c */
	uint32_t mapping; /* enum spec_mapping */
	const char *hostname;
	uint32_t propagation; /* enum spec_propagation */
	uint32_t mount_proc;  /* enum spec_switch; the default is on if mnt and pid are new */
	struct spec_mount mounts[SPEC_MOUNTS_MAX];
	size_t n_mounts;
	const char *root_path; /* for display only */
	int root_fd;	       /* O_PATH of a directory that becomes / */
	bool has_monotonic, has_boottime;
	int64_t monotonic, boottime; /* offsets, microseconds */
	struct wire_lease lease;
	struct spec_traces traces;
	struct spec_label labels[SPEC_LABELS_MAX];
	size_t n_labels;
	struct spec_link links[SPEC_LINKS_MAX];
	size_t n_links;
	bool egress;
	struct wire_address dns[SERVERS_MAX];
	size_t n_dns;
	struct spec_publish publish[PUBLISH_MAX];
	size_t n_publish;
	struct wire_map uid_map, gid_map; /* mapping_has_maps() */
	bool boot;			  /* made again when the machine starts */
	uint64_t memory;		  /* bytes, 0: unlimited */
	uint32_t tasks;			  /* processes and threads, 0: unlimited */
	uint32_t cpu_thousandths;	  /* of one processor's time, 0: unlimited */
	struct spec_sysctl sysctls[SPEC_SYSCTLS_MAX];
	size_t n_sysctls;
	struct spec_search dns_search[SPEC_SEARCH_MAX];
	size_t n_dns_search;
	struct spec_option dns_options[SPEC_OPTIONS_MAX];
	size_t n_dns_options;
	struct spec_host hosts[SPEC_HOSTS_MAX];
	size_t n_hosts;
	uint32_t own_shm;	 /* enum spec_switch; the default is on if mnt and ipc are new */
	bool caller_cgroup;	 /* the processes are in a cgroup below the caller's */
	struct wire_reach reach; /* of egress */
};

extern const struct wire_layout spec_search_layout, spec_option_layout, spec_host_layout,
	wire_spec_layout;
