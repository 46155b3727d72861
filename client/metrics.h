/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb metrics: nsctld's metrics as text for Prometheus, and as a file for node-exporter. */
#pragma once

#include "client/verb.h"

extern const struct option_row metrics_options[];

extern const struct verb metrics_verbs[]; /* ends with a row without a name */
