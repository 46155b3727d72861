/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets that lists have refused, as answers show them. */
#ifndef NSCTL_KEEPER_EGRESS_REFUSED_H
#define NSCTL_KEEPER_EGRESS_REFUSED_H

#include "daemon/wire/egress.h"
#include "daemon/wire/report.h"

/* Fills in what a worker has reported. *ret points into memory of this module. Returns the number
 * of destinations. */
size_t egress_view_refused(const struct task_refusals *refusals,
			   struct wire_refused ret[static REFUSED_MAX]);

#endif
