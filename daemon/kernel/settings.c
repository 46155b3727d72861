/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/privilege.h"
#include "daemon/kernel/settings.h"
#include "daemon/kernel/sysctl.h"

static int write_setting(const struct host *host, const struct spec_sysctl *setting)
{
	char path[SYSCTL_SIZE];

	snprintf(path, sizeof(path), "%s", setting->key);
	for (char *at = path; *at; at++)
		if (*at == '.')
			*at = '/';
	return sysctl_write(host, path, setting->value);
}

/* Returns true for a setting of IPv6 if the kernel has no IPv6. It is left out, because --forward
 * makes one setting for each family. */
static bool is_of_missing_ipv6(const struct host *host, const char *key)
{
	return strncmp(key, "net.ipv6.", 9) == 0 &&
	       faccessat(host->sysctl_fd, "net/ipv6/conf/all/forwarding", F_OK, 0) < 0;
}

int settings_write_net(const struct host *host, const struct wire_spec *spec, bool early,
		       struct fault *fault)
{
	for (size_t i = 0; i < spec->n_sysctls; i++) {
		const struct spec_sysctl *setting = &spec->sysctls[i];
		int r = kind_of_setting(setting->key) == KIND_NET ? write_setting(host, setting)
								  : 0;

		if (r < 0 && !(r == -ENOENT && (early || is_of_missing_ipv6(host, setting->key))))
			return fault_set(fault, STEP_SETTING, i, -r);
	}
	return 0;
}

bool settings_has(const struct wire_spec *spec, enum kind kind)
{
	for (size_t i = 0; i < spec->n_sysctls; i++)
		if (kind_of_setting(spec->sysctls[i].key) == kind)
			return true;
	return false;
}

/* Returns the uid outside of root in the set's user namespace, or root's if it has none. */
static uid_t inner_root(const struct wire_spec *spec)
{
	for (size_t i = 0; i < spec->uid_map.n_ranges; i++)
		if (spec->uid_map.ranges[i].inside == 0)
			return spec->uid_map.ranges[i].outside;
	return 0;
}

/* Writes a setting with this effective uid. A change of the effective uid also changes that for
 * files, so makes the latter root's again: later steps make files in directories of the host. */
static int write_as(const struct host *host, const struct spec_sysctl *setting, uid_t uid)
{
	uid_t before = geteuid();
	int r = privilege_take_effective_uid(uid), back;

	if (r == 0)
		r = write_setting(host, setting);
	back = privilege_take_effective_uid(before);
	if (back == 0)
		back = privilege_files_as_root();
	return back < 0 ? back : r;
}

int settings_write_others(const struct host *host, const struct wire_spec *spec,
			  struct fault *fault)
{
	for (size_t i = 0; i < spec->n_sysctls; i++) {
		const struct spec_sysctl *setting = &spec->sysctls[i];
		enum kind kind = kind_of_setting(setting->key);
		int r;

		if (kind == KIND_NET)
			continue;
		/* the keeper has checked this; otherwise the setting would be the host's */
		if (!(spec->kinds & KIND_BIT(kind)))
			return fault_set(fault, STEP_SETTING, i, EINVAL);
		r = write_as(host, setting, 0);
		if (r == -EACCES || r == -EPERM)
			r = write_as(host, setting, inner_root(spec));
		if (r < 0)
			return fault_set(fault, STEP_SETTING, i, -r);
	}
	return 0;
}
