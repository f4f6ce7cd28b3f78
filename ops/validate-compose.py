#!/usr/bin/env python3
"""Checks docker-compose.yml where no container engine runs: against the compose specification's own JSON schema (the
copy that check-jsonschema carries), and against what this house promises of every container.

    target/ops-venv/bin/python ops/validate-compose.py
"""

import re
import subprocess
import sys
import tempfile
from importlib import resources
from pathlib import Path

import jsonschema
import yaml

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = ROOT / "docker-compose.yml"
OVERRIDES = [ROOT / "ops" / "compose.loopback.yml", ROOT / "ops" / "compose.map.yml"]

# Exceptions, each with its reason.
MAY_BE_ROOT = {"volume-owners"}  # gives volumes to those who use them, with the one capability CHOWN, then ends
NO_HEALTHCHECK = {"volume-owners", "nats-exporter", "otel-collector"}  # one ends by itself, two have no shell or client
# People and devices come from outside.
PUBLISHED = {"command-center", "emergency-call"}
SECRETIVE = re.compile(r"PASSWORD|SECRET|TOKEN|_KEY|SEED|CREDENTIALS")


def schema() -> dict:
    import json

    folder = resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    return json.loads((folder / "compose-spec.json").read_text())


def schema_problems(path: Path, document: dict) -> list[str]:
    validator = jsonschema.validators.validator_for(schema())(schema())
    return [f"{path.name}: {'/'.join(map(str, error.absolute_path))}: {error.message}"
            for error in validator.iter_errors(document)]


def secrets_made() -> set[str]:
    """What ops/make-secrets.sh makes, by running it."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([ROOT / "ops" / "make-secrets.sh", folder], check=True, stdout=subprocess.DEVNULL)
        return {f"secrets/{file.name}" for file in Path(folder).iterdir()}


def files(document: dict) -> list[str]:
    problems = [f"config {name}: there is no {config['file']}" for name, config in document["configs"].items()
                if not (ROOT / config["file"]).is_file()]
    made = secrets_made()
    problems += [f"secret {name}: ops/make-secrets.sh does not make {secret['file']}"
                 for name, secret in document["secrets"].items() if secret["file"] not in made]
    ignored = subprocess.run(["git", "check-ignore", "-q", "secrets/x"], cwd=ROOT, check=False).returncode == 0
    return problems + ([] if ignored else ["secrets/ is not ignored by git"])


def used(service: dict, kind: str) -> list[str]:
    return [entry if isinstance(entry, str) else entry["source"] for entry in service.get(kind, [])]


def container(name: str, service: dict, document: dict) -> list[str]:
    wrong = []

    def require(condition, what: str) -> None:
        if not condition:
            wrong.append(f"{name}: {what}")

    require(service.get("read_only") is True, "its root file system is writable")
    require(service.get("cap_drop") == ["ALL"], "keeps capabilities")
    require("no-new-privileges:true" in service.get("security_opt", []), "may gain privileges")
    require(not service.get("privileged") and "pid" not in service, "shares too much with the host")
    user = str(service.get("user", "0")).split(":")[0]
    require(user != "0" or name in MAY_BE_ROOT, "runs as root")
    limits = service.get("deploy", {}).get("resources", {}).get("limits", {})
    require({"cpus", "memory", "pids"} <= limits.keys(), "has no limits of cpus, memory and pids")
    require("healthcheck" in service or name in NO_HEALTHCHECK, "has no health check")
    require("options" in service.get("logging", {}), "its log grows without bound")
    require("ports" not in service or name in PUBLISHED, "publishes a port")
    image = service["image"]
    require(re.search(r":[0-9v][^:]*$|^care-dispatch:", image), f"image {image} names no version")
    for variable, value in service.get("environment", {}).items():
        if SECRETIVE.search(variable):
            require(variable.endswith("__FILE") and str(value).startswith("/run/secrets/"), f"{variable} is no file")
            require(Path(str(value)).name in targets(service), f"{variable} is {value}, which it does not mount")
        require(value is not None, f"{variable} comes from whoever starts it")
    for kind in ("secrets", "configs"):
        for source in used(service, kind):
            require(source in document[kind], f"uses {kind} {source}, which is not defined")
    for volume in service.get("volumes", []):
        require(volume.split(":")[0] in document["volumes"], f"mounts {volume}, which is no named volume")
    for other, condition in service.get("depends_on", {}).items():
        require(other in document["services"], f"depends on {other}, which is not there")
        if condition["condition"] == "service_healthy":
            require("healthcheck" in document["services"].get(other, {}), f"waits for {other}, which has no health check")
    return wrong


def targets(service: dict) -> set[str]:
    return {entry if isinstance(entry, str) else Path(entry.get("target", entry["source"])).name
            for entry in service.get("secrets", [])}


def unused(document: dict) -> list[str]:
    problems = []
    for kind in ("secrets", "configs"):
        taken = {source for service in document["services"].values() for source in used(service, kind)}
        problems += [f"{kind} {name} is used by nobody" for name in document[kind].keys() - taken]
    return problems


def main() -> int:
    document = yaml.safe_load(COMPOSE.read_text())
    problems = schema_problems(COMPOSE, document)
    for override in OVERRIDES:
        part = yaml.safe_load(override.read_text())
        problems += schema_problems(override, part)
        problems += [f"{override.name}: there is no service {name}"
                     for name in part["services"].keys() - document["services"].keys()]
        problems += [f"{override.name}: {name} publishes {port} off loopback" for name, service in part["services"].items()
                     for port in service.get("ports", []) if not port.startswith("127.0.0.1:")]
    if not problems:
        for name, service in document["services"].items():
            problems += container(name, service, document)
        problems += files(document) + unused(document)
    for problem in problems:
        print(f"compose: {problem}", file=sys.stderr)
    if not problems:
        print(f"{len(document['services'])} services fit the specification and the house's rules")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
