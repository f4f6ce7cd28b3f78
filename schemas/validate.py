#!/usr/bin/env python3
"""Validates every golden sample against its generated JSON Schema with the PyPI package `jsonschema`.

    pip install "jsonschema[format-nongpl]" && python3 schemas/validate.py
"""

import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

HERE = Path(__file__).resolve().parent


def validators():
    """One validator per message, by full name such as `order-event.v1`."""
    found = {}
    for path in sorted((HERE / "json").glob("*.schema.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        checker = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
        found[path.name.removesuffix(".schema.json")] = checker
    return found


def main():
    by_name = validators()
    samples = sorted((HERE / "samples").glob("*.json"))
    problems = []
    for sample in samples:
        name = ".".join(sample.name.split(".")[:2])
        if name not in by_name:
            problems.append(f"{sample.name}: named after no message")
            continue
        document = json.loads(sample.read_text(encoding="utf-8"))
        for error in by_name[name].iter_errors(document):
            problems.append(f"{sample.name} at {error.json_path}: {error.message}")
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(samples)} samples, {len(by_name)} schemas, {len(problems)} problems")
    return 1 if problems or not samples else 0


if __name__ == "__main__":
    sys.exit(main())
