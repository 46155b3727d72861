/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tables. An attribute's number is for ever where a layout is kept in state files (wire_spec
 * and what it holds): add at the end, never renumber.
 */
#include <limits.h>
#include "daemon/wire/layout.h"
#include "daemon/wire/tables.h"

#define SPAN_MAX (UINT64_C(100) * 365 * 24 * 3600 * 1000000) /* a century in microseconds */
#define ID_MAX (UINT32_MAX - 1)

/* clang-format off: one row a line */

static const struct wire_field wire_connection_fields[] = {
	FD(1, wire_connection, socket_fd),
	U32(2, wire_connection, scope, SCOPE_SET),
	STRING(3, wire_connection, reason, 255),
};
LAYOUT(wire_connection);

static const struct wire_field wire_lane_fields[] = {
	U32(1, wire_lane, number, 0),
	FD(2, wire_lane, lane_fd),
	U64(3, wire_lane, processes, 0),
};
LAYOUT(wire_lane);

static const struct wire_field wire_failure_fields[] = {
	U32(1, wire_failure, error, ERROR_COUNT - 1),
	I64(2, wire_failure, number),
	STRING(3, wire_failure, subject, 127),
	STRING(4, wire_failure, text, 255),
};
LAYOUT(wire_failure);

static const struct wire_field spec_mount_fields[] = {
	U32(1, spec_mount, type, MOUNT_CGROUP2),
	STRING(2, spec_mount, target, PATH_MAX - 1),
	STRING(3, spec_mount, source, PATH_MAX - 1),
	HANDLE(4, spec_mount, source_fd),
	BOOL(5, spec_mount, read_only),
	U64(6, spec_mount, size, 0),
};
static LAYOUT(spec_mount);

static const struct wire_field spec_label_fields[] = {
	STRING(1, spec_label, key, LABEL_KEY_SIZE - 1),
	STRING(2, spec_label, value, LABEL_VALUE_SIZE - 1),
};
static LAYOUT(spec_label);

static const struct wire_field wire_range_fields[] = {
	U32(1, wire_range, inside, ID_MAX),
	U32(2, wire_range, outside, ID_MAX),
	U32(3, wire_range, count, 0),
};
static LAYOUT(wire_range);

static const struct wire_field wire_map_fields[] = {
	ARRAY(1, wire_map, ranges, wire_range, MAP_RANGES_MAX),
};
static LAYOUT(wire_map);

static const struct wire_field wire_spec_fields[] = {
	BOOL(1, wire_spec, given),
	U32(2, wire_spec, kinds, KIND_ALL),
	U32(3, wire_spec, mapping, MAPPING_CUSTOM),
	STRING(4, wire_spec, hostname, HOSTNAME_SIZE - 1),
	U32(5, wire_spec, propagation, PROPAGATION_SHARED),
	U32(6, wire_spec, mount_proc, SWITCH_OFF),
	ARRAY(7, wire_spec, mounts, spec_mount, SPEC_MOUNTS_MAX),
	STRING(8, wire_spec, root_path, PATH_MAX - 1),
	HANDLE(9, wire_spec, root_fd),
	BOOL(10, wire_spec, has_monotonic),
	BOOL(11, wire_spec, has_boottime),
	I64(12, wire_spec, monotonic),
	I64(13, wire_spec, boottime),
	U64(14, wire_spec, lease, SPAN_MAX),
	BOOL(15, wire_spec, lease_connection),
	BOOL(16, wire_spec, visible),
	BOOL(17, wire_spec, ip_netns),
	ARRAY(18, wire_spec, labels, spec_label, SPEC_LABELS_MAX),
	ARRAY(19, wire_spec, links, spec_link, SPEC_LINKS_MAX),
	BOOL(20, wire_spec, egress),
	ARRAY(21, wire_spec, dns, wire_address, SERVERS_MAX),
	ARRAY(22, wire_spec, publish, spec_publish, PUBLISH_MAX),
	NESTED(23, wire_spec, uid_map, wire_map),
	NESTED(24, wire_spec, gid_map, wire_map),
	PROCESS(25, wire_spec, lease_fd),
	DAEMON_U32(26, wire_spec, lease_pid, INT_MAX),
	DAEMON_U64(27, wire_spec, lease_start, 0),
	BOOL(28, wire_spec, boot),
	U64(29, wire_spec, memory, 0),
	U32(30, wire_spec, tasks, 0),
	U32(31, wire_spec, cpu_thousandths, 0),
};
LAYOUT(wire_spec);

