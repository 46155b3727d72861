/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of the host: mounts, name servers, accounts, clocks, and other programs. */
#include <time.h>

#include "client/finding.h"
#include "client/subids.h"

/* Looks for programs of this name, as far as /proc shows them. Returns their number, and appends
 * what tells them apart: the pid, and the argument that begins with option. */
static size_t count_programs(const char *name, const char *option, struct text *ret)
{
	DIR *directory = opendir("/proc");
	struct dirent *entry;
	size_t n = 0;

	while (directory && (entry = readdir(directory))) {
		_cleanup_text_ struct text path = {0}, wanted = {0};
		_cleanup_free_ char *comm = NULL, *words = NULL;

		if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
			continue;
		text_format(&path, "/proc/%s/comm", entry->d_name);
		text_format(&wanted, "%s\n", name);
		comm = doctor_read(path.data);
		if (!comm || strcmp(comm, wanted.data) != 0)
			continue;
		path.used = 0;
		text_format(&path, "/proc/%s/cmdline", entry->d_name);
		words = doctor_read(path.data);
		/* a zombie has no words */
		if (!words || !*words)
			continue;
		text_format(ret, "%s%s", n++ > 0 ? ", " : "", entry->d_name);
		/* each word ends with a NUL, and an empty one follows: doctor_read() adds two */
		for (const char *word = words; option && *word; word += strlen(word) + 1)
			if (strncmp(word, option, strlen(option)) == 0)
				text_format(ret, " (%.256s)", word);
	}
	if (directory)
		(void)closedir(directory);
	return n;
}

static void look_at_daemons(struct patient *patient, struct finding *ret)
{
	_cleanup_text_ struct text list = {0};
	size_t n = count_programs("nsctld", "--runtime-directory=", &list);

	if (n > 1)
		doctor_find(ret, VERDICT_NOTE, "%zu nsctld run here, as processes %s; you use %s",
			    n, list.data, patient->client->socket_path);
	else
		doctor_find(ret, VERDICT_OK, "no second nsctld runs here");
}

/* Finds the line of mountinfo about the mount where /run is. */
static const char *find_run(char *table)
{
	const char *best = NULL;
	size_t longest = 0;
	char *line, *rest = table;

	while (rest && (line = strsep(&rest, "\n"))) {
		char place[256];

		if (sscanf(line, "%*s %*s %*s %*s %255s", place) != 1)
			continue;
		if (strcmp(place, "/run") != 0 && strcmp(place, "/") != 0)
			continue;
		if (strlen(place) >= longest) {
			longest = strlen(place);
			best = line;
		}
	}
	return best;
}

static void look_at_run(struct patient *patient _unused_, struct finding *ret)
{
	_cleanup_free_ char *table = doctor_read("/proc/self/mountinfo");
	const char *line = table ? find_run(table) : NULL;

	if (!line)
		doctor_find(ret, VERDICT_UNKNOWN, "the mounts cannot be read");
	else if (strstr(line, " shared:"))
		doctor_find(ret, VERDICT_OK, "mounts below /run are seen by other namespaces");
	else
		doctor_find(ret, VERDICT_NOTE,
			    "the mount of /run is not shared: services with mounts of their own do "
			    "not see what --visible and --ip-netns publish");
}

static bool is_loopback(const char *server)
{
	return strncmp(server, "127.", 4) == 0 || strcmp(server, "::1") == 0;
}

/* Finds the first name server of a file. Returns false if there is none. */
static bool find_server(const char *path, char ret[static 64])
{
	_cleanup_free_ char *text = doctor_read(path);
	char *line, *rest = text;

	while (rest && (line = strsep(&rest, "\n")))
		if (sscanf(line, "nameserver %63s", ret) == 1)
			return true;
	return false;
}

