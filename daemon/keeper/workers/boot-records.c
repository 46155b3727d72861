/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/policy/task-error.h"
#include "daemon/keeper/state/registry.h"
#include "daemon/keeper/state/store.h"
#include "daemon/keeper/workers/boot-state.h"
#include "daemon/keeper/workers/operation.h"
#include "daemon/kernel/fault.h"

/* Deadline for the worker that writes or removes a file. */
#define WRITE_SECONDS 20

/* A file that waits to be written or removed. */
struct boot_write {
	struct boot_write *next;
	struct keeper *keeper;
	struct store_file file;
	boot_written *written;
	void *context;
};

/* --- the directory --- */

static int make_directories(const char *path)
{
	char part[PATH_MAX];

	if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part))
		return -ENAMETOOLONG;
	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, 0755) < 0 && errno != EEXIST)
			return negative_errno();
		*slash = '/';
	}
	return 0;
}

/* Opens the store, if it is not open. Makes its directory if there is none. Returns 0 or -errno. */
static int open_store(struct boot *boot)
{
	int r = boot->store ? 0 : make_directories(boot->path);

	return boot->store || r < 0 ? r : store_open_lasting(boot->path, &boot->store);
}

/* --- the queue to the disk --- */

static void write_next(struct keeper *keeper);

static void finish(struct boot_write *pending, const struct failure *failure)
{
	struct keeper *keeper = pending->keeper;
	struct boot *boot = keeper->boot;

	boot->first = pending->next;
	if (!boot->first)
		boot->last = NULL;
	boot->writing = false;
	if (failure)
		log_error("%s of the state directory cannot be %s: %s %s", pending->file.name,
			  pending->file.fd >= 0 ? "written" : "removed", failure->subject,
			  failure->text);
	if (pending->written)
		pending->written(keeper, failure, pending->context);
	close_fd(pending->file.fd);
	free(pending);
	write_next(keeper);
}

static void on_boot_written(struct operation *operation, const struct task_report *report)
{
	struct failure failure;

	if (report->step)
		task_error(report, &failure);
	finish(operation->context, report->step ? &failure : NULL);
}

static int send_write(struct boot_write *pending)
{
	const struct task_boot_record task = {
		.directory_fd = pending->file.directory_fd,
		.name = pending->file.name,
		.temporary = pending->file.temporary,
		.file_fd = pending->file.fd,
	};
	struct operation *operation;
	int r = operation_new_own(pending->keeper, WRITE_SECONDS, &operation);

	if (r < 0)
		return r;
	operation->context = pending;
	operation->done = on_boot_written;
	return operation_send(operation, TASK_BOOT_RECORD, &task);
}

static void write_next(struct keeper *keeper)
{
	struct boot *boot = keeper->boot;
	struct failure failure;
	int r;

	if (boot->writing || !boot->first)
		return;
	boot->writing = true;
	r = send_write(boot->first);
	if (r == 0)
		return;
	failure_from_errno(&failure, r, "write the record for the next boot");
	finish(boot->first, &failure);
}

/* Queues a file for the disk, and takes it. r: the result of preparing the file; if this is an
 * error, there is no file. Reports this error, or a lack of memory, to written() or, if written is
 * NULL, to the log. */
static void queue(struct keeper *keeper, int r, const struct store_file *file,
		  boot_written *written, void *context)
{
	struct boot *boot = keeper->boot;
	struct boot_write *pending = r == 0 ? malloc(sizeof(*pending)) : NULL;
	struct failure failure;

	if (!pending) {
		if (r == 0)
			close_fd(file->fd);
		failure_from_errno(&failure, r < 0 ? r : -ENOMEM,
				   "write the record for the next boot");
		if (written)
			written(keeper, &failure, context);
		else
			log_error("cannot %s: %s", failure.subject, failure.text);
		return;
	}
	*pending = (struct boot_write){NULL, keeper, *file, written, context};
	if (boot->last)
		boot->last->next = pending;
	else
		boot->first = pending;
	boot->last = pending;
	write_next(keeper);
}

/* --- sets --- */

static void write_set(struct keeper *keeper, struct set *set, boot_written *written, void *context)
{
	struct store_file file;
	int r = open_store(keeper->boot);

	if (r == 0)
		r = store_prepare_set(keeper->boot->store, set, &file);
	/* a record that was written before stays, even if this one fails */
	set->boot.recorded |= r == 0;
	queue(keeper, r, &file, written, context);
}

/* Fills in *ret, a link of a specification, with the addresses and names that were chosen when the
 * link was made. wire: the unpacked link. *ret points into link and wire. */
static void record_link(struct spec_link *ret, const struct link *link,
			const struct wire_link *wire)
{
	ret->name = link->name;
	ret->end = wire->a;
	ret->end.where = 0;
	ret->end.name = NULL;
	ret->peer = wire->b;
}

static int pack_boot_links(struct set *set, struct wire_spec *boot_links)
{
	boot_links->given = true;
	return registry_repack(&wire_spec_layout, boot_links, &set->boot.links,
			       &set->boot.links_size);
}

/* Fills in set->boot.links with all links of which the set is end a, but not its way out. For a set
 * that has just been made, these are the links of its specification. The list set->links begins
 * with the newest link, so the array is filled from its end. Returns 0 or -errno. */
static int record_links(struct set *set)
{
	static struct wire_link wires[SPEC_LINKS_MAX];
	static struct wire_spec boot_links;
	size_t n = 0;

	wire_clear(&wire_spec_layout, &boot_links);
	for (const struct link *link = set->links; link; link = link_next(link, set))
		n += !link->egress && link->ends[0] == set;
	boot_links.n_links = MIN(n, (size_t)SPEC_LINKS_MAX);
	for (const struct link *link = set->links; link && n > 0; link = link_next(link, set)) {
		if (link->egress || link->ends[0] != set || --n >= SPEC_LINKS_MAX)
			continue;
		if (wire_unpack(&wire_link_layout, link->wire, link->wire_size, &wires[n]) < 0)
			return -EBADMSG;
		record_link(&boot_links.links[n], link, &wires[n]);
	}
	return pack_boot_links(set, &boot_links);
}

