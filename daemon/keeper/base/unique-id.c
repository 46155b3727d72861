/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/random.h>
#include "base.h"
#include "daemon/keeper/base/unique-id.h"

void unique_id_new(char ret[static ID_SIZE])
{
	uint64_t id;

	/* once the kernel has initialised its random numbers, getrandom() cannot fail for 8
	 * bytes */
	while (getrandom(&id, sizeof(id), 0) != sizeof(id))
		;
	snprintf(ret, ID_SIZE, "%016llx", (unsigned long long)id);
}
