/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/policy/devices.h"

/* The kernel's numbers of these devices, which never change. */
static const struct {
	const char *name;
	struct task_device device;
} known[] = {
	{"null", {1, 3}},    {"zero", {1, 5}},	  {"full", {1, 7}},
	{"random", {1, 8}},  {"urandom", {1, 9}}, {"tty", {5, 0}},
	{"fuse", {10, 229}}, {"kvm", {10, 232}},  {"net/tun", {10, 200}},
};

static bool find(const char *word, struct task_device *ret)
{
	char rest;

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strcmp(known[i].name, word) == 0) {
			*ret = known[i].device;
			return true;
		}
	return strspn(word, "0123456789:") == strlen(word) &&
	       sscanf(word, "%9u:%9u%c", &ret->major, &ret->minor, &rest) == 2;
}

int devices_parse(const char *value, struct config *config, char unknown[static DEVICES_WORD_SIZE])
{
	const char *at = value;

	config->n_devices = 0;
	while (*(at += strspn(at, ", \t"))) {
		size_t n = strcspn(at, ", \t");

		snprintf(unknown, DEVICES_WORD_SIZE, "%.*s", (int)n, at);
		if (config->n_devices == DEVICES_MAX)
			return -E2BIG;
		if (n >= DEVICES_WORD_SIZE || !find(unknown, &config->devices[config->n_devices]))
			return -ENOENT;
		config->n_devices++;
		at += n;
	}
	return 0;
}
