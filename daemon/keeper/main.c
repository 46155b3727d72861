/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nsctld, the keeper: its start and its end. The start loads the configuration, opens the runtime
 * directory, starts the spawner (which forks all other processes), drops privileges, compares the
 * records with the kernel, and then serves. No client is served before the privileges are dropped.
 */
#include <linux/capability.h>
#include <signal.h>
#include <sys/resource.h>

#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/base/service-manager.h"
#include "daemon/keeper/methods.h"
#include "daemon/keeper/network/egress-reading.h"
#include "daemon/keeper/network/egress.h"
#include "daemon/keeper/network/host-routes.h"
#include "daemon/keeper/network/port-sweep.h"
#include "daemon/keeper/network/resolver.h"
#include "daemon/keeper/options.h"
#include "daemon/keeper/policy/config.h"
#include "daemon/keeper/policy/peer.h"
#include "daemon/keeper/request/arrival.h"
#include "daemon/keeper/request/closer.h"
#include "daemon/keeper/request/events.h"
#include "daemon/keeper/request/front.h"
#include "daemon/keeper/request/server.h"
#include "daemon/keeper/set/lease.h"
#include "daemon/keeper/set/process-watch.h"
#include "daemon/keeper/set/session-end.h"
#include "daemon/keeper/start/recovery.h"
#include "daemon/keeper/start/runtime.h"
#include "daemon/keeper/state/store.h"
#include "daemon/keeper/stop.h"
#include "daemon/keeper/workers/boot-records.h"
#include "daemon/keeper/workers/operation.h"
#include "daemon/keeper/workers/spare.h"
#include "daemon/keeper/workers/spawner.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/forwarding.h"
#include "daemon/kernel/privilege.h"
#include "daemon/kernel/qdisc.h"
#include "daemon/kernel/slice.h"
#include "daemon/kernel/spawn.h"

#define CALLBACKS_AT_ONCE 64
#define SIGNALS 3

/* What this file keeps while the daemon runs. */
static struct {
	int error; /* 0, or -errno of the failure that ended the loop or kept it from running */
	const char *config_path;
	bool config_must_exist;
	struct service_manager_fds fds; /* socket_fd: may also be the socket that we made */
	const char *socket_path;	/* path of the socket that we made; NULL: we received one */
	/* storage for keeper->cgroup and keeper->table, the name of the firewall's table */
	char cgroup[KEEPER_CGROUP_SIZE], table[SPAWN_CGROUP_SIZE];
	struct event *signals[SIGNALS];
	struct event *log_event; /* fires a minute after it was set: see on_lines_counted() */
} process;
static struct peer_host host;

/* --- start --- */

/* Raises the keeper's soft limit of descriptors to its hard limit. The spawner and its children
 * inherit the raised limit. */
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
	int r = config_load(process.config_path, process.config_must_exist, &keeper->config,
			    &message);

	if (r < 0)
		log_error("%s", message ? message : strerror(-r));
	free(message);
	keeper->config_path = process.config_path;
	if (r == 0)
		keeper->config_read = clock_wall();
	if (r == 0 && (keeper->config->front_missing || keeper->config->init_missing))
		log_warning(
			"no account %s: uids %u and %u are used; no other account may have these",
			keeper->config->front_missing ? "nsctl" : "nsctl-init",
			keeper->config->front_uid, keeper->config->init_uid);
	if (r == 0 && *keeper->config->ignored)
		log_warning("%s: [allow]%s: ignored: callers in namespaces of their own are "
			    "served without a key, and a later release refuses these keys",
			    process.config_path, keeper->config->ignored);
	return r;
}

/*
 * Sets keeper->cgroup. name: the value of --cgroup, which is a path from the top of the hierarchy
 * if it begins with '/', or else from the parent of the daemon's own cgroup. NULL: the daemon gets
 * a new cgroup at the top. Returns 0, or -errno after logging the reason.
 */
static int name_cgroup(struct keeper *keeper, const char *name)
{
	char own[KEEPER_CGROUP_SIZE] = "", *slash;
	int n, r = 0;

	keeper->cgroup = process.cgroup;
	if (!name) {
		spawn_cgroup_name(keeper->runtime, process.cgroup);
		return 0;
	}
	if (*name != '/')
		r = cgroup_of(getpid(), own, sizeof(own));
	slash = strrchr(own, '/');
	own[slash ? slash - own + 1 : 0] = '\0';
	n = snprintf(process.cgroup, sizeof(process.cgroup), "%s%s", own, name + (*name == '/'));
	keeper->delegated = true;
	if (r == 0 && n >= (int)sizeof(process.cgroup))
		r = -ENAMETOOLONG;
	if (r < 0)
		log_error("--cgroup=%s: %s", name, strerror(-r));
	return r;
}

