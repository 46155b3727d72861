/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The layouts. If a layout is used in state files (wire_spec and its parts), its attribute numbers
 * never change: add at the end, never renumber. Rows of other layouts are in the order of the
 * members in JSON.
 */
#include "daemon/wire/layout.h"
#include "daemon/wire/tables.h"

#define GRACE_MAX (UINT64_C(24) * 3600 * 1000000)
#define USER_NAME_MAX 255
#define CLOCK_MAX (UINT64_C(4000000000) * 1000000)

#define HOSTNAME                                                                                  \
	.is_valid = hostname_is_valid, REASON("is 1 to 64 letters, digits, - and .; no part may " \
					      "be empty, or begin or end with -")
#define LABEL REASON("a key is 1 to 63 of A-Z a-z 0-9 . _ / -; a value is up to 256 bytes")

static const char *const mount_words[] = {"bind",   "tmpfs",  "proc",	 "sysfs",
					  "dev",    "mqueue", "cgroup2", "readOnly",
					  "hidden", "device", "overlay", NULL};
static const char *const mapping_words[] = {"root",   "current",     "auto",
					    "custom", "currentAuto", NULL};
static const char *const scheduling_words[] = {"batch", "idle", "fifo", "roundRobin", NULL};
static const char *const propagation_words[] = {"private", "slave", "shared", NULL};
const char *const set_state_words[] = {"creating", "ready", "removing", "broken", NULL};
const char *const set_column_words[] = {
	"name",	   "owner",   "ownerName", "state",   "namespaces", "addresses", "processes",
	"created", "expires", "parent",	   "publish", "frozen",	    "age",	 NULL};

#define MNT KIND_BIT(KIND_MNT)
#define PID KIND_BIT(KIND_PID)
#define NET KIND_BIT(KIND_NET)
#define UTS KIND_BIT(KIND_UTS)
#define TIME KIND_BIT(KIND_TIME)

/* clang-format off */

LAYOUT(wire_connection,
	FD(1, wire_connection, socket_fd),
	U32(2, wire_connection, scope, SCOPE_SET),
	STRING(3, wire_connection, reason, 255),
);

LAYOUT(wire_lane,
	U32(1, wire_lane, number, 0),
	FD(2, wire_lane, lane_fd),
	U64(3, wire_lane, processes, 0),
	U64(4, wire_lane, pipes, 0),
);

LAYOUT(wire_failure,
	U32(1, wire_failure, error, ERROR_COUNT - 1),
	I64(2, wire_failure, number, 0),
	STRING(3, wire_failure, subject, 127),
	STRING(4, wire_failure, text, 255),
);

static LAYOUT(spec_mount,
	U32(1, spec_mount, type, MOUNT_OVERLAY, ALWAYS("type"), WORD(mount_words)),
	STRING(2, spec_mount, target, PATH_MAX - 1, JSON("target")),
	STRING(3, spec_mount, source, PATH_MAX - 1, JSON("source")),
	HANDLE(4, spec_mount, source_fd, JSON("sourceFileDescriptor")),
	BOOL(5, spec_mount, read_only, JSON("readOnly")),
	U64(6, spec_mount, size, INT64_MAX, JSON("size"), UNIT(BYTES), LOWEST(4096)),
	U32(7, spec_mount, mode, 07777, JSON("mode"), LOWEST(1)),
);

static LAYOUT(spec_label,
	STRING(1, spec_label, key, LABEL_KEY_SIZE - 1, .is_valid = label_key_is_valid, LABEL),
	STRING(2, spec_label, value, LABEL_VALUE_SIZE - 1, MAYBE_EMPTY, LABEL),
);

static LAYOUT(spec_sysctl,
	STRING(1, spec_sysctl, key, SYSCTL_SIZE - 1),
	STRING(2, spec_sysctl, value, SYSCTL_SIZE - 1, REASON("is no value of a setting")),
);

LAYOUT(spec_search,
	STRING(1, spec_search, domain, DOMAIN_SIZE - 1, JSON(""), .is_valid = domain_is_valid,
	       REASON("is no name of a domain")),
);

