/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs the checks in the order of their tables, and prints what each has found. */
#include "client/verbs.h"

#include "client/finding.h"
#include "client/memory.h"
#include "client/print.h"

static const char *const verdicts[] = {"ok", "note", "problem", "unknown"};

/* Gets an answer without parameters. Returns NULL if there is none. */
static json_t *ask(struct client *client, const char *method)
{
	_cleanup_reply_ struct message_reply reply = {0};

	if (client_connect(client, true) != 0 ||
	    client_send(client, NULL, method, must(json_object()), NULL, false) != 0 ||
	    client_receive(client, &reply) != 0) {
		client_reconnect(client);
		return NULL;
	}
	return reply.error ? NULL : json_incref(reply.parameters);
}

static void print_finding(const struct client *client, const struct check *check,
			  const struct finding *finding)
{
	_cleanup_text_ struct text left = {0}, found = {0}, remedy = {0};
	const char *verdict = verdicts[finding->verdict];
	bool fine = finding->verdict == VERDICT_OK;

	if (client->json) {
		_cleanup_json_ json_t *object = must(json_pack(
			"{s:s, s:s, s:s}", "check", check->name, "verdict", verdict, "found",
			utf8_is_valid(finding->found.data) ? finding->found.data : "?"));

		if (!fine && finding->remedy)
			json_put(object, "remedy", json_string(finding->remedy));
		if (!fine && check->again)
			json_put(object, "again", json_string(check->again));
		print_json(object);
		return;
	}
	if (fine && client->quiet)
		return;
	text_format(&left, "%-8s %s", verdict, check->name);
	text_escape(&found, finding->found.data);
	print_help(left.data, 26, found.data);
	if (fine || !finding->remedy)
		return;
	text_format(&remedy, "%s: %s",
		    finding->verdict == VERDICT_NOTE ? "if it matters" : "remedy", finding->remedy);
	print_help("", 26, remedy.data);
	if (check->again)
		print_text("%26slook again: %s\n", "", check->again);
}

static const struct check *const tables[] = {doctor_daemon, doctor_kernel, doctor_host,
					     doctor_network};

/* Returns true if the user wants this check: it is named, or none is. */
static bool is_wanted(const struct options *options, const struct check *check)
{
	for (int i = 0; i < options->n_words; i++)
		if (strcmp(options->words[i], check->name) == 0)
			return true;
	return options->n_words == 0;
}

/* Returns true if the user wants a check of this table. */
static bool is_any_wanted(const struct options *options, const struct check *checks)
{
	while (checks->name && !is_wanted(options, checks))
		checks++;
	return checks->name;
}

/* Makes those checks of a table that the user wants. Returns true if one has found a problem. */
static bool look(struct patient *patient, const struct options *options, const struct check *checks)
{
	/* each trial begins with what the trial before has made */
	bool all = checks == doctor_network && is_any_wanted(options, checks), problem = false;

	for (; checks->name; checks++) {
		struct finding finding = {.remedy = checks->remedy};
		bool wanted = is_wanted(options, checks);

		if (!wanted && !all)
			continue;
		checks->look(patient, &finding);
		if (wanted && finding.verdict == VERDICT_PROBLEM)
			problem = true;
		if (wanted)
			print_finding(patient->client, checks, &finding);
		(void)fflush(stdout);
		text_done(&finding.found);
	}
	return problem;
}

/* Checks that each word names a check. Returns 0, or STATUS_USAGE after reporting the error. */
static int check_words(const struct options *options)
{
	_cleanup_text_ struct text known = {0};

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		for (const struct check *check = tables[i]; check->name; check++)
			text_format(&known, "%s%s", known.used > 0 ? " " : "", check->name);
	for (int i = 0; i < options->n_words; i++) {
		const struct options one = {.words = options->words + i, .n_words = 1};
		bool found = false;

		for (size_t j = 0; j < ARRAY_SIZE(tables); j++)
			found |= is_any_wanted(&one, tables[j]);
		if (found)
			continue;
		client_problem(options->client, NULL, "there is no check \"%s\"",
			       options->words[i]);
		print_hint("the checks are %s", known.data);
		return STATUS_USAGE;
	}
	return 0;
}

static int doctor_run(struct client *client, struct options *options)
{
	struct patient patient = {.client = client};
	bool problem = false;

	if (check_words(options) != 0)
		return STATUS_USAGE;
	patient.status = ask(client, "org.nsctl.GetStatus");
	patient.reached = patient.status != NULL;
	patient.identity = patient.reached ? ask(client, "org.nsctl.Identify") : NULL;
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		problem |= look(&patient, options, tables[i]);
	json_decref(patient.status);
	json_decref(patient.identity);
	text_done(&patient.set);
	if (!client->json && !client->quiet && options->n_words == 0)
		print_text("\n%s\n", problem ? "Problems are in the way: see the remedies above."
					     : "Nothing is in the way.");
	return problem ? STATUS_FAILED : 0;
}

/* clang-format off */
const struct verb doctor_verbs[] = {
	{"doctor", NULL, "[CHECK...]",
	 "Looks for what is missing on this machine or in the way, and says what to do\n"
	 "Only root can see some things. CHECK is the name of a check, as it is printed. --quiet "
	 "leaves out what is fine; with --json each check is a document. The status is 1 if "
	 "there is a problem. Some checks make sets, which end with doctor",
	 0, 0, WORDS_ANY, doctor_run, {NULL},
	 .page = "nsctl-monitor",
	 .examples =
		"nsctl doctor\n"
		"nsctl --quiet doctor                    # only what is wrong"},
	{0},
};
/* clang-format on */
