#!/bin/sh
# Renders every overlay, bare and with the map, and checks what comes out. Needs kubectl (its `kustomize`) and
# the other packages of ops/requirements.txt; ops/validate.sh calls it with all of them.
#
#   k8s/validate.sh [PYTHON]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
python=${1:-$here/../target/ops-venv/bin/python}
work=$(mktemp -d)
trap 'rm -rf "$work" "$here"/.with-map.*' EXIT

"$here/apply-secrets.sh" --dry-run "$work/secrets" >"$work/secrets.yaml" 2>/dev/null
failed=0

# render_and_check NAME DIRECTORY
render_and_check() {
    kubectl kustomize "$2" >"$work/$1.yaml"
    "$python" "$here/validate.py" "$1" "$work/$1.yaml" "$work/secrets.yaml" || failed=1
}

for overlay in "$here"/overlays/*/; do
    name=$(basename "$overlay")
    render_and_check "$name" "$overlay"
    # kustomize wants paths relative to the file that names them.
    with_map=$(mktemp -d "$here/.with-map.XXXXXX")
    printf 'resources: [../overlays/%s]\ncomponents: [../components/map]\n' "$name" >"$with_map/kustomization.yaml"
    render_and_check "$name-with-map" "$with_map"
    rm -rf "$with_map"
done
exit $failed
