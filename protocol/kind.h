/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The eight kinds of namespace: their names under /proc/PID/ns/ (which are also those of the
 * interface), and their CLONE_NEW* flags. Pure data.
 */
#ifndef NSCTL_PROTOCOL_KIND_H
#define NSCTL_PROTOCOL_KIND_H

#include <stdint.h>

/* The order is that of type NamespaceType in org.nsctl.varlink, and is kept in state files: append
 * only. */
enum kind {
	KIND_MNT,
	KIND_PID,
	KIND_NET,
	KIND_UTS,
	KIND_USER,
	KIND_IPC,
	KIND_CGROUP,
	KIND_TIME,
	KIND_COUNT,
};

#define KIND_BIT(kind) (UINT32_C(1) << (kind))
#define KIND_ALL (KIND_BIT(KIND_COUNT) - 1)
/* What a set has when nobody says: everything that needs no thought about users or clocks. */
#define KIND_DEFAULT                                                                         \
	(KIND_BIT(KIND_MNT) | KIND_BIT(KIND_PID) | KIND_BIT(KIND_NET) | KIND_BIT(KIND_UTS) | \
	 KIND_BIT(KIND_IPC) | KIND_BIT(KIND_CGROUP))

/* "mnt", "pid", ... in the order of enum kind; NULL ends them. */
extern const char *const kind_words[KIND_COUNT + 1];

/* "mnt", "pid", ...; kind must be below KIND_COUNT. Static. */
const char *kind_name(enum kind kind);

/* CLONE_NEWNS, ...; kind must be below KIND_COUNT. */
int kind_clone_flag(enum kind kind);

/* CLONE_NEW* of every bit in kinds, or-ed. */
int kind_clone_flags(uint32_t kinds);

/* The kind called name, or KIND_COUNT when there is none. */
enum kind kind_from_name(const char *name);

#endif
