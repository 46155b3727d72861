/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb ps, which shows the processes of a set. */
#ifndef NSCTL_CLIENT_PS_H
#define NSCTL_CLIENT_PS_H

#include "client/verb.h"

extern const struct option_row ps_options[];

extern const struct verb ps_verbs[]; /* ends with a row without a name */

#endif
