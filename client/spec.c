/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See spec.h. Sends only fields that an option fills: the defaults are in the daemon. The daemon
 * checks everything; so this file refuses only arguments that it cannot parse, and errors for which
 * the daemon's message would be less clear. Options about mounts are in mounts.c.
 */
#include "client/spec.h"

#include "client/destinations.h"
#include "client/ends.h"
#include "client/lease.h"
#include "client/maps.h"
#include "client/memory.h"
#include "client/mounts.h"
#include "client/parse.h"
#include "client/take.h"
#include "client/views.h"
#include "protocol/kind.h"
#include "protocol/name.h"

static json_t *piece_json(struct piece piece)
{
	return must(json_stringn(piece.start, piece.size));
}

/* --- numbers --- */

static int take_size(struct options *options)
{
	int64_t size;

	return take_value(options, parse_size(options->argument, &size) ? json_integer(size) : NULL,
			  "a size (such as 512M or 2G)");
}

static int take_tasks(struct options *options)
{
	return take_number(options, 8, INT32_MAX, "a number of 8 or more");
}

static int take_processors(struct options *options)
{
	double number;
	bool fits = parse_decimal(options->argument, false, &number) && number > 0;

	return take_value(options, fits ? json_real(number) : NULL,
			  "a number of processors (such as 2 or 0.5)");
}

static int take_offset(struct options *options)
{
	double seconds;
	bool fits = parse_decimal(options->argument, true, &seconds);

	return take_value(options, fits ? json_real(seconds) : NULL, "a number of seconds");
}

/* --- the cgroup --- */

static int take_caller(struct options *options)
{
	return take_value(options, strcmp(options->argument, "caller") == 0 ? json_true() : NULL,
			  "caller");
}

/* --- the network --- */

static int take_link(struct options *options)
{
	_cleanup_text_ struct text why = {0};
	json_t *link = ends_parse_link(options->argument, &why);

	if (!link)
		return options_wrong(options->client, "--link=%s: %s", options->argument, why.data);
	take_put(options, link);
	return 0;
}

/* Adds a route by the set's end of the last link. */
static int take_route(struct options *options)
{
	json_t *links = json_object_get(json_object_get(options->parameters, "spec"), "links");
	json_t *link = json_array_get(links, json_array_size(links) - 1);
	_cleanup_text_ struct text why = {0};

	if (!link)
		return options_wrong(options->client,
				     "--route: a route is by the link that is given before it: "
				     "--link=PEER --route=DEST,via=ADDRESS");
	if (!ends_add_route(json_member(link, "end", json_object), options->argument, &why))
		return options_wrong(options->client, "--route=%s: %s", options->argument,
				     why.data);
	return 0;
}

static int take_host(struct options *options)
{
	const char *address;
	struct piece name = parse_cut(options->argument, ':', &address), host;

	if (name.size == 0 || !address || !*address)
		return options_reject(options, "NAME:ADDRESS (such as db:10.0.0.5 or db:fd00::5)");
	host = (struct piece){.start = address, .size = strlen(address)};
	/* as it is written before a port */
	if (host.size > 2 && *address == '[' && address[host.size - 1] == ']')
		host = (struct piece){.start = address + 1, .size = host.size - 2};
	take_put(options,
		 json_pack("{s:o, s:o}", "name", piece_json(name), "address", piece_json(host)));
	return 0;
}

static void put_publish(struct options *options, const struct publish *publish, int64_t host_port,
			int64_t last_host_port, int64_t port)
{
	json_t *entry =
		must(json_pack("{s:s, s:I, s:I}", "protocol", publish->udp ? "udp" : "tcp",
			       "hostPort", (json_int_t)host_port, "port", (json_int_t)port));

	if (last_host_port > host_port)
		json_put(entry, "lastHostPort", json_integer(last_host_port));
	if (publish->address.size > 0)
		json_put(entry, "hostAddress", piece_json(publish->address));
	take_put(options, entry);
}

/* How a port is published. */
#define PUBLISH_FORMS                                                                          \
	"HOST-PORT:PORT, such as 8080:80, 127.0.0.1:8080:80, [::1]:8080:80, 8000-8010:80-90, " \
	"8000-8010:80 or 0:80; /udp may follow"

