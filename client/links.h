/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs of `nsctl link`. */
#ifndef NSCTL_CLIENT_LINKS_H
#define NSCTL_CLIENT_LINKS_H

#include "client/verb.h"

extern const struct verb links_verbs[]; /* ends with a row without a name */

#endif
