/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of the daemon: that it answers, its configuration, its programs, and where it works. */

#include "client/finding.h"
#include "client/program.h"
#include "client/top.h"
#include "client/trouble.h"

static void look_at_answer(struct patient *patient, struct finding *ret)
{
	const char *version = json_text(patient->status, "version", NULL);
	const char *socket = patient->client->socket_path;

	if (!version) {
		ret->remedy = "`systemctl start nsctld.socket` or `sudo nsctld` starts it; its log "
			      "(`journalctl -u nsctld`) says why it ended";
		doctor_find(ret, VERDICT_PROBLEM, "nsctld does not answer at %s", socket);
		if (trouble_find(&ret->found))
			ret->remedy = "mend that line; then `sudo systemctl restart nsctld`";
	} else if (strcmp(version, PACKAGE_VERSION) != 0) {
		doctor_find(ret, VERDICT_NOTE, "nsctld is version %s, and nsctl is %s", version,
			    PACKAGE_VERSION);
	} else {
		doctor_find(ret, VERDICT_OK, "nsctld %s answers at %s", version, socket);
	}
}

/* Returns the time at which a file was changed, or 0 if there is none. */
static double changed(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (double)st.st_mtime : 0;
}

static bool is_same(const char *one, const char *other)
{
	struct stat a, b;

	return strcmp(one, other) == 0 || (stat(one, &a) == 0 && stat(other, &b) == 0 &&
					   a.st_dev == b.st_dev && a.st_ino == b.st_ino);
}

static void look_at_configuration(struct patient *patient, struct finding *ret)
{
	static const char *const places[] = {SYSCONFDIR "/nsctl/nsctld.conf",
					     "/etc/nsctl/nsctld.conf",
					     "/usr/local/etc/nsctl/nsctld.conf"};
	const char *path = json_text(patient->status, "configuration", NULL);
	double read = json_number_value(json_object_get(patient->status, "configurationRead"));

	if (!path) {
		doctor_find(ret, VERDICT_UNKNOWN, "nsctld does not say which file it reads");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (changed(places[i]) > 0 && !is_same(places[i], path)) {
			doctor_find(ret, VERDICT_PROBLEM, "nsctld reads %s, and not %s", path,
				    places[i]);
			return;
		}
	/* the kernel's time of a change may be a tick behind the clock */
	if (changed(path) > read + 1) {
		ret->remedy = "`sudo systemctl reload nsctld` reads it again";
		doctor_find(ret, VERDICT_PROBLEM, "%s was changed after nsctld had read it", path);
		return;
	}
	doctor_find(ret, VERDICT_OK, "%s%s", path,
		    changed(path) > 0 ? "" : " does not exist, so the defaults hold");
}

static const char *wrong_mode(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == ENOENT ? "is missing" : "cannot be looked at";
	if ((st.st_mode & 0111) != 0111)
		return "cannot be executed by every user";
	if (st.st_mode & 022)
		return "can be changed by others than its owner";
	return NULL;
}

static void look_at_helpers(struct patient *patient _unused_, struct finding *ret)
{
	static const char *const names[] = {"nsctld-front", "nsctld-spawner",  "nsctl-init",
					    "nsctl-runner", "nsctld-resolver", "nsctl-filter"};
	_cleanup_text_ struct text directory = {0};
	_cleanup_free_ char *front = program_of_ours("nsctld-front", PKGLIBEXECDIR);

	text_format(&directory, "%.*s", (int)(strrchr(front, '/') - front), front);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_text_ struct text path = {0};
		const char *wrong;

		text_format(&path, "%s/%s", directory.data, names[i]);
		wrong = wrong_mode(path.data);
		if (wrong)
			doctor_find(ret, VERDICT_PROBLEM, "%s%s %s",
				    ret->found.used > 0 ? "; " : "", path.data, wrong);
	}
	if (ret->verdict == VERDICT_OK)
		doctor_find(ret, VERDICT_OK, "those in %s have the right modes", directory.data);
}

static void look_at_top(struct patient *patient _unused_, struct finding *ret)
{
	_cleanup_free_ char *program = program_of_ours("nsctl-top", PKGLIBEXECDIR);
	bool missing = access(program, F_OK) < 0 && errno == ENOENT;
	const char *wrong = wrong_mode(program);

	if (missing)
		ret->remedy = TOP_REMEDY;
	if (!wrong)
		doctor_find(ret, VERDICT_OK, "`nsctl top` has its program");
	else
		doctor_find(ret, missing ? VERDICT_NOTE : VERDICT_PROBLEM,
			    "`nsctl top` does not work: %s %s", program, wrong);
}

/* Returns true if this process is in the mount namespace of process 1, which only root sees. */
static bool is_in_hosts_mounts(void)
{
	struct stat first, own;

	return stat("/proc/1/ns/mnt", &first) == 0 && stat("/proc/self/ns/mnt", &own) == 0 &&
	       first.st_dev == own.st_dev && first.st_ino == own.st_ino;
}

/* Appends the kinds of namespaces that this process does not share with the host. */
static void add_own(struct text *text, const json_t *identity)
{
	json_t *namespace;
	size_t i;

	json_array_foreach(json_object_get(identity, "namespaces"), i, namespace) {
		if (json_is_true(json_object_get(namespace, "held")))
			text_format(text, "%s%s", text->used > 0 ? ", " : "",
				    json_text(namespace, "type", "?"));
	}
}

static void look_at_place(struct patient *patient, struct finding *ret)
{
	_cleanup_text_ struct text own = {0};

	if (!patient->identity) {
		doctor_find(ret, VERDICT_UNKNOWN, "nsctld does not say where this process is");
		return;
	}
	add_own(&own, patient->identity);
	if (own.used == 0) {
		doctor_find(ret, VERDICT_OK, "nsctld and this process have the same namespaces");
	} else if (strstr(own.data, "mnt") && is_in_hosts_mounts()) {
		ret->remedy = "take ProtectSystem=, PrivateTmp= and the like out of the drop-ins "
			      "of nsctld.service, so that nsctld works where process 1 does";
		doctor_find(ret, VERDICT_PROBLEM,
			    "nsctld works in a mount namespace of its own, where its pins are "
			    "invisible to others, and gone with it");
	} else {
		doctor_find(ret, VERDICT_NOTE,
			    "this process and nsctld differ in their namespaces (%s), and sets "
			    "start from those of this process%s",
			    own.data,
			    geteuid() == 0 ? "" : "; root sees which of both is not in the host's");
	}
}

#define MODES_REMEDY                                                         \
	"install nsctl again, or run `sudo chmod 0711` on these files; the " \
	"directories above them must let every user pass"

const struct check doctor_daemon[] = {
	{"daemon", look_at_answer, "install the same version of both, and restart nsctld",
	 "nsctl version"},
	{"configuration", look_at_configuration,
	 "move the file to where nsctld reads it, or start nsctld with --config=FILE",
	 "nsctl status"},
	{"programs", look_at_helpers, MODES_REMEDY, "ls -l " PKGLIBEXECDIR},
	{"top", look_at_top, MODES_REMEDY, "nsctl top"},
	{"place", look_at_place,
	 "a service with PrivateTmp=, ProtectSystem= and the like, or a container, has these "
	 "namespaces: use nsctl outside of it",
	 "nsctl which"},
	{0},
};