static void look_at_egress(struct patient *patient, struct finding *ret)
{
	_cleanup_text_ struct text lists = {0}, refusal = {0};
	bool some = doctor_add_lists(&lists, patient);

	doctor_add_egress_refusal(&refusal, patient);
	if (!patient->reached)
		doctor_find(ret, VERDICT_UNKNOWN, "nsctld does not answer");
	else if (doctor_has(patient, "egress"))
		doctor_find(ret, VERDICT_OK, "to all that the host reaches");
	else if (some)
		doctor_find(ret, VERDICT_OK, "to %s", lists.data);
	else
		doctor_find(ret, VERDICT_NOTE, "you may not have --egress: %s", refusal.data);
}

static void look_at_names(struct patient *patient, struct finding *ret)
{
	/* as in daemon/keeper/network/resolver-servers.c */
	static const char *const upstreams[] = {"/run/systemd/resolve/resolv.conf",
						"/run/NetworkManager/no-stub-resolv.conf"};
	_cleanup_text_ struct text lists = {0};
	char server[64], upstream[64];

	if (patient->reached && !doctor_has(patient, "egress") &&
	    !doctor_add_lists(&lists, patient)) {
		doctor_find(ret, VERDICT_NOTE,
			    "you may not have --egress, with which sets ask the host's name "
			    "servers: ");
		doctor_add_egress_refusal(&ret->found, patient);
		return;
	}
	if (!find_server("/etc/resolv.conf", server)) {
		doctor_find(ret, VERDICT_NOTE, "/etc/resolv.conf names no server");
		return;
	}
	if (!is_loopback(server)) {
		doctor_find(ret, VERDICT_OK, "sets with --egress ask %s", server);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(upstreams); i++)
		if (find_server(upstreams[i], upstream) && !is_loopback(upstream)) {
			doctor_find(ret, VERDICT_OK,
				    "sets with --egress ask %s, and not the stub at %s", upstream,
				    server);
			return;
		}
	doctor_find(ret, VERDICT_PROBLEM,
		    "the only name server is %s, which sets with --egress do not reach", server);
}

static void look_at_cache(struct patient *patient _unused_, struct finding *ret)
{
	if (access("/run/nscd/socket", F_OK) == 0 || access("/var/run/nscd/socket", F_OK) == 0)
		doctor_find(ret, VERDICT_NOTE,
			    "nscd runs: sets without a network of their own get its answers, also "
			    "old ones");
	else
		doctor_find(ret, VERDICT_OK, "no nscd gives sets its answers");
}

static void look_at_subids(struct patient *patient _unused_, struct finding *ret)
{
	int64_t first, count;
	bool uids = subids_first("/etc/subuid", geteuid(), &first, &count);
	bool gids = subids_first("/etc/subgid", geteuid(), &first, &count);

	if (geteuid() == 0 || (uids && gids))
		doctor_find(ret, VERDICT_OK, "you have subordinate ids, or need none");
	else
		doctor_find(ret, VERDICT_NOTE, "%s gives you no ids, so --map-auto is not possible",
			    uids ? "/etc/subgid" : "/etc/subuid");
}

/* Below this, the kernel may refuse namespaces. */
#define MEMORY_MIN_KIB (64 * 1024)

static void look_at_memory(struct patient *patient _unused_, struct finding *ret)
{
	_cleanup_free_ char *table = doctor_read("/proc/meminfo");
	const char *line = table ? strstr(table, "MemAvailable:") : NULL;
	unsigned long long kib;

	if (!line || sscanf(line, "%*s %llu", &kib) != 1)
		doctor_find(ret, VERDICT_UNKNOWN, "/proc/meminfo does not say how much there is");
	else
		doctor_find(ret, kib < MEMORY_MIN_KIB ? VERDICT_PROBLEM : VERDICT_OK,
			    "%llu MiB are available", kib / 1024);
}

static void look_at_clock(struct patient *patient, struct finding *ret)
{
	double started = json_number_value(json_object_get(patient->status, "started"));
	time_t now = time(NULL);
	struct stat own;
	char text[64] = "?";
	struct tm local;

	if (localtime_r(&now, &local))
		(void)strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &local);
	if (stat("/proc/self/exe", &own) == 0 && own.st_mtime > now)
		doctor_find(ret, VERDICT_PROBLEM,
			    "the clock says %s, which is before nsctl was installed", text);
	else if (started > (double)now + 1)
		doctor_find(ret, VERDICT_PROBLEM,
			    "the clock says %s, which is before nsctld was started", text);
	else
		doctor_find(ret, VERDICT_OK, "the clock says %s", text);
}

