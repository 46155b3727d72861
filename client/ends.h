/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ends of links and their impairments: converts words to LinkEnd and Impairment of
 * org.nsctl.varlink, and back. No output, no system call.
 */
#pragma once

#include "client/text.h"

/* Converts "SET[:IFACE]", "host[:IFACE]" or "net/NETWORK", followed by any of ",address=CIDR" and
 * so on, to a LinkEnd. Returns NULL if the word is invalid; why says which part, and the reason. */
json_t *ends_parse(const char *word, struct text *why);

/* Converts the argument of --link, PEER[:IFACE][,address=CIDR][,peer-address=CIDR]..., to a member
 * of SetSpec.links. */
json_t *ends_parse_link(const char *word, struct text *why);

/* Sets the member for key ("delay", "loss", ...) to value ("50ms", "1%"). Returns NULL, or what is
 * wrong with the value. */
const char *ends_impair(json_t *impairment, const char *key, const char *value);
/* Sets the members that are missing to 0, which clears their impairments. */
void ends_clear(json_t *impairment);

/* Appends the place of an end: "web:eth0", "host", "net/lan". */
void ends_add(struct text *text, const json_t *end);
/* Appends the key of a field of LinkEnd, as a user writes it: ", address" for "addresses[0]". */
void ends_add_key(struct text *text, const char *field);
/* Returns the name of the set or network where the end is, or "host". */
const char *ends_name(const json_t *end);
/* Adds a route to an end: "DEST,via=ADDR,metric=N,onlink,src=ADDR", where only DEST is needed.
 * Returns false, with the reason in why, if the word is invalid. */
bool ends_add_route(json_t *end, const char *word, struct text *why);
/* Appends the impairments of an end, such as "delay=50ms,loss=1%". Returns false, and appends
 * nothing, if there are none. */
bool ends_add_impairment(struct text *text, const json_t *end);
/* Appends the state of an end in the kernel or, if that is not known, in its record: "up", "down",
 * or "incomplete: lacks address 10.0.0.2/24". Returns false if that is "up". */
bool ends_add_state(struct text *text, const json_t *end);
