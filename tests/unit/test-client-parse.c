/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Words of options: those that are accepted, with their values, and those that are refused.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base.h"
#include "client/parse.h"
#include "protocol/kind.h"

#define UNTOUCHED INT64_C(-77)

struct word {
	const char *word;
	int64_t value; /* UNTOUCHED: refused */
};

static void check_words(const struct word *words, size_t n,
			bool (*parse)(const char *word, int64_t *ret))
{
	for (size_t i = 0; i < n; i++) {
		int64_t value = UNTOUCHED;
		bool taken = parse(words[i].word, &value);

		if (taken != (words[i].value != UNTOUCHED) || value != words[i].value)
			fail_msg("\"%s\": %s, %lld", words[i].word, taken ? "taken" : "refused",
				 (long long)value);
	}
}

static void test_durations_are_parsed(void **state _unused_)
{
	static const struct word words[] = {
		{"90", 90},
		{"90s", 90},
		{"15m", 900},
		{"2h", 7200},
		{"1d", 86400},
		{"0", UNTOUCHED},
		{"", UNTOUCHED},
		{"s", UNTOUCHED},
		{"1w", UNTOUCHED},
		{"1hh", UNTOUCHED},
		{"1h30m", UNTOUCHED},
		{" 1", UNTOUCHED},
		{"1 ", UNTOUCHED},
		{"+1", UNTOUCHED},
		{"-1", UNTOUCHED},
		{"1.5h", UNTOUCHED},
		{"9223372036854775807d", UNTOUCHED},
		{"99999999999999999999", UNTOUCHED},
	};

	check_words(words, ARRAY_SIZE(words), parse_duration);
}

static void check_decimals(const char *const *refused, size_t n,
			   bool (*parse)(const char *word, double *ret))
{
	for (size_t i = 0; i < n; i++) {
		double value = UNTOUCHED;

		if (parse(refused[i], &value) || value != UNTOUCHED)
			fail_msg("\"%s\" is taken for %g", refused[i], value);
	}
}

static void test_times_are_parsed(void **state _unused_)
{
	static const struct {
		const char *word;
		double value;
	} words[] = {
		{"50ms", 50}, {"50MS", 50},  {"1.5s", 1500},   {"1sec", 1000},	 {"2secs", 2000},
		{"3msec", 3}, {"4msecs", 4}, {"500us", 0.5},   {"1usec", 0.001}, {"250usecs", 0.25},
		{"0", 0},     {"0ms", 0},    {"0.25ms", 0.25},
	};
	static const char *const refused[] = {"",
					      "50",
					      "ms",
					      "-1ms",
					      "+1ms",
					      "1 ms",
					      " 1ms",
					      "1m",
					      "1h",
					      "1e3ms",
					      "1.ms",
					      ".5ms",
					      "1ms ",
					      "1mss",
					      "0x1ms",
					      "1..5ms",
					      "99999999999999999s",
					      "00000000000000000000000000000000000000001ms"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		double value = UNTOUCHED;

		assert_true(parse_milliseconds(words[i].word, &value));
		assert_true(value > words[i].value - 1e-9 && value < words[i].value + 1e-9);
	}
	check_decimals(refused, ARRAY_SIZE(refused), parse_milliseconds);
}

static void test_percentages_are_parsed(void **state _unused_)
{
	static const struct {
		const char *word;
		double value;
	} words[] = {{"1%", 1}, {"1", 1}, {"0", 0}, {"0%", 0}, {"100%", 100}, {"0.5%", 0.5}};
	static const char *const refused[] = {"", "%", "101%", "100.1", "-1%", "1%%", "1 %", "a"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		double value = UNTOUCHED;

		assert_true(parse_percent(words[i].word, &value));
		assert_true(value > words[i].value - 1e-9 && value < words[i].value + 1e-9);
	}
	check_decimals(refused, ARRAY_SIZE(refused), parse_percent);
}

static void test_rates_are_parsed(void **state _unused_)
{
	static const struct word words[] = {
		{"10mbit", 10000000},
		{"10Mbit", 10000000},
		{"1.5mbit", 1500000},
		{"512kbit", 512000},
		{"1gbit", 1000000000},
		{"1tbit", INT64_C(1000000000000)},
		{"1kibit", 1024},
		{"1mibit", 1048576},
		{"1gibit", 1 << 30},
		{"1tibit", INT64_C(1) << 40},
		{"1bps", 8},
		{"1kbps", 8000},
		{"1mbps", 8000000},
		{"1gbps", INT64_C(8000000000)},
		{"1tbps", INT64_C(8000000000000)},
		{"1kibps", 8192},
		{"1mibps", 8 << 20},
		{"1gibps", INT64_C(8) << 30},
		{"1tibps", INT64_C(8) << 40},
		{"9600", 9600},
		{"9600bit", 9600},
		{"0", 0},
		{"0mbit", 0},
		{"", UNTOUCHED},
		{"mbit", UNTOUCHED},
		{"10m", UNTOUCHED},
		{"10mb", UNTOUCHED},
		{"-1mbit", UNTOUCHED},
		{"1 mbit", UNTOUCHED},
		{"0.1bit", UNTOUCHED},
		{"1000000000000000tbit", UNTOUCHED},
		{"100%", UNTOUCHED},
	};

	check_words(words, ARRAY_SIZE(words), parse_rate);
}

