#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The side of GitHub Actions' runner of the contract of container hooks: plays one job, and prints how its steps ended.

github.py JOB: a JSON object with hooks (a script), directory (of the runner), container, services (as the runner has them), steps (each with
"run", a script; or "image" or "dockerfile", "entryPoint" and "args"), and cancel: true, to cancel the job when the file "started" is in its workspace.
"""
import json
import os
import signal
import subprocess
import sys
import time
import uuid

NULL_REGISTRY = {"username": None, "password": None, "serverUrl": None}


class Runner:
    def __init__(self, job):
        self.job, self.state = job, None
        self.work = os.path.join(job["directory"], "_work")
        self.temp = os.path.join(self.work, "_temp")
        for place in ("_temp/_runner_hook_responses", "_temp/_github_home", "_temp/_github_workflow", "_actions", "_tool", "repo/repo"):
            os.makedirs(os.path.join(self.work, place), exist_ok=True)
        os.makedirs(os.path.join(job["directory"], "externals"), exist_ok=True)

    def volumes(self):
        """Returns what the runner wants mounted, docker's socket among it."""
        volumes = [("/var/run/docker.sock", "/var/run/docker.sock", False), (self.work, "/__w", False),
                   (os.path.join(self.job["directory"], "externals"), "/__e", True), (self.temp, "/__w/_temp", False)]
        volumes += [(os.path.join(self.work, name), "/__w/" + name, False) for name in ("_actions", "_tool")]
        volumes += [(os.path.join(self.temp, "_github_" + name), "/github/" + name, False) for name in ("home", "workflow")]
        return [{"sourceVolumePath": source, "targetVolumePath": target, "readOnly": only} for source, target, only in volumes]

    def container(self, given):
        return {"workingDirectory": "/__w/repo/repo", "entryPoint": "tail", "entryPointArgs": ['"-f"', '"/dev/null"'],
                "registry": NULL_REGISTRY, "portMappings": [], "userMountVolumes": [], "systemMountVolumes": self.volumes(), **given}

    def hook(self, command, args=None):
        """Runs a hook, as the runner does; returns its status and its response."""
        path = os.path.join(self.temp, "_runner_hook_responses", f"{uuid.uuid4()}.json")
        with open(path, "w", encoding="utf-8"):
            pass
        request = json.dumps({"command": command, "responseFile": path, "args": args, "state": self.state})
        process = subprocess.Popen(["bash", "-e", self.job["hooks"]], stdin=subprocess.PIPE, cwd=os.path.dirname(self.job["hooks"]))
        process.stdin.write(request.encode())
        process.stdin.close()
        if self.job.get("cancel") and command.startswith("run"):
            self.cancel(process)
        status = process.wait()
        with open(path, encoding="utf-8") as file:
            response = json.loads(file.read() or "null")
        os.unlink(path)
        if response and response.get("state") is not None:
            self.state = response["state"]
        return status, response

    def cancel(self, process):
        while not os.path.exists(os.path.join(self.work, "repo/repo/started")) and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)

    def prepare(self):
        """Returns False if the job cannot begin. The runner fails if something is missing in the response, and so does this."""
        container = self.job.get("container")
        services = [{"entryPoint": None, "entryPointArgs": [], "registry": NULL_REGISTRY, "portMappings": [], "userMountVolumes": [],
                     "systemMountVolumes": [], **service} for service in self.job.get("services", [])]
        if container:
            container = self.container({"environmentVariables": {"HOME": "/github/home"}, **container})
        status, response = self.hook("prepare_job", {"container": container, "services": services})
        if status != 0:
            return False
        assert response["isAlpine"] in (True, False) and response["context"]["container"]["id"]
        assert [service["contextName"] for service in response["context"]["services"]] == [s["contextName"] for s in services]
        return True

    def step(self, step):
        common = {"environmentVariables": {"GITHUB_ENV": "/__w/_temp/env", **step.get("env", {})}, "workingDirectory": "/__w/repo/repo",
                  "prependPath": step.get("path", "")}
        if "run" not in step:
            given = {key: step.get(key) for key in ("image", "dockerfile", "entryPoint")}
            return self.hook("run_container_step", self.container({**common, **given, "entryPointArgs": step.get("args", [])}))[0]
        name = f"{uuid.uuid4()}.sh"
        with open(os.path.join(self.temp, name), "w", encoding="utf-8") as file:
            file.write(step["run"])
        # the runner splits what it would have given a shell
        arguments = f'-e "/__w/_temp/{name}"'.split(" ")
        return self.hook("run_script_step", {**common, "entryPoint": "bash", "entryPointArgs": arguments})[0]

    def play(self):
        if self.prepare():
            for step in self.job["steps"]:
                print("status", self.step(step), flush=True)
        print("cleanup", self.hook("cleanup_job")[0], flush=True)


Runner(json.loads(sys.argv[1])).play()
