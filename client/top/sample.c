/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See sample.h. A sample takes three calls: List returns the sets, io.systemd.Metrics what their
 * cgroups have counted, and ListLinks the packets of their links. If one of the latter two is
 * refused, its values are unknown.
 */
#include "client/top/sample.h"

#include <time.h>

#include "client/connection.h"
#include "client/memory.h"
#include "lib/sentence.h"

/* Long enough for a daemon that is being replaced. */
#define PATIENCE_MS 10000

/* --- calls --- */

typedef void (*each_reply)(struct sample *sample, const json_t *parameters);

static int tell_errno(int r, struct text *why)
{
	text_format(why, "nsctld does not answer: %s",
		    r == -EAGAIN ? "it takes too long" : strerror(-r));
	return r;
}

static int tell_refusal(const struct message_reply *reply, struct text *why)
{
	_cleanup_free_ char *sentence = must(sentence_of(reply->error, reply->parameters));

	text_add(why, sentence);
	return -EREMOTEIO;
}

/* Makes a call with several replies. Takes the parameters. Returns as sample_call(). */
static int call(struct nsctl *nsctl, const char *method, json_t *parameters, each_reply each,
		struct sample *sample, struct text *why)
{
	bool continues = true;
	int r = connection_call(nsctl, method, parameters, NULL, 0, each ? NSCTL_MORE : 0);

	json_decref(parameters);
	while (r == 0 && continues) {
		_cleanup_reply_ struct message_reply reply = {0};

		r = connection_next(nsctl, PATIENCE_MS, &reply);
		if (r == 0 && reply.error)
			return tell_refusal(&reply, why);
		continues = reply.continues;
		if (r == 0 && each)
			each(sample, reply.parameters);
	}
	return r == 0 ? 0 : tell_errno(r, why);
}

int sample_call(struct nsctl *nsctl, const char *method, json_t *parameters, struct text *why)
{
	return call(nsctl, method, parameters, NULL, NULL, why);
}

/* --- sets --- */

static int compare(const void *a, const void *b)
{
	const struct usage *first = a, *second = b;

	if (first->owner != second->owner)
		return first->owner < second->owner ? -1 : 1;
	return strcmp(first->name, second->name);
}

/* Returns the set's place in the sample, or NULL. */
static struct usage *find(const struct sample *sample, int64_t owner, const char *name)
{
	const struct usage key = {.owner = owner, .name = name};

	return sample->n > 0 ? bsearch(&key, sample->sets, sample->n, sizeof(key), compare) : NULL;
}

static int64_t integer(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void add_sets(struct sample *sample, const json_t *reply)
{
	const json_t *summaries = json_object_get(reply, "summaries");
	size_t i;
	json_t *set;

	sample->sets = must(reallocarray(sample->sets, sample->n + json_array_size(summaries) + 1,
					 sizeof(*sample->sets)));
	json_array_foreach(summaries, i, set) {
		sample->sets[sample->n++] = (struct usage){
			.set = json_incref(set),
			.name = json_text(set, "name", ""),
			.owner = integer(set, "owner"),
			.processes = integer(set, "processes"),
			.memory = UNKNOWN,
			.cpu = UNKNOWN,
			.received = UNKNOWN,
			.sent = UNKNOWN,
		};
	}
}

static void keep_owner(struct sample *sample, const struct sample_owner *owner)
{
	size_t kept = 0;

	for (size_t i = 0; i < sample->n; i++) {
		if (owner->all || sample->sets[i].owner == owner->uid)
			sample->sets[kept++] = sample->sets[i];
		else
			json_decref(sample->sets[i].set);
	}
	sample->n = kept;
}

/* --- what they use --- */

static void add_metric(struct sample *sample, const json_t *metric)
{
	const char *name = json_text(metric, "name", ""), *set = json_text(metric, "object", NULL);
	double value = json_number_value(json_object_get(metric, "value"));
	struct usage *usage =
		set ? find(sample, integer(json_object_get(metric, "fields"), "owner"), set) : NULL;

	if (!usage)
		return;
	if (strcmp(name, "org.nsctl.set_memory_bytes") == 0)
		usage->memory = value;
	else if (strcmp(name, "org.nsctl.set_cpu_seconds_total") == 0)
		usage->cpu = value;
}

static void add_packets(double *sum, const json_t *end, const char *key)
{
	const json_t *packets = json_object_get(end, key);

	if (packets)
		*sum = MAX(*sum, 0.0) + json_number_value(packets);
}

static void add_links(struct sample *sample, const json_t *reply)
{
	static const char *const ends[] = {"a", "b"};
	json_t *link;
	size_t i;

	json_array_foreach(json_object_get(reply, "links"), i, link) {
		for (size_t j = 0; j < ARRAY_SIZE(ends); j++) {
			const json_t *end = json_object_get(link, ends[j]);
			const char *set = json_text(end, "set", NULL);
			struct usage *usage =
				set ? find(sample, integer(link, "owner"), set) : NULL;

			if (usage) {
				add_packets(&usage->received, end, "received");
				add_packets(&usage->sent, end, "sent");
			}
		}
	}
}

/* --- differences --- */

/* Returns the growth of the counter in a second, or 0 if the set of this name is another one than
 * before: its counter began at 0. */
static double rate(double before, double now, double seconds)
{
	return before >= 0 && now >= before && seconds > 0 ? (now - before) / seconds : UNKNOWN;
}

static void compare_with(struct sample *sample, const struct sample *before)
{
	double seconds = sample->time - before->time;

	for (size_t i = 0; i < sample->n; i++) {
		struct usage *now = &sample->sets[i];
		const struct usage *then = find(before, now->owner, now->name);

		now->cpu_share = then ? rate(then->cpu, now->cpu, seconds) : UNKNOWN;
		now->received_rate = then ? rate(then->received, now->received, seconds) : UNKNOWN;
		now->sent_rate = then ? rate(then->sent, now->sent, seconds) : UNKNOWN;
	}
}

static json_t *owner_parameters(const struct sample_owner *owner)
{
	return must(owner->all ? json_pack("{sb}", "allOwners", 1)
			       : json_pack("{sI}", "owner", (json_int_t)owner->uid));
}

int sample_take(struct nsctl *nsctl, const struct sample_owner *owner, const struct sample *before,
		struct sample *ret, struct text *why)
{
	bool others = owner->all || owner->uid != (int64_t)geteuid();
	_cleanup_text_ struct text refused = {0};
	struct timespec now;
	int r = call(nsctl, "List", must(json_pack("{sb sb}", "summary", 1, "allOwners", others)),
		     add_sets, ret, why);

	if (r < 0)
		return r;
	keep_owner(ret, owner);
	if (ret->n > 0)
		qsort(ret->sets, ret->n, sizeof(*ret->sets), compare);
	clock_gettime(CLOCK_MONOTONIC, &now);
	ret->time = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
	r = call(nsctl, "io.systemd.Metrics.List", must(json_object()), add_metric, ret, &refused);
	if (r == 0 || r == -EREMOTEIO)
		r = call(nsctl, "ListLinks", owner_parameters(owner), add_links, ret, &refused);
	if (r < 0 && r != -EREMOTEIO) {
		text_add(why, refused.data);
		return r;
	}
	compare_with(ret, before);
	return 0;
}

void sample_done(struct sample *sample)
{
	for (size_t i = 0; i < sample->n; i++)
		json_decref(sample->sets[i].set);
	free(sample->sets);
	*sample = (struct sample){0};
}