/* Takes a published port: one port, two ranges of the same length for as many ports, or a range and
 * one port, for which the daemon chooses a port of the range. */
static int take_publish(struct options *options)
{
	struct publish publish;
	const char *wrong = parse_publish(options->argument, &publish);
	const struct ports *host = &publish.host, *inside = &publish.inside;

	if (wrong && *wrong)
		return options_wrong(options->client, "--publish=%s: %s; write " PUBLISH_FORMS,
				     options->argument, wrong);
	if (wrong)
		return options_reject(options, PUBLISH_FORMS);
	if (inside->last == inside->first)
		put_publish(options, &publish, host->first, host->last, inside->first);
	else
		for (int64_t i = 0; i <= inside->last - inside->first; i++)
			put_publish(options, &publish, host->first + i, 0, inside->first + i);
	return 0;
}

/* Adds a setting. Returns 0, or an exit status if it is given twice with different values. */
static int put_sysctl(struct options *options, const char *key, const char *value)
{
	json_t *sysctls = take_object(options);
	const char *before = json_text(sysctls, key, NULL);

	if (before && strcmp(before, value) != 0)
		return options_wrong(options->client, "%s is given two values, %s and %s", key,
				     before, value);
	if (before)
		return 0;
	json_put(sysctls, key, json_string(value));
	take_note(options, json_object_size(sysctls) - 1);
	return 0;
}

static int take_sysctl(struct options *options)
{
	const char *value;
	struct piece piece = parse_cut(options->argument, '=', &value);
	_cleanup_free_ char *key = must(strndup(piece.start, piece.size));

	if (!value || !*value || !*key)
		return options_reject(options, "NAME=VALUE (such as net.ipv4.ip_forward=1)");
	options->needed |= KIND_BIT(kind_of_setting(key));
	return put_sysctl(options, key, value);
}

static int take_forward(struct options *options)
{
	int r = put_sysctl(options, "net.ipv4.ip_forward", "1");

	return r ? r : put_sysctl(options, "net.ipv6.conf.all.forwarding", "1");
}

/* --- the rest --- */

static int take_hostname(struct options *options)
{
	return take_value(options,
			  hostname_is_valid(options->argument) ? json_string(options->argument)
							       : NULL,
			  "a host name (letters, digits, '-' and '.', at most 64)");
}