LAYOUT(spec_option,
	STRING(1, spec_option, text, DNS_OPTION_SIZE - 1, JSON(""), .is_valid = dns_option_is_valid,
	       REASON("is no option of resolv.conf(5), such as ndots:2")),
);

LAYOUT(spec_host,
	STRING(1, spec_host, name, DOMAIN_SIZE - 1, ALWAYS("name"), .is_valid = domain_is_valid,
	       REASON("is no name of a host")),
	STRING(2, spec_host, address, ADDRESS_SIZE - 1, ALWAYS("address")),
);

static LAYOUT(wire_range,
	U32(1, wire_range, inside, ID_MAX, ALWAYS("inside")),
	U32(2, wire_range, outside, ID_MAX, ALWAYS("outside")),
	U32(3, wire_range, count, 0, ALWAYS("count"), LOWEST(1)),
);

static LAYOUT(wire_map,
	ARRAY(1, wire_map, ranges, wire_range, MAP_RANGES_MAX, JSON(""),
	      REASON("must not be empty: leave it out")),
);

LAYOUT(wire_spec,
	BOOL(1, wire_spec, given),
	U32(2, wire_spec, kinds, KIND_ALL, ALWAYS("namespaces"), KINDS),
	U32(3, wire_spec, mapping, MAPPING_CURRENT_AUTO, JSON("userMapping"), WORD(mapping_words)),
	STRING(4, wire_spec, hostname, HOSTNAME_SIZE - 1, JSON("hostname"), HOSTNAME, NEEDS(UTS)),
	U32(5, wire_spec, propagation, PROPAGATION_SHARED, JSON("propagation"),
	    WORD(propagation_words), NEEDS(MNT)),
	U32(6, wire_spec, mount_proc, SWITCH_OFF, JSON("mountProc"), SWITCH, NEEDS(MNT | PID)),
	ARRAY(7, wire_spec, mounts, spec_mount, SPEC_MOUNTS_MAX, JSON("mounts"), NEEDS(MNT)),
	STRING(8, wire_spec, root_path, PATH_MAX - 1, JSON("rootPath"), NEEDS(MNT)),
	HANDLE(9, wire_spec, root_fd, JSON("rootFileDescriptor"), NEEDS(MNT)),
	BOOL(10, wire_spec, has_monotonic),
	BOOL(11, wire_spec, has_boottime),
	I64(12, wire_spec, monotonic, CLOCK_MAX, JSON("clocks.monotonic"), UNIT(SECONDS),
	    GIVEN(wire_spec, has_monotonic), NEEDS(TIME)),
	I64(13, wire_spec, boottime, CLOCK_MAX, JSON("clocks.boottime"), UNIT(SECONDS),
	    GIVEN(wire_spec, has_boottime), NEEDS(TIME)),
	U64(14, wire_spec, lease.span, SPAN_MAX, JSON("lease.seconds"), UNIT(SECONDS),
	    LOWEST(SPAN_MIN)),
	BOOL(15, wire_spec, lease.connection, JSON("lease.connection")),
	BOOL(16, wire_spec, traces.visible, JSON("visible")),
	BOOL(17, wire_spec, traces.ip_netns, JSON("ipNetns"), NEEDS(NET)),
	ARRAY(18, wire_spec, labels, spec_label, SPEC_LABELS_MAX, JSON("labels"), MAP),
	ARRAY(19, wire_spec, links, spec_link, SPEC_LINKS_MAX, JSON("links"), NEEDS(NET)),
	BOOL(20, wire_spec, egress, JSON("egress"), NEEDS(NET)),
	ARRAY(21, wire_spec, dns, wire_address, SERVERS_MAX, JSON("dns"), NEEDS(NET | MNT)),
	ARRAY(22, wire_spec, publish, spec_publish, PUBLISH_MAX, JSON("publish"), NEEDS(NET)),
	NESTED(23, wire_spec, uid_map, wire_map, JSON("uidMap")),
	NESTED(24, wire_spec, gid_map, wire_map, JSON("gidMap")),
	PROCESS(25, wire_spec, lease.process_fd, JSON("lease.processFileDescriptor")),
	U32(26, wire_spec, lease.pid, INT_MAX, DAEMON, JSON("lease.process"), LEASE_PROCESS),
	U64(27, wire_spec, lease.start, 0, DAEMON),
	BOOL(28, wire_spec, boot, JSON("boot")),
	U64(29, wire_spec, memory, INT64_MAX, JSON("limits.memory"), UNIT(BYTES),
	    LOWEST(LIMIT_MEMORY_MIN)),
	U32(30, wire_spec, tasks, LIMIT_TASKS_MAX, JSON("limits.tasks"), LOWEST(LIMIT_TASKS_MIN)),
	U32(31, wire_spec, cpu_thousandths, LIMIT_CPU_MAX, JSON("limits.cpus"), UNIT(WHOLE),
	    LOWEST(LIMIT_CPU_MIN)),
	PIPE(32, wire_spec, lease.pipe_fd, JSON("lease.pipeFileDescriptor")),
	BOOL(33, wire_spec, lease.pipe, DAEMON, JSON("lease.pipe"), LEASE_PIPE),
	U32(34, wire_spec, lease.watcher_pid, INT_MAX, DAEMON),
	U64(35, wire_spec, lease.watcher_start, 0, DAEMON),
	U64(36, wire_spec, lease.idle, SPAN_MAX, JSON("lease.idleSeconds"), UNIT(SECONDS),
	    LOWEST(SPAN_MIN)),
	ARRAY(37, wire_spec, sysctls, spec_sysctl, SPEC_SYSCTLS_MAX, JSON("sysctls"), MAP),
	ARRAY(38, wire_spec, dns_search, spec_search, SPEC_SEARCH_MAX, JSON("dnsSearch"),
	      NEEDS(NET | MNT)),
	ARRAY(39, wire_spec, dns_options, spec_option, SPEC_OPTIONS_MAX, JSON("dnsOptions"),
	      NEEDS(NET | MNT)),
	ARRAY(40, wire_spec, hosts, spec_host, SPEC_HOSTS_MAX, JSON("hosts"), NEEDS(NET | MNT)),
	U32(41, wire_spec, own_shm, SWITCH_OFF, JSON("ownShm"), SWITCH, NEEDS(MNT)),
	BOOL(42, wire_spec, caller_cgroup, JSON("callerCgroup"), NEEDS(PID)),
	BOOL(43, wire_spec, reach.listed),
	INNER_ARRAY(44, wire_spec, reach, allow, wire_destination, DESTINATION_TEXTS_MAX,
		    JSON("allow"), GIVEN(wire_spec, reach.listed), NEEDS(NET)),
	INNER_ARRAY(45, wire_spec, reach, deny, wire_destination, DESTINATION_TEXTS_MAX,
		    JSON("deny"), NEEDS(NET)),
);

