#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints the properties of sets, links and networks that a boot must not change, as sorted lines of JSON."""
import json
import sys

lines = []
for line in sys.stdin:
    thing = json.loads(line)
    for key in ("namespaces", "init", "usage"):
        thing.pop(key, None)
    if "a" in thing or "members" in thing:
        thing.pop("created")
    for end in ("a", "b"):
        for key in ("device", "received", "sent"):
            thing.get(end, {}).pop(key, None)
    lines.append(json.dumps(thing, sort_keys=True))
print(*sorted(lines), sep="\n")
