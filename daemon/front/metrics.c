/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/front/metrics.h"
#include "daemon/front/reply.h"

#define PREFIX "org.nsctl."

const struct method metrics_of_daemon = {
	.name = "List", .op = WIRE_STATUS, .layout = &wire_ask_layout, .flags = METHOD_MORE};
const struct method metrics_of_sets = {
	.name = "List", .op = WIRE_LIST, .layout = &wire_list_layout, .flags = METHOD_MORE};

json_t *metrics_describe(void)
{
	static const struct {
		const char *name, *type, *description;
	} families[] = {
		{PREFIX "start_time_seconds", "gauge", "Start of nsctld, since the Unix epoch"},
		{PREFIX "operations_total", "counter",
		 "What nsctld has done for all users since its start"},
		{PREFIX "used", "gauge", "What the caller has of each kind of object"},
		{PREFIX "limit", "gauge", "The most that the caller may have of each kind"},
		{PREFIX "sets", "gauge", "Sets that the caller may see"},
		{PREFIX "set_state", "string", "State of a set"},
		{PREFIX "set_processes", "gauge", "Processes in a set"},
		{PREFIX "set_memory_bytes", "gauge", "Memory that is charged to a set"},
		{PREFIX "set_cpu_seconds_total", "counter", "Processor time that a set has used"},
	};
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		json_array_append_new(list, json_pack("{ss ss ss}", "name", families[i].name,
						      "description", families[i].description,
						      "type", families[i].type));
	return list;
}

/* Adds a metric that has an object or fields, unless value is NULL. Takes fields. */
static void add(json_t *list, const char *name, const char *object, json_t *fields, json_t *value)
{
	json_t *metric;

	if (!value) {
		json_decref(fields);
		return;
	}
	metric = json_pack("{ss sO}", "name", name, "value", value);
	encode_string(metric, "object", object);
	if (fields)
		encode_put(metric, "fields", fields);
	json_array_append_new(list, metric);
}

/* Adds a metric for each member of counts. */
static void add_each(json_t *list, const char *name, json_t *counts)
{
	const char *what;
	json_t *value;

	json_object_foreach(counts, what, value) {
		add(list, name, NULL, json_pack("{ss}", "what", what), value);
	}
}

json_t *metrics_daemon(struct wire_message *message)
{
	json_t *list = json_array(), *status = encode_status(message);

	add(list, PREFIX "start_time_seconds", NULL, NULL, json_object_get(status, "started"));
	add_each(list, PREFIX "operations_total", json_object_get(status, "counters"));
	add_each(list, PREFIX "used", json_object_get(status, "used"));
	add_each(list, PREFIX "limit", json_object_get(status, "limits"));
	json_decref(status);
	return list;
}

void metrics_ask_for_sets(struct wire_list *ret)
{
	wire_clear(&wire_list_layout, ret);
	ret->all_owners = ret->summary = ret->usage = true;
}

json_t *metrics_sets(struct wire_message *message, struct wire_list *cursor, bool *ret_more,
		     json_int_t *count)
{
	static const struct {
		const char *name, *key;
	} rows[] = {
		{PREFIX "set_state", "state"},
		{PREFIX "set_processes", "processes"},
		{PREFIX "set_memory_bytes", "memory"},
		{PREFIX "set_cpu_seconds_total", "cpuSeconds"},
	};
	static const struct reply_part parts[] = {
		{"sets", WIRE_ITEM_SUMMARY, &wire_summary_layout, &view_usage}, {}};
	json_t *page = encode_reply(parts, message, NULL), *list = json_array(), *set;
	size_t i;

	json_array_foreach(json_object_get(page, "sets"), i, set) {
		for (size_t j = 0; j < ARRAY_SIZE(rows); j++)
			add(list, rows[j].name, json_string_value(json_object_get(set, "name")),
			    json_pack("{sO}", "owner", json_object_get(set, "owner")),
			    json_object_get(set, rows[j].key));
		++*count;
	}
	json_decref(page);
	*ret_more = page_follows(message, cursor);
	if (!*ret_more)
		json_array_append_new(list,
				      json_pack("{ss sI}", "name", PREFIX "sets", "value", *count));
	return list;
}
