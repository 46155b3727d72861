/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The eight kinds of namespace: their names under /proc/PID/ns/ (which are also those of the
 * interface), and their CLONE_NEW* flags. Pure data.
 */
#pragma once

#include <stdint.h>

/* The order is that of type NamespaceType in org.nsctl.varlink. State files contain these numbers,
 * so new kinds are only appended. */
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
/* The default namespaces of a set: all that need no decision about users or clocks. */
#define KIND_DEFAULT                                                                         \
	(KIND_BIT(KIND_MNT) | KIND_BIT(KIND_PID) | KIND_BIT(KIND_NET) | KIND_BIT(KIND_UTS) | \
	 KIND_BIT(KIND_IPC) | KIND_BIT(KIND_CGROUP))

/* The names "mnt", "pid", ... in the order of enum kind, with NULL at the end. */
extern const char *const kind_words[KIND_COUNT + 1];

/* Returns a static name, such as "mnt"; kind must be below KIND_COUNT. */
const char *kind_name(enum kind kind);

/* Returns CLONE_NEWNS and so on; kind must be below KIND_COUNT. */
int kind_clone_flag(enum kind kind);

/* Returns the CLONE_NEW* flags of all bits in kinds. */
int kind_clone_flags(uint32_t kinds);

/* Returns the kind called name, or KIND_COUNT if there is none. */
enum kind kind_from_name(const char *name);

/* Returns the kind of namespace that a setting of the kernel belongs to (net.ipv4.ip_forward), if a
 * set may have that setting at all. */
enum kind kind_of_setting(const char *key);
