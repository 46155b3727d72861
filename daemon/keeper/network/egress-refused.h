/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lists have refused, as answers and events show it. */
#pragma once

#include <netinet/in.h>
#include "daemon/wire/report.h"

/* Storage for the texts of a destination. */
struct egress_refused_text {
	char address[INET6_ADDRSTRLEN], protocol[8];
};
/* Fills in one destination. *ret points into *text. */
void egress_view_refusal(const struct task_refusal *from, struct egress_refused_text *text,
			 struct wire_refused *ret);
/* Fills in what a worker has reported. *ret points into memory of this module. Returns the number
 * of destinations. */
size_t egress_view_refused(const struct task_refusals *refusals,
			   struct wire_refused ret[static REFUSED_MAX]);
