/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include "daemon/front/service.h"
#include "protocol/idl.h"

static const struct {
	const char *name, *text;
} interfaces[] = {
	{"org.varlink.service", idl_text_service},
	{"org.nsctl", idl_text_nsctl},
	{"io.systemd.Metrics", idl_text_metrics},
};

json_t *service_info(void)
{
	json_t *names = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(interfaces); i++)
		json_array_append_new(names, json_string(interfaces[i].name));
	return json_pack("{ss ss ss ss so}", "vendor", "nsctl", "product", "nsctld", "version",
			 PACKAGE_VERSION, "url", "", "interfaces", names);
}

json_t *service_description(const char *interface, struct failure *failure)
{
	for (size_t i = 0; i < ARRAY_SIZE(interfaces); i++)
		if (strcmp(interface, interfaces[i].name) == 0)
			return json_pack("{ss}", "description", interfaces[i].text);
	failure_set(failure, ERROR_INTERFACE_NOT_FOUND, 0, interface, NULL);
	return NULL;
}
