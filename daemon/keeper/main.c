/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nsctld, the keeper. Owns the event loop and everything in struct keeper. Starts the others, drops
 * what it does not need of root's rights, makes what it finds on disk right, and serves.
 */
#include <fcntl.h>
#include <getopt.h>
#include <linux/capability.h>
#include <linux/limits.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "daemon/keeper/egress.h"
#include "daemon/keeper/keeper.h"
#include "daemon/keeper/lifecycle.h"
#include "daemon/keeper/log.h"
#include "daemon/keeper/monitor.h"
#include "daemon/keeper/operation.h"
#include "daemon/keeper/recover.h"
#include "daemon/keeper/server.h"
#include "daemon/kernel/cgroup.h"
#include "daemon/kernel/fault.h"
#include "daemon/kernel/forwarding.h"
#include "daemon/kernel/privilege.h"
#include "daemon/kernel/spawn.h"
#include "daemon/kernel/vault.h"

struct options {
	const char *config, *socket, *runtime, *state;
	int log_level;
	bool purge;
};

uint64_t keeper_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * UINT64_C(1000000) + now.tv_nsec / 1000;
}

uint64_t keeper_boottime(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * UINT64_C(1000000) + now.tv_nsec / 1000;
}

void keeper_new_id(char ret[static SESSION_SIZE])
{
	uint64_t id;

	/* cannot fail for so few bytes once the pool is there */
	while (getrandom(&id, sizeof(id), 0) != sizeof(id))
		;
	snprintf(ret, SESSION_SIZE, "%016llx", (unsigned long long)id);
}

struct task_set keeper_task_set(const struct set *set)
{
	return (struct task_set){
		.owner = set->owner,
		.name = set->name,
		.id = set->id,
		.kinds = set->kinds,
		.mapping = set->mapping,
		.visible = set->visible,
		.ip_netns = set->ip_netns,
	};
}

/* Which field of a request a step is about, "" where none is to blame. */
static void blame(uint32_t step, uint32_t detail, char *ret, size_t size)
{
	switch (step) {
	case STEP_MOUNT:
		snprintf(ret, size, "spec.mounts[%u]", detail);
		break;
	case STEP_ROOT:
		snprintf(ret, size, "spec.rootFileDescriptor");
		break;
	case STEP_CLOCKS:
		snprintf(ret, size, "spec.clocks");
		break;
	case STEP_DIRECTORY:
		snprintf(ret, size, "workingDirectory");
		break;
	default:
		*ret = '\0';
	}
}

int keeper_failure_from_fault(uint32_t step, uint32_t detail, int error, struct failure *failure)
{
	char field[64], what[128];

	blame(step, detail, field, sizeof(field));
	if (*field && (error == ENOENT || error == ENOTDIR || error == EINVAL || error == ELOOP ||
		       error == EACCES || error == ERANGE))
		return failure_set(failure, ERROR_INVALID_VALUE, 0, field, "cannot %s: %s",
				   step_text(step), strerror(error));
	if (step == STEP_IP_NETNS && error == EEXIST)
		return failure_set(failure, ERROR_EXISTS, 0, "namespace under /run/netns", NULL);
	if ((step == STEP_UNSHARE || step == STEP_PIN || step == STEP_JOIN) && detail > 0 &&
	    detail < KIND_COUNT)
		snprintf(what, sizeof(what), "%s (%s)", step_text(step), kind_name(detail));
	else
		snprintf(what, sizeof(what), "%s", step_text(step));
	if (*field)
		snprintf(what + strlen(what), sizeof(what) - strlen(what), " (%s)", field);
	return failure_from_errno(failure, -error, what);
}

/* --- start --- */

static void usage(FILE *out)
{
	fprintf(out,
		"usage: nsctld [OPTIONS]\n"
		"Holds sets of namespaces for users; runs in the foreground.\n\n"
		"  --config=FILE             " SYSCONFDIR "/nsctl/nsctld.conf\n"
		"  --socket=PATH             " RUNSTATEDIR "/nsctl/socket, or RUNTIME/socket\n"
		"  --runtime-directory=DIR   " RUNSTATEDIR "/nsctl\n"
		"  --state-directory=DIR     " LOCALSTATEDIR "/lib/nsctl\n"
		"  --log-level=LEVEL         error, warning, notice, info (the default) or debug\n"
		"  --purge                   remove all sets and what holds them, and end\n"
		"  --version, --help\n");
}

