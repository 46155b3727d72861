/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks that need a trial. They make two sets that end with the connection, link them, and impair
 * that link; a third set has a way out. As root they also look at the rules of the firewall.
 */
#include <sys/utsname.h>

#include "client/finding.h"
#include "client/memory.h"
#include "client/program.h"

static const char load_netem[] =
	"load sch_netem and sch_tbf (`sudo modprobe -a sch_netem sch_tbf`), which may be in a "
	"package of extra modules, and restart nsctld";

#define OTHER_END "-b" /* the second set's name: the first one's, and this */

/* Makes a set that ends with the connection. */
static bool make_set(struct patient *patient, const char *name, struct text *why)
{
	return doctor_call(patient, "org.nsctl.Create",
			   must(json_pack("{s:s, s:{s:[s], s:{s:b}}}", "name", name, "spec",
					  "namespaces", "net", "lease", "connection", true)),
			   why);
}

static void look_at_sets(struct patient *patient, struct finding *ret)
{
	_cleanup_text_ struct text name = {0}, why = {0};

	text_format(&name, "doctor-%d", (int)getpid());
	if (make_set(patient, name.data, &why)) {
		text_add(&patient->set, name.data);
		doctor_find(ret, VERDICT_OK, "a set with a network can be made");
	} else {
		doctor_find(ret, patient->reached ? VERDICT_PROBLEM : VERDICT_UNKNOWN,
			    "no set can be made: %s", why.data);
	}
}

/* Returns false, after saying so, if there is no set for a trial. */
static bool has_set(const struct patient *patient, struct finding *ret)
{
	if (patient->set.used == 0)
		doctor_find(ret, VERDICT_UNKNOWN, "no set could be made to try it");
	return patient->set.used > 0;
}

static void look_at_links(struct patient *patient, struct finding *ret)
{
	const char *set = patient->set.data;
	_cleanup_text_ struct text other = {0}, why = {0};

	if (!has_set(patient, ret))
		return;
	text_format(&other, "%s" OTHER_END, set);
	patient->linked = make_set(patient, other.data, &why) &&
			  doctor_call(patient, "org.nsctl.AddLink",
				      must(json_pack("{s:s, s:{s:s}, s:{s:s}}", "name", set, "a",
						     "set", set, "b", "set", other.data)),
				      &why);
	doctor_find(ret, patient->linked ? VERDICT_OK : VERDICT_PROBLEM, "%s%s",
		    patient->linked ? "links can be made" : "no link can be made: ",
		    patient->linked ? "" : why.data);
}

/* Removes the sets that the checks have made. Otherwise they would end with the connection, but
 * perhaps after nsctl has ended. */
static void remove_sets(struct patient *patient)
{
	static const char *const ends[] = {OTHER_END, ""};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		_cleanup_text_ struct text ignored = {0};

		(void)doctor_call(patient, "org.nsctl.Remove",
				  must(json_pack("{s:s+}", "name", patient->set.data, ends[i])),
				  &ignored);
	}
}

void doctor_impairments(struct patient *patient _unused_, struct finding *ret)
{
	ret->remedy = load_netem;
	doctor_find(ret, VERDICT_PROBLEM, "the kernel had no netem when nsctld started");
}

static void look_at_impairments(struct patient *patient, struct finding *ret)
{
	static const struct {
		const char *field, *word;
		int value;
	} tries[] = {{"delayMilliseconds", "delays", 1}, {"rateBitsPerSecond", "rates", 1000000}};
	bool known = doctor_has(patient, "impairments");

	if (!has_set(patient, ret))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(tries) && patient->linked; i++) {
		_cleanup_text_ struct text why = {0};

		if (!doctor_call(patient, "org.nsctl.SetLink",
				 must(json_pack("{s:s, s:{s:{s:i}}}", "name", patient->set.data,
						"a", "impairment", tries[i].field, tries[i].value)),
				 &why))
			/* where the kernel has none, the reason is the remedy */
			doctor_find(ret, VERDICT_PROBLEM, "%slinks cannot have %s%s%s",
				    ret->found.used > 0 ? "; " : "", tries[i].word,
				    known ? ": " : "", known ? why.data : "");
	}
	if (!patient->linked)
		doctor_find(ret, VERDICT_UNKNOWN, "no link could be made to try it");
	else if (ret->verdict == VERDICT_OK)
		doctor_find(ret, VERDICT_OK, "links can have delays, losses and rates");
	remove_sets(patient);
}

/* Returns true if the kernel's own list of options, where the system keeps it, says that it was
 * built without this one. */
static bool kernel_lacks(const char *option)
{
	_cleanup_text_ struct text line = {0}, boot = {0}, modules = {0};
	struct utsname name;

	if (uname(&name) < 0)
		return false;
	text_format(&line, "# %s is not set", option);
	text_format(&boot, "/boot/config-%s", name.release);
	text_format(&modules, "/lib/modules/%s/config", name.release);
	return doctor_mentions(boot.data, line.data) || doctor_mentions(modules.data, line.data);
}

