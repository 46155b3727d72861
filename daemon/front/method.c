/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include "daemon/front/method.h"

/* clang-format off: one row a line */
static const struct method methods[] = {
	{"Create", WIRE_CREATE, &wire_create_layout, decode_create, NULL, encode_set_reply, true},
	{"Get", WIRE_GET, &wire_ask_layout, decode_ask, NULL, encode_set_reply, false},
	{"List", WIRE_LIST, &wire_list_layout, decode_list, NULL, NULL,
	 false}, /* pages: connection.c */
	{"Remove", WIRE_REMOVE, &wire_ask_layout, decode_ask, NULL, encode_nothing, false},
	{"Renew", WIRE_RENEW, &wire_ask_layout, decode_ask, NULL, encode_expires, false},
	{"Exec", WIRE_EXEC, &wire_exec_layout, decode_exec, NULL, encode_started_or_ended, true},
	{"Run", WIRE_RUN, &wire_run_layout, decode_run, NULL, encode_run, true},
	{"ListSessions", WIRE_SESSIONS, &wire_ask_layout, decode_ask, NULL, encode_sessions, false},
	{"WaitSession", WIRE_WAIT, &wire_ask_layout, decode_ask, NULL, encode_waited, false},
	{"OpenNamespaces", WIRE_OPEN, &wire_ask_layout, decode_ask, NULL, encode_namespaces, false},
	{"ListProcesses", WIRE_PROCESSES, &wire_ask_layout, decode_ask, NULL, encode_processes,
	 false},
	{"Kill", WIRE_KILL, &wire_ask_layout, decode_ask, NULL, encode_nothing, false},
	{"Freeze", WIRE_FREEZE, &wire_ask_layout, decode_ask, NULL, encode_nothing, false},
	{"Thaw", WIRE_THAW, &wire_ask_layout, decode_ask, NULL, encode_nothing, false},
	{"Identify", WIRE_IDENTIFY, &wire_ask_layout, decode_ask, NULL, encode_identity, true},
	{"AddLink", WIRE_LINK_ADD, &wire_link_layout, decode_link_request, NULL, encode_link_reply,
	 false},
	{"SetLink", WIRE_LINK_SET, &wire_link_layout, decode_link_request, NULL, encode_link_reply,
	 false},
	{"RemoveLink", WIRE_LINK_REMOVE, &wire_ask_layout, decode_ask, NULL, encode_nothing, false},
	{"ListLinks", WIRE_LINK_LIST, &wire_list_layout, decode_link_list, NULL, NULL,
	 false}, /* pages */
	{"CreateNetwork", WIRE_NETWORK_CREATE, &wire_network_layout, decode_network, NULL,
	 encode_network_reply, false},
	{"RemoveNetwork", WIRE_NETWORK_REMOVE, &wire_ask_layout, decode_ask, NULL, encode_nothing,
	 false},
	{"ListNetworks", WIRE_NETWORK_LIST, &wire_list_layout, decode_link_list, NULL, NULL,
	 false}, /* pages */
	{"Monitor", WIRE_MONITOR, &wire_list_layout, decode_link_list, NULL, NULL,
	 false}, /* pages */
	{"Apply", WIRE_APPLY, NULL, NULL, decode_apply, encode_apply, true},
	{"GetStatus", WIRE_STATUS, &wire_ask_layout, decode_ask, NULL, encode_status, false},
};
/* clang-format on */

const struct method *method_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
		if (strcmp(methods[i].name, name) == 0)
			return &methods[i];
	return NULL;
}