static const struct wire_field wire_create_fields[] = {
	STRING(1, wire_create, name, NAME_SIZE - 1),
	BOOL(2, wire_create, existing),
	NESTED(3, wire_create, spec, wire_spec),
};
LAYOUT(wire_create);

static const struct wire_field wire_lease_fields[] = {
	U64(1, wire_lease, span, SPAN_MAX),
	BOOL(2, wire_lease, connection),
	PROCESS(3, wire_lease, process_fd),
};
static LAYOUT(wire_lease);

static const struct wire_field wire_apply_fields[] = {
	NESTED(1, wire_apply, lease, wire_lease),
};
LAYOUT(wire_apply);

static const struct wire_field wire_ask_fields[] = {
	STRING(1, wire_ask, name, NAME_SIZE - 1), BOOL(2, wire_ask, has_owner),
	U32(3, wire_ask, owner, ID_MAX),	  STRING(4, wire_ask, session, SESSION_SIZE - 1),
	U32(5, wire_ask, kinds, KIND_ALL),	  U32(6, wire_ask, signal, 64),
	U64(7, wire_ask, span, SPAN_MAX),	  PROCESS(8, wire_ask, process_fd),
};
LAYOUT(wire_ask);

static const struct wire_field wire_list_fields[] = {
	BOOL(1, wire_list, all_owners),
	BOOL(2, wire_list, summary),
	ARRAY(3, wire_list, labels, spec_label, SPEC_LABELS_MAX),
	U32(4, wire_list, after_owner, ID_MAX),
	STRING(5, wire_list, after_name, KEY_SIZE - 1),
	STRING(6, wire_list, set, NAME_SIZE - 1),
	BOOL(7, wire_list, has_owner),
	U32(8, wire_list, owner, ID_MAX),
};
LAYOUT(wire_list);

static const struct wire_field wire_word_fields[] = {
	STRING(1, wire_word, text, COMMAND_WORD_MAX),
};
LAYOUT(wire_word);

static const struct wire_field wire_command_fields[] = {
	HANDLE(1, wire_command, arguments_fd),
	ARRAY(2, wire_command, words, wire_word, COMMAND_WORDS_MAX),
	STRING(3, wire_command, working_directory, PATH_MAX - 1),
	HANDLE(4, wire_command, working_directory_fd),
	BOOL(5, wire_command, has_user),
	BOOL(6, wire_command, has_group),
	BOOL(7, wire_command, has_umask),
	U32(8, wire_command, user, ID_MAX),
	U32(9, wire_command, group, ID_MAX),
	U32(10, wire_command, umask, 0777),
	HANDLE(11, wire_command, stdin_fd),
	HANDLE(12, wire_command, stdout_fd),
	HANDLE(13, wire_command, stderr_fd),
	HANDLE(14, wire_command, terminal_fd),
	HANDLE(15, wire_command, status_fd),
	U32(16, wire_command, kinds, KIND_ALL),
	BOOL(17, wire_command, detach),
	BOOL(18, wire_command, new_privileges),
	BOOL(19, wire_command, more),
};
LAYOUT(wire_command);

static const struct wire_field wire_exec_fields[] = {
	STRING(1, wire_exec, name, NAME_SIZE - 1),
	BOOL(2, wire_exec, has_owner),
	U32(3, wire_exec, owner, ID_MAX),
	NESTED(4, wire_exec, command, wire_command),
};
LAYOUT(wire_exec);