static void test_sizes_are_parsed(void **state _unused_)
{
	static const struct word words[] = {
		{"1", 1},
		{"4K", 4096},
		{"512M", INT64_C(512) << 20},
		{"2G", INT64_C(2) << 30},
		{"1T", INT64_C(1) << 40},
		{"0", UNTOUCHED},
		{"2g", UNTOUCHED},
		{"2GB", UNTOUCHED},
		{"M", UNTOUCHED},
		{"8388608T", UNTOUCHED},
		{"0x10", UNTOUCHED},
		{"1e3", UNTOUCHED},
	};

	check_words(words, ARRAY_SIZE(words), parse_size);
}

static void test_ids_are_parsed(void **state _unused_)
{
	static const struct word words[] = {
		{"0", 0},
		{"1000", 1000},
		{"4000000000", INT64_C(4000000000)},
		{"4294967294", INT64_C(4294967294)},
		{"4294967295", UNTOUCHED},
		{"4294967296", UNTOUCHED},
		{"-1", UNTOUCHED},
		{"1000x", UNTOUCHED},
		{"root", UNTOUCHED},
		{"1e3", UNTOUCHED},
		{"", UNTOUCHED},
	};

	check_words(words, ARRAY_SIZE(words), parse_id);
}

static void test_decimals_are_parsed(void **state _unused_)
{
	static const struct {
		const char *word;
		bool negative, taken;
		double value;
	} words[] = {
		{"0", false, true, 0},	     {"1.5", false, true, 1.5},
		{"0.25", false, true, 0.25}, {"86400", true, true, 86400},
		{"-5.5", true, true, -5.5},  {"+5", true, true, 5},
		{"-5.5", false, false, 0},   {"+5", false, false, 0},
		{".5", false, false, 0},     {"5.", false, false, 0},
		{"", false, false, 0},	     {"-", true, false, 0},
		{"nan", true, false, 0},     {"inf", true, false, 0},
		{"1e3", true, false, 0},     {"0x1", true, false, 0},
		{"1,5", true, false, 0},     {"9999999999999999999", true, false, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		double value = 1234;

		assert_int_equal(parse_decimal(words[i].word, words[i].negative, &value),
				 words[i].taken);
		assert_true(value == (words[i].taken ? words[i].value : 1234));
	}
}

static void test_ranges_of_ids_are_parsed(void **state _unused_)
{
	static const char *const wrong[] = {
		"",
		"0",
		"0:1",
		"0:1:",
		"0:1:0",
		"0:1:2:3",
		"0:1:2 ",
		":1:2",
		"a:1:2",
		"-1:1:2",
		"0:1:-1",
		"0::2",
		"0:1:2x",
		"4294967295:0:1",
		"0:4294967295:1",
		"0:0:4294967296",
	};
	int64_t range[3] = {7, 7, 7};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		if (parse_range(wrong[i], range))
			fail_msg("\"%s\" was taken", wrong[i]);
	assert_int_equal(range[0] + range[1] + range[2], 21);
	assert_true(parse_range("0:100000:65536", range));
	assert_int_equal(range[0], 0);
	assert_int_equal(range[1], 100000);
	assert_int_equal(range[2], 65536);
	assert_true(parse_range("4294967294:4294967294:1", range));
}

static void test_kinds_are_parsed(void **state _unused_)
{
	static const char *const wrong[] = {
		"",    ",",	  "mnt,",    ",mnt",
		"MNT", "mnt net", "mnt,mnt", "mnt,nothing_so_long_as_this"};
	uint32_t kinds = 77;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		if (parse_kinds(wrong[i], &kinds))
			fail_msg("\"%s\" was taken", wrong[i]);
	assert_int_equal(kinds, 77);
	assert_true(parse_kinds("mnt,net", &kinds));
	assert_int_equal(kinds, KIND_BIT(KIND_MNT) | KIND_BIT(KIND_NET));
	assert_true(parse_kinds("time,user,cgroup,ipc,uts,net,pid,mnt", &kinds));
	assert_int_equal(kinds, KIND_ALL);
}

static void test_signals_are_parsed(void **state _unused_)
{
	static const struct {
		const char *word;
		int signal; /* 0: refused */
	} words[] = {
		{"TERM", SIGTERM},
		{"SIGTERM", SIGTERM},
		{"sigterm", SIGTERM},
		{"kill", SIGKILL},
		{"15", SIGTERM},
		{"64", 64},
		{"USR1", SIGUSR1},
		{"RTMAX", 64},
		{"SIGRTMAX-1", 63},
		{"0", 0},
		{"65", 0},
		{"-9", 0},
		{"SIG", 0},
		{"", 0},
		{"TERMX", 0},
		{"RTMIN+99", 0},
		{"RTMIN-1", 0},
		{"SIGSIGTERM", 0},
		{"9 ", 0},
	};
	int signal;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		signal = 0;
		assert_int_equal(parse_signal(words[i].word, &signal), words[i].signal != 0);
		assert_int_equal(signal, words[i].signal);
	}
	for (int i = 1; i < 32; i++) {
		assert_non_null(signal_name(i));
		assert_true(parse_signal(signal_name(i), &signal));
		assert_int_equal(signal, i);
	}
	assert_null(signal_name(0));
	assert_null(signal_name(-1));
	assert_null(signal_name(64));
}

