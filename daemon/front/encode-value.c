/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/front/encode-value.h"

void encode_put(json_t *object, const char *key, json_t *value)
{
	if (value)
		json_object_set_new_nocheck(object, key, value);
}

void encode_string(json_t *object, const char *key, const char *text)
{
	if (text)
		encode_put(object, key, json_string(text));
}

json_t *encode_seconds(uint64_t microseconds)
{
	return json_real((double)microseconds / 1e6);
}
