/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Calls io.systemd.Metrics, and prints metrics in the text format of Prometheus. There the metrics
 * of a family must be consecutive, so all of them are read first.
 */
#include "client/verbs.h"

#include <signal.h>

#include "client/memory.h"
#include "client/print.h"
#include "client/text.h"

#define FILE_MODE 0644

static const struct option_row metrics_options[] = {
	OPTION("textfile", 0, "FILE",
	       "write to FILE, which is replaced as a whole, for node-exporter's textfile "
	       "collector",
	       HANDLED(TEXTFILE)),
	{0},
};

static void collect(void *context, json_t *reply)
{
	json_push(context, json_incref(reply));
}

/* Appends the family's name as Prometheus allows it: nsctl_sets for org.nsctl.sets. */
static void add_name(struct text *text, const char *name)
{
	if (strncmp(name, "org.", 4) == 0)
		name += 4;
	for (; *name; name++)
		text_format(text, "%c", strchr("._-", *name) ? '_' : *name);
}

/* Appends KEY="VALUE". */
static void add_label(struct text *text, const char *key, const char *value)
{
	_cleanup_text_ struct text escaped = {0};

	text_escape(&escaped, value);
	text_format(text, "%s%s=\"", text->used > 0 ? "," : "", key);
	for (const char *at = escaped.data; at && *at; at++)
		text_format(text, "%s%c", strchr("\\\"", *at) ? "\\" : "", *at);
	text_add(text, "\"");
}

/* Appends a metric as one line, unless it has no value. A word becomes a label, with the value
 * 1. */
static void add_metric(struct text *text, const char *name, const json_t *metric)
{
	json_t *value = json_object_get(metric, "value"), *field;
	const char *object = json_text(metric, "object", NULL), *key;
	_cleanup_free_ char *number = NULL;
	_cleanup_text_ struct text labels = {0};

	if (!json_is_string(value) && !json_is_number(value))
		return;
	number = must(json_dumps(value, JSON_ENCODE_ANY));
	if (object)
		add_label(&labels, "set", object);
	json_object_foreach(json_object_get(metric, "fields"), key, field) {
		_cleanup_free_ char *other = must(json_dumps(field, JSON_ENCODE_ANY));

		add_label(&labels, key, json_is_string(field) ? json_string_value(field) : other);
	}
	if (json_is_string(value))
		add_label(&labels, "value", json_string_value(value));
	add_name(text, name);
	text_format(text, "%s%s%s %s\n", labels.used > 0 ? "{" : "",
		    labels.used > 0 ? labels.data : "", labels.used > 0 ? "}" : "",
		    json_is_string(value) ? "1" : number);
}

static void add_family(struct text *text, const json_t *family, const json_t *metrics)
{
	const char *name = json_text(family, "name", "?"), *type = json_text(family, "type", "");
	json_t *metric;
	size_t i;

	text_add(text, "# HELP ");
	add_name(text, name);
	text_add(text, " ");
	text_escape(text, json_text(family, "description", ""));
	text_add(text, "\n# TYPE ");
	add_name(text, name);
	text_format(text, " %s\n", strcmp(type, "counter") == 0 ? "counter" : "gauge");
	json_array_foreach(metrics, i, metric) {
		if (strcmp(json_text(metric, "name", ""), name) == 0)
			add_metric(text, name, metric);
	}
}

/* Writes the text to a new file beside path, and puts that in its place. Returns 0 or -errno. */
static int replace_file(const char *path, const struct text *text)
{
	_cleanup_text_ struct text other = {0};
	_cleanup_fd_ int fd = -1;
	int r = 0;

	text_format(&other, "%s.XXXXXX", path);
	fd = mkostemp(other.data, O_CLOEXEC);
	if (fd < 0)
		return negative_errno();
	errno = ENOSPC;
	if (write(fd, text->data, text->used) != (ssize_t)text->used || fchmod(fd, FILE_MODE) < 0 ||
	    rename(other.data, path) < 0)
		r = negative_errno();
	if (r < 0)
		(void)unlink(other.data);
	return r;
}

/* Replaces the file while signals are held back: a signal that ends this process could leave the
 * new file behind. */
static int replace_undisturbed(const char *path, const struct text *text)
{
	sigset_t all, before;
	int r;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	r = replace_file(path, text);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}

/* Reads families and metrics. Returns 0, or a status after reporting the failure. */
static int read_all(struct client *client, json_t *families, json_t *metrics)
{
	int r = client_call_more(client, NULL, "io.systemd.Metrics.Describe", json_object(), NULL,
				 collect, families);

	if (r == 0)
		r = client_call_more(client, NULL, "io.systemd.Metrics.List", json_object(), NULL,
				     collect, metrics);
	return r;
}

static int metrics_run(struct client *client, struct options *options)
{
	_cleanup_json_ json_t *families = must(json_array()), *metrics = must(json_array());
	_cleanup_text_ struct text text = {0};
	const char *path = NULL;
	json_t *object;
	int r, id;
	size_t i;

	while ((id = options_next(options)) > 0)
		path = options->argument;
	if (id != 0)
		return id;
	r = options_words(options);
	if (r == 0)
		r = read_all(client, families, metrics);
	if (r != 0)
		return r;
	json_array_foreach(client->json ? metrics : NULL, i, object) {
		print_json(object);
	}
	json_array_foreach(client->json ? NULL : families, i, object) {
		add_family(&text, object, metrics);
	}
	if (client->json)
		return 0;
	if (!path) {
		print_text("%s", text.used > 0 ? text.data : "");
		return 0;
	}
	r = replace_undisturbed(path, &text);
	return r < 0 ? client_problem(client, NULL, "--textfile: %s: %s", path, strerror(-r)) : 0;
}

/* clang-format off */
const struct verb metrics_verbs[] = {
	{"metrics", NULL, "[--textfile=FILE]",
	 "Prints metrics of nsctld and of your sets (as root, of all), for Prometheus\n"
	 "With --json, each metric is an object of io.systemd.Metrics",
	 VERB_OWN_OPTIONS, 0, 0, metrics_run, {metrics_options},
	 .page = "nsctl-monitor",
	 .examples =
		"nsctl metrics\n"
		"nsctl metrics --textfile=/var/lib/prometheus/node-exporter/nsctl.prom"},
	{0},
};
/* clang-format on */
