#!/usr/bin/env python3
"""Checks the collector's configuration where no collector runs: every part that a pipeline names is defined, every
part that is defined is used, connectors join two pipelines, and its ports are the ones that others are told.

    target/ops-venv/bin/python ops/otel/check.py
"""

import sys
from pathlib import Path

import yaml

OPS = Path(__file__).resolve().parent.parent


def problems() -> list[str]:
    config = yaml.safe_load((OPS / "otel" / "collector.yaml").read_text())
    pipelines = config["service"]["pipelines"]
    connectors = config.get("connectors", {}).keys()
    found = []
    for kind in ("receivers", "processors", "exporters"):
        used = {part for pipeline in pipelines.values() for part in pipeline.get(kind, [])}
        defined = config[kind].keys()
        found += [f"{kind}: a pipeline names {part}, which is not defined" for part in used - defined - connectors]
        found += [f"{kind}: {part} is used by no pipeline" for part in defined - used]
    for connector in connectors:
        for kind in ("receivers", "exporters"):
            if not any(connector in pipeline.get(kind, []) for pipeline in pipelines.values()):
                found.append(f"connectors: {connector} is in the {kind} of no pipeline")
    found += [f"extensions: {name} is not in service.extensions"
              for name in config["extensions"].keys() ^ set(config["service"]["extensions"])]
    for name, pipeline in pipelines.items():
        if pipeline["processors"][0] != "memory_limiter":
            found.append(f"pipelines: {name} does not start with the memory limiter")
    scraped = (OPS / "prometheus" / "prometheus.yml").read_text()
    port = config["exporters"]["prometheus"]["endpoint"].rsplit(":", 1)[1]
    if f"otel-collector:{port}" not in scraped:
        found.append(f"exporters: Prometheus does not read port {port}")
    compose = (OPS.parent / "docker-compose.yml").read_text()
    port = config["receivers"]["otlp"]["protocols"]["http"]["endpoint"].rsplit(":", 1)[1]
    if f"http://otel-collector:{port}" not in compose:
        found.append(f"receivers: the programs do not send to port {port}")
    return found


if __name__ == "__main__":
    trouble = problems()
    for problem in trouble:
        print(f"collector: {problem}", file=sys.stderr)
    if not trouble:
        print("every part of every pipeline is defined, used and reached")
    sys.exit(1 if trouble else 0)
