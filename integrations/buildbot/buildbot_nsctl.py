# SPDX-License-Identifier: LGPL-2.1-or-later
"""A build step for Buildbot: Nsctl runs a command as ShellCommand does, in a set of its own on the worker's machine."""
from buildbot.plugins import steps


class Nsctl(steps.ShellCommand):
    """command: a list of words, or a text for /bin/sh. services: a topology's file, relative to the build's directory.
    options: more options of `nsctl run`. All other parameters are ShellCommand's.

    The set sees the build's directory, which is writable, and ends with the command and with the worker's process.
    """

    def __init__(self, command, services=None, options=(), **kwargs):
        run = ["nsctl", "run", "--job", "--no-tty", "--lease=parent", *options]
        if services is not None:
            run.append(f"--with={services}")
        words = ["/bin/sh", "-c", command] if isinstance(command, str) else command
        kwargs.setdefault("sigtermTime", 10)  # nsctl passes SIGTERM on, when a build is cancelled
        super().__init__(command=[*run, *words], **kwargs)
