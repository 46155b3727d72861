# SPDX-License-Identifier: LGPL-2.1-or-later
"""Processes of several users that act at the same time, on the orders of a test."""
import json
import os
import traceback


def become(uid):
    """Turns this process into one of the user, without any privilege."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


class User:
    """A process of uid that runs work(say, hear)."""

    def __init__(self, uid, work):
        ours, theirs = os.pipe(), os.pipe()
        self.reader, self.writer = os.fdopen(ours[0]), os.fdopen(theirs[1], "w", 1)
        self.pid = os.fork()
        if self.pid:
            os.close(ours[1])
            os.close(theirs[0])
            return
        become(uid)
        reader, writer = os.fdopen(theirs[0]), os.fdopen(ours[1], "w", 1)
        status = 1
        try:
            work(lambda word: print(json.dumps(word), file=writer), lambda: json.loads(reader.readline()))
            status = 0
        finally:
            if status:
                traceback.print_exc()
            os._exit(status)

    def say(self, word):
        print(json.dumps(word), file=self.writer)

    def hear(self):
        line = self.reader.readline()
        assert line, "it has ended"
        return json.loads(line)

    def end(self):
        """Waits for the end of the process, which must have carried out all of its orders."""
        assert os.waitpid(self.pid, 0)[1] == 0
