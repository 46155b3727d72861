/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The method Adopt: makes a set of namespaces that exist already. The maker (the process that makes
 * a set) opens the namespaces instead of making them (daemon/kernel/make-adopt.c), and reports
 * which they are. A removal of the set unpins the namespaces, and ends only the processes in the
 * set's cgroup: its commands, and processes that these have started. */
#include "daemon/keeper/policy/check.h"
#include "daemon/keeper/request/admission.h"
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/set/create.h"

/* Returns true if the owner of `set` has another ready set with the same namespace of this kind,
 * and the caller may act on that other set. */
static bool is_held(const struct keeper *keeper, const struct set *set,
		    const struct request *request, enum kind kind)
{
	const struct set *at = registry_next_set(keeper->registry, set->owner, NULL);

	for (; at && at->owner == set->owner;
	     at = registry_next_set(keeper->registry, at->owner, at->name))
		if (at != set && at->state == SET_READY && at->inodes[kind] == set->inodes[kind] &&
		    at->ids[kind] == set->ids[kind] &&
		    authz_reaches(&request->subject, set_made(at)))
			return true;
	return false;
}

/* Checks the foreign namespaces of `set`, which is being adopted: those over whose user namespaces
 * the caller has no power. They are allowed only if other sets of the caller's have them. foreign:
 * the kinds of these namespaces, as the maker reports them. Returns 0 or an error. */
static int check_foreign(struct keeper *keeper, const struct set *set,
			 const struct request *request, uint32_t foreign, struct failure *failure)
{
	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		if (foreign & KIND_BIT(kind) && !is_held(keeper, set, request, kind))
			return failure_set(failure, ERROR_NOT_PERMITTED, 0, "adopting a namespace",
					   "its %s namespace is neither of a user namespace of "
					   "yours, nor held by a set of yours",
					   kind_name(kind));
	}
	return 0;
}

/* Completes the specification of an adopted set: stores in it the kinds of the set's namespaces
 * and, if the set has a user namespace, the id maps in the report. Returns 0 or -errno. */
static int describe(struct set *set, const struct task_report *report)
{
	static struct wire_spec spec;
	int r = wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &spec);

	if (r < 0)
		return r;
	spec.kinds = set->kinds;
	if (set->kinds & KIND_BIT(KIND_USER)) {
		spec.mapping = MAPPING_CUSTOM;
		spec.uid_map = report->uid_map;
		spec.gid_map = report->gid_map;
	}
	r = registry_repack(&wire_spec_layout, &spec, &set->spec, &set->spec_size);
	if (r == 0)
		set->mapping = spec.mapping;
	return r;
}

static int on_adopted(struct keeper *keeper, struct set *set, const struct task_report *report,
		      void *context, struct failure *failure)
{
	const struct request *request = context;
	int r = check_foreign(keeper, set, request, report->foreign, failure);

	if (r)
		return r;
	set->kinds = 0;
	for (enum kind kind = 0; kind < KIND_COUNT; kind++)
		if (set->inodes[kind])
			set->kinds |= KIND_BIT(kind);
	r = describe(set, report);
	return r < 0 ? failure_from_errno(failure, r, "describe the namespaces") : 0;
}

static int check_opened(const struct wire_adopt *adopt, struct failure *failure)
{
	uint32_t seen = 0;

	for (size_t i = 0; i < adopt->n_opened; i++) {
		uint32_t number = adopt->opened[i].kind_number;

		if (number < 1 || adopt->opened[i].namespace_fd < 0 || seen & KIND_BIT(number - 1))
			return failure_set(failure, ERROR_INVALID_VALUE, 0, "descriptors",
					   "has at most one descriptor of each type");
		seen |= KIND_BIT(number - 1);
	}
	if (adopt->process_fd < 0 && (!seen || adopt->kinds))
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "processFileDescriptor",
				   "is needed, unless descriptors are given: it says whose "
				   "namespaces are adopted");
	if (adopt->kinds & seen)
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "descriptors",
				   "has a type that namespaces has, too");
	return 0;
}

int on_adopt(struct keeper *keeper, struct request *request, struct wire_adopt *asked,
	     struct failure *failure)
{
	static struct wire_spec spec;
	struct set_wish wish = {.name = asked->name,
				.spec = &spec,
				.adopt = asked,
				.adopted = on_adopted,
				.created = create_answer};
	int r = check_name(asked->name, "name", failure);

	request_set_about(request, asked->name);
	if (r == 0)
		r = check_opened(asked, failure);
	if (r == 0 && *request->subject.home)
		r = failure_set(failure, ERROR_NOT_PERMITTED, 0, "adopting a namespace",
				"the caller is in the user namespace of a set: adopt it from the "
				"host");
	if (r == 0)
		r = admission_of_lease(request, &asked->lease, failure);
	if (r)
		return r;
	if (registry_find_set(keeper->registry, request->subject.uid, asked->name))
		return failure_set(failure, ERROR_EXISTS, 0, "set", "%s", asked->name);
	wire_clear(&wire_spec_layout, &spec);
	spec.given = true;
	spec.kinds = KIND_ALL; /* until the maker has reported which namespaces there are */
	spec.lease = asked->lease;
	wish.context = request_keep(request);
	if (!wish.context)
		return failure_from_errno(failure, -ENOMEM, "adopt the namespaces");
	r = set_create(keeper, request, &wish, failure);
	if (r)
		request_drop(wish.context);
	return r;
}