/* Returns an event loop, or NULL. The loop looks for new events after at most CALLBACKS_AT_ONCE
 * callbacks: otherwise an event that reactivates itself, such as that of a front with many
 * requests, would keep all other events waiting. */
static struct event_base *new_loop(void)
{
	struct event_config *config = event_config_new();
	struct event_base *loop = NULL;

	if (config &&
	    event_config_set_max_dispatch_interval(config, NULL, CALLBACKS_AT_ONCE, 0) == 0)
		loop = event_base_new_with_config(config);
	if (config)
		event_config_free(config);
	return loop;
}

static int set_up(struct keeper *keeper, const struct options *options)
{
	/* load_config() comes before all mounts, because a mount could hide the file */
	int r = load_config(keeper);

	if (r == 0)
		r = runtime_open(keeper, options->runtime);
	if (r < 0)
		return r;
	raise_descriptors();
	keeper->loop = new_loop();
	if (!keeper->loop || registry_new(&keeper->registry) < 0 || operation_begin() < 0 ||
	    fronts_begin(keeper) < 0) {
		log_error("cannot start: %s", strerror(ENOMEM));
		return -ENOMEM;
	}
	spawn_cgroup_name(keeper->runtime, process.table);
	keeper->table = process.table;
	r = name_cgroup(keeper, options->cgroup);
	if (r < 0)
		return r;
	keeper->host = &host;
	keeper->host_ipv6_egress = forwarding_has_ipv6();
	keeper->impairments = qdisc_exists("netem");
	egress_listen(keeper);
	egress_reading_listen(keeper);
	host_routes_listen(keeper);
	r = lease_open(keeper);
	if (r == 0)
		r = resolver_listen(keeper, egress_lists_changed);
	if (r == 0)
		r = peer_host_read(keeper->cgroup, &host);
	if (r == 0)
		r = store_open(keeper->runtime_fd, &keeper->store);
	if (r < 0)
		log_error("%s: %s", keeper->runtime, strerror(-r));
	return r < 0 ? r : boot_open(keeper, options->state);
}

/* Drops all capabilities but four, which the keeper needs to signal users' processes, to look at
 * them, to set resource limits, and to publish low ports. The process stays root, so it can still
 * access root's files. Returns 0, or -errno after logging the reason. */
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
	stop_begin(keeper);
}

static void on_reload(evutil_socket_t number _unused_, short what _unused_, void *context)
{
	struct keeper *keeper = context;
	struct config *old = keeper->config;

	service_manager_reloading();
	if (load_config(keeper) < 0) {
		keeper->config = old;
		log_warning("the configuration stays as it was");
	} else {
		config_free(old);
		egress_lists_changed(keeper);
		log_notice("configuration read again");
	}
	service_manager_reloaded();
}

static void tell_in_a_minute(void)
{
	static const struct timeval minute = {.tv_sec = 60};

	if (process.log_event && !evtimer_pending(process.log_event, NULL))
		evtimer_add(process.log_event, &minute);
}

static void on_minute_over(evutil_socket_t fd _unused_, short what _unused_, void *context _unused_)
{
	if (log_tell_counts())
		tell_in_a_minute();
}

/* Called when the log has counted a line instead of writing it (log_on_count()). Arranges that the
 * count is logged in a minute, even if nothing else is. */
static void on_lines_counted(void *context _unused_)
{
	tell_in_a_minute();
}

static void begin_to_serve(struct keeper *keeper)
{
	process.error = arrival_start(keeper, process.fds.socket_fd);
	if (process.error < 0) {
		log_error("cannot accept connections: %s", strerror(-process.error));
		event_base_loopbreak(keeper->loop);
		return;
	}
	log_notice("nsctld %s serves %s", PACKAGE_VERSION, keeper->runtime);
}

static int listen_for_signals(struct keeper *keeper)
{
	static const struct {
		int number;
		event_callback_fn callback;
	} signals[SIGNALS] = {{SIGTERM, on_stop}, {SIGINT, on_stop}, {SIGHUP, on_reload}};

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < SIGNALS; i++) {
		struct event *event =
			evsignal_new(keeper->loop, signals[i].number, signals[i].callback, keeper);

		process.signals[i] = event;
		if (!event || event_add(event, NULL) < 0) {
			log_error("cannot listen for signals: %s", strerror(ENOMEM));
			return -ENOMEM;
		}
	}
	return 0;
}

static void describe(char *ret, size_t size, void *context)
{
	const struct keeper *keeper = context;

	snprintf(ret, size,
		 "%zu sets; since the start %" PRIu64 " created, %" PRIu64 " commands run",
		 registry_count_sets(keeper->registry), keeper->counters.created,
		 keeper->counters.executed);
}