static const struct wire_field wire_run_fields[] = {
	STRING(1, wire_run, name, NAME_SIZE - 1),
	BOOL(2, wire_run, no_init),
	NESTED(3, wire_run, spec, wire_spec),
	NESTED(4, wire_run, command, wire_command),
};
LAYOUT(wire_run);

static const struct wire_field wire_namespace_fields[] = {
	U32(1, wire_namespace, kind_number, KIND_COUNT),
	BOOL(2, wire_namespace, held),
	U64(3, wire_namespace, inode, 0),
	U64(4, wire_namespace, id, 0),
	STRING(5, wire_namespace, path, PATH_MAX - 1),
	FD(6, wire_namespace, descriptor_fd),
};
LAYOUT(wire_namespace);

static const struct wire_field wire_interface_fields[] = {
	STRING(1, wire_interface, name, 15),
	STRING(2, wire_interface, mac, 63),
	U32(3, wire_interface, index, 0),
	BOOL(4, wire_interface, up),
	ARRAY(5, wire_interface, addresses, wire_address, INTERFACE_ADDRESSES_MAX),
	STRING(6, wire_interface, link, NAME_SIZE - 1),
};
static LAYOUT(wire_interface);

static const struct wire_field wire_set_fields[] = {
	STRING(1, wire_set, name, NAME_SIZE - 1),
	U32(2, wire_set, owner, 0),
	STRING(3, wire_set, id, SESSION_SIZE - 1),
	U32(4, wire_set, state, SET_BROKEN),
	U64(5, wire_set, created, 0),
	U64(6, wire_set, expires, 0),
	U32(7, wire_set, kinds, KIND_ALL),
	ARRAY(8, wire_set, namespaces, wire_namespace, KIND_COUNT),
	NESTED(9, wire_set, spec, wire_spec),
	ARRAY(10, wire_set, interfaces, wire_interface, INTERFACES_MAX),
	U32(11, wire_set, processes, 0),
	U32(12, wire_set, sessions, 0),
	U32(13, wire_set, init, 0),
	STRING(14, wire_set, cgroup, PATH_MAX - 1),
	BOOL(15, wire_set, has_memory),
	BOOL(16, wire_set, has_cpu),
	U64(17, wire_set, memory, 0),
	U64(18, wire_set, cpu, 0),
	STRING(19, wire_set, broken, SET_REASON_SIZE - 1),
};
LAYOUT(wire_set);

static const struct wire_field wire_session_fields[] = {
	STRING(1, wire_session, session, SESSION_SIZE - 1),
	STRING(2, wire_session, set, NAME_SIZE - 1),
	ARRAY(3, wire_session, words, wire_word, COMMAND_WORDS_MAX),
	U32(4, wire_session, pid, 0),
	FD(5, wire_session, process_fd),
	U64(6, wire_session, started, 0),
	U64(7, wire_session, ended, 0),
	BOOL(8, wire_session, exited),
	U32(9, wire_session, exit_status, 255),
	U32(10, wire_session, signal, 64),
};
LAYOUT(wire_session);

static const struct wire_field wire_process_fields[] = {
	U32(1, wire_process, pid, 0),
	STRING(2, wire_process, session, SESSION_SIZE - 1),
};
LAYOUT(wire_process);

static const struct wire_field wire_status_fields[] = {
	U64(1, wire_status, started, 0),
	U32(2, wire_status, allowed, 0),
	BOOL(3, wire_status, cgroup),
	BOOL(4, wire_status, limits),
};
LAYOUT(wire_status);

static const struct wire_field wire_count_fields[] = {
	U32(1, wire_count, class, COUNT_COUNTER),
	STRING(2, wire_count, name, 63),
	U64(3, wire_count, value, 0),
};
LAYOUT(wire_count);