int boot_check_links(const struct set *set, struct failure *failure)
{
	for (const struct link *link = set->links; link; link = link_next(link, set)) {
		const struct set *other = link->ends[link->ends[0] == set ? 1 : 0];

		if (!link->egress && other && !other->boot.wanted)
			return failure_set(
				failure, ERROR_INVALID_VALUE, 0, "spec.boot",
				"%s %s, which it is linked to, is not made again at boot",
				set_is_network(other) ? "network" : "set", set_shown_name(other));
	}
	return 0;
}

void boot_record_set(struct keeper *keeper, struct set *set, boot_written *written, void *context)
{
	struct failure failure;
	int r = record_links(set);

	if (r == 0) {
		write_set(keeper, set, written, context);
		return;
	}
	failure_from_errno(&failure, r, "write the record for the next boot");
	written(keeper, &failure, context);
}

void boot_set_changed(struct keeper *keeper, struct set *set, boot_written *written, void *context)
{
	write_set(keeper, set, written, context);
}

void boot_forget_set(struct keeper *keeper, const char *id, boot_written *written, void *context)
{
	struct store_file file;
	int r = store_prepare_removal(keeper->boot->store, false, id, &file);

	queue(keeper, r, &file, written, context);
}

/* --- links --- */

void boot_forget_link(struct keeper *keeper, const char *id)
{
	struct store_file file;
	int r = store_prepare_removal(keeper->boot->store, true, id, &file);

	queue(keeper, r, &file, NULL, NULL);
}

/* Writes the record of the set at end a of the link anew, if the link is in this record: with wire,
 * the link as it is now, or without the link if wire is NULL. Returns true if the link was in the
 * record. */
static bool rewire(struct keeper *keeper, const struct link *link, const struct wire_link *wire)
{
	static struct wire_spec boot_links;
	struct set *set = link->ends[0];
	size_t i = 0;

	if (!set || !set->boot.links ||
	    wire_unpack(&wire_spec_layout, set->boot.links, set->boot.links_size, &boot_links) < 0)
		return false;
	while (i < boot_links.n_links && strcmp(boot_links.links[i].name, link->name) != 0)
		i++;
	if (i == boot_links.n_links)
		return false;
	/* the set is being removed, and its record with it */
	if (set->state == SET_REMOVING)
		return true;
	if (wire) {
		record_link(&boot_links.links[i], link, wire);
	} else {
		boot_links.n_links--;
		memmove(&boot_links.links[i], &boot_links.links[i + 1],
			(boot_links.n_links - i) * sizeof(boot_links.links[0]));
	}
	/* boot_links points into set->boot.links, which is freed after packing */
	if (pack_boot_links(set, &boot_links) == 0)
		write_set(keeper, set, NULL, NULL);
	return true;
}

/* Returns true if the next boot makes the link again by its own record or that of its set. It does
 * if it makes the sets and networks at both ends. Returns false for a way out, for which the
 * specification of its set is enough. */
static bool lasts(const struct link *link)
{
	if (link->egress || (!link->ends[0] && !link->ends[1]))
		return false;
	for (int i = 0; i < 2; i++)
		if (link->ends[i] && !link->ends[i]->boot.wanted)
			return false;
	return true;
}

void boot_link_made(struct keeper *keeper, struct link *link)
{
	static struct wire_link wire;
	struct store_file file;
	int r;

	if (!lasts(link) ||
	    wire_unpack(&wire_link_layout, link->wire, link->wire_size, &wire) < 0 ||
	    rewire(keeper, link, &wire))
		return;
	r = open_store(keeper->boot);
	if (r == 0)
		r = store_prepare_link(keeper->boot->store, link, &file);
	link->boot_recorded |= r == 0;
	queue(keeper, r, &file, NULL, NULL);
}

void boot_link_gone(struct keeper *keeper, struct link *link)
{
	if (link->boot_recorded)
		boot_forget_link(keeper, link->id);
	else if (lasts(link))
		rewire(keeper, link, NULL);
}

/* --- the store --- */

int boot_open(struct keeper *keeper, const char *path)
{
	struct boot *boot = calloc(1, sizeof(*boot));
	int r;

	if (!boot)
		return -ENOMEM;
	boot->path = path;
	keeper->boot = boot;
	/* the directory is made with the first record */
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	r = store_open_lasting(path, &boot->store);
	if (r < 0)
		log_error("--state-directory=%s: %s: nothing is made again at boot", path,
			  r == -EPERM ? "does not belong to root" : strerror(-r));
	return 0;
}

void boot_close(struct keeper *keeper)
{
	struct boot *boot = keeper->boot;

	if (!boot)
		return;
	while (boot->first) {
		struct boot_write *pending = boot->first;

		boot->first = pending->next;
		close_fd(pending->file.fd);
		free(pending);
	}
	free_event(boot->patience);
	for (; boot->next_set < boot->n_sets; boot->next_set++)
		registry_free_set(boot->sets[boot->next_set]);
	for (; boot->next_link < boot->n_links; boot->next_link++)
		registry_free_link(boot->links[boot->next_link].link);
	free(boot->sets);
	free(boot->links);
	store_close(boot->store);
	free(boot);
	keeper->boot = NULL;
}

int boot_purge(struct keeper *keeper)
{
	return keeper->boot->store ? store_purge(keeper->boot->store) : 0;
}