static void test_published_ports_are_parsed(void **state _unused_)
{
	static const char *const wrong[] = {
		"",	      "80",	"80:",	       "80:0",	      "80-:80",	    "80:65536",
		"80:80/ip",   "80:80/", ":80:80",      "[]:80:80",    "[::1]80:80", "[::1:80:80",
		"80:80 ",     "80:+80", "::1:80:80",   "[::1]:80",    "81-80:80",   "80:81-80",
		"0-80:80-90", "80:0-1", "80-81-82:80", "80-65536:80",
	};
	struct publish publish = {.inside = {7, 7}};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		if (!parse_publish(wrong[i], &publish))
			fail_msg("\"%s\" was taken", wrong[i]);
	assert_string_equal(parse_publish("80-90:80-91", &publish),
			    "the ranges of ports differ in length");
	assert_string_equal(parse_publish("8080:80:90", &publish),
			    "what is before the two ports is no IP address");
	assert_string_equal(parse_publish("localhost:8080:80", &publish),
			    "what is before the two ports is no IP address");
	assert_int_equal(publish.inside.first, 7);
	assert_null(parse_publish("8080:80", &publish));
	assert_true(publish.host.first == 8080 && publish.host.last == 8080);
	assert_true(publish.inside.first == 80 && publish.inside.last == 80);
	assert_int_equal(publish.address.size, 0);
	assert_false(publish.udp);
	assert_null(parse_publish("127.0.0.1:8080:80/tcp", &publish));
	assert_int_equal(publish.address.size, strlen("127.0.0.1"));
	assert_memory_equal(publish.address.start, "127.0.0.1", publish.address.size);
	assert_null(parse_publish("[fe80::1]:53:5353/udp", &publish));
	assert_memory_equal(publish.address.start, "fe80::1", publish.address.size);
	assert_int_equal(publish.host.first, 53);
	assert_true(publish.udp);
	assert_null(parse_publish("127.0.0.1:8000-8010:80-90", &publish));
	assert_true(publish.host.first == 8000 && publish.host.last == 8010);
	assert_true(publish.inside.first == 80 && publish.inside.last == 90);
	assert_null(parse_publish("0:80", &publish));
	assert_true(publish.host.first == 0 && publish.host.last == 0);
}

static void test_text_is_cut_into_pieces(void **state _unused_)
{
	const char *rest = "a,,b";
	struct piece piece = parse_cut(rest, ',', &rest);

	assert_int_equal(piece.size, 1);
	piece = parse_cut(rest, ',', &rest);
	assert_int_equal(piece.size, 0);
	piece = parse_cut(rest, ',', &rest);
	assert_int_equal(piece.size, 1);
	assert_null(rest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_durations_are_parsed),
		cmocka_unit_test(test_times_are_parsed),
		cmocka_unit_test(test_percentages_are_parsed),
		cmocka_unit_test(test_rates_are_parsed),
		cmocka_unit_test(test_sizes_are_parsed),
		cmocka_unit_test(test_ids_are_parsed),
		cmocka_unit_test(test_decimals_are_parsed),
		cmocka_unit_test(test_ranges_of_ids_are_parsed),
		cmocka_unit_test(test_kinds_are_parsed),
		cmocka_unit_test(test_signals_are_parsed),
		cmocka_unit_test(test_published_ports_are_parsed),
		cmocka_unit_test(test_text_is_cut_into_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
