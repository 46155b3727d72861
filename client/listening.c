/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/listening.h"

#include <arpa/inet.h>

#include "base.h"

#define STATE_LISTEN 0x0a

/* Returns true for 127.0.0.0/8 and ::1. address is as in proc(5): one or four groups of 8
 * hexadecimal digits, each of which is a number in the machine's byte order. */
static bool is_loopback(const char *address)
{
	size_t n = strlen(address);
	uint32_t last;

	if (n < 8 || sscanf(address + n - 8, "%" SCNx32, &last) != 1)
		return false;
	if (n == 8)
		return ntohl(last) >> 24 == 127;
	return ntohl(last) == 1 && strspn(address, "0") >= n - 8;
}

static FILE *open_table(int64_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%" PRId64 "/net/%s", pid, name);
	return fopen(path, "re");
}

/* Returns false if no socket of this protocol exists. Reading the table of sockets would take
 * longer, because the kernel looks through all sockets of the machine (docs/kernel.md, 35). */
static bool has_sockets(int64_t pid, const char *counts, const char *protocol)
{
	_cleanup_file_ FILE *file = open_table(pid, counts);
	char line[256], found[16];
	unsigned int n;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%15[^:]: inuse %u", found, &n) == 2 &&
		    strcmp(found, protocol) == 0)
			return n > 0;
	return true;
}

static bool is_in_table(int64_t pid, const char *table, int64_t port)
{
	_cleanup_file_ FILE *file = open_table(pid, table);
	char line[512], address[33];
	unsigned int found, state;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, " %*u: %32[0-9A-F]:%x %*[0-9A-F]:%*x %x", address, &found,
			   &state) == 3 &&
		    state == STATE_LISTEN && found == port && !is_loopback(address))
			return true;
	return false;
}

bool listening_at(int64_t pid, int64_t port)
{
	return (has_sockets(pid, "sockstat", "TCP") && is_in_table(pid, "tcp", port)) ||
	       (has_sockets(pid, "sockstat6", "TCP6") && is_in_table(pid, "tcp6", port));
}