/* -1: go on; else the exit status. */
static int parse(int argc, char **argv, struct options *options)
{
	enum {
		OPTION_CONFIG = 1,
		OPTION_SOCKET,
		OPTION_RUNTIME,
		OPTION_STATE,
		OPTION_LEVEL,
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
		{"purge", no_argument, NULL, OPTION_PURGE},
		{"version", no_argument, NULL, OPTION_VERSION},
		{"help", no_argument, NULL, OPTION_HELP},
		{},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		switch (option) {
		case OPTION_CONFIG:
			options->config = optarg;
			break;
		case OPTION_SOCKET:
			options->socket = optarg;
			break;
		case OPTION_RUNTIME:
			options->runtime = optarg;
			break;
		case OPTION_STATE:
			options->state = optarg;
			break;
		case OPTION_LEVEL:
			options->log_level = log_level_from_name(optarg);
			if (options->log_level < 0) {
				fprintf(stderr,
					"nsctld: --log-level=%s: is error, warning, notice, info "
					"or debug\n",
					optarg);
				return 2;
			}
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
	if (optind < argc) {
		fprintf(stderr, "nsctld: %s: takes no arguments\n", argv[optind]);
		return 2;
	}
	return -1;
}

static int open_runtime(struct keeper *keeper)
{
	struct stat st;

	if (mkdir(keeper->runtime, 0755) < 0 && errno != EEXIST) {
		log_error("%s: %s", keeper->runtime, strerror(errno));
		return negative_errno();
	}
	if (vault_prepare(keeper->runtime) < 0) {
		log_error("%s: cannot be made a mount of its own: %s", keeper->runtime,
			  strerror(errno));
		return negative_errno();
	}
	keeper->runtime_fd = open(keeper->runtime, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (keeper->runtime_fd < 0 || fstat(keeper->runtime_fd, &st) < 0) {
		log_error("%s: %s", keeper->runtime, strerror(errno));
		return negative_errno();
	}
	if (st.st_uid != 0 || st.st_mode & 022) {
		log_error("%s: must belong to root and be writable by nobody else",
			  keeper->runtime);
		return -EPERM;
	}
	return 0;
}

/* One keeper for a runtime directory: held for life. */
static int lock_runtime(struct keeper *keeper)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = openat(keeper->runtime_fd, "keeper.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || fcntl(fd, F_SETLK, &lock) < 0) {
		log_error("%s: %s", keeper->runtime,
			  fd >= 0 ? "another nsctld runs here" : strerror(errno));
		return -EADDRINUSE;
	}
	return 0;
}

/* The hard limit stays: it is what the spawner's children may have at most. */
static void raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int load_config(struct keeper *keeper)
{
	char *message = NULL;
	int r = config_load(keeper->config_path, keeper->config_must_exist, &keeper->config,
			    &message);

	if (r < 0)
		log_error("%s", message ? message : strerror(-r));
	free(message);
	if (r == 0 && (keeper->config->front_missing || keeper->config->init_missing))
		log_warning("no account %s: uids %u and %u are used, which must be nobody's else",
			    keeper->config->front_missing ? "nsctl" : "nsctl-init",
			    keeper->config->front_uid, keeper->config->init_uid);
	return r;
}

static int set_up(struct keeper *keeper)
{
	int r = open_runtime(keeper);

	if (r == 0)
		r = lock_runtime(keeper);
	if (r == 0)
		r = load_config(keeper);
	if (r < 0)
		return r;
	raise_descriptors();
	keeper->loop = event_base_new();
	keeper->host_user_namespaces = config_host_user_namespaces();
	if (!keeper->loop || registry_new(&keeper->registry) < 0 ||
	    wire_writer_init(&keeper->to_spawner) < 0 || wire_writer_init(&keeper->to_front) < 0 ||
	    wire_message_init(&keeper->from_front) < 0)
		return -ENOMEM;
	spawn_cgroup_name(keeper->runtime, keeper->table);
	keeper->host_ipv6_egress = forwarding_has_ipv6();
	egress_listen(keeper);
	r = peer_host_read(&keeper->host);
	if (r == 0)
		r = store_open(keeper->runtime_fd, &keeper->store);
	if (r < 0)
		log_error("%s: %s", keeper->runtime, strerror(-r));
	return r;
}

/* What is left of root: signals to users' processes, looking at them, low ports that are published,
 * and files of root's. */
static int drop(void)
{
	int r = privilege_keep(UINT64_C(1) << CAP_KILL | UINT64_C(1) << CAP_SYS_PTRACE |
			       UINT64_C(1) << CAP_SYS_RESOURCE |
			       UINT64_C(1) << CAP_NET_BIND_SERVICE);

	if (r < 0)
		log_error("cannot drop capabilities: %s", strerror(-r));
	return r;
}

/* --- run --- */

static void on_stop(evutil_socket_t number, short what _unused_, void *context)
{
	struct keeper *keeper = context;

	log_notice("stopping on signal %d: sets and sessions stay", (int)number);
	event_base_loopbreak(keeper->loop);
}

static void on_reload(evutil_socket_t number _unused_, short what _unused_, void *context)
{
	struct keeper *keeper = context;
	struct config *old = keeper->config;

	if (load_config(keeper) < 0) {
		keeper->config = old;
		log_warning("the configuration stays as it was");
		return;
	}
	config_free(old);
	keeper->host_user_namespaces = config_host_user_namespaces();
	log_notice("configuration read again");
}

static int run(struct keeper *keeper)
{
	static const struct {
		int number;
		event_callback_fn callback;
	} signals[] = {{SIGTERM, on_stop}, {SIGINT, on_stop}, {SIGHUP, on_reload}};
	struct event *events[ARRAY_SIZE(signals)];

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		events[i] =
			evsignal_new(keeper->loop, signals[i].number, signals[i].callback, keeper);
		if (!events[i] || event_add(events[i], NULL) < 0)
			return -ENOMEM;
	}
	log_notice("nsctld %s serves %s", PACKAGE_VERSION, keeper->runtime);
	event_base_dispatch(keeper->loop);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		event_free(events[i]);
	return 0;
}

static void tear_down(struct keeper *keeper)
{
	if (keeper->fronts || keeper->accept_event)
		server_stop(keeper);
	operation_free_all(keeper);
	egress_stop(keeper);
	monitor_stop(keeper);
	if (keeper->spawner_event)
		event_free(keeper->spawner_event);
	if (keeper->expiry_event)
		event_free(keeper->expiry_event);
	close_fd(keeper->spawner_fd);
	close_fd(keeper->vault_fd);
	close_fd(keeper->cgroup_fd);
	store_close(keeper->store);
	registry_free(keeper->registry);
	config_free(keeper->config);
	wire_writer_done(&keeper->to_spawner);
	wire_writer_done(&keeper->to_front);
	wire_message_done(&keeper->from_front);
	if (keeper->loop)
		event_base_free(keeper->loop);
	close_fd(keeper->runtime_fd);
}

static int serve(struct keeper *keeper, const struct options *options)
{
	char socket_path[PATH_MAX];
	int r;

	snprintf(socket_path, sizeof(socket_path), "%s/socket", keeper->runtime);
	r = operation_start_spawner(keeper);
	/* purging unmounts the vault at the end */
	if (r == 0 && !options->purge)
		r = drop();
	if (r == 0)
		r = recover(keeper);
	if (r == 0 && options->purge)
		return recover_purge(keeper);
	if (r == 0) {
		r = server_listen(keeper, options->socket ? options->socket : socket_path, 0666);
		if (r < 0)
			log_error("cannot listen on %s: %s",
				  options->socket ? options->socket : socket_path, strerror(-r));
	}
	if (r == 0)
		r = server_start(keeper);
	if (r == 0)
		r = run(keeper);
	if (r == 0)
		unlink(options->socket ? options->socket : socket_path);
	return r;
}

/* The rest, when no set is left: state, the vault, the cgroup. */
static int purge_runtime(struct keeper *keeper)
{
	char cgroup[SPAWN_CGROUP_SIZE];
	_cleanup_fd_ int root_fd = cgroup_open_root();
	int r;

	spawn_cgroup_name(keeper->runtime, cgroup);
	r = root_fd < 0 ? root_fd : cgroup_remove(root_fd, cgroup);
	if (r == 0)
		r = store_purge(keeper->store);
	unlinkat(keeper->runtime_fd, "spawner.lock", 0);
	unlinkat(keeper->runtime_fd, "keeper.lock", 0);
	unlinkat(keeper->runtime_fd, "socket", 0);
	if (r == 0)
		r = vault_remove(keeper->runtime);
	if (r < 0)
		log_error("%s cannot be cleared: %s", keeper->runtime, strerror(-r));
	return r;
}

int main(int argc, char **argv)
{
	struct options options = {
		.runtime = RUNSTATEDIR "/nsctl",
		.state = LOCALSTATEDIR "/lib/nsctl",
		.log_level = LOG_INFO,
	};
	static struct keeper keeper = {.runtime_fd = -1,
				       .spawner_fd = -1,
				       .vault_fd = -1,
				       .cgroup_fd = -1,
				       .socket_fd = -1};
	int r = parse(argc, argv, &options);

	if (r >= 0)
		return r;
	log_open(options.log_level);
	fault_register("NSCTL_KEEPER_PID");
	umask(022);
	if (geteuid() != 0) {
		log_error("must be started as root: it holds namespaces for others");
		return EXIT_FAILURE;
	}
	keeper.runtime = options.runtime;
	keeper.config_path = options.config ? options.config : SYSCONFDIR "/nsctl/nsctld.conf";
	keeper.config_must_exist = options.config != NULL;
	keeper.started = keeper_now();
	r = set_up(&keeper);
	if (r == 0)
		r = serve(&keeper, &options);
	if (r == 0 && options.purge)
		r = purge_runtime(&keeper);
	tear_down(&keeper);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
