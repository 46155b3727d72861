/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb hosts: prints the addresses of sets as lines of a hosts file. */
#pragma once

#include "client/client.h"
#include "client/verb.h"

extern const struct verb hosts_verbs[]; /* ends with a row without a name */
