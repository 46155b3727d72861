/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options of user namespaces: functions for option_row.take, see take.h. */
#pragma once

#include "client/options.h"

int maps_take_root(struct options *options);	/* --map-root-user */
int maps_take_current(struct options *options); /* --map-current-user */
int maps_take_auto(struct options *options);
int maps_take_subids(struct options *options);
int maps_take_range(struct options *options); /* --map-users, --map-groups */
