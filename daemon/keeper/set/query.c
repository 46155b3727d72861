/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Methods that change no set: Get, GetNetwork, List, ListSessions and OpenNamespaces. A set's
 * interfaces, and the packets that the firewall refused, are known only to the kernel, so a worker
 * reads them for Get and GetNetwork. */
#include "daemon/cgroup/read.h"
#include "daemon/keeper/network/egress-refused.h"
#include "daemon/keeper/network/egress.h"
#include "daemon/keeper/policy/check.h"
#include "daemon/keeper/request/audit.h"
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/set/network.h"
#include "daemon/keeper/set/session-end.h"
#include "daemon/keeper/set/session-left.h"
#include "daemon/keeper/state/view.h"
#include "daemon/keeper/workers/operation.h"
#include "daemon/kernel/pin.h"
#include "daemon/wire/link.h"

/* Maximum number of sets on one page of a list. The front (the process that serves the client) asks
 * for the next page when the client has read this one. */
#define PAGE_SETS 100

/* --- sets --- */

static void view_usage(struct keeper *keeper, const struct set *set, struct wire_set *wire)
{
	_cleanup_fd_ int fd = view_open_cgroup(keeper, set);
	struct cgroup_usage usage = {};

	if (fd >= 0)
		cgroup_usage(fd, &usage);
	wire->has_memory = usage.has_memory;
	wire->memory = usage.memory;
	wire->has_cpu = usage.has_cpu;
	wire->cpu = usage.cpu;
}

/* A Get or GetNetwork that waits for a worker's report: see inspect(). */
struct get {
	struct request *request;
	struct operation *operation;
	char id[ID_SIZE]; /* of the set or network */
	struct task_interface interfaces[INTERFACES_MAX];
	size_t n;
	struct task_refusals refusals;
};

static void on_interface(struct operation *operation, const struct task_interface *interface)
{
	struct get *get = operation->context;

	if (get->n < INTERFACES_MAX)
		get->interfaces[get->n++] = *interface;
}

static void on_refused(struct operation *operation, const struct task_refusals *refusals)
{
	struct get *get = operation->context;

	get->refusals = *refusals;
}

static void view_interfaces(const struct get *get, const struct set *set, struct wire_set *wire)
{
	const struct link *link;

	for (size_t i = 0; i < get->n; i++) {
		const struct task_interface *from = &get->interfaces[i];
		struct wire_interface *to = &wire->interfaces[wire->n_interfaces++];

		to->name = from->name;
		to->mac = from->mac;
		to->index = from->index;
		to->up = from->up;
		link = set ? view_link_of(set, from->name) : NULL;
		to->link = link ? link->name : NULL;
		for (size_t j = 0; j < from->n_addresses; j++)
			to->addresses[to->n_addresses++].text = from->addresses[j];
	}
}

static void answer_network(struct keeper *keeper, struct request *request, const struct set *set,
			   const struct task_report *report)
{
	static struct wire_network wire;
	struct failure failure;
	int r = view_network(set, &wire);

	wire.has_refused = report->has_refused;
	wire.refused = report->refused;
	if (r == 0) {
		request_done(keeper, request, &wire_network_layout, &wire);
		return;
	}
	failure_from_errno(&failure, r, "read the network's record");
	request_fail(keeper, request, &failure);
}

static void on_inspected(struct operation *operation, const struct task_report *report)
{
	struct get *get = operation->context;
	struct keeper *keeper = operation->keeper;
	const struct set *set = registry_find_set_id(keeper->registry, get->id);
	static struct set_view view;
	struct failure failure;

	if (set && set_is_network(set)) {
		answer_network(keeper, get->request, set, report);
	} else if (set) {
		view_set(keeper, set, false, &view);
		view_interfaces(get, set, &view.wire);
		view_usage(keeper, set, &view.wire);
		view.wire.has_refused = report->has_refused;
		view.wire.refused = report->refused;
		view.wire.n_refused_to = egress_view_refused(&get->refusals, view.wire.refused_to);
		request_done(keeper, get->request, &wire_set_layout, &view.wire);
	} else {
		failure_set(&failure, ERROR_NOT_FOUND, 0,
			    get->request->op == WIRE_GET ? "set" : "network", "%s",
			    get->request->about);
		request_fail(keeper, get->request, &failure);
	}
	free(get);
}

#define INSPECT_SECONDS 5

static void on_asker_gone(struct keeper *keeper _unused_, struct request *request)
{
	struct get *get = request->holder;

	if (!operation_take_back(get->operation))
		return;
	request_drop(request);
	free(get);
}

