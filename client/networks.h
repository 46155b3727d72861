/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs of `nsctl network`. */
#ifndef NSCTL_CLIENT_NETWORKS_H
#define NSCTL_CLIENT_NETWORKS_H

#include "client/verb.h"

extern const struct verb networks_verbs[]; /* ends with a row without a name */

#endif
