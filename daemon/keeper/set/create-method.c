/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The method Create. */
#include "daemon/keeper/network/publish.h"
#include "daemon/keeper/policy/check.h"
#include "daemon/keeper/request/admission.h"
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/set/caller-cgroup.h"
#include "daemon/keeper/state/view.h"

/* Answers a Create. brief: a short answer in JSON, or NULL. If it cannot be sent directly to the
 * client, or is NULL, sends the whole set. */
static void answer(struct keeper *keeper, struct set *set, struct request *request,
		   const char *brief)
{
	struct set_view view;

	view_set(keeper, set, false, &view);
	request_done_directly(keeper, request, brief, &wire_set_layout, &view.wire);
}

void create_answer(struct keeper *keeper, struct set *set, const struct failure *failure,
		   void *context)
{
	if (failure)
		request_fail(keeper, context, failure);
	else
		answer(keeper, set, context, NULL);
}

static void answer_briefly(struct keeper *keeper, struct set *set, const struct failure *failure,
			   void *context)
{
	char text[256 + NAME_SIZE];

	if (failure) {
		request_fail(keeper, context, failure);
		return;
	}
	snprintf(text, sizeof(text),
		 "{\"parameters\":{\"set\":{\"name\":\"%s\",\"owner\":%u,\"id\":\"%s\","
		 "\"state\":\"ready\",\"created\":%" PRIu64 ".%06" PRIu64 ",\"namespaces\":[],"
		 "\"spec\":{},\"interfaces\":[],\"usage\":{\"processes\":0,\"sessions\":0}}}}",
		 set->name, set->owner, set->id, set->created / 1000000, set->created % 1000000);
	answer(keeper, set, context, text);
}

/* Answers a Create whose name is taken, with the existing set. Returns 0, or an error: if the
 * client does not ask for that (create->existing), if the caller may not act on the set, or if the
 * set is not ready or differs in its specification or its caller's cgroup. */
static int answer_existing(struct keeper *keeper, struct request *request, const struct set *set,
			   struct wire_create *create, struct failure *failure)
{
	_cleanup_free_ void *spec = NULL;
	struct set_view view;
	size_t size;

	if (!create->existing || !authz_reaches(&request->subject, set_made(set)) ||
	    !caller_cgroup_is_same(keeper, request, set))
		return failure_set(failure, ERROR_EXISTS, 0, "set", "%s", set->name);
	if (check_ready(set->state, set->name, failure))
		return ERROR_BUSY;
	publish_adopt(set, create->spec.publish, create->spec.n_publish);
	if (wire_pack(&wire_spec_layout, &create->spec, &spec, &size) < 0 ||
	    size != set->spec_size || memcmp(spec, set->spec, size) != 0)
		return failure_set(failure, ERROR_EXISTS, 0, "set", "%s", set->name);
	view_set(keeper, set, false, &view);
	request_done(keeper, request, &wire_set_layout, &view.wire);
	return 0;
}

int on_create(struct keeper *keeper, struct request *request, struct wire_create *asked,
	      struct failure *failure)
{
	char picked[NAME_SIZE];
	struct set_wish wish = {.spec = &asked->spec,
				.created = asked->brief ? answer_briefly : create_answer};
	const struct set *set;
	int r;

	wish.name = create_pick_name(keeper, request, asked->name, picked);
	r = check_name(wish.name, "name", failure);
	request_set_about(request, wish.name);
	if (r == 0)
		r = admission_of_spec(keeper, request, &asked->spec, wish.name, failure);
	if (r)
		return r;
	set = registry_find_set(keeper->registry, request->subject.uid, wish.name);
	if (set)
		return answer_existing(keeper, request, set, asked, failure);
	wish.context = request_keep(request);
	if (!wish.context)
		return failure_from_errno(failure, -ENOMEM, "create the set");
	r = set_create(keeper, request, &wish, failure);
	if (r)
		request_drop(wish.context);
	return r;
}
