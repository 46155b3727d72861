/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decodes any bytes as a message or as a packed record, for every layout: as from a front that an
 * attacker controls, or from a damaged file. Accepted values are encoded again: a value has only
 * one encoding.
 *
 * An input begins with a byte for the layout, and one for the number of descriptors and for the
 * direction of the message. The attributes follow.
 */
#include <string.h>

#include "base.h"
#include "daemon/wire/resolver.h"
#include "daemon/wire/task.h"
#include "tests/fuzz/fuzz.h"

/* Numbers of descriptors that are never opened or closed. */
#define FIRST_FD 100000
#define FIRST_HANDLE 200000

/* Append only: the corpus names them by number. */
static const struct wire_layout *const layouts[] = {
	&wire_connection_layout,
	&wire_failure_layout,
	&wire_spec_layout,
	&wire_create_layout,
	&wire_ask_layout,
	&wire_list_layout,
	&wire_command_layout,
	&wire_exec_layout,
	&wire_run_layout,
	&wire_set_layout,
	&wire_session_layout,
	&wire_status_layout,
	&task_ready_layout,
	&task_create_layout,
	&task_remove_layout,
	&task_start_layout,
	&task_inspect_layout,
	&task_front_layout,
	&wire_event_layout,
	&task_boot_record_layout,
	&wire_link_layout,
	&wire_network_layout,
	&wire_apply_layout,
	&wire_lane_layout,
	&task_processes_layout,
	&task_signal_layout,
	&wire_resolver_add_layout,
	&wire_resolver_list_layout,
	&wire_resolver_upstreams_layout,
	&wire_resolver_allow_layout,
	&wire_resolver_allowed_layout,
	&wire_resolver_denied_layout,
	&wire_resolver_remove_layout,
	&task_listen_layout,
	&task_admit_layout,
	&task_answer_layout,
	&wire_summary_layout,
};

static const struct {
	uint16_t attribute;
	const struct wire_layout *layout;
} items[] = {
	{WIRE_ITEM_SET, &wire_set_layout},
	{WIRE_ITEM_SESSION, &wire_session_layout},
	{WIRE_ITEM_NAMESPACE, &wire_namespace_layout},
	{WIRE_ITEM_COUNT, &wire_count_layout},
	{WIRE_ITEM_EVENT, &wire_event_layout},
	{WIRE_ITEM_LANE, &wire_lane_layout},
	{WIRE_ITEM_CREATE, &wire_create_layout},
	{WIRE_ITEM_LINK, &wire_link_layout},
	{WIRE_ITEM_NETWORK, &wire_network_layout},
};

/* A handle is an index in the keeper, and a descriptor where the message has a table of them. */
static void check_handle(const struct wire_handles *handles, int handle)
{
	if (handles)
		must(handle == -1 ||
		     (handle >= FIRST_HANDLE && handle < FIRST_HANDLE + (int)handles->n));
	else
		must(handle >= -1 && handle < WIRE_FDS_MAX);
}

/* Each descriptor of a struct is one that came with the message, or none; and no field of a
 * front's message is one that only the daemon may fill. */
static void check_fds(const struct wire_layout *layout, const char *value, size_t n_fds,
		      const struct wire_message *message)
{
	for (size_t i = 0; i < layout->n; i++) {
		const struct wire_field *field = &layout->fields[i];
		const char *at = value + field->offset;

		if (field->type == WIRE_FD) {
			int fd = *(const int *)(const void *)at;

			must(fd == -1 || (fd >= FIRST_FD && fd < FIRST_FD + (int)n_fds));
		} else if (field->type == WIRE_HANDLE || field->type == WIRE_PROCESS ||
			   field->type == WIRE_PIPE) {
			check_handle(message ? message->handles : NULL,
				     *(const int *)(const void *)at);
		} else if (field->type == WIRE_NESTED) {
			check_fds(field->layout, at, n_fds, message);
		} else if (field->type == WIRE_ARRAY) {
			size_t n = *(const size_t *)(const void *)(value + field->count_offset);

			must(n <= field->limit);
			for (size_t j = 0; j < n; j++)
				check_fds(field->layout, at + j * field->layout->size, n_fds,
					  message);
		}
	}
}

/* Packed, read and packed again: the same bytes. */
static void check_encoding(const struct wire_layout *layout, const void *value)
{
	void *first = NULL, *second = NULL, *again = malloc(layout->size);
	size_t first_size, second_size;
	int r = wire_pack(layout, value, &first, &first_size);

	must(again && (r == 0 || r == -EMSGSIZE));
	if (r == 0) {
		must(wire_unpack(layout, first, first_size, again) == 0);
		must(wire_pack(layout, again, &second, &second_size) == 0);
		must(first_size == second_size && memcmp(first, second, first_size) == 0);
	}
	free(first);
	free(second);
	free(again);
}

static void check_message(struct wire_message *message, const struct wire_layout *layout)
{
	size_t n_fds = message->n_fds;
	char *value = malloc(layout->size);

	must(value);
	if (wire_decode(message, layout, value) == 0) {
		check_fds(layout, value, n_fds, message);
		check_encoding(layout, value);
	}
	free(value);
	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		const struct nlattr *at = NULL;

		value = malloc(items[i].layout->size);
		must(value);
		while (wire_next_item(message, items[i].attribute, &at, items[i].layout, value) ==
		       1) {
			check_fds(items[i].layout, value, n_fds, message);
			check_encoding(items[i].layout, value);
		}
		free(value);
	}
	for (size_t i = 0; i < n_fds; i++) {
		must(wire_take_fd(message, FIRST_FD + (int)i) == FIRST_FD + (int)i);
		must(wire_take_fd(message, FIRST_FD + (int)i) == -1);
	}
}

static void check_packed(const struct wire_layout *layout, const uint8_t *data, size_t size)
{
	/* aligned, and exactly as large as the input */
	void *packed = malloc(size ? size : 1), *value = malloc(layout->size);

	must(packed && value);
	memcpy(packed, data, size);
	if (wire_unpack(layout, packed, size, value) == 0) {
		check_fds(layout, value, 0, NULL);
		check_encoding(layout, value);
	}
	free(packed);
	free(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct wire_layout *layout;
	struct wire_message message = {};
	struct wire_handles handles = {};

	if (size < 2 || size - 2 > WIRE_SIZE_MAX - sizeof(*message.header))
		return 0;
	layout = layouts[data[0] % ARRAY_SIZE(layouts)];
	message.n_fds = data[1] % (WIRE_FDS_MAX + 1);
	for (size_t i = 0; i < message.n_fds; i++)
		message.fds[i] = FIRST_FD + (int)i;
	message.of_front = data[1] / (WIRE_FDS_MAX + 1) & 1;
	if (data[1] / (WIRE_FDS_MAX + 1) & 2) {
		for (; handles.n < message.n_fds; handles.n++)
			handles.fds[handles.n] = FIRST_HANDLE + (int)handles.n;
		message.handles = &handles;
	}
	data += 2;
	size -= 2;
	message.header = malloc(sizeof(*message.header) + size);
	must(message.header);
	*message.header = (struct nlmsghdr){.nlmsg_len = sizeof(*message.header) + size};
	memcpy(message.header + 1, data, size);
	check_message(&message, layout);
	free(message.header);
	check_packed(layout, data, size);
	return 0;
}
