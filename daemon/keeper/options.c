/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <getopt.h>
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/options.h"

static void usage(FILE *out)
{
	fprintf(out,
		"usage: nsctld [OPTIONS]\n"
		"Keeps sets of namespaces for users. Runs in the foreground.\n\n"
		"  --config=FILE             " SYSCONFDIR "/nsctl/nsctld.conf\n"
		"  --socket=PATH             " RUNSTATEDIR "/nsctl/socket, or RUNTIME/socket\n"
		"  --runtime-directory=DIR   " RUNSTATEDIR "/nsctl\n"
		"  --state-directory=DIR     " LOCALSTATEDIR "/lib/nsctl\n"
		"  --log-level=LEVEL         error, warning, notice, info (the default) or debug\n"
		"  --cgroup=PATH             a cgroup delegated to nsctld, for the sets' cgroups;\n"
		"                            relative to the parent of its own cgroup\n"
		"  --check                   check the configuration and exit\n"
		"  --purge                   remove all sets and everything else of nsctld, and "
		"exit\n"
		"  --version, --help\n");
}

enum {
	OPTION_CONFIG = 1,
	OPTION_SOCKET,
	OPTION_RUNTIME,
	OPTION_STATE,
	OPTION_LEVEL,
	OPTION_CGROUP,
	OPTION_CHECK,
	OPTION_PURGE,
	OPTION_VERSION,
	OPTION_HELP
};

static const struct option table[] = {
	{"config", required_argument, NULL, OPTION_CONFIG},
	{"socket", required_argument, NULL, OPTION_SOCKET},
	{"runtime-directory", required_argument, NULL, OPTION_RUNTIME},
	{"state-directory", required_argument, NULL, OPTION_STATE},
	{"log-level", required_argument, NULL, OPTION_LEVEL},
	{"cgroup", required_argument, NULL, OPTION_CGROUP},
	{"check", no_argument, NULL, OPTION_CHECK},
	{"purge", no_argument, NULL, OPTION_PURGE},
	{"version", no_argument, NULL, OPTION_VERSION},
	{"help", no_argument, NULL, OPTION_HELP},
	{},
};

static int wrong(const char *word, const char *why)
{
	fprintf(stderr, "nsctld: %s: %s\n", word, why);
	return 2;
}

/* Returns the path as an absolute one, or as it is if that fails. */
static const char *absolute(const char *path)
{
	_cleanup_free_ char *directory = *path == '/' ? NULL : getcwd(NULL, 0);
	char *whole;

	if (!directory || asprintf(&whole, "%s/%s", directory, path) < 0)
		return path;
	return whole;
}

int options_parse(int argc, char **argv, struct options *options)
{
	int option;

	*options = (struct options){
		.runtime = RUNSTATEDIR "/nsctl",
		.state = LOCALSTATEDIR "/lib/nsctl",
		.log_level = LOG_INFO,
	};
	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		switch (option) {
		case OPTION_CONFIG:
			options->config = absolute(optarg);
			break;
		case OPTION_SOCKET:
			options->socket = absolute(optarg);
			break;
		case OPTION_RUNTIME:
			options->runtime = absolute(optarg);
			break;
		case OPTION_STATE:
			options->state = absolute(optarg);
			break;
		case OPTION_LEVEL:
			options->log_level = log_level_from_name(optarg);
			if (options->log_level < 0)
				return wrong(optarg, "--log-level is error, warning, notice, info "
						     "or debug");
			break;
		case OPTION_CGROUP:
			options->cgroup = optarg;
			break;
		case OPTION_CHECK:
			options->check = true;
			break;
		case OPTION_PURGE:
			options->purge = true;
			break;
		case OPTION_VERSION:
			printf("nsctld %s\n", PACKAGE_VERSION);
			return 0;
		case OPTION_HELP:
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind < argc)
		return wrong(argv[optind], "nsctld takes no arguments");
	return -1;
}