static int run(struct keeper *keeper)
{
	process.log_event = evtimer_new(keeper->loop, on_minute_over, NULL);
	log_on_count(on_lines_counted, NULL);
	/* boot_restore() calls begin_to_serve() when all sets are made again, or after some time;
	 * until then, connections wait */
	boot_restore(keeper, begin_to_serve);
	/* begin_to_serve() may have failed already: then the loop never starts */
	if (process.error == 0)
		process.error = service_manager_start(keeper->loop, describe, keeper);
	if (process.error == 0)
		event_base_dispatch(keeper->loop);
	return process.error;
}

static void tear_down(struct keeper *keeper)
{
	arrival_stop(keeper);
	server_stop(keeper);
	if (keeper->registry)
		session_stop(keeper);
	log_on_count(NULL, NULL);
	free_event(process.log_event);
	closer_stop();
	spare_stop();
	operation_stop();
	egress_stop(keeper);
	egress_reading_stop();
	host_routes_stop();
	events_stop();
	resolver_stop();
	port_sweep_stop();
	spawner_stop();
	lease_close();
	if (keeper->registry)
		process_watch_stop(keeper);
	service_manager_stop();
	stop_end();
	for (size_t i = 0; i < SIGNALS; i++)
		free_event(process.signals[i]);
	close_fd(keeper->vault_fd);
	close_fd(keeper->cgroup_fd);
	boot_close(keeper);
	store_close(keeper->store);
	registry_free(keeper->registry);
	config_free(keeper->config);
	if (keeper->loop)
		event_base_free(keeper->loop);
	runtime_close(keeper);
}

/* --- the whole program --- */

/* Makes the listening socket at path, for a start in which the service manager passed none.
 * remove_socket() removes it at the end. Returns 0 or -errno. */
static int listen_on(const char *path)
{
	int fd = server_listen(path, 0666);

	if (fd < 0) {
		log_error("cannot listen on %s: %s", path,
			  fd == -EADDRINUSE ? "another daemon answers there" : strerror(-fd));
		return fd;
	}
	process.fds.socket_fd = fd;
	process.socket_path = path;
	return 0;
}

/* Starts everything but recovery and service. The last step drops the privileges that abandon()
 * needs, so after a failure abandon() can undo all steps so far. Purging keeps the privileges, to
 * unmount the vault. Returns 0 or -errno. */
static int start(struct keeper *keeper, const struct options *options)
{
	static char beside[PATH_MAX];
	int r = set_up(keeper, options);

	if (r == 0 && !options->purge && process.fds.socket_fd < 0) {
		snprintf(beside, sizeof(beside), "%s/socket", keeper->runtime);
		r = listen_on(options->socket ? options->socket : beside);
	}
	if (r == 0)
		r = spawner_start(keeper, process.fds.vault_fd);
	if (r < 0 || options->purge)
		return r;
	r = listen_for_signals(keeper);
	return r < 0 ? r : drop();
}

static void remove_socket(void)
{
	if (process.socket_path)
		unlink(process.socket_path);
}

static void abandon(struct keeper *keeper)
{
	remove_socket();
	runtime_abandon(keeper);
}

static int purge(struct keeper *keeper)
{
	int r = recover(keeper);

	if (r == 0)
		r = recover_purge(keeper);
	return r < 0 ? r : runtime_purge(keeper);
}

static int serve(struct keeper *keeper)
{
	int r = recover(keeper);

	if (r == 0) {
		resolver_start(keeper);
		port_sweep_all(keeper);
		r = run(keeper);
	}
	remove_socket();
	return r;
}

/* --check: loads the configuration. Returns the program's exit status: success if a daemon would
 * accept the file. */
static int check_config(struct keeper *keeper)
{
	int r = load_config(keeper);

	config_free(keeper->config);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int take_handed_over(const struct options *options)
{
	int r = service_manager_take(&process.fds);

	if (r < 0)
		return r;
	if (process.fds.socket_fd >= 0 && options->socket) {
		log_error("--socket=%s: the service manager has passed another socket",
			  options->socket);
		return -EINVAL;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct options options;
	static struct keeper keeper = {
		.upcalls = &upcalls, .runtime_fd = -1, .vault_fd = -1, .cgroup_fd = -1};
	int r = options_parse(argc, argv, &options);

	if (r >= 0)
		return r;
	log_open(options.log_level);
	fault_point_register("NSCTL_KEEPER_PID");
	umask(022);
	/* --check needs no root: any user may check a file that the user may read */
	if (geteuid() != 0 && !options.check) {
		log_error("must be started as root: it holds namespaces for others");
		return EXIT_FAILURE;
	}
	process.config_path = options.config ? options.config : SYSCONFDIR "/nsctl/nsctld.conf";
	process.config_must_exist = options.config != NULL;
	keeper.started = clock_wall();
	if (options.check)
		return check_config(&keeper);
	slice_shorten();
	r = take_handed_over(&options);
	if (r == 0)
		r = start(&keeper, &options);
	if (r < 0)
		abandon(&keeper);
	else
		r = options.purge ? purge(&keeper) : serve(&keeper);
	tear_down(&keeper);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
