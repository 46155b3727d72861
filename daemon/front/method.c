/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include "daemon/front/method.h"
#include "daemon/front/reply.h"
#include "daemon/front/view.h"

#define METHOD(method, request, record, ...)                                                 \
	{                                                                                    \
		.name = (method), .op = (request), .layout = &record##_layout, ##__VA_ARGS__ \
	}
#define REPLY(key, layout) .reply = {{key, 0, &layout##_layout, NULL}}
#define REPLY_VIEW(layout, view) .reply = {{"", 0, &layout##_layout, &(view)}}
#define REPLY_LIST(key, item, layout) .reply = {{key, item, &layout##_layout, NULL}}

/* clang-format off: one row a line */
static const struct method methods[] = {
	METHOD("Create", WIRE_CREATE, wire_create, REPLY("set", wire_set),
	       .takes_descriptors = true),
	METHOD("Get", WIRE_GET, wire_ask, REPLY("set", wire_set)),
	METHOD("List", WIRE_LIST, wire_list, REPLY_LIST("sets", WIRE_ITEM_SET, wire_set)),
	METHOD("Remove", WIRE_REMOVE, wire_ask),
	METHOD("Renew", WIRE_RENEW, wire_ask, REPLY_VIEW(wire_set, view_expires)),
	METHOD("Exec", WIRE_EXEC, wire_exec, REPLY_VIEW(wire_session, view_started),
	       .takes_descriptors = true),
	METHOD("Run", WIRE_RUN, wire_run, REPLY_VIEW(wire_session, view_run),
	       .takes_descriptors = true),
	METHOD("ListSessions", WIRE_SESSIONS, wire_ask,
	       REPLY_LIST("sessions", WIRE_ITEM_SESSION, wire_session)),
	METHOD("WaitSession", WIRE_WAIT, wire_ask, REPLY_VIEW(wire_session, view_ended)),
	METHOD("OpenNamespaces", WIRE_OPEN, wire_ask,
	       .reply = {{"namespaces", WIRE_ITEM_NAMESPACE, &wire_namespace_layout,
			  &view_namespace}}),
	METHOD("ListProcesses", WIRE_PROCESSES, wire_ask, .encode = encode_processes),
	METHOD("Kill", WIRE_KILL, wire_ask),
	METHOD("Freeze", WIRE_FREEZE, wire_ask),
	METHOD("Thaw", WIRE_THAW, wire_ask),
	METHOD("Identify", WIRE_IDENTIFY, wire_ask, REPLY_VIEW(wire_set, view_identity),
	       .takes_descriptors = true),
	METHOD("AddLink", WIRE_LINK_ADD, wire_link, REPLY("link", wire_link)),
	METHOD("SetLink", WIRE_LINK_SET, wire_link, REPLY("link", wire_link)),
	METHOD("RemoveLink", WIRE_LINK_REMOVE, wire_ask),
	METHOD("ListLinks", WIRE_LINK_LIST, wire_list,
	       REPLY_LIST("links", WIRE_ITEM_LINK, wire_link)),
	METHOD("CreateNetwork", WIRE_NETWORK_CREATE, wire_network, REPLY("network", wire_network)),
	METHOD("RemoveNetwork", WIRE_NETWORK_REMOVE, wire_ask),
	METHOD("ListNetworks", WIRE_NETWORK_LIST, wire_list,
	       REPLY_LIST("networks", WIRE_ITEM_NETWORK, wire_network)),
	METHOD("Monitor", WIRE_MONITOR, wire_list,
	       .reply = {{"sets", WIRE_ITEM_SET, &wire_set_layout, NULL},
			 {"events", WIRE_ITEM_EVENT, &wire_event_layout, NULL}}),
	{.name = "Apply",
	 .op = WIRE_APPLY,
	 .put = decode_apply,
	 .reply = {{"sets", WIRE_ITEM_SET, &wire_set_layout, NULL},
		   {"networks", WIRE_ITEM_NETWORK, &wire_network_layout, NULL},
		   {"links", WIRE_ITEM_LINK, &wire_link_layout, NULL}},
	 .takes_descriptors = true},
	METHOD("GetStatus", WIRE_STATUS, wire_ask, .encode = encode_status),
};
/* clang-format on */

const struct method *method_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
		if (strcmp(methods[i].name, name) == 0)
			return &methods[i];
	return NULL;
}
