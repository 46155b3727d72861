/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * FNV-1a, a hash for names and checksums. It is no secret: bytes that have a given hash are easy to
 * find.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The hash of no bytes. */
#define FNV_START UINT32_C(2166136261)

/* Returns the hash of the bytes that had this hash so far, followed by size bytes of data. */
static inline uint32_t fnv_add(uint32_t hash, const void *data, size_t size)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 16777619;
	return hash;
}
