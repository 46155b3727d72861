# SPDX-License-Identifier: LGPL-2.1-or-later
"""Shared by the tests of tests/arch: the tree, TAP, and scratch copies in which a test breaks its rule.

A check that cannot fail proves nothing. So each test also breaks its rule in a copy of the tree, and
fails if its check does not notice.
"""
import os
import re
import shutil
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOURCES = ("base.h", "protocol", "lib", "daemon", "client", "tests")
# Files that autoreconf, configure and make leave behind, and files that are no text.
GENERATED = re.compile(
    r"^(\.git|_?build|_inst|build-(?!aux)[a-z]+|autom4te\.cache|nsctl-[0-9.]+"
    r"|compile_commands\.json|configure~?|config\.h\.in~?|aclocal\.m4|Makefile\.in|m4|COPYING|tests/fuzz/corpus|__pycache__"
    r"|build-aux/(ar-lib|compile|depcomp|install-sh|missing|tap-driver.sh|test-driver|config\..*))$")


def files(top, roots=SOURCES, suffixes=(".c", ".h")):
    """Paths below top, relative to it, sorted."""
    found = []
    for root in roots:
        path = os.path.join(top, root)
        if os.path.isfile(path):
            found.append(root)
        for directory, _, names in os.walk(path):
            found += [os.path.relpath(os.path.join(directory, name), top) for name in names]
    return sorted(name for name in found if name.endswith(tuple(suffixes)))


def texts(top):
    """Every text file that was written by hand, relative to top."""
    found = []
    for directory, below, names in os.walk(top):
        relative = os.path.relpath(directory, top)
        prefix = "" if relative == "." else relative + "/"
        below[:] = [name for name in below if not GENERATED.match(prefix + name)
                    and name != "__pycache__"
                    and not os.path.exists(os.path.join(directory, name, "config.status"))]
        found += [prefix + name for name in names if not GENERATED.match(prefix + name)]
    return sorted(name for name in found
                  if not os.path.islink(os.path.join(top, name)) and not is_binary(top, name))


def is_binary(top, name):
    with open(os.path.join(top, name), "rb") as file:
        return b"\0" in file.read(8192)


def read(top, name):
    with open(os.path.join(top, name), encoding="utf-8", newline="") as file:
        return file.read()


class Scratch:
    """A copy of parts of the tree, which is removed after `with Scratch(...) as top:`."""

    def __init__(self, *parts, top=TOP):
        self.top, self.parts = top, parts

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="nsctl-arch-")
        for part in self.parts:
            source, target = os.path.join(self.top, part), os.path.join(self.path, part)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            if os.path.isdir(source):
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"),
                                copy_function=shutil.copyfile)
            else:
                shutil.copyfile(source, target)
        for directory, _, _ in os.walk(self.path):
            os.chmod(directory, 0o755)  # a tarball's are read-only under distcheck
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path)


def append(top, name, text):
    path = os.path.join(top, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "a", encoding="utf-8") as file:
        file.write(text)


class Tap:
    def __init__(self):
        self.count, self.failed = 0, 0

    def check(self, what, violations):
        """Reports a test that passes if violations is empty."""
        self.count += 1
        self.failed += bool(violations)
        print(f"{'not ' if violations else ''}ok {self.count} - {what}")
        for violation in violations:
            print(f"# {violation}")
        sys.stdout.flush()

    def catches(self, what, violations):
        """Reports a test that passes if violations is not empty."""
        self.check(f"caught: {what}", [] if violations else ["it went unseen"])

    def done(self):
        print(f"1..{self.count}")
        sys.exit(1 if self.failed else 0)
