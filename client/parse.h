/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Converts options' arguments to values. Pure functions: no output, no allocation, no system call.
 * Each accepts a whole word or nothing (crun's CVE-2026-30892: `1000x` is no user), and leaves ret
 * alone when it returns false.
 */
#ifndef NSCTL_CLIENT_PARSE_H
#define NSCTL_CLIENT_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Digits only, between least and most. */
bool parse_number(const char *word, int64_t least, int64_t most, int64_t *ret);
/* A user or group id; (uid_t)-1 is invalid. */
bool parse_id(const char *word, int64_t *ret);
/* Digits with an optional fraction, and an optional sign if negative is true. */
bool parse_decimal(const char *word, bool negative, double *ret);
/* "90", "90s", "15m", "2h", "1d", converted to seconds; at least one. */
bool parse_duration(const char *word, int64_t *ret);
/* "512M", "2G": powers of 1024; at least one byte. */
bool parse_size(const char *word, int64_t *ret);
/* Times as in tc(8): "50ms", "1.5s", "300us", converted to milliseconds. A number without a unit is
 * refused unless it is 0: tc would take it for microseconds, which is unexpected. */
bool parse_milliseconds(const char *word, double *ret);
/* "1%", "0.1%", "1": 0 to 100. */
bool parse_percent(const char *word, double *ret);
/* "10mbit", "512kbit" (powers of 1000), "1mibit" (of 1024), "1mbps" (bytes), "9600" (bits),
 * converted to bits per second; 0 is allowed. */
bool parse_rate(const char *word, int64_t *ret);
/* "INSIDE:OUTSIDE:COUNT" */
bool parse_range(const char *word, int64_t ret[static 3]);
/* "mnt,net", converted to bits of kinds (protocol/kind.h); not empty, none twice. */
bool parse_kinds(const char *word, uint32_t *ret);
/* "TERM", "SIGTERM", "sigterm", "15", "RTMIN+2" */
bool parse_signal(const char *word, int *ret);
/* Returns the static name without SIG, such as "TERM", or NULL. */
const char *signal_name(int signal);

/* A part of a word. */
struct piece {
	const char *start;
	size_t size;
};

/* Splits word at the first separator. Returns the part before it; *ret_rest is the part after it
 * (NULL: there is none). */
struct piece parse_cut(const char *word, char separator, const char **ret_rest);

/* "[ADDRESS:]PORT:PORT[/udp]"; an IPv6 address is in brackets. */
struct publish {
	struct piece address; /* size 0: none */
	int64_t host_port, port;
	bool udp;
};
bool parse_publish(const char *word, struct publish *ret);

#endif
