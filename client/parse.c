/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See parse.h. Never uses strtol() and the like on words of users: those functions skip white
 * space, accept signs, and stop at unexpected characters.
 */
#include "client/parse.h"

#include <arpa/inet.h>
#include <signal.h>
#include <strings.h>

#include "base.h"
#include "protocol/kind.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Parses the digits at the beginning of word. Returns the end of the digits, or NULL if there are
 * none or the number is too large. */
static const char *take_number(const char *word, int64_t *ret)
{
	int64_t value = 0;

	if (!is_digit(*word))
		return NULL;
	for (; is_digit(*word); word++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, *word - '0', &value))
			return NULL;
	*ret = value;
	return word;
}

bool parse_number(const char *word, int64_t least, int64_t most, int64_t *ret)
{
	int64_t value;
	const char *end = take_number(word, &value);

	if (!end || *end || value < least || value > most)
		return false;
	*ret = value;
	return true;
}

bool parse_id(const char *word, int64_t *ret)
{
	return parse_number(word, 0, (int64_t)UINT32_MAX - 1, ret);
}

bool parse_decimal(const char *word, bool negative, double *ret)
{
	double value = 0, place = 1;
	bool minus = negative && *word == '-', any = false;

	if (negative && (*word == '-' || *word == '+'))
		word++;
	for (; is_digit(*word); word++, any = true)
		value = value * 10 + (*word - '0');
	if (any && *word == '.') {
		if (!is_digit(*++word))
			return false;
		for (; is_digit(*word); word++)
			value += (*word - '0') * (place /= 10);
	}
	if (!any || *word || value > 1e15)
		return false;
	*ret = minus ? -value : value;
	return true;
}

/* Parses a number with an optional letter that multiplies it. */
static bool parse_scaled(const char *word, const char *letters, const int64_t *factors,
			 int64_t *ret)
{
	int64_t value, factor = 1;
	const char *end = take_number(word, &value), *letter;

	if (!end)
		return false;
	if (*end) {
		letter = strchr(letters, *end);
		if (!letter || end[1])
			return false;
		factor = factors[letter - letters];
	}
	if (value == 0 || __builtin_mul_overflow(value, factor, &value))
		return false;
	*ret = value;
	return true;
}

bool parse_duration(const char *word, int64_t *ret)
{
	static const int64_t factors[] = {1, 60, 3600, 86400};

	return parse_scaled(word, "smhd", factors, ret);
}

bool parse_size(const char *word, int64_t *ret)
{
	static const int64_t factors[] = {1LL << 10, 1LL << 20, 1LL << 30, 1LL << 40};

	return parse_scaled(word, "KMGT", factors, ret);
}

struct unit {
	const char *name;
	double factor;
};

/* Parses a number with a fraction and a unit, in upper or lower case. Without a unit, the value is
 * used as it is if plain is true, and must be 0 otherwise. */
static bool parse_units(const char *word, const struct unit *units, size_t n, bool plain,
			double *ret)
{
	size_t size = strspn(word, "0123456789.");
	char number[32];
	double value;

	if (size >= sizeof(number))
		return false;
	memcpy(number, word, size);
	number[size] = '\0';
	if (!parse_decimal(number, false, &value))
		return false;
	if (!word[size] && (plain || value == 0)) {
		*ret = value;
		return true;
	}
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(units[i].name, word + size) == 0) {
			*ret = value * units[i].factor;
			return true;
		}
	return false;
}

bool parse_milliseconds(const char *word, double *ret)
{
	static const struct unit units[] = {
		{"s", 1000},  {"sec", 1000}, {"secs", 1000},  {"ms", 1},	{"msec", 1},
		{"msecs", 1}, {"us", 0.001}, {"usec", 0.001}, {"usecs", 0.001},
	};

	return parse_units(word, units, ARRAY_SIZE(units), false, ret);
}

