/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Converts the options of create (and run) to a SetSpec of org.nsctl.varlink.
 */
#pragma once

#include "client/options.h"

extern const struct option_row spec_options[];

/* Completes parameters.spec, after all options have been taken. Returns 0, or an exit status after
 * reporting an error. */
int spec_finish(struct options *options);
