/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb log, which shows what has happened to sets: nsctld's lines in the journal. */
#ifndef NSCTL_CLIENT_LOG_H
#define NSCTL_CLIENT_LOG_H

#include "client/verb.h"

extern const struct option_row log_options[];

extern const struct verb log_verbs[]; /* ends with a row without a name */

#endif