/* Lets a worker read the interfaces of a set, and the packets that were refused to a set or
 * network. Returns 0 if on_inspected() will answer the request. Returns -errno otherwise; then the
 * caller answers without these facts. */
static int inspect(struct keeper *keeper, const struct request *request, const struct set *set)
{
	struct get *get = calloc(1, sizeof(*get));
	struct task_inspect task;
	struct operation *operation;
	int r;

	if (!get)
		return -ENOMEM;
	wire_clear(&task_inspect_layout, &task);
	task.set = view_task_set(set);
	task.interfaces = !set_is_network(set);
	egress_fill_inspect(keeper, set, &task);
	if (!task.interfaces && !task.way) {
		free(get);
		return -ENODATA;
	}
	memcpy(get->id, set->id, sizeof(get->id));
	get->request = request_keep(request);
	r = get->request ? operation_new(keeper, request->subject.uid, TURN_MAKE, INSPECT_SECONDS,
					 &operation)
			 : -ENOMEM;
	if (r == 0) {
		operation->context = get;
		operation->interface = on_interface;
		operation->refused = on_refused;
		operation->done = on_inspected;
		r = operation_send(operation, TASK_INSPECT, &task);
	}
	if (r < 0) {
		request_drop(get->request);
		free(get);
		return r;
	}
	get->operation = operation;
	get->request->holder = get;
	get->request->gone = on_asker_gone;
	return 0;
}

int on_get(struct keeper *keeper, struct request *request, struct wire_ask *asked,
	   struct failure *failure)
{
	static struct set_view view;
	struct set *set;
	int r = request_find_asked(keeper, request, asked, &set, failure);

	if (r)
		return r;
	if (set->state == SET_READY && set->kinds & KIND_BIT(KIND_NET) &&
	    inspect(keeper, request, set) == 0)
		return 0;
	view_set(keeper, set, false, &view);
	view_usage(keeper, set, &view.wire);
	request_done(keeper, request, &wire_set_layout, &view.wire);
	return 0;
}

int on_get_network(struct keeper *keeper, struct request *request, struct wire_ask *asked,
		   struct failure *failure)
{
	static const struct task_report unknown;
	struct set *set;
	int r = network_find(keeper, request, asked, &set, failure);

	if (r)
		return r;
	if (set->state != SET_READY || inspect(keeper, request, set) < 0)
		answer_network(keeper, request, set, &unknown);
	return 0;
}

static bool has_labels(const struct set *set, const struct wire_list *list)
{
	static struct wire_spec spec;

	if (list->n_labels == 0)
		return true;
	if (!set->spec || wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &spec) < 0)
		return false;
	for (size_t i = 0; i < list->n_labels; i++) {
		bool found = false;

		for (size_t j = 0; j < spec.n_labels && !found; j++) {
			const char *have = spec.labels[j].value ? spec.labels[j].value : "";
			const char *want = list->labels[i].value ? list->labels[i].value : "";

			found = list->labels[i].key && spec.labels[j].key &&
				strcmp(spec.labels[j].key, list->labels[i].key) == 0 &&
				strcmp(have, want) == 0;
		}
		if (!found)
			return false;
	}
	return true;
}

static bool is_listed(const struct request *request, const struct wire_list *list,
		      const struct set *set)
{
	return !set_is_network(set) &&
	       authz_sees_set(&request->subject, list->all_owners, set->owner, set_made(set)) &&
	       (!list->state || set->state == list->state) && has_labels(set, list);
}

/* Returns the first set that may be on the page that `list` asks for, or NULL. The sets of one
 * owner are consecutive in the registry. */
static struct set *first_listed(struct keeper *keeper, const struct request *request,
				const struct wire_list *list)
{
	uid_t owner = request->subject.scope == SCOPE_SET ? request->subject.scope_owner
							  : request->subject.uid;

	if (list->after_name)
		return registry_next_set(keeper->registry, list->after_owner, list->after_name);
	return registry_next_set(keeper->registry, list->all_owners ? 0 : owner, NULL);
}

/* Adds the set's item to the answer. Returns false if it does not fit. */
static bool put_set(struct keeper *keeper, const struct set *set, const struct wire_list *asked)
{
	static struct summary_view summary;
	static struct set_view view;

	if (asked->summary || asked->columns) {
		view_summary(keeper, set, asked->usage, &summary);
		return wire_put_item(keeper->to_front, WIRE_ITEM_SUMMARY, &wire_summary_layout,
				     &summary.wire);
	}
	view_set(keeper, set, false, &view);
	return wire_put_item(keeper->to_front, WIRE_ITEM_SET, &wire_set_layout, &view.wire);
}