LAYOUT(wire_create,
	STRING(1, wire_create, name, NAME_SIZE - 1, JSON("name"), NAME),
	BOOL(2, wire_create, existing, JSON("existing")),
	NESTED(3, wire_create, spec, wire_spec, JSON("spec")),
	BOOL(4, wire_create, brief, JSON("brief")),
);

static LAYOUT(wire_opened,
	U32(1, wire_opened, kind_number, KIND_COUNT, ALWAYS("type"), WORD(kind_words)),
	HANDLE(2, wire_opened, namespace_fd, ALWAYS("namespaceFileDescriptor")),
);

LAYOUT(wire_adopt,
	STRING(1, wire_adopt, name, NAME_SIZE - 1, JSON("name"), NAME),
	HANDLE(2, wire_adopt, process_fd, JSON("processFileDescriptor")),
	U32(3, wire_adopt, kinds, KIND_ALL, JSON("namespaces"), KINDS),
	ARRAY(4, wire_adopt, opened, wire_opened, KIND_COUNT, JSON("descriptors")),
	NESTED(5, wire_adopt, lease, wire_lease, JSON("lease")),
);

LAYOUT(wire_apply,
	NESTED(1, wire_apply, lease, wire_lease, JSON("lease")),
	BOOL(2, wire_apply, more),
);

