/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of what egress leads to: --allow and --deny. */
#pragma once

#include "client/options.h"

/* For option_row.take: adds a destination to the list at the row's field. For "@FILE", where FILE
 * contains a slash, adds the destinations in the file. The daemon checks them. */
int destinations_take(struct options *options);

/* The words that --allow and --deny take, as help shows them. */
#define DESTINATION_WORDS "DEST[:PORT[-PORT]][/tcp|/udp]"
