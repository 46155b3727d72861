/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The words that options take, to values. Pure: no output, no allocation, no system call. Each
 * takes the whole word or nothing (what crun's CVE-2026-30892 was about: `1000x` is no user), and
 * leaves ret alone when it returns false.
 */
#ifndef NSCTL_CLIENT_PARSE_H
#define NSCTL_CLIENT_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Digits only, least to most. */
bool parse_number(const char *word, int64_t least, int64_t most, int64_t *ret);
/* A user or group id: (uid_t)-1 is none. */
bool parse_id(const char *word, int64_t *ret);
/* Digits with a fraction, at will with a sign where negative is true. */
bool parse_decimal(const char *word, bool negative, double *ret);
/* "90", "90s", "15m", "2h", "1d" to seconds; at least one. */
bool parse_duration(const char *word, int64_t *ret);
/* "512M", "2G": powers of 1024; at least one byte. */
bool parse_size(const char *word, int64_t *ret);
/* As tc(8) has them: "50ms", "1.5s", "300us" to milliseconds; a number without a unit is refused
 * (tc takes it for microseconds, which nobody expects) unless it is 0. */
bool parse_milliseconds(const char *word, double *ret);
/* "1%", "0.1%", "1": 0 to 100. */
bool parse_percent(const char *word, double *ret);
/* "10mbit", "512kbit" (powers of 1000), "1mibit" (of 1024), "1mbps" (bytes), "9600" (bits) to bits
 * a second; 0 as well. */
bool parse_rate(const char *word, int64_t *ret);
/* "INSIDE:OUTSIDE:COUNT" */
bool parse_range(const char *word, int64_t ret[static 3]);
/* "mnt,net" to the bits of kinds (protocol/kind.h); not empty, none twice. */
bool parse_kinds(const char *word, uint32_t *ret);
/* "TERM", "SIGTERM", "sigterm", "15", "RTMIN+2" */
bool parse_signal(const char *word, int *ret);
/* The name without SIG, or NULL: "TERM". Static. */
const char *signal_name(int signal);

/* A part of a word. */
struct piece {
	const char *start;
	size_t size;
};

/* Cuts word at the first separator: what is before it, and what follows (NULL: it was not there).
 */
struct piece parse_cut(const char *word, char separator, const char **ret_rest);

/* "[ADDRESS:]PORT:PORT[/udp]"; an IPv6 address stands in brackets. */
struct publish {
	struct piece address; /* size 0: none */
	int64_t host_port, port;
	bool udp;
};
bool parse_publish(const char *word, struct publish *ret);

#endif