LAYOUT(wire_progress,
	U32(1, wire_progress, made, 0, JSON("made")),
	U32(2, wire_progress, parts, 0, JSON("parts")),
);

LAYOUT(wire_ask,
	STRING(1, wire_ask, name, NAME_SIZE - 1, JSON("name"), NAME),
	BOOL(2, wire_ask, has_owner),
	U32(3, wire_ask, owner, ID_MAX, JSON("owner"), GIVEN(wire_ask, has_owner)),
	STRING(4, wire_ask, session, ID_SIZE - 1, JSON("session"), SESSION),
	U32(5, wire_ask, kinds, KIND_ALL, JSON("namespaces"), KINDS),
	U32(6, wire_ask, signal, 64, JSON("signal"), LOWEST(1)),
	U64(7, wire_ask, span, SPAN_MAX, JSON("seconds"), UNIT(SECONDS), LOWEST(SPAN_MIN)),
	PROCESS(8, wire_ask, process_fd, JSON("processFileDescriptor")),
	U64(9, wire_ask, grace, GRACE_MAX, JSON("grace"), UNIT(SECONDS)),
	NESTED(10, wire_ask, lease, wire_lease, JSON("lease")),
);

LAYOUT(wire_list,
	BOOL(1, wire_list, all_owners, JSON("allOwners")),
	BOOL(2, wire_list, summary, JSON("summary")),
	ARRAY(3, wire_list, labels, spec_label, SPEC_LABELS_MAX, JSON("labels"), MAP),
	U32(4, wire_list, after_owner, ID_MAX),
	STRING(5, wire_list, after_name, KEY_SIZE - 1),
	STRING(6, wire_list, set, NAME_SIZE - 1, JSON("set"), .is_valid = name_is_valid,
	       REASON("is no name of a set")),
	BOOL(7, wire_list, has_owner),
	U32(8, wire_list, owner, ID_MAX, JSON("owner"), GIVEN(wire_list, has_owner)),
	BOOL(10, wire_list, usage),
	U32(9, wire_list, state, SET_BROKEN, JSON("state"), WORD(set_state_words)),
	U32(11, wire_list, columns, SET_COLUMN_ALL, JSON("columns"), .form = FORM_WORDS,
	    .words = set_column_words, REASON("must not be empty: summary asks for all columns")),
);

LAYOUT(wire_word,
	STRING(1, wire_word, text, COMMAND_WORD_MAX, JSON(""), MAYBE_EMPTY),
);

static LAYOUT(wire_passed,
	U32(1, wire_passed, number, PASSED_NUMBER_MAX, JSON("number"), LOWEST(3)),
	HANDLE(2, wire_passed, passed_fd, JSON("passedFileDescriptor")),
);

