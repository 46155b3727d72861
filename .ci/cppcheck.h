/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What cppcheck, which reads no headers of the system, has to know of macros of jansson and of
 * <sys/queue.h>. */
#ifndef NSCTL_CI_CPPCHECK_H
#define NSCTL_CI_CPPCHECK_H

#define json_array_foreach(array, index, value)                                                   \
	for (index = 0; index < json_array_size(array) && (value = json_array_get(array, index)); \
	     index++)

#define json_object_foreach(object, key, value)                                     \
	for (key = json_object_iter_key(json_object_iter(object));                  \
	     key && (value = json_object_iter_value(json_object_key_to_iter(key))); \
	     key = json_object_iter_key(                                            \
		     json_object_iter_next(object, json_object_key_to_iter(key))))

#define LIST_FOREACH(at, head, field) \
	for ((at) = (head)->lh_first; (at); (at) = (at)->field.le_next)

#endif
