/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The steps of a call of LearnEgress:
 *
 *   wait while the firewall's table is being restored
 *   send TASK_LEARN: a worker opens the list, or keeps it open for LEARN_SECONDS more
 *   wait for the resolver, and for the files in /etc
 *   answer
 *
 * While a list is open, the firewall also lets packets to destinations through that are not in the
 * list. When the client asks for the end, has gone, or has not called for LEARN_SECONDS, a last
 * TASK_LEARN is sent. By it, the worker closes the list, and ends connections to destinations that
 * are not in the list.
 */
#include "daemon/keeper/network/egress-firewall.h"
#include "daemon/keeper/network/egress-learned.h"
#include "daemon/keeper/network/egress-list.h"
#include "daemon/keeper/network/egress-names.h"
#include "daemon/keeper/network/egress.h"
#include "daemon/keeper/network/resolver.h"
#include "daemon/keeper/policy/config.h"
#include "daemon/keeper/policy/task-error.h"
#include "daemon/keeper/request/admission.h"
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/set/egress-find.h"
#include "daemon/keeper/set/egress-record.h"
#include "daemon/keeper/set/learn.h"
#include "daemon/keeper/workers/operation.h"
#include "daemon/kernel/fault.h"

#define LEARN_SECONDS 15
#define TASK_SECONDS 20

/* A list that is being learned. */
struct learner {
	struct learner *next;
	struct keeper *keeper;
	uint32_t connection;	 /* the client's; 0: it is gone */
	uid_t uid;		 /* the user who learns */
	char id[ID_SIZE];	 /* of the set or network */
	struct request *request; /* the call to answer; NULL: none */
	struct egress_waiter waiter;
	struct event *silent; /* fires if the client makes no call for LEARN_SECONDS */
	bool busy;	      /* a call, or the end, is being carried out */
	bool begun;	      /* a worker has opened the list in the firewall */
	bool end, ended;      /* end: learning is to end; ended: go() has begun the end */
	/* the last task also ends connections to the addresses of names (link.end_named) */
	bool ends_named;
	uint64_t names; /* digest of the names in the task's list, for egress_names_ended() */
};

static const struct timeval time_to_call = {.tv_sec = LEARN_SECONDS};
static struct learner *learners;

static struct set *set_of(const struct learner *learner)
{
	return registry_find_set_id(learner->keeper->registry, learner->id);
}

static struct learner *find(const struct set *set)
{
	return LIST_FIND(learners, at, next, strcmp(at->id, set->id) == 0);
}

/* Tells the resolver that learning the set's list has begun or ended, and has the files in /etc
 * updated if needed. While the list is learned, the resolver forwards all names, not only those in
 * the list. */
static void follow(struct keeper *keeper, struct set *set)
{
	static struct wire_reach reach;
	static struct wire_spec spec;
	bool had_names = set->egress.names;

	if (!egress_list_read(set, &spec, &reach))
		return;
	egress_names_update(keeper, set, &reach);
	if (had_names)
		egress_names_learn(set);
	egress_names_follow(set, had_names);
}

static void learner_free(struct learner *learner)
{
	struct set *set = set_of(learner);

	LIST_DROP(learners, learner, next);
	/* not during a removal of the set: the removal asks egress_learned_has_rules(), and calls
	 * egress_learned_forget() later */
	if (set && set->state == SET_READY) {
		bool forwards = egress_learned_forwards(set);

		egress_learned_forget(set);
		if (forwards)
			follow(learner->keeper, set);
	}
	free_event(learner->silent);
	free(learner);
}

static void fail(struct learner *learner, const struct failure *failure)
{
	if (learner->request)
		request_fail(learner->keeper, learner->request, failure);
	learner_free(learner);
}

static void fail_gone(struct learner *learner)
{
	struct failure failure;

	failure_set(&failure, ERROR_NOT_FOUND, 0, "set", "%s",
		    learner->request ? learner->request->about : "");
	fail(learner, &failure);
}

/* --- answers --- */

static void answer(struct learner *learner, struct set *set)
{
	static struct wire_learned_list list;

	egress_learned_tell(learner->keeper, set, &list);
	request_done(learner->keeper, take_ptr(learner->request), &wire_learned_list_layout, &list);
	if (!learner->ended)
		return;
	if (list.more && learner->connection)
		evtimer_add(learner->silent, &time_to_call);
	else
		learner_free(learner);
}

static void go(struct learner *learner);

/* Called when a call of LearnEgress, or the end of learning, has taken effect. Begins the end if it
 * was asked for meanwhile; otherwise answers the call, if there is one. */
