/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The methods GetStatus (what nsctld can do, and what the caller uses of its limits) and ListUsers
 * (what each user uses). */
#include "daemon/cgroup/read.h"
#include "daemon/keeper/request/admission.h"
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/state/quota.h"
#include "daemon/keeper/workers/ending.h"
#include "daemon/kernel/cgroup-limits.h"

static void put_count(struct keeper *keeper, enum wire_count_class class, const char *name,
		      uint64_t value)
{
	struct wire_count count = {.class = class, .name = name, .value = value};

	wire_put_item(keeper->to_front, WIRE_ITEM_COUNT, &wire_count_layout, &count);
}

/* Adds to the answer the names of the configuration's lists of destinations to which the caller may
 * have ways out, as many as fit. */
static void put_lists(struct keeper *keeper, const struct request *request)
{
	const struct authz_lists lists = admission_lists(keeper, request);

	for (size_t i = 0; i < lists.config->n_lists; i++) {
		const struct config_list *list = &lists.config->lists[i];
		const struct wire_word word = {list->name};

		if (authz_has_list(&request->subject, &lists, list) &&
		    !wire_put_item(keeper->to_front, WIRE_ITEM_WORD, &wire_word_layout, &word))
			break;
	}
}

int on_status(struct keeper *keeper, struct request *request, struct wire_ask *asked _unused_,
	      struct failure *failure _unused_)
{
	uid_t uid = request->subject.uid;
	struct failure closed;
	bool open = authz_outward(&request->subject, "egress", &closed) == 0;
	const uint32_t allowed = request->subject.allowed;
	const struct wire_status status = {.started = keeper->started,
					   .allowed = open ? allowed : allowed & ~ALLOW_OUTWARD,
					   .closed = open ? NULL : closed.text,
					   .cgroup = true,
					   .limits = cgroup_controllers(keeper->cgroup_fd) ==
						     CONTROLLER_ALL,
					   .impairments = keeper->impairments,
					   .egress_denied = keeper->log_group != 0,
					   .config = keeper->config_path,
					   .config_read = keeper->config_read};

	request_begin(keeper, request, 0);
	wire_put(keeper->to_front, &wire_status_layout, &status);
	for (enum quota quota = 0; quota < QUOTA_COUNT; quota++) {
		if (uid != 0)
			put_count(keeper, COUNT_LIMIT, quota_name(quota),
				  quota_limit(keeper, quota));
		put_count(keeper, COUNT_USED, quota_name(quota), quota_used(keeper, uid, quota));
	}
	if (uid != 0) {
		put_count(keeper, COUNT_LIMIT, "hangingProcesses", ENDING_MAX);
		put_count(keeper, COUNT_LIMIT, "bufferedBytes", keeper->config->limits.buffered);
	}
	put_count(keeper, COUNT_USED, "hangingProcesses", ending_count(uid));
	put_count(keeper, COUNT_COUNTER, "created", keeper->counters.created);
	put_count(keeper, COUNT_COUNTER, "removed", keeper->counters.removed);
	put_count(keeper, COUNT_COUNTER, "executed", keeper->counters.executed);
	put_count(keeper, COUNT_COUNTER, "refused", keeper->counters.refused);
	put_count(keeper, COUNT_COUNTER, "failed", keeper->counters.failed);
	put_count(keeper, COUNT_COUNTER, "closedUnread", keeper->counters.left_to_closer);
	if (open)
		put_lists(keeper, request);
	request_end(keeper, request);
	return 0;
}

/* --- users --- */

_Static_assert(QUOTA_COUNT < USER_AMOUNTS_MAX, "an answer has room for each limit");

static void add_amount(struct wire_user *wire, const char *limit, uint64_t used, uint64_t most)
{
	wire->used[wire->n_used++] = (struct wire_amount){limit, used};
	if (wire->uid != 0)
		wire->limits[wire->n_limits++] = (struct wire_amount){limit, most};
}

static void view_user(struct keeper *keeper, uid_t uid, struct wire_user *ret)
{
	wire_clear(&wire_user_layout, ret);
	ret->uid = uid;
	for (enum quota quota = 0; quota < QUOTA_COUNT; quota++)
		add_amount(ret, quota_name(quota), quota_used(keeper, uid, quota),
			   quota_limit(keeper, quota));
	add_amount(ret, "hangingProcesses", ending_count(uid), ENDING_MAX);
}

/* Lists users in the order of their uids, as many as fit on a page. Inside a set, a caller sees no
 * other user, whatever rights it has. The answer ends with a cursor, and the request for the next
 * page has the same: after_owner is the last uid on this page. after_name is NULL if there is no
 * next page. */
int on_list_users(struct keeper *keeper, struct request *request, struct wire_list *asked,
		  struct failure *failure _unused_)
{
	bool sees_others = request->subject.scope == SCOPE_FULL;
	uid_t next = asked->after_name ? asked->after_owner + 1 : 0;
	const struct registry_use *use;
	struct wire_list cursor;
	struct wire_user wire;

	wire_clear(&wire_list_layout, &cursor);
	request_begin(keeper, request, 0);
	while (!cursor.after_name && (use = registry_next_use(keeper->registry, next))) {
		next = use->uid + 1;
		if (!authz_sees(&request->subject, sees_others, use->uid))
			continue;
		view_user(keeper, use->uid, &wire);
		if (wire_put_item(keeper->to_front, WIRE_ITEM_USER, &wire_user_layout, &wire))
			cursor.after_owner = wire.uid;
		else
			cursor.after_name = "user";
	}
	wire_put(keeper->to_front, &wire_list_layout, &cursor);
	request_end(keeper, request);
	return 0;
}
