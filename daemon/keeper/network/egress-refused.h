/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Turns destinations of packets, as a worker reports them (struct task_refusal), into the form that
 * answers and events have (struct wire_refused). */
#pragma once

#include <netinet/in.h>
#include "daemon/wire/report.h"

/* Storage for the texts to which a struct wire_refused points. */
struct egress_refused_text {
	char address[INET6_ADDRSTRLEN], protocol[8];
};
/* Fills in *ret with the destination `from`. *ret points into *text. */
void egress_view_refusal(const struct task_refusal *from, struct egress_refused_text *text,
			 struct wire_refused *ret);
/* Fills in ret with the destinations that a worker has reported, at most the first REFUSED_MAX, and
 * returns their number. *ret points into memory of this module, until the next call. */
size_t egress_view_refused(const struct task_refusals *refusals,
			   struct wire_refused ret[static REFUSED_MAX]);