bool parse_percent(const char *word, double *ret)
{
	static const struct unit units[] = {{"%", 1}};
	double value;

	if (!parse_units(word, units, ARRAY_SIZE(units), true, &value) || value > 100)
		return false;
	*ret = value;
	return true;
}

bool parse_rate(const char *word, int64_t *ret)
{
	static const struct unit units[] = {
		{"bit", 1},	      {"kbit", 1e3},	    {"mbit", 1e6},
		{"gbit", 1e9},	      {"tbit", 1e12},	    {"kibit", 1LL << 10},
		{"mibit", 1LL << 20}, {"gibit", 1LL << 30}, {"tibit", 1LL << 40},
		{"bps", 8},	      {"kbps", 8e3},	    {"mbps", 8e6},
		{"gbps", 8e9},	      {"tbps", 8e12},	    {"kibps", 8LL << 10},
		{"mibps", 8LL << 20}, {"gibps", 8LL << 30}, {"tibps", 8LL << 40},
	};
	double value;

	if (!parse_units(word, units, ARRAY_SIZE(units), true, &value) || value > 1e18 ||
	    (value > 0 && value < 1))
		return false;
	*ret = (int64_t)(value + 0.5);
	return true;
}

bool parse_range(const char *word, int64_t ret[static 3])
{
	int64_t range[3];

	for (size_t i = 0; i < ARRAY_SIZE(range); i++) {
		word = take_number(word, &range[i]);
		if (!word || range[i] > UINT32_MAX || *word != (i < 2 ? ':' : '\0'))
			return false;
		word++;
	}
	if (range[2] < 1 || range[0] + range[2] > UINT32_MAX || range[1] + range[2] > UINT32_MAX)
		return false;
	memcpy(ret, range, sizeof(range));
	return true;
}

struct piece parse_cut(const char *word, char separator, const char **ret_rest)
{
	const char *end = strchr(word, separator);
	size_t size = end ? (size_t)(end - word) : strlen(word);

	*ret_rest = end ? end + 1 : NULL;
	return (struct piece){.start = word, .size = size};
}

bool parse_kinds(const char *word, uint32_t *ret)
{
	uint32_t kinds = 0;

	while (word) {
		struct piece piece = parse_cut(word, ',', &word);
		char name[16];
		enum kind kind;

		if (piece.size >= sizeof(name))
			return false;
		memcpy(name, piece.start, piece.size);
		name[piece.size] = '\0';
		kind = kind_from_name(name);
		if (kind == KIND_COUNT || kinds & KIND_BIT(kind))
			return false;
		kinds |= KIND_BIT(kind);
	}
	*ret = kinds;
	return true;
}

/* Names of signals. sigabbrev_np() is too new for the oldest libc that we support. */
static const char *const signals[] = {
	[SIGHUP] = "HUP",   [SIGINT] = "INT",	    [SIGQUIT] = "QUIT", [SIGILL] = "ILL",
	[SIGTRAP] = "TRAP", [SIGABRT] = "ABRT",	    [SIGBUS] = "BUS",	[SIGFPE] = "FPE",
	[SIGKILL] = "KILL", [SIGUSR1] = "USR1",	    [SIGSEGV] = "SEGV", [SIGUSR2] = "USR2",
	[SIGPIPE] = "PIPE", [SIGALRM] = "ALRM",	    [SIGTERM] = "TERM", [SIGSTKFLT] = "STKFLT",
	[SIGCHLD] = "CHLD", [SIGCONT] = "CONT",	    [SIGSTOP] = "STOP", [SIGTSTP] = "TSTP",
	[SIGTTIN] = "TTIN", [SIGTTOU] = "TTOU",	    [SIGURG] = "URG",	[SIGXCPU] = "XCPU",
	[SIGXFSZ] = "XFSZ", [SIGVTALRM] = "VTALRM", [SIGPROF] = "PROF", [SIGWINCH] = "WINCH",
	[SIGIO] = "IO",	    [SIGPWR] = "PWR",	    [SIGSYS] = "SYS",
};

