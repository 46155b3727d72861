/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The layouts of the keeper's tasks and orders, which are not stored. */
#include "daemon/wire/tables.h"
#include "daemon/wire/task.h"

/* clang-format off */

LAYOUT(task_ready,
	FD(1, task_ready, vault_fd),
	FD(2, task_ready, cgroup_fd),
	FD(3, task_ready, vault_mnt_fd),
	BOOL(4, task_ready, vault_pinned),
);

LAYOUT(task_fork,
	FD(1, task_fork, channel_fd),
);

static LAYOUT(task_group,
	U32(1, task_group, id, 0),
);

static LAYOUT(task_identity,
	U32(1, task_identity, uid, 0),
	U32(2, task_identity, gid, 0),
	ARRAY(3, task_identity, groups, task_group, TASK_GROUPS_MAX),
);

static LAYOUT(task_resource,
	U64(1, task_resource, soft, 0),
	U64(2, task_resource, hard, 0),
);

static LAYOUT(task_processors,
	U64(1, task_processors, mask, 0),
);

static LAYOUT(task_limits,
	ARRAY(1, task_limits, resources, task_resource, TASK_RESOURCES),
	ARRAY(2, task_limits, processors, task_processors, TASK_PROCESSORS / 64),
	I64(3, task_limits, nice, 0),
	I64(4, task_limits, oom_score, 0),
	U32(5, task_limits, login, 0),
);

static LAYOUT(task_set,
	U32(1, task_set, owner, 0),
	STRING(2, task_set, name, KEY_SIZE - 1),
	STRING(3, task_set, id, ID_SIZE - 1),
	U32(4, task_set, kinds, KIND_ALL),
	BOOL(5, task_set, traces.visible),
	BOOL(6, task_set, traces.ip_netns),
	STRING(8, task_set, above, ABOVE_SIZE - 1),
	STRING(9, task_set, callers_cgroup, CALLER_CGROUP_SIZE - 1),
	U64(10, task_set, callers_inode, 0),
);

static LAYOUT(task_end,
	BOOL(1, task_end, host),
	STRING(2, task_end, pin, KEY_SIZE + 11),
	STRING(3, task_end, interface, INTERFACE_SIZE - 1),
	STRING(4, task_end, altname, INTERFACE_SIZE - 1),
	STRING(5, task_end, mac, MAC_SIZE - 1),
	ARRAY(6, task_end, addresses, wire_address, END_ADDRESSES_MAX),
	ARRAY(7, task_end, routes, wire_route, TASK_ROUTES_MAX),
	U32(8, task_end, mtu, MTU_MAX),
	BOOL(9, task_end, down),
	BOOL(10, task_end, port),
	NESTED(11, task_end, impairment, wire_impairment),
);

static LAYOUT(task_link,
	STRING(1, task_link, id, ID_SIZE - 1),
	NESTED(2, task_link, a, task_end),
	NESTED(3, task_link, b, task_end),
	BOOL(4, task_link, egress),
	BOOL(5, task_link, outward),
	BOOL(6, task_link, inner),
	ARRAY(7, task_link, publish, spec_publish, PUBLISH_MAX),
	BOOL(8, task_link, listed),
	STRING(9, task_link, allow, DESTINATION_LINES_SIZE),
	STRING(10, task_link, deny, DESTINATION_LINES_SIZE),
	BOOL(11, task_link, named),
	BOOL(12, task_link, end_named),
	BOOL(13, task_link, learned),
);

LAYOUT(task_one_link,
	NESTED(1, task_one_link, link, task_link),
);

LAYOUT(task_adjust,
	NESTED(1, task_adjust, from, task_link),
	NESTED(2, task_adjust, to, task_link),
);

LAYOUT(task_examine,
	ARRAY(1, task_examine, links, task_link, EXAMINE_LINKS_MAX),
);

static LAYOUT(task_firewall,
	BOOL(1, task_firewall, given),
	STRING(2, task_firewall, table, 63),
	STRING(3, task_firewall, pools[0], ADDRESS_SIZE - 1),
	STRING(4, task_firewall, pools[1], ADDRESS_SIZE - 1),
	ARRAY(5, task_firewall, forbidden, wire_address, FORBIDDEN_MAX),
	U32(6, task_firewall, log_group, UINT16_MAX),
);

LAYOUT(task_restore,
	NESTED(1, task_restore, firewall, task_firewall),
	LARGE_ARRAY(2, task_restore, links, task_link, TASK_LINKS_MAX),
	BOOL(3, task_restore, more),
	BOOL(4, task_restore, follow),
);

