/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Values out of a call's parameters: members of JSON objects, put in range. A field's path is its
 * prefix ("spec.mounts[2].") and its key. Each leaves *ret alone where the member is absent; 0, or
 * an error with decoding->failure set.
 */
#ifndef NSCTL_FRONT_VALUE_H
#define NSCTL_FRONT_VALUE_H

#include "daemon/front/decode.h"

#define SECONDS_MAX (100.0 * 365 * 24 * 3600)

/* The member, or NULL: also for null. */
const json_t *value_member(const json_t *object, const char *key);

/* A refusal: returns the error. */
int value_invalid(struct decoding *decoding, const char *field, const char *format, ...)
	_printf_(3, 4);

/* Not empty, longest in bytes. A view. */
int value_string(struct decoding *decoding, const json_t *object, const char *prefix,
		 const char *key, size_t longest, const char **ret);
/* ret_given may be NULL. */
int value_integer(struct decoding *decoding, const json_t *object, const char *prefix,
		  const char *key, int64_t lowest, int64_t highest, bool *ret_given, int64_t *ret);
/* A uid or gid. */
int value_id(struct decoding *decoding, const json_t *object, const char *key, bool *ret_given,
	     uint32_t *ret);
/* Seconds, within bounds, to microseconds. */
int value_seconds(struct decoding *decoding, const json_t *object, const char *prefix,
		  const char *key, double lowest, double highest, bool *ret_given, int64_t *ret);
bool value_bool(const json_t *object, const char *key);
/* A descriptor that came with the message; each is for one field only. Borrowed. */
int value_fd(struct decoding *decoding, const json_t *object, const char *prefix, const char *key,
	     int *ret);
/* An enumeration's word as its position in words (NULL ends them), from 1; 0: absent. The
 * interface description has checked it. */
uint32_t value_word(const json_t *object, const char *key, const char *const *words);
/* The member "namespaces" as KIND_BIT()s. */
int value_kinds(struct decoding *decoding, const json_t *object, const char *prefix, uint32_t *ret);
/* The member "labels"; labels has room for SPEC_LABELS_MAX. */
int value_labels(struct decoding *decoding, const json_t *object, const char *field,
		 struct spec_label *labels, size_t *ret_n);

#endif
