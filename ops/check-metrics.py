#!/usr/bin/env python3
"""Fails when the dashboard or an alert asks for a metric that nobody exports.

What our programs export is read from their source: each service's enum that implements `Metric` (name and unit), and
the instrument made of each variant, named as OpenTelemetry's Prometheus exporter names it. What others export is
listed in `OTHERS`, with who.

    target/ops-venv/bin/python ops/check-metrics.py            checks
    target/ops-venv/bin/python ops/check-metrics.py --list     what our programs export
    target/ops-venv/bin/python ops/check-metrics.py --rules    the dashboard's queries as rules, for promtool
"""

import json
import re
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
DASHBOARD = ROOT / "ops" / "grafana" / "dashboards" / "care-dispatch.json"
ALERTS = ROOT / "ops" / "prometheus" / "alerts.yml"

OTHERS = {
    "Prometheus itself": {"up", "ALERTS"},
    # https://github.com/nats-io/prometheus-nats-exporter, collector/jsz.go and /varz
    "natsio/prometheus-nats-exporter": {
        "gnatsd_varz_connections", "gnatsd_varz_cpu", "gnatsd_varz_mem", "gnatsd_varz_slow_consumers",
        "jetstream_consumer_num_pending", "jetstream_server_max_storage", "jetstream_server_total_message_bytes",
        "jetstream_server_jetstream_disabled", "jetstream_stream_last_seq", "jetstream_stream_total_bytes",
    },
    # The connector `spanmetrics` with the namespace of ops/otel/collector.yaml.
    "the collector, from traces": {"span_calls_total", "span_duration_milliseconds_bucket"},
    # https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
    "the Prometheus client libraries": {"process_cpu_seconds_total", "process_resident_memory_bytes"},
}

# Units as the exporter spells them; those in braces and unknown ones add nothing.
UNITS = {"ms": "milliseconds", "s": "seconds", "us": "microseconds", "By": "bytes", "1": "ratio", "m": "meters", "d": "days",
         "h": "hours", "min": "minutes"}

PROMQL_WORDS = {
    "abs", "absent", "and", "avg", "bool", "bottomk", "by", "ceil", "changes", "clamp_max", "clamp_min", "count", "delta",
    "deriv", "group_left", "group_right", "histogram_quantile", "ignoring", "increase", "inf", "irate", "label_replace",
    "le", "max", "max_over_time", "min", "min_over_time", "nan", "offset", "on", "or", "quantile", "rate", "round", "scalar",
    "sort", "sort_desc", "sum", "sum_over_time", "time", "topk", "unless", "vector", "without",
}


def arms(text: str, function: str) -> dict[str, str]:
    """`Self::A | Self::B => "text"` of one function, by variant."""
    body = re.search(rf"fn {function}\(self\) -> &'static str \{{(.*?)\n    \}}", text, re.S)
    if not body:
        return {}
    found = {}
    for patterns, value in re.findall(r"((?:\|?\s*Self::\w+\s*)+)=>\s*\{?\s*\"([^\"]*)\"", body.group(1)):
        for variant in re.findall(r"Self::(\w+)", patterns):
            found[variant] = value
    return found


def exported_by(path: Path) -> tuple[set[str], list[str]]:
    """The names in one file that implements `Metric`."""
    text = path.read_text()
    names, units = arms(text, "name"), arms(text, "unit")
    # The instruments may be made in another file of the same crate.
    crate = "\n".join(file.read_text() for file in path.parent.rglob("*.rs"))
    exported, problems = set(), []
    for variant, name in names.items():
        made = re.search(rf"\b(counter|gauge|latency|up_down|histogram)\(\s*\w+::{variant}\b", crate)
        if not made:
            problems.append(f"{path.relative_to(ROOT)}: {variant} ({name}) is never made into an instrument")
            continue
        if variant not in units:
            problems.append(f"{path.relative_to(ROOT)}: {variant} ({name}) has no unit that could be read")
            continue
        base = re.sub(r"[^a-zA-Z0-9_]", "_", name)
        if suffix := UNITS.get(units[variant]):
            base += f"_{suffix}"
        kind = made.group(1)
        exported |= {"counter": {f"{base}_total"}, "latency": {f"{base}_bucket", f"{base}_sum", f"{base}_count"},
                     "histogram": {f"{base}_bucket", f"{base}_sum", f"{base}_count"}}.get(kind, {base})
    if not names:
        problems.append(f"{path.relative_to(ROOT)}: no metric could be read from it")
    return exported, problems


def exported() -> tuple[set[str], list[str]]:
    names, problems = set(), []
    for folder in ("crates", "services"):
        for path in sorted((ROOT / folder).glob("*/src/**/*.rs")):
            if re.search(r"^impl (runtime::metrics::)?Metric for ", path.read_text(), re.M):
                found, trouble = exported_by(path)
                names |= found
                problems += trouble
    return names, problems


def asked(expression: str) -> set[str]:
    """The metrics in a PromQL expression."""
    bare = re.sub(r'"[^"]*"', '""', expression)
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]", "", bare)
    bare = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", "", bare)
    words = re.findall(r"(?<![\w.$])[a-zA-Z_:][\w:]*", bare)
    return {word for word in words if word.lower() not in PROMQL_WORDS or word in ("up", "ALERTS")}


def expressions() -> list[tuple[str, str]]:
    found = []
    dashboard = json.loads(DASHBOARD.read_text())
    for panel in dashboard.get("panels", []):
        found += [(f"dashboard, panel {panel['title']!r}", target["expr"]) for target in panel.get("targets", [])]
    for variable in dashboard.get("templating", {}).get("list", []):
        if query := re.fullmatch(r"label_values\((.*),\s*\w+\)", variable.get("definition", "")):
            found.append((f"dashboard, variable {variable['name']}", query.group(1)))
    for group in yaml.safe_load(ALERTS.read_text())["groups"]:
        found += [(f"alert {rule.get('alert', rule.get('record'))}", rule["expr"]) for rule in group["rules"]]
    return found


def as_rules() -> str:
    """Grafana's variables are times: any will do."""
    queries = [re.sub(r"\$__\w+", "5m", query) for where, query in expressions() if where.startswith("dashboard")]
    rules = [{"record": f"query:{number}", "expr": query} for number, query in enumerate(queries)]
    return yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]})


def main() -> int:
    ours, problems = exported()
    if "--list" in sys.argv:
        print("\n".join(sorted(ours)))
        return 0
    if "--rules" in sys.argv:
        print(as_rules())
        return 0
    known = ours.union(*OTHERS.values())
    recorded = {rule["record"] for group in yaml.safe_load(ALERTS.read_text())["groups"]
                for rule in group["rules"] if "record" in rule}
    used = set()
    for where, expression in expressions():
        used |= asked(expression)
        problems += [f"{where}: nobody exports {name}" for name in sorted(asked(expression) - known - recorded)]
    problems += [f"OTHERS of check-metrics.py: {name} is used nowhere" for name in sorted(set().union(*OTHERS.values()) - used)]
    for problem in problems:
        print(f"metrics: {problem}", file=sys.stderr)
    if not problems:
        print(f"the dashboard and the alerts ask for {len(used)} metrics, each exported by someone")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