LAYOUT(task_listen,
	STRING(1, task_listen, pin, PIN_PATH_SIZE - 1),
	STRING(2, task_listen, addresses[0], ADDRESS_SIZE - 1),
	STRING(3, task_listen, addresses[1], ADDRESS_SIZE - 1),
);

static LAYOUT(task_admitted,
	STRING(1, task_admitted, address, ADDRESS_SIZE - 1),
	U32(2, task_admitted, seconds, 0),
);

static LAYOUT(task_service,
	U32(1, task_service, protocol, 255),
	U32(2, task_service, port, 65535),
);

LAYOUT(task_admit,
	NESTED(1, task_admit, firewall, task_firewall),
	STRING(2, task_admit, interface, INTERFACE_SIZE - 1),
	ARRAY(3, task_admit, addresses, task_admitted, ADMIT_ADDRESSES_MAX),
	ARRAY(4, task_admit, services, task_service, ADMIT_SERVICES_MAX),
);
LAYOUT(task_relist,
	NESTED(1, task_relist, firewall, task_firewall),
	NESTED(2, task_relist, link, task_link),
	BOOL(3, task_relist, change),
);

LAYOUT(task_learn,
	NESTED(1, task_learn, firewall, task_firewall),
	NESTED(2, task_learn, link, task_link),
	BOOL(3, task_learn, begin),
	U32(4, task_learn, seconds, 0),
);

static LAYOUT(task_listener,
	FD(1, task_listener, fd),
	BOOL(2, task_listener, udp),
	U32(3, task_listener, port, 65535),
);

LAYOUT(task_proxy,
	U32(1, task_proxy, owner, 0),
	STRING(2, task_proxy, pin, KEY_SIZE + 11),
	STRING(3, task_proxy, targets[0], ADDRESS_SIZE - 1),
	STRING(4, task_proxy, targets[1], ADDRESS_SIZE - 1),
	ARRAY(5, task_proxy, listeners, task_listener, TASK_LISTENERS_MAX),
	FD(6, task_proxy, leash_fd),
);

LAYOUT(task_boot_record,
	FD(1, task_boot_record, directory_fd),
	STRING(2, task_boot_record, name, 63),
	STRING(3, task_boot_record, temporary, 63),
	FD(4, task_boot_record, file_fd),
);

static LAYOUT(task_bridge,
	BOOL(1, task_bridge, given),
	ARRAY(2, task_bridge, addresses, wire_address, SUBNETS_MAX),
	BOOL(3, task_bridge, forward),
);

static LAYOUT(task_resolver,
	BOOL(1, task_resolver, given),
	BOOL(2, task_resolver, own),
	ARRAY(3, task_resolver, servers, wire_address, SERVERS_MAX),
	BOOL(4, task_resolver, loopback),
	BOOL(6, task_resolver, wanted),
	BOOL(7, task_resolver, hosts),
	ARRAY(8, task_resolver, search, spec_search, SPEC_SEARCH_MAX),
	ARRAY(9, task_resolver, options, spec_option, SPEC_OPTIONS_MAX),
	ARRAY(10, task_resolver, extra, spec_host, SPEC_HOSTS_MAX),
);

static LAYOUT(task_host,
	STRING(1, task_host, address, ADDRESS_SIZE - 1),
	STRING(2, task_host, name, NAME_SIZE - 1),
);

static LAYOUT(task_named,
	STRING(1, task_named, pin, KEY_SIZE + 11),
	U32(2, task_named, gid, 0),
);

LAYOUT(task_names,
	U32(1, task_names, owner, 0),
	ARRAY(2, task_names, sets, task_named, TASK_NAMED_MAX),
	NESTED(3, task_names, resolver, task_resolver),
	BOOL(4, task_names, named),
	ARRAY(5, task_names, hosts, task_host, TASK_HOSTS_MAX),
	STRING(6, task_names, networks, TASK_NETWORKS_SIZE - 1),
);

static LAYOUT(task_caller,
	FD(1, task_caller, process_fd),
	STRING(2, task_caller, wall, WALL_SIZE - 1),
	STRING(3, task_caller, home, PIN_PATH_SIZE - 1),
	STRING(4, task_caller, cgroup, CALLER_CGROUP_SIZE - 1),
);

static LAYOUT(task_device,
	U32(1, task_device, major, 0),
	U32(2, task_device, minor, 0),
);

