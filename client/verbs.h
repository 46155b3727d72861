/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The families of verbs. Each has a table in its own file, which ends with a row without a name. */
#pragma once

#include "client/verb.h"

extern const struct verb adopt_verbs[];
extern const struct verb call_verbs[];
extern const struct verb capture_verbs[];
extern const struct verb doctor_verbs[];
extern const struct verb egress_verbs[];
extern const struct verb graph_verbs[];
extern const struct verb hosts_verbs[];
extern const struct verb inspect_verbs[];
extern const struct verb links_verbs[];
extern const struct verb log_verbs[];
extern const struct verb metrics_verbs[];
extern const struct verb monitor_verbs[];
extern const struct verb networks_verbs[];
extern const struct verb prune_verbs[];
extern const struct verb ps_verbs[];
extern const struct verb run_verbs[];
extern const struct verb sessions_verbs[];
extern const struct verb sets_verbs[];
extern const struct verb show_verbs[];
extern const struct verb status_verbs[];
extern const struct verb top_verbs[];
extern const struct verb topology_verbs[];

/* Options of verbs, for their tests. Those of run: of all three verbs that run a command, of exec
 * and enter, of run. */
extern const struct option_row monitor_options[], sessions_kill_options[];
extern const struct option_row run_command_options[], run_exec_options[], run_run_options[];
