/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ends of links and what impairs them: words to LinkEnd and Impairment of org.nsctl.varlink, and
 * these back to words. No output, no system call.
 */
#ifndef NSCTL_CLIENT_ENDS_H
#define NSCTL_CLIENT_ENDS_H

#include <stdbool.h>
#include <jansson.h>
#include "client/print.h"

/* "SET[:IFACE]", "host[:IFACE]" or "net/NETWORK", then any of ",address=CIDR" and so on: a LinkEnd.
 * NULL where it is none: why says which part of it and what is wrong with that. */
json_t *ends_parse(const char *word, struct text *why);

/* What --link takes, PEER[:IFACE][,address=CIDR][,peer-address=CIDR]...: a member of SetSpec.links.
 */
json_t *ends_parse_link(const char *word, struct text *why);

/* Sets what key ("delay", "loss", ...) names to value ("50ms", "1%"). NULL, or what the value must
 * be. */
const char *ends_impair(json_t *impairment, const char *key, const char *value);
/* Clears everything that has not been set. */
void ends_clear(json_t *impairment);

/* Adds where an end is: "web:eth0", "host", "net/lan". */
void ends_add(struct text *text, const json_t *end);
/* The name alone, of a set or a network, or "host". */
const char *ends_name(const json_t *end);
/* Adds "delay=50ms,loss=1%"; false, and adds nothing, where nothing impairs it. */
bool ends_add_impairment(struct text *text, const json_t *end);
/* What does not say otherwise is up. */
bool ends_is_up(const json_t *end);

#endif
