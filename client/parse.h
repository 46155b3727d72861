/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Converts arguments of options to values. Pure functions: no output, no allocation, no system
 * call. Each function accepts a whole word or nothing (`1000x` is no user: crun's CVE-2026-30892).
 * If it returns false, it leaves *ret alone.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Parses digits. The number must be between least and most. */
bool parse_number(const char *word, int64_t least, int64_t most, int64_t *ret);
/* Parses a user or group id; (uid_t)-1 is invalid. */
bool parse_id(const char *word, int64_t *ret);
/* Parses digits with an optional fraction, and with an optional sign if negative is true. */
bool parse_decimal(const char *word, bool negative, double *ret);
/* Parses "90", "90s", "15m", "2h", "1d" to seconds, at least one. */
bool parse_duration(const char *word, int64_t *ret);
/* Parses "512M", "2G" (powers of 1024) to bytes, at least one. */
bool parse_size(const char *word, int64_t *ret);
/* Parses times as in tc(8), "50ms", "1.5s", "300us", to milliseconds. Refuses a number without a
 * unit unless it is 0: tc would count it as microseconds, which is unexpected. */
bool parse_milliseconds(const char *word, double *ret);
/* Parses "1%", "0.1%" or "1"; the value is 0 to 100. */
bool parse_percent(const char *word, double *ret);
/* Parses "10mbit", "512kbit" (powers of 1000), "1mibit" (of 1024), "1mbps" (bytes) or "9600" (bits)
 * to bits per second; 0 is allowed. */
bool parse_rate(const char *word, int64_t *ret);
/* Parses "INSIDE:OUTSIDE:COUNT" to three numbers. */
bool parse_range(const char *word, int64_t ret[static 3]);
/* Parses "mnt,net" to bits of kinds (protocol/kind.h). The list must not be empty, or have a kind
 * twice. */
bool parse_kinds(const char *word, uint32_t *ret);
/* Parses "TERM", "SIGTERM", "sigterm", "15" or "RTMIN+2". */
bool parse_signal(const char *word, int *ret);
/* Returns the static name of a signal without SIG, such as "TERM", or NULL. */
const char *signal_name(int signal);

/* A part of a word. */
struct piece {
	const char *start;
	size_t size;
};

/* Splits word at the first separator. Returns the part before it. *ret_rest becomes the part after
 * it, or NULL if there is no separator. */
struct piece parse_cut(const char *word, char separator, const char **ret_rest);

/* The parts of "[ADDRESS:]PORT[-PORT]:PORT[-PORT][/udp]". An IPv6 address is in brackets. */
struct ports {
	int64_t first, last;
};
struct publish {
	struct piece address; /* size 0: none */
	struct ports host;    /* first 0: any port */
	struct ports inside;  /* one port, or as many as host */
	bool udp;
};
/* Returns NULL, or what is wrong with the word; "": its form. */
const char *parse_publish(const char *word, struct publish *ret);
