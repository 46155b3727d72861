/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verb show, which tells everything about a set, and what others tell in the same way.
 */
#ifndef NSCTL_CLIENT_SHOW_H
#define NSCTL_CLIENT_SHOW_H

#include "client/options.h"

/* As verb.run of options.h has it. */
int show_run(struct client *client, struct options *options);

/* "  NAME        TEXT", escaped; the name only where it is not NULL. */
void show_line(const char *name, const char *format, ...) _printf_(2, 3);
/* A line for each, with held or not_held behind it. */
void show_namespaces(const json_t *namespaces, const char *held, const char *not_held);
/* One of a list, where no table is wanted: by --json or, its name, by --quiet. */
bool show_plainly(const struct client *client, const json_t *item);
/* Seconds since a member of object. */
double show_age(const json_t *object, const char *key);

#endif
