#!/bin/sh
# Renders every overlay and checks what comes out. Needs kubectl (its `kustomize`) and the packages of
# ops/requirements.txt; ops/validate.sh calls it with both.
#
#   k8s/validate.sh [PYTHON]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
python=${1:-$here/../target/ops-venv/bin/python}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$here/apply-secrets.sh" --dry-run "$work/secrets" >"$work/secrets.yaml" 2>/dev/null
failed=0
for overlay in "$here"/overlays/*/; do
    name=$(basename "$overlay")
    kubectl kustomize "$overlay" >"$work/$name.yaml"
    "$python" "$here/validate.py" "$name" "$work/$name.yaml" "$work/secrets.yaml" || failed=1
done
exit $failed