static void conclude(void *context)
{
	struct learner *learner = context;
	struct set *set = set_of(learner);

	learner->busy = false;
	if (!set)
		fail_gone(learner);
	else if (learner->end && !learner->ended)
		go(learner);
	else if (learner->request)
		answer(learner, set);
	else if (learner->ended)
		learner_free(learner);
}

static void on_names_opened(void *context)
{
	const struct learner *learner = context;
	const struct set *set = set_of(learner);

	if (set)
		resolver_settle(set->owner, conclude, context);
	else
		conclude(context);
}

/* --- the task --- */

static void on_refused(struct operation *operation, const struct task_refusals *refusals)
{
	const struct learner *learner = operation->context;
	struct set *set = set_of(learner);

	if (set && set->egress.learned)
		egress_learned_add(set, refusals);
}

static void on_learned(struct operation *operation, const struct task_report *report)
{
	struct learner *learner = operation->context;
	struct set *set = set_of(learner);
	struct failure failure;

	if (!set || !set->egress.learned) {
		fail_gone(learner);
		return;
	}
	if (report->full)
		egress_learned_overflow(set);
	if (report->step != STEP_NONE) {
		task_error(report, &failure);
		fail(learner, &failure);
		/* restoring the firewall's table closes the list, whatever the worker has done */
		egress_restore(operation->keeper);
		return;
	}
	if (!learner->begun || learner->ended)
		egress_log("lists learned", learner->uid,
			   learner->ended ? "has learned the list" : "learns the list", set);
	learner->begun = true;
	if (learner->ended)
		egress_learned_change(set, LEARNED_DONE);
	if (learner->ends_named)
		egress_names_ended(operation->keeper, set, learner->names);
	egress_names_open(set, on_names_opened, learner);
}

static int send_task(struct learner *learner, const struct set *set)
{
	static struct link_plan_task planned;
	static struct task_learn task;
	static struct wire_spec spec;
	struct operation *operation;
	int r = link_plan_task(egress_way(set), NULL, &planned);

	if (r < 0)
		return r;
	wire_clear(&task_learn_layout, &task);
	egress_list_begin();
	/* if the list is too long for the task, the way out leads nowhere (egress_list_fill()) */
	(void)egress_fill_link(learner->keeper, egress_way(set), &spec, &planned.task);
	egress_firewall_fill(learner->keeper, &task.firewall);
	task.link = planned.task;
	task.begin = !learner->begun;
	task.seconds = learner->ended ? 0 : LEARN_SECONDS;
	learner->ends_named = learner->ended && task.link.end_named;
	learner->names = egress_names_digest(set);
	r = operation_new(learner->keeper, set->owner, TURN_MAKE, TASK_SECONDS, &operation);
	if (r < 0)
		return r;
	operation->context = learner;
	operation->refused = on_refused;
	operation->done = on_learned;
	return operation_send(operation, TASK_LEARN, &task);
}

static void on_settled(void *context)
{
	struct learner *learner = context;
	struct keeper *keeper = learner->keeper;
	struct set *set = set_of(learner);
	struct failure failure;
	int r;

	/* if the set is being removed, the removal also removes the rules for learning */
	if (!set || set->state != SET_READY || !egress_way(set)) {
		fail_gone(learner);
		return;
	}
	r = send_task(learner, set);
	if (r == 0)
		return;
	failure_from_errno(&failure, r, "learn the list");
	fail(learner, &failure);
	egress_restore(keeper);
}

/* Begins to carry out a call of LearnEgress, or the end: opens the list, keeps it open or, if
 * learner->end is set, closes it. */
static void go(struct learner *learner)
{
	struct set *set = set_of(learner);

	learner->busy = true;
	learner->ended = learner->end;
	if (learner->ended)
		evtimer_del(learner->silent);
	else
		evtimer_add(learner->silent, &time_to_call);
	if (set && learner->ended)
		egress_learned_change(set, LEARNED_CLOSING);
	if (set && (learner->ended || !learner->begun))
		follow(learner->keeper, set);
	learner->waiter.settled = on_settled;
	learner->waiter.context = learner;
	egress_settle(&learner->waiter);
}

static void end(struct learner *learner)
{
	learner->end = true;
	if (!learner->busy && !learner->ended)
		go(learner);
	else if (!learner->busy)
		learner_free(learner);
}

static void on_silent(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	end(context);
}

void learn_connection_gone(uint32_t connection)
{
	struct learner *at = learners;

	while (at) {
		if (at->connection != connection) {
			at = at->next;
			continue;
		}
		at->connection = 0;
		/* end() may free any learner, so start again */
		end(at);
		at = learners;
	}
}