LAYOUT(wire_command,
	HANDLE(1, wire_command, arguments_fd, JSON("commandFileDescriptor")),
	ARRAY(2, wire_command, words, wire_word, COMMAND_WORDS_MAX),
	STRING(3, wire_command, working_directory, PATH_MAX - 1, JSON("workingDirectory")),
	HANDLE(4, wire_command, working_directory_fd, JSON("workingDirectoryFileDescriptor")),
	BOOL(5, wire_command, has_user),
	BOOL(6, wire_command, has_group),
	BOOL(7, wire_command, has_umask),
	U32(8, wire_command, user, ID_MAX, JSON("user"), GIVEN(wire_command, has_user)),
	U32(9, wire_command, group, ID_MAX, JSON("group"), GIVEN(wire_command, has_group)),
	U32(10, wire_command, umask, 0777, JSON("umask"), GIVEN(wire_command, has_umask)),
	HANDLE(11, wire_command, stdin_fd, JSON("stdinFileDescriptor")),
	HANDLE(12, wire_command, stdout_fd, JSON("stdoutFileDescriptor")),
	HANDLE(13, wire_command, stderr_fd, JSON("stderrFileDescriptor")),
	HANDLE(14, wire_command, terminal_fd, JSON("terminalFileDescriptor")),
	HANDLE(15, wire_command, status_fd, JSON("statusFileDescriptor")),
	U32(16, wire_command, kinds, KIND_ALL, JSON("namespaces"), KINDS),
	BOOL(17, wire_command, detach, JSON("detach")),
	BOOL(18, wire_command, new_privileges, JSON("newPrivileges")),
	BOOL(19, wire_command, more),
	BOOL(20, wire_command, end_all, JSON("endAll")),
	BOOL(21, wire_command, no_new_privileges, JSON("noNewPrivileges")),
	ARRAY(22, wire_command, passed, wire_passed, COMMAND_PASSED_MAX, JSON("descriptors")),
	U32(23, wire_command, personality, 0, JSON("personality")),
	U32(24, wire_command, scheduling, SCHEDULING_ROUND_ROBIN, JSON("scheduling"),
	    WORD(scheduling_words)),
	U32(25, wire_command, io_priority, UINT16_MAX, JSON("ioPriority")),
	U64(26, wire_command, timer_slack, INT64_MAX, JSON("timerSlackNanoseconds"),
	    UNIT(NANOSECONDS)),
	BOOL(27, wire_command, has_coredump_filter),
	U32(28, wire_command, coredump_filter, 0x1ff, JSON("coredumpFilter"),
	    GIVEN(wire_command, has_coredump_filter)),
	STRING(29, wire_command, user_name, USER_NAME_MAX, JSON("userName")),
	HANDLE(30, wire_command, terminal_socket_fd, JSON("terminalSocketFileDescriptor")),
	BOOL(31, wire_command, keep_capabilities, JSON("keepCapabilities")),
	U32(32, wire_command, scheduling_priority, 99, JSON("schedulingPriority")),
);

LAYOUT(wire_exec,
	STRING(1, wire_exec, name, NAME_SIZE - 1, JSON("name"), NAME),
	BOOL(2, wire_exec, has_owner),
	U32(3, wire_exec, owner, ID_MAX, JSON("owner"), GIVEN(wire_exec, has_owner)),
	NESTED(4, wire_exec, command, wire_command, JSON("")),
	BOOL(5, wire_exec, remove, JSON("remove")),
);

LAYOUT(wire_run,
	STRING(1, wire_run, name, NAME_SIZE - 1, JSON("name"), NAME),
	BOOL(2, wire_run, no_init, JSON("init"), NOT),
	NESTED(3, wire_run, spec, wire_spec, JSON("spec")),
	NESTED(4, wire_run, command, wire_command, JSON("")),
);

LAYOUT(wire_instruction,
	U32(1, wire_instruction, code, UINT16_MAX, JSON("code")),
	U32(2, wire_instruction, jt, UINT8_MAX, JSON("jt")),
	U32(3, wire_instruction, jf, UINT8_MAX, JSON("jf")),
	U32(4, wire_instruction, k, 0, JSON("k")),
);

LAYOUT(wire_capture,
	STRING(1, wire_capture, name, NAME_SIZE - 1, JSON("name"), NAME),
	STRING(2, wire_capture, network, NAME_SIZE - 1, JSON("network"), NAME),
	STRING(3, wire_capture, interface, INTERFACE_SIZE - 1, JSON("interface")),
	BOOL(4, wire_capture, has_owner),
	U32(5, wire_capture, owner, ID_MAX, JSON("owner"), GIVEN(wire_capture, has_owner)),
	HANDLE(6, wire_capture, capture_fd, JSON("captureFileDescriptor")),
	HANDLE(7, wire_capture, stop_fd, JSON("stopFileDescriptor")),
	ARRAY(8, wire_capture, filter, wire_instruction, FILTER_MAX, JSON("filter")),
	U64(9, wire_capture, packets, INT64_MAX, JSON("packets"), UNIT(PACKETS), LOWEST(1)),
);