const struct option_row spec_options[] = {
	FIRST_OF("Namespaces", "mount", 'm', NULL, "make a mount namespace",
		 CHOOSES(KIND_BIT(KIND_MNT))),
	OPTION("pid", 'p', NULL, "make a pid namespace", CHOOSES(KIND_BIT(KIND_PID))),
	OPTION("net", 'n', NULL, "make a network namespace", CHOOSES(KIND_BIT(KIND_NET))),
	OPTION("uts", 'u', NULL, "make a uts namespace, with a host name of its own",
	       CHOOSES(KIND_BIT(KIND_UTS))),
	OPTION("ipc", 'i', NULL, "make an ipc namespace", CHOOSES(KIND_BIT(KIND_IPC))),
	OPTION("user", 'U', NULL, "make a user namespace", CHOOSES(KIND_BIT(KIND_USER))),
	OPTION("cgroup", 'C', NULL, "make a cgroup namespace", CHOOSES(KIND_BIT(KIND_CGROUP))),
	OPTION("time", 'T', NULL, "make a time namespace", CHOOSES(KIND_BIT(KIND_TIME))),
	OPTION("all", 'a', NULL, "make all eight (default: all but user and time)",
	       CHOOSES(KIND_ALL)),

	FIRST_OF("User namespace", "map-root-user", 'r', NULL, "make you root inside (adds user)",
		 FILLS("spec.userMapping", maps_take_root), NEEDS(KIND_BIT(KIND_USER))),
	OPTION("map-current-user", 'c', NULL, "keep your ids inside (adds user)",
	       FILLS("spec.userMapping", maps_take_current), NEEDS(KIND_BIT(KIND_USER))),
	OPTION("map-auto", 0, NULL,
	       "map your ids of /etc/subuid and /etc/subgid, too: from 1 up or, with -c, around "
	       "yours (adds user)",
	       FILLS("spec.userMapping", maps_take_auto), NEEDS(KIND_BIT(KIND_USER))),
	OPTION("map-subids", 0, NULL,
	       "map your first range in /etc/subuid and /etc/subgid to the same ids inside (adds "
	       "user)",
	       FILLS("spec.userMapping", maps_take_subids), NEEDS(KIND_BIT(KIND_USER))),
	OPTION("map-users", 0, "INSIDE:OUTSIDE:COUNT",
	       "show COUNT users, from uid OUTSIDE on, as those from uid INSIDE on (may be "
	       "repeated; adds user)",
	       FILLS("spec.uidMap[]", maps_take_range), NEEDS(KIND_BIT(KIND_USER))),
	OPTION("map-groups", 0, "INSIDE:OUTSIDE:COUNT", "the same for groups",
	       FILLS("spec.gidMap[]", maps_take_range), NEEDS(KIND_BIT(KIND_USER))),

	FIRST_OF("Files and mounts", "bind", 0, "SOURCE:TARGET[:ro]",
		 "show the file or directory SOURCE at TARGET inside, read-only with :ro (may be "
		 "repeated)",
		 FILLS("spec.mounts[]", mounts_take_bind), NEEDS(KIND_BIT(KIND_MNT)), BYTES),
	OPTION("tmpfs", 0, "TARGET[:[SIZE][:MODE]]",
	       "mount an empty file system in memory, with the permissions MODE (octal); missing "
	       "targets of later mounts are "
	       "made in it. --tmpfs=/ comes first, and then the set has only what it is given",
	       FILLS("spec.mounts[]", mounts_take_tmpfs), NEEDS(KIND_BIT(KIND_MNT))),
	OPTION("overlay", 0, "TARGET[:SIZE|:DIR]",
	       "keep what is written below TARGET (which may be /) in memory, at most SIZE "
	       "(default: 1G), until the set ends; or in the directory DIR, for later sets, too "
	       "(with a user namespace)",
	       FILLS("spec.mounts[]", mounts_take_overlay), NEEDS(KIND_BIT(KIND_MNT)), BYTES),
	OPTION("root", 0, "DIR", "use DIR as / inside", FILLS("spec.root", mounts_take_root),
	       NEEDS(KIND_BIT(KIND_MNT)), BYTES),
	OPTION("read-only", 0, "?PATH",
	       "make PATH (default: /) read-only, with all mounts below it; what later options "
	       "mount there is writable",
	       FILLS("spec.mounts[]", mounts_take_read_only), NEEDS(KIND_BIT(KIND_MNT))),
	OPTION("hide", 0, "PATH", "make the directory or file PATH empty and read-only",
	       FILLS("spec.mounts[]", mounts_take_hide), NEEDS(KIND_BIT(KIND_MNT))),
	OPTION("private", 0, "home,tmp,shm,run",
	       "give the set empty directories of its own in place of yours (a list): your home "
	       "directory, /tmp, /dev/shm, /run/user/UID",
	       TAKEN(views_take_private), NEEDS(KIND_BIT(KIND_MNT))),
	OPTION("dev", 0, "?PATH", "mount a small /dev of the set's own at PATH (default: /dev)",
	       FILLS("spec.mounts[]", mounts_take_dev), NEEDS(KIND_BIT(KIND_MNT))),
	OPTION("device", 0, "PATH",
	       "show the character device PATH inside, if nsctld.conf allows it (root: any); "
	       "its permissions apply",
	       FILLS("spec.mounts[]", mounts_take_device), NEEDS(KIND_BIT(KIND_MNT))),
	OPTION("mount-proc", 0, "?DIR", "mount /proc for the pid namespace (by default with -m -p)",
	       FILLS("spec.mountProc", mounts_take_proc), NEEDS(KIND_BIT(KIND_MNT))),
	OPTION("no-mount-proc", 0, NULL, "do not mount /proc", FILLS("spec.mountProc", take_false)),
	OPTION("share-shm", 0, NULL,
	       "share /dev/shm with the outside (otherwise an ipc namespace comes with its own)",
	       FILLS("spec.ownShm", take_false)),
	OPTION("propagation", 0, "slave|private|shared",
	       "slave (the default): what is mounted outside appears inside, too; private: it does "
	       "not; "
	       "shared: as slave, and namespaces made inside share mounts with one another",
	       FILLS("spec.propagation", take_word), NEEDS(KIND_BIT(KIND_MNT))),

	FIRST_OF("CI jobs", "job", 0, "?WORKSPACE",
		 "show what a CI job needs: the directory WORKSPACE (default: this one), which is "
		 "writable; everything else, which is read-only; and empty places, as with "
		 "--private=home,tmp,shm,run. run starts here or, if the set does not show this "
		 "directory, in WORKSPACE; create adds --lease=parent. --no-read-only, "
		 "--private=LIST, --bind=WORKSPACE:WORKSPACE:ro, --no-lease, --lease=WHEN and the "
		 "letters of namespaces change this",
		 TAKEN(views_take_job), NEEDS(KIND_BIT(KIND_MNT))),
	OPTION("no-read-only", 0, NULL, "with --job: keep the rest of the files writable",
	       TAKEN(views_take_no_read_only)),
	OPTION("no-lease", 0, NULL,
	       "with --job: make no lease, so that the set stays until it is removed",
	       TAKEN(views_take_no_lease)),

	FIRST_OF("Network", "link", 0, "PEER[:IFACE]",
		 "make a link to host, SET or net/NETWORK; PEER may be followed by ,address=CIDR "
		 ",peer-address=CIDR ,alias=NAME ,interface=NAME ,gateway=ADDR "
		 ",route=DEST,via=ADDR and others (see `nsctl help link add`)",
		 FILLS("spec.links[]", take_link), NEEDS(KIND_BIT(KIND_NET))),
	OPTION("route", 0, "DEST[,via=ADDR]",
	       "add a route through the --link before it (may be repeated); ,metric=N ,onlink "
	       "and ,src=ADDR may follow",
	       .take = take_route, .id = OPTION_TAKEN, NEEDS(KIND_BIT(KIND_NET))),
	OPTION("forward", 0, NULL, "forward packets between links, as a router does",
	       FILLS("spec.sysctls", take_forward), NEEDS(KIND_BIT(KIND_NET))),
	OPTION("egress", 0, NULL,
	       "reach the outside by NAT (a set that forwards packets of others must do NAT, too: "
	       "only its own address gets out)",
	       FILLS("spec.egress", take_true), NEEDS(KIND_BIT(KIND_NET))),
	OPTION("allow", 0, DESTINATION_WORDS,
	       "reach DEST and nothing else (may be repeated; implies --egress); DEST is a "
	       "name, *.NAME for all names below it, an address, a subnet, [ADDRESS]:PORT for "
	       "IPv6, @dns for the name servers, @NAME for a list in nsctld.conf, or @FILE, "
	       "with a slash in FILE, for the lines of a file",
	       FILLS("spec.allow[]", destinations_take), NEEDS(KIND_BIT(KIND_NET))),
	OPTION("deny", 0, DESTINATION_WORDS,
	       "take DEST out of what --allow lets through (may be repeated)",
	       FILLS("spec.deny[]", destinations_take), NEEDS(KIND_BIT(KIND_NET))),
	OPTION("publish", 0, "[ADDRESS:]PORT:PORT[/udp]",
	       "forward a port of the host, which comes first, to a port of the set (may be "
	       "repeated); 8000-8010:80-90 forwards eleven "
	       "ports, 8000-8010:80 the first of these that is free, 0:80 any free port; "
	       "a chosen port is printed on stderr",
	       FILLS("spec.publish[]", take_publish), NEEDS(KIND_BIT(KIND_NET))),

	FIRST_OF("Host names", "hostname", 0, "NAME",
		 "host name inside (default: the name of the set)",
		 FILLS("spec.hostname", take_hostname), NEEDS(KIND_BIT(KIND_UTS))),
	OPTION("add-host", 0, "NAME:ADDRESS",
	       "know this host by name (may be repeated; adds mount and net)",
	       FILLS("spec.hosts[]", take_host), NEEDS(KIND_BIT(KIND_NET) | KIND_BIT(KIND_MNT))),
	/* a resolv.conf of the set's own needs a mount namespace */
	OPTION("dns", 0, "ADDRESS", "use this name server (may be repeated; adds mount and net)",
	       FILLS("spec.dns[]", take_text), NEEDS(KIND_BIT(KIND_NET) | KIND_BIT(KIND_MNT))),
	OPTION("dns-search", 0, "DOMAIN",
	       "look names up in this domain, too (may be repeated; adds mount and net)",
	       FILLS("spec.dnsSearch[]", take_text),
	       NEEDS(KIND_BIT(KIND_NET) | KIND_BIT(KIND_MNT))),
	OPTION("dns-option", 0, "OPTION",
	       "an option of resolv.conf(5), such as ndots:2 (may be repeated; adds mount and "
	       "net)",
	       FILLS("spec.dnsOptions[]", take_text),
	       NEEDS(KIND_BIT(KIND_NET) | KIND_BIT(KIND_MNT))),

	FIRST_OF("Clocks and kernel settings", "monotonic", 0, "SECONDS",
		 "add SECONDS to CLOCK_MONOTONIC inside (adds time)",
		 FILLS("spec.clocks.monotonic", take_offset), NEEDS(KIND_BIT(KIND_TIME))),
	OPTION("boottime", 0, "SECONDS",
	       "add SECONDS to CLOCK_BOOTTIME, the time since boot, inside (adds time)",
	       FILLS("spec.clocks.boottime", take_offset), NEEDS(KIND_BIT(KIND_TIME))),
	OPTION("sysctl", 0, "NAME=VALUE",
	       "change a setting of a namespace: net.ipv4.ip_forward=1, kernel.shmmax=N, "
	       "fs.mqueue.*, kernel.domainname (adds net, ipc or uts); `man nsctl-create` lists "
	       "all",
	       FILLS("spec.sysctls", take_sysctl)),

	FIRST_OF("Limits", "memory", 0, "SIZE", "use at most this much memory (512M, 2G)",
		 FILLS("spec.limits.memory", take_size)),
	OPTION("tasks", 0, "N", "have at most N processes and threads (8 or more)",
	       FILLS("spec.limits.tasks", take_tasks)),
	OPTION("cpus", 0, "N", "use at most the time of N processors (0.5 is half of one)",
	       FILLS("spec.limits.cpus", take_processors)),
	OPTION("cgroup", 0, "caller",
	       "keep the processes in a cgroup below yours, under its limits and BPF programs, "
	       "and end the set with it (needs Delegate=yes and User= in a service; adds pid)",
	       FILLS("spec.callerCgroup", take_caller), NEEDS(KIND_BIT(KIND_PID))),

	FIRST_OF("Lease and boot", "boot", 0, NULL, "make the set again when the machine starts",
		 FILLS("spec.boot", take_true)),
	LEASE_OPTION("spec.lease"),

	FIRST_OF("Labels and other programs", "label", 0, "K=V",
		 "add a label, by which `nsctl list --label=K=V` finds it (may be repeated)",
		 FILLS("spec.labels", take_label)),
	OPTION("visible", 0, NULL,
	       "keep files of its namespaces in /run/nsctl/ns, too, for nsenter(1)",
	       FILLS("spec.visible", take_true)),
	OPTION("ip-netns", 0, NULL, "show the set to ip-netns(8), too",
	       FILLS("spec.ipNetns", take_true), NEEDS(KIND_BIT(KIND_NET))),
	OPTION("fork", 'f', NULL, "accepted for compatibility with unshare(1); has no effect",
	       CHOOSES(0)),
	{0},
};

int spec_finish(struct options *options)
{
	json_t *spec = json_member(options->parameters, "spec", json_object);
	uint32_t kinds = (options->chosen ? options->chosen : KIND_DEFAULT) | options->needed;
	int r;

	/* the daemon's default is not sent */
	if (options->chosen || kinds & ~KIND_DEFAULT)
		json_put(spec, "namespaces", json_kinds(kinds));
	/* a set without a mount namespace gets no /proc, and the daemon refuses the field */
	if (!(kinds & KIND_BIT(KIND_MNT)))
		json_object_del(spec, "mountProc");
	r = views_finish(options);
	mounts_finish(options);
	return r;
}
