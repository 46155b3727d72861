/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parts that several replies have: each returns a new object, or NULL for lack of memory. */
#ifndef NSCTL_FRONT_ENCODE_PART_H
#define NSCTL_FRONT_ENCODE_PART_H

#include "daemon/front/encode.h"

/* Puts a new value into the object; NULL, for absent, puts nothing. */
void encode_put(json_t *object, const char *key, json_t *value);
void encode_string(json_t *object, const char *key, const char *text);
/* Microseconds as seconds. */
json_t *encode_seconds(uint64_t microseconds);

json_t *encode_kinds(uint32_t kinds);
json_t *encode_namespaces_of(const struct wire_set *set);
json_t *encode_set(const struct wire_set *set);
/* A set in few words: see List in org.nsctl.varlink. */
json_t *encode_summary(const struct wire_set *set);

json_t *encode_addresses(const struct wire_address *addresses, size_t n);
/* Puts links, egress, dns and publish into the object of a specification. */
void encode_wiring(json_t *object, const struct wire_spec *spec);
json_t *encode_link(const struct wire_link *link);
json_t *encode_network(const struct wire_network *network);

#endif
