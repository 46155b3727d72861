/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads any bytes as /etc/nsctl/nsctld.conf. Accepted values are within their bounds, no account
 * is root's, and addresses are canonical. A refusal names the file and the line.
 */
#include <string.h>

#include "base.h"
#include "daemon/keeper/policy/address.h"
#include "daemon/keeper/policy/config.h"
#include "tests/fuzz/fuzz.h"

#define PATH "nsctld.conf"
/* As config.c has it. */
#define LIMITS_MAX 1000000

static void check_limits(const struct config_limits *limits)
{
	must(limits->sets <= LIMITS_MAX && limits->sessions <= LIMITS_MAX);
	must(limits->connections <= LIMITS_MAX && limits->links <= LIMITS_MAX);
	must(limits->networks <= LIMITS_MAX && limits->monitors <= LIMITS_MAX);
	must(limits->ports <= LIMITS_MAX);
	must(limits->buffered >= UINT64_C(1) << 20 && limits->buffered <= UINT64_C(1) << 40);
}

/* Read and written again it is the same. */
static void check_canonical(const char *(*read)(const char *text, struct address *ret),
			    const char *text)
{
	char again[ADDRESS_SIZE];
	struct address address;

	must(!read(text, &address));
	address_write(&address, true, again);
	must(strcmp(again, text) == 0);
}

static void check_network(const struct config_network *network)
{
	check_canonical(address_read_subnet, network->pool_v4);
	check_canonical(address_read_subnet, network->pool_v6);
	must(network->n_forbidden <= FORBIDDEN_MAX);
	for (size_t i = 0; i < network->n_forbidden; i++)
		check_canonical(address_read_any, network->forbidden[i]);
}

static void check_sorted(const uint32_t *ids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		must(ids[i] != UINT32_MAX && (i == 0 || ids[i - 1] <= ids[i]));
}

static void check_allow(const struct config_who allow[static CONFIG_ALLOW_COUNT])
{
	for (enum config_allow i = 0; i < CONFIG_ALLOW_COUNT; i++) {
		const struct config_who *who = &allow[i];

		must(!who->host || i == CONFIG_USER_NAMESPACES);
		check_sorted(who->uids, who->n_uids);
		check_sorted(who->gids, who->n_gids);
		for (size_t j = 0; j < who->n_uids; j++)
			must(config_who_has(who, who->uids[j], 0, NULL, 0));
		for (size_t j = 0; j < who->n_gids; j++)
			must(config_who_has(who, UINT32_MAX, UINT32_MAX, &who->gids[j], 1));
	}
}

static void check_path(const char path[static CONFIG_PATH_SIZE])
{
	must(*path == '/' && strnlen(path, CONFIG_PATH_SIZE) < CONFIG_PATH_SIZE);
}

static void check_taken(const struct config *config)
{
	check_limits(&config->limits);
	check_network(&config->network);
	check_allow(config->allow);
	must(config->front_uid != 0 && config->front_uid != UINT32_MAX);
	must(config->init_uid != 0 && config->init_uid != UINT32_MAX);
	check_path(config->subuid);
	check_path(config->subgid);
}

/* PATH:LINE: WHY */
static void check_refusal(const char *message)
{
	unsigned int line;
	int end = 0;

	must(message && sscanf(message, PATH ":%u: %n", &line, &end) == 1);
	must(line > 0 && end > 0 && message[end]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_file_ FILE *file = size > 0 ? fmemopen((void *)data, size, "r") : NULL;
	_cleanup_free_ char *message = NULL;
	struct config *config = NULL;
	int r;

	must(file || size == 0);
	r = config_parse(file, PATH, &config, &message);
	must(r == 0 || (r == -EINVAL && !config));
	if (r == 0) {
		must(!message);
		check_taken(config);
		config_free(config);
	} else {
		check_refusal(message);
	}
	return 0;
}