/* The largest signal of the kernel, which is also glibc's SIGRTMAX. (glibc's SIGRTMIN is two more
 * than the kernel's.) */
#define SIGNAL_MAX 64

bool parse_signal(const char *word, int *ret)
{
	int64_t number;

	if (parse_number(word, 1, SIGNAL_MAX, &number)) {
		*ret = (int)number;
		return true;
	}
	if (strncasecmp(word, "SIG", 3) == 0)
		word += 3;
	for (size_t i = 1; i < ARRAY_SIZE(signals); i++)
		if (signals[i] && strcasecmp(word, signals[i]) == 0) {
			*ret = (int)i;
			return true;
		}
	if (strcasecmp(word, "RTMIN") == 0 || strcasecmp(word, "RTMAX") == 0) {
		*ret = strcasecmp(word, "RTMIN") == 0 ? SIGRTMIN : SIGNAL_MAX;
		return true;
	}
	if (strncasecmp(word, "RTMIN+", 6) == 0 &&
	    parse_number(word + 6, 0, SIGNAL_MAX - SIGRTMIN, &number)) {
		*ret = SIGRTMIN + (int)number;
		return true;
	}
	if (strncasecmp(word, "RTMAX-", 6) == 0 &&
	    parse_number(word + 6, 0, SIGNAL_MAX - SIGRTMIN, &number)) {
		*ret = SIGNAL_MAX - (int)number;
		return true;
	}
	return false;
}

const char *signal_name(int signal)
{
	return signal > 0 && (size_t)signal < ARRAY_SIZE(signals) ? signals[signal] : NULL;
}

/* Reads a port, or a range of ports such as 8000-8010. Returns the rest of the word, or NULL. */
static const char *take_ports(const char *word, struct ports *ret)
{
	word = take_number(word, &ret->first);
	ret->last = ret->first;
	if (word && *word == '-') {
		word = take_number(word + 1, &ret->last);
		if (ret->first == 0 || ret->last < ret->first)
			return NULL;
	}
	return ret->first >= 0 && ret->last <= 65535 ? word : NULL;
}

static bool is_address(struct piece piece)
{
	char word[INET6_ADDRSTRLEN], bytes[sizeof(struct in6_addr)];

	if (piece.size >= sizeof(word))
		return false;
	memcpy(word, piece.start, piece.size);
	word[piece.size] = '\0';
	return inet_pton(AF_INET, word, bytes) == 1 || inet_pton(AF_INET6, word, bytes) == 1;
}

const char *parse_publish(const char *word, struct publish *ret)
{
	struct publish publish = {0};
	const char *colon;

	if (*word == '[') {
		const char *end = strchr(word, ']');

		if (!end || end == word + 1 || end[1] != ':')
			return "";
		publish.address =
			(struct piece){.start = word + 1, .size = (size_t)(end - word) - 1};
		word = end + 2;
	} else {
		colon = strchr(word, ':');
		if (colon && strchr(colon + 1, ':')) {
			publish.address = parse_cut(word, ':', &word);
			if (publish.address.size == 0)
				return "";
		}
	}
	word = take_ports(word, &publish.host);
	if (!word || *word != ':')
		return "";
	word = take_ports(word + 1, &publish.inside);
	if (!word || (*word && strcmp(word, "/udp") != 0 && strcmp(word, "/tcp") != 0) ||
	    publish.inside.first == 0)
		return "";
	if (publish.address.size > 0 && !is_address(publish.address))
		return "what is before the two ports is no IP address";
	publish.udp = strcmp(word, "/udp") == 0;
	if (publish.inside.last > publish.inside.first &&
	    publish.host.last - publish.host.first != publish.inside.last - publish.inside.first)
		return "the ranges of ports differ in length";
	*ret = publish;
	return NULL;
}