LAYOUT(task_create,
	NESTED(1, task_create, set, task_set),
	NESTED(2, task_create, identity, task_identity),
	NESTED(3, task_create, spec, wire_spec),
	BOOL(4, task_create, no_init),
	ARRAY(5, task_create, links, task_link, TASK_SPEC_LINKS_MAX),
	NESTED(6, task_create, bridge, task_bridge),
	NESTED(7, task_create, firewall, task_firewall),
	BOOL(8, task_create, setgroups),
	U32(9, task_create, inside_uid, 0),
	U32(10, task_create, inside_gid, 0),
	NESTED(11, task_create, resolver, task_resolver),
	FD(12, task_create, net_fd),
	FD(13, task_create, sysfs_fd),
	ARRAY(14, task_create, resources, task_resource, TASK_RESOURCES),
	NESTED(15, task_create, caller, task_caller),
	NESTED(16, task_create, adopt, wire_adopt),
	U64(17, task_create, capabilities, 0),
	ARRAY(18, task_create, devices, task_device, DEVICES_MAX),
);

LAYOUT(task_sweep,
	NESTED(1, task_sweep, set, task_set),
);

LAYOUT(task_spare,
	U32(1, task_spare, owner, 0),
	BOOL(2, task_spare, sysfs),
);

LAYOUT(task_remove,
	NESTED(1, task_remove, set, task_set),
	U64(2, task_remove, grace, 0),
	LARGE_ARRAY(3, task_remove, links, task_link, TASK_LINKS_MAX),
	NESTED(4, task_remove, firewall, task_firewall),
	U32(5, task_remove, init_pid, 0),
	U64(6, task_remove, init_start, 0),
	BOOL(7, task_remove, keeps_ends),
	STRING(8, task_remove, way, INTERFACE_SIZE - 1),
);

LAYOUT(task_start,
	NESTED(1, task_start, set, task_set),
	NESTED(2, task_start, identity, task_identity),
	NESTED(3, task_start, command, wire_command),
	STRING(4, task_start, session, ID_SIZE - 1),
	BOOL(5, task_start, no_init),
	BOOL(6, task_start, mount_proc),
	NESTED(7, task_start, caller_limits, task_limits),
	FD(8, task_start, status_file_fd),
	FD(9, task_start, leash_fd),
	STRING(10, task_start, caller_profile, 255),
	U32(11, task_start, inside_uid, 0),
	U32(12, task_start, inside_gid, 0),
	U64(13, task_start, caller_bounding, 0),
	NESTED(15, task_start, caller, task_caller),
	BOOL(16, task_start, may_gain),
	BOOL(17, task_start, ends_set),
);

LAYOUT(task_inspect,
	NESTED(1, task_inspect, set, task_set),
	STRING(2, task_inspect, way, INTERFACE_SIZE - 1),
	NESTED(3, task_inspect, firewall, task_firewall),
	BOOL(4, task_inspect, interfaces),
);

LAYOUT(task_signal,
	NESTED(1, task_signal, set, task_set),
	STRING(2, task_signal, session, ID_SIZE - 1),
	U32(3, task_signal, signal, 0),
	U32(4, task_signal, init_pid, 0),
);

LAYOUT(task_processes,
	U64(1, task_processes, processes, 0),
	U64(2, task_processes, pipes, 0),
);

LAYOUT(task_answer,
	NESTED(1, task_answer, identity, task_identity),
	FD(2, task_answer, channel_fd),
	FD(3, task_answer, requests_fd),
);

LAYOUT(task_front,
	NESTED(1, task_front, identity, task_identity),
	FD(2, task_front, channel_fd),
	STRING(3, task_front, profile, 255),
	FD(4, task_front, requests_fd),
	U64(5, task_front, memory, 0),
);

LAYOUT(task_capture,
	U32(1, task_capture, uid, 0),
	STRING(2, task_capture, pin, KEY_SIZE + 11),
	STRING(3, task_capture, interface, INTERFACE_SIZE - 1),
	BOOL(4, task_capture, bridge),
	HANDLE(5, task_capture, capture_fd),
	HANDLE(6, task_capture, stop_fd),
	FD(7, task_capture, result_fd),
	ARRAY(8, task_capture, filter, wire_instruction, FILTER_MAX),
	U64(9, task_capture, packets, 0),
);

const struct wire_layout *const task_layouts[TASK_OP_END] = {
	[TASK_READY] = &task_ready_layout,
	[TASK_FORK] = &task_fork_layout,
#define LAYOUT_OF(op, contents, ...) [TASK_##op] = &contents##_layout,
	CHILD_TASKS(LAYOUT_OF)
	WORKER_TASKS(LAYOUT_OF)
#undef LAYOUT_OF
};
