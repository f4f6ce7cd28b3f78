#!/usr/bin/env python3
"""Asks each program that is built whether it takes the environment that docker-compose.yml gives it: a key it does not
know, a value that does not fit or a secret that is not there makes `--print-config` fail. k8s/validate.py checks that
Kubernetes sets the same keys.

    target/ops-venv/bin/python ops/check-config.py
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ("dispatch", "caregiver-location", "registry", "command-center")


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


def main() -> int:
    document = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    problems, checked, missing = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([ROOT / "ops" / "make-secrets.sh", folder], check=True, stdout=subprocess.DEVNULL)
        for program in PROGRAMS:
            binary = newest(program)
            if binary is None:
                missing.append(program)
                continue
            given = environment(document["services"][program], Path(folder), document["secrets"])
            ran = subprocess.run([binary, "--print-config"], env=given, cwd=folder, capture_output=True, text=True, timeout=20,
                                 check=False)
            if ran.returncode != 0:
                problems.append(f"{program}: {ran.stderr.strip()}")
            elif any(secret and secret in ran.stdout for secret in secret_texts(given)):
                problems.append(f"{program}: --print-config shows a secret")
            checked.append(program)
    for problem in problems:
        print(f"config: {problem}", file=sys.stderr)
    if not problems:
        skipped = f"; not built here, so not asked: {', '.join(missing)}" if missing else ""
        print(f"{', '.join(checked) or 'no program'} took the environment of docker-compose.yml{skipped}")
    return 1 if problems else 0


def secret_texts(given: dict[str, str]) -> list[str]:
    return [Path(value).read_text().strip() for name, value in given.items() if name.endswith("__FILE")]


if __name__ == "__main__":
    sys.exit(main())