/* Programs that configure interfaces, and the files that keep them away from nsctld's. */
static const struct {
	const char *program, *paths[3];
} meddlers[] = {
	{"NetworkManager",
	 {"/usr/lib/NetworkManager/conf.d/10-nsctl.conf",
	  "/etc/NetworkManager/conf.d/10-nsctl.conf",
	  "/usr/local/lib/NetworkManager/conf.d/10-nsctl.conf"}},
	{"systemd-network",
	 {"/usr/lib/systemd/network/10-nsctl.network", "/etc/systemd/network/10-nsctl.network",
	  "/usr/local/lib/systemd/network/10-nsctl.network"}},
	{"systemd-udevd",
	 {"/usr/lib/systemd/network/10-nsctl.link", "/etc/systemd/network/10-nsctl.link",
	  "/usr/local/lib/systemd/network/10-nsctl.link"}},
};

static void look_at_meddlers(struct patient *patient _unused_, struct finding *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(meddlers); i++) {
		_cleanup_text_ struct text list = {0};
		bool kept_away = false;

		for (size_t j = 0; j < ARRAY_SIZE(meddlers[i].paths); j++)
			kept_away |= access(meddlers[i].paths[j], F_OK) == 0;
		if (!kept_away && count_programs(meddlers[i].program, NULL, &list) > 0)
			doctor_find(ret, VERDICT_PROBLEM,
				    "%s%s runs, and no %s keeps it from nsctld's interfaces",
				    ret->found.used > 0 ? "; " : "", meddlers[i].program,
				    strrchr(meddlers[i].paths[0], '/') + 1);
	}
	if (ret->verdict == VERDICT_OK)
		doctor_find(ret, VERDICT_OK, "nothing configures nsctld's interfaces");
}

static void look_at_firewalld(struct patient *patient _unused_, struct finding *ret)
{
	_cleanup_text_ struct text list = {0};

	if (count_programs("firewalld", NULL, &list) > 0)
		doctor_find(
			ret, VERDICT_NOTE,
			"firewalld runs, and rejects packets of --egress and --publish unless a "
			"zone has nsctld's interfaces");
	else
		doctor_find(ret, VERDICT_OK, "firewalld does not run");
}

const struct check doctor_host[] = {
	{"other-daemons", look_at_daemons,
	 "--socket or $NSCTL_SOCKET selects another one; each needs directories of its own",
	 "pgrep -a "
	 "nsctld"},
	{"run-mount", look_at_run, "`sudo mount --make-rshared /`, before nsctld is started",
	 "findmnt -o TARGET,PROPAGATION /run"},
	{"egress", look_at_egress,
	 "an administrator can name you there, or give you a list of [lists] by USER:LIST",
	 "nsctl status"},
	{"name-servers", look_at_names, "give sets and networks a server with --dns=ADDRESS",
	 "cat /etc/resolv.conf"},
	{"name-cache", look_at_cache, "`sudo systemctl disable --now nscd`", "ls /run/nscd/socket"},
	{"subordinate-ids", look_at_subids,
	 "`sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER`, with ids "
	 "that no other user has",
	 "grep . /etc/subuid /etc/subgid"},
	{"memory", look_at_memory, "end programs that take much of it, or add swap", "free"},
	{"clock", look_at_clock, "set the clock, for instance by `sudo timedatectl set-ntp true`",
	 "date"},
	{"interfaces", look_at_meddlers,
	 "install these files from nsctl's directory systemd/, and restart the program",
	 "ls /usr/lib/systemd/network /usr/lib/NetworkManager/conf.d"},
	{"firewalld", look_at_firewalld,
	 "`sudo firewall-cmd --permanent --zone=trusted --add-interface=nsc+`, and reload it",
	 "firewall-cmd --get-active-zones"},
	{0},
};