/* --- calls --- */

/* Takes from the subject (the caller) the rights that the configuration no longer gives to it. The
 * subject's rights are those of the time when it connected, perhaps long ago. identity: the same
 * caller's. */
static void update_rights(const struct keeper *keeper, const struct peer_identity *identity,
			  struct authz_subject *subject)
{
	subject->allowed &=
		authz_allowed(keeper->config, identity->uid, identity->gid, identity->groups,
			      identity->n_groups, config_host_user_namespaces());
}

/* Checks that the caller may have a way out without a list, as the set has while its list is
 * learned. Returns 0 or an error. */
static int check(struct keeper *keeper, struct request *request, const struct set *set,
		 struct failure *failure)
{
	static const struct wire_reach all;
	static struct wire_reach reach;
	bool egress = true;
	int r = egress_find_list(set, &reach, failure);

	if (r == 0)
		r = authz_egress_change(&request->subject, failure);
	if (r == 0 && !request_identity(request))
		r = failure_from_errno(failure, -ESTALE, "find the caller");
	if (r)
		return r;
	update_rights(keeper, request_identity(request), &request->subject);
	return admission_of_egress(keeper, request, &all, &egress, "", failure);
}

/* Fills in *failure for r, an error of egress_learned_begin(). Returns the error. */
static int refuse_learner(int r, struct failure *failure)
{
	if (r == -EUSERS)
		return failure_set(failure, ERROR_LIMIT_EXCEEDED, LEARNED_LISTS_MAX, "learnedLists",
				   NULL);
	if (r == -ENOSPC)
		return failure_set(failure, ERROR_LIMIT_EXCEEDED, RESOLVER_SETS_MAX,
				   "setsWithEgressNames", NULL);
	return failure_from_errno(failure, r, "learn the list");
}

/* Begins to learn the set's list for the connection of the request. Returns 0 or an error. */
static int learner_new(struct keeper *keeper, const struct request *request, struct set *set,
		       struct learner **ret, struct failure *failure)
{
	struct learner *learner;
	int r;

	if (egress_record_is_changing(set))
		return failure_set(failure, ERROR_BUSY, 0, "changing", "%s", set_shown_name(set));
	learner = calloc(1, sizeof(*learner));
	if (!learner)
		return failure_from_errno(failure, -ENOMEM, "learn the list");
	learner->keeper = keeper;
	learner->connection = request->connection;
	learner->uid = request->subject.uid;
	memcpy(learner->id, set->id, sizeof(learner->id));
	LIST_PUSH(learners, learner, next);
	learner->silent = evtimer_new(keeper->loop, on_silent, learner);
	r = learner->silent ? egress_learned_begin(set) : -ENOMEM;
	if (r < 0) {
		learner_free(learner);
		return refuse_learner(r, failure);
	}
	*ret = learner;
	return 0;
}

/* Handles a call of LearnEgress by the connection that learns the list: begins to carry it out or,
 * if the learning has ended, answers it. Returns 0 or an error. */
static int call(struct learner *learner, struct set *set, const struct request *request,
		const struct wire_learn *asked, struct failure *failure)
{
	learner->request = request_keep(request);
	if (!learner->request) {
		end(learner);
		return failure_from_errno(failure, -ENOMEM, "learn the list");
	}
	if (learner->ended) {
		answer(learner, set);
		return 0;
	}
	learner->end = asked->end;
	go(learner);
	return 0;
}

int on_learn_egress(struct keeper *keeper, struct request *request, struct wire_learn *asked,
		    struct failure *failure)
{
	static const struct wire_learned_list nothing;
	const struct egress_asked names = {asked->name, asked->network, asked->has_owner,
					   asked->owner};
	struct learner *learner;
	struct set *set = NULL;
	int r = egress_find(keeper, request, &names, &set, failure);

	if (r)
		return r;
	learner = find(set);
	r = asked->end ? 0 : check(keeper, request, set, failure);
	if (r && learner && learner->connection == request->connection)
		end(learner);
	if (r)
		return r;
	if (learner && (learner->busy || learner->connection != request->connection))
		return failure_set(failure, ERROR_BUSY, 0, "learning", "%s", set_shown_name(set));
	if (!learner && asked->end) {
		request_done(keeper, request, &wire_learned_list_layout, &nothing);
		return 0;
	}
	if (!learner)
		r = learner_new(keeper, request, set, &learner, failure);
	return r ? r : call(learner, set, request, asked, failure);
}
