/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of every layout of daemon/wire, made from its own table, and whether two are the same. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include "base.h"
#include "daemon/wire/tables.h"
#include "daemon/wire/task.h"

#define STRINGS_SIZE (1 << 20)

static const struct {
	const char *name;
	const struct wire_layout *layout;
} layouts[] = {
	{"connection", &wire_connection_layout},
	{"lane", &wire_lane_layout},
	{"failure", &wire_failure_layout},
	{"spec", &wire_spec_layout},
	{"create", &wire_create_layout},
	{"ask", &wire_ask_layout},
	{"list", &wire_list_layout},
	{"command", &wire_command_layout},
	{"exec", &wire_exec_layout},
	{"run", &wire_run_layout},
	{"namespace", &wire_namespace_layout},
	{"set", &wire_set_layout},
	{"summary", &wire_summary_layout},
	{"session", &wire_session_layout},
	{"status", &wire_status_layout},
	{"count", &wire_count_layout},
	{"word", &wire_word_layout},
	{"task ready", &task_ready_layout},
	{"task create", &task_create_layout},
	{"task remove", &task_remove_layout},
	{"task start", &task_start_layout},
	{"task inspect", &task_inspect_layout},
	{"task front", &task_front_layout},
	{"task processes", &task_processes_layout},
	{"task signal", &task_signal_layout},
};

static uint64_t random_state;
static char strings[STRINGS_SIZE];
static size_t strings_used;
static int made_fds[WIRE_FDS_MAX];
static size_t n_made_fds;

static inline uint64_t random_number(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static inline void seed(uint64_t number)
{
	random_state = number * 0x9e3779b97f4a7c15 + 1;
	strings_used = 0;
}

static inline void close_made_fds(void)
{
	while (n_made_fds > 0)
		close(made_fds[--n_made_fds]);
}

static inline const char *make_string(size_t limit)
{
	/* now and then as long as it may be; a message has no room for many of the longest */
	size_t size = 1 + random_number() % MIN(limit, (size_t)40);
	char *text = strings + strings_used;

	if (random_number() % 8 == 0)
		size = MIN(limit, (size_t)8192);
	assert_true(strings_used + size + 1 <= STRINGS_SIZE);
	for (size_t i = 0; i < size; i++)
		text[i] = (char)(1 + random_number() % 255);
	text[size] = '\0';
	strings_used += size + 1;
	return text;
}

static inline int make_fd(void)
{
	int fd = memfd_create("test-wire", MFD_CLOEXEC);

	assert_true(fd >= 0 && n_made_fds < WIRE_FDS_MAX);
	made_fds[n_made_fds++] = fd;
	return fd;
}

/* sparse: some members stay as they are. Without fds: none of those. */
static inline void fill(const struct wire_layout *layout, char *value, bool sparse, bool fds)
{
	for (size_t i = 0; i < layout->n; i++) {
		const struct wire_field *field = &layout->fields[i];
		void *at = value + field->offset;
		uint64_t limit = field->limit ? field->limit : UINT64_MAX;
		size_t n;

		if (sparse && random_number() % 3 == 0)
			continue;
		switch (field->type) {
		case WIRE_BOOL:
			*(bool *)at = true;
			break;
		case WIRE_U32:
			limit = MIN(limit, (uint64_t)UINT32_MAX);
			*(uint32_t *)at = (uint32_t)(1 + random_number() % limit);
			break;
		case WIRE_U64:
		case WIRE_I64:
			*(uint64_t *)at = 1 + random_number() % limit;
			break;
		case WIRE_STRING:
			*(const char **)at = make_string(field->limit);
			break;
		case WIRE_FD:
			if (fds)
				*(int *)at = make_fd();
			break;
		case WIRE_HANDLE:
		case WIRE_PROCESS:
		case WIRE_PIPE:
			/* an index, as in the keeper */
			if (fds)
				*(int *)at = (int)(random_number() % WIRE_FDS_MAX);
			break;
		case WIRE_NESTED:
			fill(field->layout, at, sparse, fds);
			break;
		default:
			n = 1 + random_number() % MIN(field->limit, (uint64_t)3);
			*(size_t *)(void *)(value + field->count_offset) = n;
			for (size_t j = 0; j < n; j++) {
				wire_clear(field->layout, (char *)at + j * field->layout->size);
				fill(field->layout, (char *)at + j * field->layout->size, sparse,
				     fds);
			}
		}
	}
}

static inline void *make(const struct wire_layout *layout, uint64_t number, bool fds)
{
	void *value = malloc(layout->size);

	assert_non_null(value);
	seed(number);
	wire_clear(layout, value);
	fill(layout, value, number % 2, fds);
	return value;
}

static inline bool same_file(int a, int b)
{
	struct stat st_a, st_b;

	if (a < 0 || b < 0)
		return a < 0 && b < 0;
	return fstat(a, &st_a) == 0 && fstat(b, &st_b) == 0 && st_a.st_ino == st_b.st_ino &&
	       st_a.st_dev == st_b.st_dev;
}

static inline bool same(const struct wire_layout *layout, const char *a, const char *b);

static inline bool same_field(const struct wire_field *field, const char *a, const char *b)
{
	const void *at_a = a + field->offset, *at_b = b + field->offset;
	const char *text_a, *text_b;
	size_t n;

	switch (field->type) {
	case WIRE_BOOL:
		return *(const bool *)at_a == *(const bool *)at_b;
	case WIRE_U32:
		return *(const uint32_t *)at_a == *(const uint32_t *)at_b;
	case WIRE_U64:
	case WIRE_I64:
		return *(const uint64_t *)at_a == *(const uint64_t *)at_b;
	case WIRE_STRING:
		text_a = *(const char *const *)at_a;
		text_b = *(const char *const *)at_b;
		return text_a && text_b ? strcmp(text_a, text_b) == 0 : text_a == text_b;
	case WIRE_FD:
		return same_file(*(const int *)at_a, *(const int *)at_b);
	case WIRE_HANDLE:
	case WIRE_PROCESS:
	case WIRE_PIPE:
		return *(const int *)at_a == *(const int *)at_b;
	case WIRE_NESTED:
		return same(field->layout, at_a, at_b);
	default:
		n = *(const size_t *)(const void *)(a + field->count_offset);
		if (n != *(const size_t *)(const void *)(b + field->count_offset))
			return false;
		for (size_t i = 0; i < n; i++)
			if (!same(field->layout, (const char *)at_a + i * field->layout->size,
				  (const char *)at_b + i * field->layout->size))
				return false;
		return true;
	}
}

static inline bool same(const struct wire_layout *layout, const char *a, const char *b)
{
	for (size_t i = 0; i < layout->n; i++)
		if (!same_field(&layout->fields[i], a, b))
			return false;
	return true;
}