static void look_at_ways_out(struct patient *patient, struct finding *ret)
{
	static const char labels[] = "CONFIG_NF_CONNTRACK_LABELS";
	_cleanup_text_ struct text name = {0}, why = {0};

	if (kernel_lacks(labels)) {
		doctor_find(ret, VERDICT_PROBLEM,
			    "the kernel has no %s, so sets have neither --egress nor --publish",
			    labels);
		return;
	}
	if (!patient->reached || !doctor_has(patient, "egress")) {
		ret->remedy = "run `sudo nsctl doctor`";
		doctor_find(ret, VERDICT_UNKNOWN, "%s",
			    patient->reached ? "only who may have --egress can try it"
					     : "nsctld does not answer");
		return;
	}
	text_format(&name, "doctor-%d-out", (int)getpid());
	if (doctor_call(patient, "org.nsctl.Create",
			must(json_pack("{s:s, s:{s:[s], s:b, s:{s:b}}}", "name", name.data, "spec",
				       "namespaces", "net", "egress", true, "lease", "connection",
				       true)),
			&why)) {
		doctor_find(ret, VERDICT_OK, "a set with --egress can be made");
		(void)doctor_call(patient, "org.nsctl.Remove",
				  must(json_pack("{s:s}", "name", name.data)), &why);
	} else {
		doctor_find(ret, VERDICT_PROBLEM, "no set with --egress can be made: %s", why.data);
	}
}

static void look_at_refusals(struct patient *patient, struct finding *ret)
{
	static const char *const options[] = {"CONFIG_NETFILTER_NETLINK_LOG", "CONFIG_NFT_LOG",
					      "CONFIG_NFT_LIMIT"};
	const char *lacking = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(options) && !lacking; i++)
		lacking = kernel_lacks(options[i]) ? options[i] : NULL;
	if (!patient->reached && !lacking)
		doctor_find(ret, VERDICT_UNKNOWN, "nsctld does not answer");
	else if (!lacking && doctor_has(patient, "egressDenied"))
		doctor_find(ret, VERDICT_OK, "monitor and log tell what lists of egress refuse");
	else
		doctor_find(ret, VERDICT_NOTE,
			    "packets that lists of egress refuse are counted, but neither monitor "
			    "nor log tell of them%s%s",
			    lacking ? ": the kernel has no " : "", lacking ? lacking : "");
}

/* Appends the chains of other programs that drop forwarded packets by their policy. */
static void add_dropping(struct text *text, const json_t *ruleset)
{
	json_t *object;
	size_t i;

	json_array_foreach(json_object_get(ruleset, "nftables"), i, object) {
		const json_t *chain = json_object_get(object, "chain");

		if (strcmp(json_text(chain, "hook", ""), "forward") == 0 &&
		    strcmp(json_text(chain, "policy", ""), "drop") == 0)
			text_format(text, "%s%s %s %s", text->used > 0 ? ", " : "",
				    json_text(chain, "family", "?"), json_text(chain, "table", "?"),
				    json_text(chain, "name", "?"));
	}
}

static void look_at_forwarding(struct patient *patient _unused_, struct finding *ret)
{
	static char nft[] = "nft", json[] = "-j", list[] = "list", chains[] = "chains";
	char *const argv[] = {nft, json, list, chains, NULL};
	_cleanup_text_ struct text dropping = {0};
	_cleanup_json_ json_t *ruleset = NULL;
	_cleanup_free_ char *output = NULL;
	int status;

	if (geteuid() != 0) {
		ret->remedy = "run `sudo nsctl doctor`";
		doctor_find(ret, VERDICT_UNKNOWN, "only root sees the rules of the firewall");
		return;
	}
	output = program_output(argv, true, &status);
	ruleset = output && status == 0 ? json_loads(output, 0, NULL) : NULL;
	if (!ruleset) {
		ret->remedy = "install nftables, whose nft(8) shows the rules";
		doctor_find(ret, VERDICT_UNKNOWN, "the rules of the firewall cannot be listed");
		return;
	}
	add_dropping(&dropping, ruleset);
	if (dropping.used == 0)
		doctor_find(ret, VERDICT_OK, "no other program drops what is forwarded");
	else
		doctor_find(ret, VERDICT_PROBLEM,
			    "these chains drop what --egress and --publish forward: %s",
			    dropping.data);
}

const struct check doctor_network[] = {
	{"sets", look_at_sets, "nsctld's log (`journalctl -u nsctld`) has the reason",
	 "nsctl run -n true"},
	{"links", look_at_links, "load the module veth (`sudo modprobe veth`)",
	 "sudo modprobe -n -v veth"},
	{"impairments", look_at_impairments, load_netem, "sudo modprobe -n -v sch_netem"},
	{"ways-out", look_at_ways_out,
	 "use a kernel with nftables, its NAT, and CONFIG_NF_CONNTRACK_LABELS, and let no other "
	 "program change the table inet nsctl",
	 "nsctl run -n --egress true"},
	{"refusals", look_at_refusals,
	 "load the modules nfnetlink_log, nft_log and nft_limit, and restart nsctld",
	 "sudo modprobe -n -v -a nfnetlink_log nft_log nft_limit"},
	{"forwarding", look_at_forwarding,
	 "let these chains accept packets whose interface is called nsc*, both as iifname and as "
	 "oifname",
	 "sudo nft list chains"},
	{0},
};