LAYOUT(wire_captured,
	STRING(1, wire_captured, interface, INTERFACE_SIZE - 1, JSON("interface")),
	BOOL(2, wire_captured, ended),
	U64(3, wire_captured, packets, 0, JSON("packets"), GIVEN(wire_captured, ended)),
	U64(4, wire_captured, dropped, 0, JSON("dropped"), GIVEN(wire_captured, ended)),
);

LAYOUT(wire_namespace,
	U32(1, wire_namespace, kind_number, KIND_COUNT, ALWAYS("type"), WORD(kind_words)),
	U64(3, wire_namespace, inode, 0, ALWAYS("inode")),
	U64(4, wire_namespace, id, 0, JSON("id")),
	STRING(5, wire_namespace, path, PATH_MAX - 1, JSON("path")),
	BOOL(2, wire_namespace, held, ALWAYS("held")),
	FD(6, wire_namespace, descriptor_fd),
);

static LAYOUT(wire_interface,
	STRING(1, wire_interface, name, 15, JSON("name")),
	U32(3, wire_interface, index, 0, ALWAYS("index")),
	STRING(2, wire_interface, mac, 63, JSON("mac")),
	ARRAY(5, wire_interface, addresses, wire_address, INTERFACE_ADDRESSES_MAX,
	      ALWAYS("addresses")),
	BOOL(4, wire_interface, up, ALWAYS("up")),
	STRING(6, wire_interface, link, NAME_SIZE - 1, JSON("link")),
);

LAYOUT(wire_set,
	STRING(1, wire_set, name, NAME_SIZE - 1, JSON("name")),
	U32(2, wire_set, owner, 0, ALWAYS("owner")),
	STRING(3, wire_set, id, ID_SIZE - 1, JSON("id")),
	U32(4, wire_set, state, SET_BROKEN, ALWAYS("state"), WORD(set_state_words)),
	STRING(19, wire_set, broken, SET_REASON_SIZE - 1, JSON("reason")),
	U64(5, wire_set, created, 0, ALWAYS("created"), UNIT(SECONDS)),
	U32(7, wire_set, kinds, KIND_ALL),
	ARRAY(8, wire_set, namespaces, wire_namespace, KIND_COUNT, ALWAYS("namespaces")),
	NESTED(9, wire_set, spec, wire_spec, ALWAYS("spec")),
	ARRAY(10, wire_set, interfaces, wire_interface, INTERFACES_MAX, ALWAYS("interfaces")),
	U32(11, wire_set, processes, 0, ALWAYS("usage.processes")),
	U32(12, wire_set, sessions, 0, ALWAYS("usage.sessions")),
	BOOL(15, wire_set, has_memory),
	U64(17, wire_set, memory, 0, JSON("usage.memory"), GIVEN(wire_set, has_memory)),
	BOOL(16, wire_set, has_cpu),
	U64(18, wire_set, cpu, 0, JSON("usage.cpuSeconds"), UNIT(SECONDS),
	    GIVEN(wire_set, has_cpu)),
	U32(13, wire_set, init, 0, JSON("init")),
	STRING(14, wire_set, cgroup, PATH_MAX - 1, JSON("cgroup")),
	U64(6, wire_set, expires, 0, JSON("expires"), UNIT(SECONDS)),
	STRING(20, wire_set, parent, NAME_SIZE - 1, JSON("parent")),
	STRING(21, wire_set, processes_in, PATH_MAX - 1),
	BOOL(22, wire_set, adopted, JSON("adopted")),
	BOOL(23, wire_set, frozen, JSON("frozen")),
	BOOL(24, wire_set, has_refused),
	U64(25, wire_set, refused, 0, JSON("usage.refusedPackets"), GIVEN(wire_set, has_refused)),
	ARRAY(26, wire_set, refused_to, wire_refused, REFUSED_MAX,
	      JSON("usage.refusedDestinations")),
);

