/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include "daemon/front/service.h"
#include "protocol/idl.h"

json_t *service_info(void)
{
	return json_pack("{ss ss ss ss s[ss]}", "vendor", "nsctl", "product", "nsctld", "version",
			 PACKAGE_VERSION, "url", "", "interfaces", "org.varlink.service",
			 "org.nsctl");
}

json_t *service_description(const char *interface, struct failure *failure)
{
	const char *text = NULL;

	if (strcmp(interface, "org.nsctl") == 0)
		text = idl_text_nsctl;
	else if (strcmp(interface, "org.varlink.service") == 0)
		text = idl_text_service;
	if (text)
		return json_pack("{ss}", "description", text);
	failure_set(failure, ERROR_INTERFACE_NOT_FOUND, 0, interface, NULL);
	return NULL;
}
