#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A file system of a user's that answers some requests and leaves others unanswered for ever.

Usage: fuse.py DIRECTORY UID LOG [OPTION...]
Mounts on DIRECTORY, as root, what UID would mount with fusermount, and serves it until it is killed; then every request
that hangs fails with ENOTCONN. Options:
    --hang=NAME[,NAME...]   requests that are never answered: lookup getattr access open read write flush release opendir ...
    --only=FILE             ... where they are about FILE alone (its name in DIRECTORY, "" for DIRECTORY itself)
    --by=UID                ... of processes of UID alone
    --allow-other           other users may look at it as well
LOG gets a line when it is mounted ("mounted", or "failed: why"), and one for each request that is left unanswered
("lookup directory").

In DIRECTORY there are: directory/ (empty), file (writable, empty), program (a copy of true(1)).
"""
import argparse
import ctypes
import errno
import os
import shutil
import stat
import struct

ROOT = 1
REQUESTS = {1: "lookup", 3: "getattr", 4: "setattr", 5: "readlink", 14: "open", 15: "read", 16: "write", 17: "statfs",
            18: "release", 20: "fsync", 22: "getxattr", 25: "flush", 26: "init", 27: "opendir", 28: "readdir",
            29: "releasedir", 34: "access"}
# forget, interrupt, batch_forget: the kernel expects no answer
UNANSWERED = {2, 36, 42}
EMPTY_ANSWERS = {"release", "releasedir", "fsync", "flush", "access", "readdir"}


class Tree:
    def __init__(self, uid):
        with open(shutil.which("true"), "rb") as program:
            code = program.read()
        self.uid = uid
        self.names = {"": ROOT, "directory": 2, "file": 3, "program": 4}
        self.modes = {ROOT: stat.S_IFDIR | 0o755, 2: stat.S_IFDIR | 0o755, 3: stat.S_IFREG | 0o666,
                      4: stat.S_IFREG | 0o755}
        self.contents = {ROOT: b"", 2: b"", 3: b"", 4: code}

    def name_of(self, node):
        return next(name for name, number in self.names.items() if number == node)

    def attributes(self, node):
        size = len(self.contents[node])
        return struct.pack("<6Q10I", node, size, (size + 511) // 512, 0, 0, 0, 0, 0, 0, self.modes[node], 1, self.uid,
                           self.uid, 0, 4096, 0)


class Server:
    def __init__(self, fd, tree, arguments, log):
        self.fd, self.tree, self.log = fd, tree, log
        self.hang, self.only, self.by = set(arguments.hang.split(",")), arguments.only, arguments.by

    def hangs(self, request, subject, uid):
        return request in self.hang and self.only in (None, subject) and self.by in (None, uid)

    def subject(self, request, node, body):
        """Returns the name of the file that a request is about."""
        if request == "lookup":
            return body.split(b"\0")[0].decode() if node == ROOT else "?"
        return self.tree.name_of(node) if node in self.tree.modes else ""

    def answer(self, request, node, body):
        """Returns the contents of the answer, or a negative errno."""
        tree = self.tree
        if request == "init":
            return struct.pack("<4I2H2I2H8I", 7, 31, 65536, 0, 16, 12, 65536, 1, 16, 0, *[0] * 8)
        if request == "lookup":
            found = tree.names.get(self.subject(request, node, body)) if node == ROOT else None
            if not found:
                return -errno.ENOENT
            return struct.pack("<4Q2I", found, 0, 0, 0, 0, 0) + tree.attributes(found)
        if request in ("getattr", "setattr"):
            return struct.pack("<Q2I", 0, 0, 0) + tree.attributes(node)
        if request in ("open", "opendir"):
            return struct.pack("<Q2I", 1, 0, 0)
        if request == "read":
            offset, size = struct.unpack_from("<QI", body, 8)
            return tree.contents[node][offset:offset + size]
        if request == "write":
            return struct.pack("<2I", struct.unpack_from("<I", body, 16)[0], 0)
        if request == "statfs":
            return struct.pack("<5Q4I24x", 1, 1, 1, 1, 1, 4096, 255, 4096, 0)
        return b"" if request in EMPTY_ANSWERS else -errno.ENOSYS

    def serve_one(self, data):
        _, opcode, unique, node, uid = struct.unpack_from("<2I2QI", data)
        body = data[40:]
        if opcode in UNANSWERED:
            return
        request = REQUESTS.get(opcode, str(opcode))
        subject = self.subject(request, node, body)
        if self.hangs(request, subject, uid):
            print(request, subject, file=self.log, flush=True)
            return
        answer = self.answer(request, node, body)
        error, answer = (answer, b"") if isinstance(answer, int) else (0, answer)
        try:
            os.write(self.fd, struct.pack("<IiQ", 16 + len(answer), error, unique) + answer)
        except FileNotFoundError:
            pass  # the request has been interrupted

    def serve(self):
        while True:
            try:
                self.serve_one(os.read(self.fd, 1 << 20))
            except InterruptedError:
                continue
            except OSError as error:
                if error.errno != errno.ENODEV:
                    raise
                return  # unmounted


def mount(directory, uid, allow_other):
    fd = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={fd},rootmode=40000,user_id={uid},group_id={uid}" + (",allow_other" if allow_other else "")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"nsctl-test", directory.encode(), b"fuse", 6, options.encode()) < 0:  # nosuid, nodev
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return fd


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory")
    parser.add_argument("uid", type=int)
    parser.add_argument("log")
    parser.add_argument("--hang", default="")
    parser.add_argument("--only")
    parser.add_argument("--by", type=int)
    parser.add_argument("--allow-other", action="store_true")
    arguments = parser.parse_args()
    tree = Tree(arguments.uid)
    with open(arguments.log, "w", encoding="utf-8") as log:
        try:
            fd = mount(arguments.directory, arguments.uid, arguments.allow_other)
        except OSError as error:
            print("failed:", error, file=log, flush=True)
            return
        print("mounted", file=log, flush=True)
        Server(fd, tree, arguments, log).serve()


main()
