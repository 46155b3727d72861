/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of the kernel: its version, user namespaces, control groups and modules. */
#include <sys/utsname.h>

#include "client/finding.h"

/* Features that are missing on an older kernel: docs/adr/0009-older-kernels.md. */
static const struct {
	int major, minor;
	const char *cost;
} costs[] = {
	{6, 3, "commands start slower in sets with a time namespace"},
	{6, 9, "signals to nsctl reach a command, and not its process group"},
	{6, 18, "the kernel may use numbers of namespaces again"},
};

static void look_at_version(struct patient *patient _unused_, struct finding *ret)
{
	struct utsname name;
	int major = 0, minor = 0;

	if (uname(&name) < 0 || sscanf(name.release, "%d.%d", &major, &minor) < 2) {
		doctor_find(ret, VERDICT_UNKNOWN, "the kernel's version cannot be read");
		return;
	}
	if (major < 5 || (major == 5 && minor < 15)) {
		doctor_find(ret, VERDICT_PROBLEM, "Linux %s is older than 5.15", name.release);
		return;
	}
	doctor_find(ret, VERDICT_OK, "Linux %s", name.release);
	for (size_t i = 0; i < ARRAY_SIZE(costs); i++)
		if (major < costs[i].major || (major == costs[i].major && minor < costs[i].minor))
			doctor_find(ret, VERDICT_NOTE, "; before %d.%d, %s", costs[i].major,
				    costs[i].minor, costs[i].cost);
}

/* Settings that close user namespaces to ordinary users. */
static const struct {
	const char *path, *closed, *remedy;
} closers[] = {
	{"/proc/sys/user/max_user_namespaces", "0",
	 "`sudo sysctl user.max_user_namespaces=15000`, and a file in /etc/sysctl.d that says so"},
	{"/proc/sys/kernel/unprivileged_userns_clone", "0",
	 "`sudo sysctl kernel.unprivileged_userns_clone=1`, and a file in /etc/sysctl.d that says "
	 "so; or [allow] user-namespaces in nsctld.conf names you"},
	{"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1",
	 "`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`; or [allow] "
	 "user-namespaces in nsctld.conf names you"},
};

void doctor_user_namespaces(struct patient *patient, struct finding *ret)
{
	if (!patient->reached) {
		doctor_find(ret, VERDICT_UNKNOWN, "nsctld does not answer");
		ret->remedy = "start nsctld";
		return;
	}
	if (doctor_has(patient, "userNamespaces")) {
		doctor_find(ret, VERDICT_OK, "you may have them");
		return;
	}
	doctor_find(ret, VERDICT_PROBLEM, "you may not have them");
	for (size_t i = 0; i < ARRAY_SIZE(closers); i++) {
		_cleanup_free_ char *value = doctor_read(closers[i].path);

		if (!value || strncmp(value, closers[i].closed, 1) != 0)
			continue;
		ret->remedy = closers[i].remedy;
		doctor_find(ret, VERDICT_PROBLEM, ": %s is %s", closers[i].path, closers[i].closed);
		return;
	}
	ret->remedy = "let it name you, and reload nsctld";
	text_add(&ret->found, ": [allow] user-namespaces in ");
	doctor_add_configuration(&ret->found, patient);
	text_add(&ret->found, " does not name you");
}

/* Returns what is wrong with a controller in /proc/cgroups, or NULL. Its line has the name, the
 * hierarchy of version 1 (or 0), the number of groups, and whether it is enabled. */
static const char *wrong_controller(const char *table, const char *name)
{
	_cleanup_text_ struct text start = {0};
	unsigned int hierarchy, groups, enabled;
	const char *line;

	text_format(&start, "\n%s\t", name);
	line = table ? strstr(table, start.data) : NULL;
	if (!line || sscanf(line + start.used, "%u %u %u", &hierarchy, &groups, &enabled) != 3)
		return NULL;
	if (!enabled)
		return "is switched off";
	return hierarchy > 0 ? "is in a version 1 hierarchy" : NULL;
}

void doctor_limits(struct patient *patient, struct finding *ret)
{
	static const char *const names[] = {"memory", "pids", "cpu"};
	_cleanup_free_ char *table = doctor_read("/proc/cgroups");

	if (!patient->reached || doctor_has(patient, "limits")) {
		doctor_find(ret, patient->reached ? VERDICT_OK : VERDICT_UNKNOWN,
			    patient->reached ? "sets can have limits" : "nsctld does not answer");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *wrong = wrong_controller(table, names[i]);

		if (!wrong)
			continue;
		ret->remedy = "boot with cgroup_no_v1=all (for a controller that is switched off: "
			      "with cgroup_enable=memory), so that version 2 has the controllers";
		doctor_find(ret, VERDICT_PROBLEM, "the %s controller %s", names[i], wrong);
		return;
	}
	ret->remedy = "start nsctld where the controllers are delegated (Delegate=yes, as in "
		      "nsctl-sets.service), and not in a container that lacks them";
	doctor_find(ret, VERDICT_PROBLEM,
		    "nsctld's cgroup has not got the controllers memory, pids and cpu");
}

static void look_at_cgroup(struct patient *patient _unused_, struct finding *ret)
{
	if (doctor_mentions("/proc/filesystems", "cgroup2"))
		doctor_find(ret, VERDICT_OK, "the kernel has version 2");
	else
		doctor_find(ret, VERDICT_PROBLEM, "the kernel has no cgroup2");
}

/* Returns true if the kernel has a module, loaded, built in, or to be loaded. */
static bool has_module(const char *name, const char *release)
{
	static const char *const lists[] = {"modules.builtin", "modules.dep"};
	_cleanup_text_ struct text path = {0}, file = {0};

	text_format(&path, "/sys/module/%s", name);
	if (access(path.data, F_OK) == 0)
		return true;
	text_format(&file, "/%s.ko", name);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		path.used = 0;
		text_format(&path, "/lib/modules/%s/%s", release, lists[i]);
		if (doctor_mentions(path.data, file.data))
			return true;
	}
	return false;
}

static void look_at_wireguard(struct patient *patient _unused_, struct finding *ret)
{
	_cleanup_text_ struct text list = {0};
	struct utsname name;

	if (uname(&name) < 0)
		return;
	text_format(&list, "/lib/modules/%s/modules.dep", name.release);
	if (has_module("wireguard", name.release))
		doctor_find(ret, VERDICT_OK, "the kernel has it, for sets with root inside");
	else if (access(list.data, F_OK) == 0)
		doctor_find(ret, VERDICT_NOTE, "this kernel has no module wireguard");
	else
		doctor_find(ret, VERDICT_UNKNOWN,
			    "it is not loaded, and %s, which lists modules, is missing", list.data);
}

const struct check doctor_kernel[] = {
	{"kernel", look_at_version, "install a newer kernel", "uname -r"},
	{"user-namespaces", doctor_user_namespaces, NULL, "nsctl status"},
	{"cgroup2", look_at_cgroup, "use a kernel with CONFIG_CGROUPS",
	 "grep cgroup2 /proc/filesystems"},
	{"limits", doctor_limits, NULL, "cat /proc/cgroups"},
	{"wireguard", look_at_wireguard,
	 "install the package with the kernel's extra modules, and run `sudo modprobe wireguard`",
	 "modinfo wireguard"},
	{0},
};
