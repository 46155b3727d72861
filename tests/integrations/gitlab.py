#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""GitLab Runner's side of the contract of its custom executor: plays one job, and prints how it ended.

gitlab.py JOB: a JSON object with driver (the program and its arguments), and id, script, after, variables, services (of the
job), directory (for files), again (prepares twice, as if the first answer had been lost), cancel and kill (seconds after which the job is cancelled, or the runner killed). The last line of what it prints is
"success", "failed N", "system" or "cancelled".
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading

BUILD_FAILURE, SYSTEM_FAILURE = 31, 32  # not the runner's own, which a driver must not know
GRACEFUL_SECONDS = 1
ATTEMPTS = 3


class Ended(Exception):
    """The job has ended before its last stage. The argument is what is printed."""


def after(seconds, function, *arguments):
    """Calls the function so much later, unless this program has ended by then."""
    if seconds is not None:
        timer = threading.Timer(seconds, function, arguments)
        timer.daemon = True
        timer.start()


class Runner:
    """Plays one job. Each stage is a process group, as the runner makes it."""

    def __init__(self, job, place):
        self.job, self.place, self.group = job, place, None
        self.lock, self.cancelled = threading.Lock(), False
        response = self.write("response.json", json.dumps({
            "id": job["id"], "token": f"token-{job['id']}", "job_info": {"project_id": 7}, "runner_info": {"timeout": 3600},
            "variables": [{"key": key, "value": value} for key, value in job.get("variables", {}).items()],
            "services": job.get("services", [])}))
        self.status_file = os.path.join(place, "status")
        self.environment = {
            **os.environ, "TMPDIR": place, "JOB_RESPONSE_FILE": response, "BUILD_EXIT_CODE_FILE": self.status_file,
            "BUILD_FAILURE_EXIT_CODE": str(BUILD_FAILURE), "SYSTEM_FAILURE_EXIT_CODE": str(SYSTEM_FAILURE),
            # what a job says of itself, which may be a lie
            "CUSTOM_ENV_CI_JOB_ID": "1", "CUSTOM_ENV_NSCTL_ROOT": "yes", "CUSTOM_ENV_SECRET": "of-the-driver"}

    def write(self, name, text):
        path = os.path.join(self.place, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def stage(self, *words, output=None):
        """Runs one stage of the driver; returns its status and, with output, what it has printed."""
        with self.lock:
            if self.cancelled and words != ("cleanup",):
                raise Ended("cancelled")
            process = subprocess.Popen([*self.job["driver"], *words], env=self.environment, stdout=output,
                                       start_new_session=True)
            self.group = process.pid
        printed = process.communicate()[0]
        self.group = None
        if self.cancelled and words != ("cleanup",):
            raise Ended("cancelled")
        return process.returncode, printed

    def checked(self, *words):
        """Runs a stage, and raises Ended if it has failed."""
        status, _ = self.stage(*words)
        if status == BUILD_FAILURE:
            raise Ended(f"failed {self.job_status()}")
        if status != 0:
            raise Ended("system")

    def job_status(self):
        try:
            with open(self.status_file, encoding="ascii") as file:
                return int(file.read())
        except FileNotFoundError:
            return "without status"

    def prepare(self):
        status, printed = self.stage("config", output=subprocess.PIPE)
        if status != 0:
            raise Ended("system")
        config = json.loads(printed)
        self.environment.update(config["job_env"])
        for attempt in range(ATTEMPTS):
            try:
                self.checked("prepare")
                if self.job.get("again"):
                    self.checked("prepare")
                return config
            except Ended as ended:
                if str(ended) != "system" or attempt == ATTEMPTS - 1:
                    raise

    def scripts(self, config):
        at = f"cd {config['builds_dir']}\n"
        yield "prepare_script", "echo prepared in $HOSTNAME"
        yield "get_sources", at + "mkdir -p project"
        yield "build_script", at + "cd project\n" + self.job["script"]

    def play(self):
        """Returns how the job ended."""
        how = "success"
        try:
            config = self.prepare()
            for name, script in self.scripts(config):
                self.checked("run", self.write(name, script), name)
        except Ended as ended:
            how = str(ended)
        if "after" in self.job and (how == "success" or how.startswith("failed")):
            self.stage("run", self.write("after_script", self.job["after"]), "after_script")
        self.stage("cleanup")
        return how

    def cancel(self):
        """As the runner: SIGTERM to the group of the stage that runs, and SIGKILL later."""
        with self.lock:
            self.cancelled = True
            self.signal(signal.SIGTERM)
        after(GRACEFUL_SECONDS, self.signal, signal.SIGKILL, self.group)

    def signal(self, number, group=None):
        try:
            if self.group and group in (None, self.group):
                os.killpg(self.group, number)
        except ProcessLookupError:
            pass


def main():
    job = json.loads(sys.argv[1])
    with tempfile.TemporaryDirectory(dir=job["directory"]) as place:
        runner = Runner(job, place)
        after(job.get("cancel"), runner.cancel)
        after(job.get("kill"), os.kill, os.getpid(), signal.SIGKILL)
        print(runner.play())


main()
