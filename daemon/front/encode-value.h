/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Members of new JSON objects. */
#pragma once

#include <jansson.h>
#include "base.h"

/* Add a new member to the object, or nothing if its value is NULL. */
void encode_put(json_t *object, const char *key, json_t *value);
void encode_string(json_t *object, const char *key, const char *text);
/* Returns microseconds as a JSON number of seconds. */
json_t *encode_seconds(uint64_t microseconds);
