# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads from Makefile.am of which sources each program is linked, and in which order.

A program's own sources come first, then its libraries in the order of the linker. This is the order of
layers: a file includes and calls its own layer and those after it. The order is written down only there.
"""
import os
import re

import arch

PROGRAMS = ("nsctld", "nsctld-front", "nsctld-resolver", "nsctld-spawner", "nsctl", "nsctl-init", "nsctl-runner",
            "nsctl-filter", "nsctl-top", "libnsctl.so.0")


def variables(top):
    text = arch.read(top, "Makefile.am").replace("\\\n", " ")
    return dict(re.findall(r"^(\w+) = (.*)$", text, re.MULTILINE))


def words(values, name):
    found = []
    for word in values.get(name, "").split():
        reference = re.fullmatch(r"\$\((\w+)\)", word)
        found += words(values, reference[1]) if reference else [word]
    return found


def canonical(target):
    return re.sub(r"[^A-Za-z0-9@]", "_", target)


def sources(values, target):
    return [word for word in words(values, f"{canonical(target)}_SOURCES") if word.endswith((".c", ".h"))]


def layers(top):
    """{program: {source: its layer, 0 for the program's own}}"""
    values, found = variables(top), {}
    for program in PROGRAMS:
        libraries = [word for word in words(values, f"{canonical(program)}_LDADD") if word.endswith(".a")]
        found[program] = {source: layer
                          for layer, target in enumerate([program] + libraries)
                          for source in sources(values, target)}
    return found


def may_know(found, name, other):
    """Returns true if other is in name's layer or a later one, in every program that name is part of."""
    programs = [layer for layer in found.values() if name in layer]
    return bool(programs) and all(other in layer and layer[other] >= layer[name]
                                  for layer in programs)


def folders(top):
    """{library: the folders of its sources}"""
    values = variables(top)
    return {name: {os.path.dirname(source) for source in sources(values, name)}
            for name in words(values, "noinst_LIBRARIES")}
