/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reports of workers about their tasks (task.h): plain structs, as both programs are of one
 * build. */
#pragma once

#include "daemon/wire/layout.h"

enum task_event {
	REPORT_DONE = 1, /* the last report */
	/* the command was executed; with pidfds of it and of its runner; or packets are captured,
	 * with a pidfd of the capturer */
	REPORT_STARTED,
	REPORT_INTERFACE,
	REPORT_LANE, /* with the sending end of a lane */
	/* detail: the descriptor; pid and init_start of the process behind a pidfd, or of a pipe's
	 * watcher; or pid 0 and error */
	REPORT_PROCESS,
	REPORT_END, /* of TASK_EXAMINE; detail: 2 * the link's position, + 1 for end b */
	/* of TASK_LISTEN: the UDP and the TCP socket at address number detail */
	REPORT_LISTENING,
	REPORT_SPARE,	/* with a descriptor of the net namespace, and of its sysfs if wanted */
	REPORT_REFUSED, /* struct task_refusals */
};

/* The recorded properties that an end of a link lacks, or has with other values. */
struct task_lacks {
	bool name, mac, mtu, impairment;
	uint32_t addresses, routes; /* bit i: number i of struct task_end */
};

/* Packets through an end of a link since it was made. */
struct task_packets {
	bool known;
	uint64_t received, sent;
};

/* serial is the number of the task that the report is about; a worker's first task is 1. A task may
 * have two last reports: if the maker is killed after it has sent its own, the worker sends
 * another. */
struct task_report {
	uint32_t event, serial;
	uint32_t step, detail; /* REPORT_DONE: enum step, 0 is success */
	uint32_t started_in;   /* REPORT_STARTED: enum session_directory */
	int32_t error;
	uint64_t inodes[KIND_COUNT], ids[KIND_COUNT]; /* TASK_CREATE */
	int32_t init_pid;			      /* TASK_CREATE */
	uint32_t way_shift; /* TASK_CREATE: ways that its way out was moved on in the pools */
	uint64_t init_start;
	int32_t pid, runner_pid; /* REPORT_STARTED */
	/* TASK_CREATE with adopt: the kinds over which the caller itself has no power, and the maps
	 * of the user namespace */
	uint32_t foreign;
	struct wire_map uid_map, gid_map;
	uint32_t end_state;	     /* REPORT_END: enum end_state, 0: not known */
	struct task_lacks lacks;     /* REPORT_END: of END_INCOMPLETE */
	struct task_packets packets; /* REPORT_END */
	bool full;	  /* TASK_LEARN: the kernel may have had no room for some destinations */
	bool has_refused; /* TASK_INSPECT, TASK_REMOVE with a way; TASK_RELIST */
	uint64_t refused;
};
#define REPORT_FDS_MAX 2

struct task_interface {
	uint32_t event, serial; /* REPORT_INTERFACE */
	uint32_t index;
	char name[16], mac[64];
	bool up;
	size_t n_addresses;
	char addresses[INTERFACE_ADDRESSES_MAX][64];
};

/* The kernel counts at most this many destinations of each family for a list. */
#define REFUSALS_EACH_MAX 128
/* Where the packets were sent that the list of a way has refused. The destinations with most
 * packets come first. */
struct task_refusal {
	uint8_t address[16];
	uint8_t family; /* AF_INET, AF_INET6 */
	uint8_t protocol;
	uint16_t port; /* of TCP and UDP */
	uint64_t packets;
};
struct task_refusals {
	uint32_t event, serial; /* REPORT_REFUSED */
	uint32_t n;
	struct task_refusal items[2 * REFUSALS_EACH_MAX];
};
