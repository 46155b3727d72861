/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Impairments: the root queueing discipline of an interface, which acts on packets that leave by
 * it. It is netem or, for a rate without other impairments, tbf, because more kernels have tbf.
 */
#pragma once

#include "daemon/kernel/rtnl.h"

/*
 * Adds the request that impairs the interface as given, whatever its discipline was. A discipline
 * of the same kind is changed in place, so that no queued packet is lost. mtu is in bytes; 0: that
 * of Ethernet. The answer is ENOENT if the kernel does not have the discipline.
 */
void qdisc_add(struct rtnl *rtnl, uint32_t index, const struct wire_impairment *impairment,
	       uint32_t mtu);
/* Returns the kernel's name of the discipline that does this. */
const char *qdisc_kind(const struct wire_impairment *impairment);
/* Returns the number of packets that may wait: those of the delay, and of a tenth of a second of
 * the rate, unless the impairment has a limit. */
uint32_t qdisc_limit(const struct wire_impairment *impairment, uint32_t mtu);
/* Returns false if the kernel has no discipline of this kind, not even as a module that it can
 * load. Changes nothing. kind: netem or tbf, which are refused without options. */
bool qdisc_exists(const char *kind);
/* Adds the request that removes the interface's root discipline. The answer is ENOENT if there is
 * none. */
void qdisc_add_removal(struct rtnl *rtnl, uint32_t index);