LAYOUT(wire_summary,
	STRING(1, wire_summary, name, NAME_SIZE - 1, JSON("name")),
	U32(2, wire_summary, owner, 0, ALWAYS("owner")),
	STRING(13, wire_summary, owner_name, USER_NAME_MAX, JSON("ownerName")),
	U32(3, wire_summary, state, SET_BROKEN, ALWAYS("state"), WORD(set_state_words)),
	U32(4, wire_summary, kinds, KIND_ALL, ALWAYS("namespaces"), KINDS),
	LARGE_ARRAY(5, wire_summary, addresses, wire_address, SUMMARY_ADDRESSES_MAX,
		    ALWAYS("addresses")),
	U32(6, wire_summary, processes, 0, ALWAYS("processes")),
	STRING(7, wire_summary, processes_in, PATH_MAX - 1),
	U64(8, wire_summary, created, 0, ALWAYS("created"), UNIT(SECONDS)),
	U64(9, wire_summary, expires, 0, JSON("expires"), UNIT(SECONDS)),
	STRING(10, wire_summary, parent, NAME_SIZE - 1, JSON("parent")),
	LARGE_ARRAY(11, wire_summary, publish, spec_publish, PUBLISH_MAX, JSON("publish")),
	BOOL(12, wire_summary, frozen, JSON("frozen")),
	U64(14, wire_summary, age, 0, ALWAYS("age")),
);

LAYOUT(wire_session,
	STRING(1, wire_session, session, ID_SIZE - 1, JSON("session")),
	STRING(2, wire_session, set, NAME_SIZE - 1),
	ARRAY(3, wire_session, words, wire_word, COMMAND_WORDS_MAX, ALWAYS("command")),
	U32(4, wire_session, pid, 0, JSON("pid")),
	FD(5, wire_session, process_fd),
	U64(6, wire_session, started, 0, ALWAYS("started"), UNIT(SECONDS)),
	U64(7, wire_session, ended, 0, JSON("ended"), UNIT(SECONDS)),
	BOOL(8, wire_session, exited),
	U32(9, wire_session, exit_status, 255, JSON("exitStatus"), GIVEN(wire_session, exited)),
	U32(10, wire_session, signal, 64, JSON("signal")),
	STRING(11, wire_session, left_in, PATH_MAX - 1),
	U32(12, wire_session, started_in, DIRECTORY_ROOT),
	LARGE_ARRAY(13, wire_session, publish, spec_publish, PUBLISH_MAX),
);

LAYOUT(wire_status,
	U64(1, wire_status, started, 0),
	U32(2, wire_status, allowed, 0),
	BOOL(3, wire_status, cgroup),
	BOOL(4, wire_status, limits),
	STRING(5, wire_status, config, PATH_MAX - 1),
	U64(6, wire_status, config_read, 0),
	BOOL(7, wire_status, impairments),
	STRING(8, wire_status, closed, 255),
	BOOL(9, wire_status, egress_denied),
);

LAYOUT(wire_count,
	U32(1, wire_count, class, COUNT_COUNTER),
	STRING(2, wire_count, name, 63),
	U64(3, wire_count, value, 0),
);

static LAYOUT(wire_amount,
	STRING(1, wire_amount, limit, 63, JSON("limit")),
	U64(2, wire_amount, value, 0, JSON("value")),
);

LAYOUT(wire_user,
	U32(1, wire_user, uid, 0, ALWAYS("uid")),
	ARRAY(2, wire_user, used, wire_amount, USER_AMOUNTS_MAX, ALWAYS("used"), MAP),
	ARRAY(3, wire_user, limits, wire_amount, USER_AMOUNTS_MAX, ALWAYS("limits"), MAP),
);

/* clang-format on */

void wire_put_failure(struct wire_writer *writer, const struct failure *failure)
{
	const struct wire_failure wire = {
		.error = failure->error,
		.number = failure->number,
		.subject = failure->subject,
		.text = failure->text,
	};

	wire_put(writer, &wire_failure_layout, &wire);
}
