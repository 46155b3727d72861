/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Options of create (and run) that stand for several entries of spec.mounts: the daemon does not
 * know them.
 */
#pragma once

#include "client/options.h"

int views_take_private(struct options *options);
int views_take_job(struct options *options);
int views_take_no_read_only(struct options *options);
int views_take_no_lease(struct options *options);

/* Adds what the options stand for, after all options have been taken. Returns 0, or an exit status
 * after reporting an error. */
int views_finish(struct options *options);
