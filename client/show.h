/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verb show, which prints everything about a set, and functions for other verbs with similar
 * output.
 */
#pragma once

#include "client/verb.h"
#include "client/text.h"

/* Prints "  NAME        TEXT", escaped. name NULL: leaves its column empty. */
void show_line(const char *name, const char *format, ...) _printf_(2, 3);
/* Prints a line for each namespace, followed by held if the set holds it, or else "the host's". */
void show_namespaces(const json_t *namespaces, const char *held);
/* Prints the network options of a set's specification, or of a network, as their owner gave
 * them. */
void show_network(const json_t *spec);
/* Prints the owner of a set or network: the number and, if it is not NULL, the name. */
void show_owner(const json_t *object, const char *name);
/* Prints when a set or network was made, and when its lease ends it. */
void show_times(const json_t *object, const json_t *lease);
/* Appends a published port: the host's, with its address if it has one, and the set's. */
void show_add_publish(struct text *text, const json_t *publish, const char *between);
/* Prints on stderr which ports of the host lead to the set called name, if the daemon has chosen
 * any. published: an array of Publish, or NULL. */
void show_chosen_ports(const struct client *client, const char *name, const json_t *published);
/* Prints how many packets were refused, and the destinations of most of them, if that is known.
 * usage: a Usage, a Network, or a reply of SetEgress. */
void show_refused(const json_t *usage);
/* With --json or --quiet, prints an item of a list (as JSON, or its name) and returns true. Without
 * them returns false, so that the caller adds the item to a table. */
bool show_plainly(const struct client *client, const json_t *item);
/* Returns the state of a set in one word: "frozen" for a ready set whose processes are stopped. */
const char *show_state(const json_t *set);
/* Returns the word for a set's state, by the members of the set. */
const char *show_state_word(const json_t *state, const json_t *frozen);
/* Returns the seconds that have passed since the time in object's member key. */
double show_age(const json_t *object, const char *key);