int on_list(struct keeper *keeper, struct request *request, struct wire_list *asked,
	    struct failure *failure _unused_)
{
	struct wire_list cursor;
	struct set *set, *last = NULL;
	size_t n = 0;

	wire_clear(&wire_list_layout, &cursor);
	request_begin(keeper, request, 0);
	for (set = first_listed(keeper, request, asked); set;
	     set = registry_next_set(keeper->registry, set->owner, set->name)) {
		if (!asked->all_owners && request->subject.scope != SCOPE_SET &&
		    set->owner != request->subject.uid)
			break;
		if (!is_listed(request, asked, set))
			continue;
		if (n == PAGE_SETS || (!put_set(keeper, set, asked) && last)) {
			cursor.after_owner = last->owner;
			cursor.after_name = last->name;
			break;
		}
		last = set;
		n++;
	}
	wire_put(keeper->to_front, &wire_list_layout, &cursor);
	request_end(keeper, request);
	return 0;
}

/* --- sessions and namespaces --- */

int on_list_sessions(struct keeper *keeper, struct request *request, struct wire_ask *asked,
		     struct failure *failure)
{
	static struct wire_session wire;
	char left_in[CGROUP_PROCESSES_SIZE];
	struct set *set;
	int r = request_find_asked(keeper, request, asked, &set, failure);

	if (r)
		return r;
	session_age(keeper);
	request_begin(keeper, request, 0);
	for (const struct session *at = set->sessions; at; at = at->next_in_set) {
		if (wire_unpack(&wire_session_layout, at->words, at->words_size, &wire) < 0)
			wire_clear(&wire_session_layout, &wire);
		view_session(at, &wire);
		session_path(at, left_in);
		wire.left_in = at->left ? left_in : NULL;
		if (!wire_put_item(keeper->to_front, WIRE_ITEM_SESSION, &wire_session_layout,
				   &wire))
			break;
	}
	request_end(keeper, request);
	return 0;
}

static void close_all(int fds[static KIND_COUNT])
{
	for (enum kind kind = 0; kind < KIND_COUNT; kind++)
		close_fd(fds[kind]);
}

/* Opens the set's namespaces of these kinds. The elements of ret for other kinds are -1. Returns 0
 * or -errno; in either case the caller closes what is open. */
static int open_pins(struct keeper *keeper, const struct set *set, uint32_t kinds,
		     int ret[static KIND_COUNT])
{
	const struct task_set named = view_task_set(set);

	for (enum kind kind = 0; kind < KIND_COUNT; kind++)
		ret[kind] = -1;
	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		if (!(kinds & KIND_BIT(kind)))
			continue;
		ret[kind] = pin_open(keeper->vault_fd, &named, kind);
		if (ret[kind] < 0)
			return ret[kind];
	}
	return 0;
}

int on_open(struct keeper *keeper, struct request *request, struct wire_ask *asked,
	    struct failure *failure)
{
	struct set *set;
	uint32_t kinds;
	int fds[KIND_COUNT], r = request_find_asked(keeper, request, asked, &set, failure);

	if (r == 0)
		r = authz_open(&request->subject, set->owner, set->kinds, failure);
	/* not all of the set's namespaces exist yet */
	if (r == 0 && set->state == SET_CREATING)
		r = failure_set(failure, ERROR_BUSY, 0, "creating", "%s", set->name);
	if (r)
		return r;
	kinds = asked->kinds ? asked->kinds : set->kinds;
	r = check_kinds(kinds, set->kinds, failure);
	if (r)
		return r;
	r = open_pins(keeper, set, kinds, fds);
	if (r < 0) {
		close_all(fds);
		return failure_from_errno(failure, r, "open the namespaces");
	}
	request_begin(keeper, request, 0);
	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		struct wire_namespace namespace;

		wire_clear(&wire_namespace_layout, &namespace);
		namespace.kind_number = kind + 1;
		namespace.descriptor_fd = fds[kind];
		if (fds[kind] >= 0)
			wire_put_item(keeper->to_front, WIRE_ITEM_NAMESPACE, &wire_namespace_layout,
				      &namespace);
	}
	audit_done(request, NULL);
	request_end(keeper, request);
	close_all(fds);
	return 0;
}
