#!/bin/sh
# Makes the secrets of a cluster, if they are not there yet, and hands them to it.
#
#   k8s/apply-secrets.sh [DIRECTORY]              default: secrets/k8s at the root of the repository (ignored by git)
#   k8s/apply-secrets.sh --dry-run [DIRECTORY]    prints them instead
#
# Keep the directory: it is the only other copy. Where a secret store (Vault, External Secrets) is used, let it make
# secrets of the same names and keys.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
namespace=${CARE_NAMESPACE:-care-dispatch}
apply="kubectl apply -n $namespace -f -"
if [ "${1:-}" = --dry-run ]; then
    apply='cat'
    shift
fi
dir=${1:-$root/secrets/k8s}
mkdir -p "$dir"

export NATS_TLS_NAMES="nats,nats.$namespace.svc,nats-0.nats-headless,nats-1.nats-headless,nats-2.nats-headless,localhost"
"$root/ops/make-secrets.sh" "$dir" >&2

# secret NAME KEY=FILE…
secret() {
    name=$1
    shift
    for pair in "$@"; do set -- "$@" "--from-file=${pair%%=*}=$dir/${pair#*=}" && shift; done
    echo "---"
    kubectl create secret generic "$name" -n "$namespace" --dry-run=client -o yaml "$@"
}

{
    secret care-ca ca.pem=ca.pem
    for user in dispatch caregiver-location registry accounts emergency-call meal-delivery command-center; do
        secret "nats-$user" "seed=nats-$user.seed"
    done
    secret nats-identities nats-identities.conf=nats-identities.conf
    secret nats-tls nats.pem=nats.pem nats.key=nats.key ca.pem=ca.pem
    secret redis-users redis.acl=redis.acl
    secret redis-client url=redis-url
} | $apply
