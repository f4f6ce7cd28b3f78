#!/bin/sh
# Makes every secret of a deployment, once: nothing in this repository knows a password or a key.
#
#   ops/make-secrets.sh [DIRECTORY]        default: secrets/ at the root of the repository (ignored by git)
#
# What is there already stays as it is, so it is safe to run again after an update that needs one more secret.
# To change a secret, delete its files, run this again and restart those who use it (see ops/README.md).
#
# The directory is closed to everyone but its owner (0700). The files inside are 0444: a container gets single files
# mounted, as whatever user it runs, and no others.
#
# Needs: openssl 1.1.1 or later, and coreutils (base32, od).
set -eu
umask 077

root=$(cd "$(dirname "$0")/.." && pwd)
dir=${1:-$root/secrets}
# The name the certificates are made for; more may be given, separated by commas: a cluster in Kubernetes needs its own.
nats_names=${NATS_TLS_NAMES:-nats,localhost}
days=825

for tool in openssl base32 od; do
    command -v "$tool" >/dev/null || { echo "make-secrets: $tool is missing; install it and try again" >&2; exit 69; }
done
mkdir -p "$dir"
chmod 700 "$dir"
work=$(mktemp -d "$dir/.work.XXXXXX")
trap 'rm -rf "$work"' EXIT

# keep FILE: moves a file made in $work to its place, readable by the container that gets it mounted.
keep() {
    chmod 0444 "$work/$1"
    mv "$work/$1" "$dir/$1"
    echo "made $dir/$1"
}

random() { openssl rand -hex 32; }

# secret FILE: 256 random bits in hex.
secret() {
    [ -e "$dir/$1" ] || { random >"$work/$1"; keep "$1"; }
}

hex_of() { od -An -v -tx1 | tr -d ' \n'; }

bytes_of() {
    rest=$1
    while [ -n "$rest" ]; do
        byte=${rest%"${rest#??}"}
        rest=${rest#??}
        # shellcheck disable=SC2059  # the format is the byte
        printf "\\$(printf %03o "0x$byte")"
    done
}

# CRC-16/XMODEM of bytes in hex, low byte first, as NKeys end with.
crc_of() {
    crc=0
    rest=$1
    while [ -n "$rest" ]; do
        byte=${rest%"${rest#??}"}
        rest=${rest#??}
        crc=$((crc ^ (0x$byte << 8)))
        for _ in 1 2 3 4 5 6 7 8; do
            if [ $((crc & 0x8000)) -ne 0 ]; then crc=$(((crc << 1 ^ 0x1021) & 0xffff)); else crc=$((crc << 1)); fi
        done
    done
    printf '%02x%02x' $((crc & 255)) $((crc >> 8))
}

# The text form of an NKey: prefix, key, checksum in base 32 (https://docs.nats.io, "NKeys").
nkey() { bytes_of "$1$2$(crc_of "$1$2")" | base32 | tr -d '=\n'; }

# nats_user NAME: an Ed25519 key pair. The seed goes to the service; the server only ever knows the public half.
nats_user() {
    [ -e "$dir/nats-$1.seed" ] && [ -e "$dir/nats-$1.nkey" ] && return
    openssl genpkey -algorithm ed25519 -outform DER -out "$work/key"
    seed=$(tail -c 32 "$work/key" | hex_of)
    public=$(openssl pkey -inform DER -in "$work/key" -pubout -outform DER | tail -c 32 | hex_of)
    rm "$work/key"
    nkey 9500 "$seed" >"$work/nats-$1.seed"
    nkey a0 "$public" >"$work/nats-$1.nkey"
    keep "nats-$1.nkey"
    keep "nats-$1.seed"
}

# The public halves in the server's configuration: DISPATCH_NKEY = "U…", which permissions.conf refers to.
nats_identities() {
    for user in "$@"; do
        name=$(printf %s "$user" | tr 'a-z-' 'A-Z_')
        printf '%s_NKEY = "%s"\n' "$name" "$(cat "$dir/nats-$user.nkey")"
    done >"$work/nats-identities.conf"
    if ! cmp -s "$work/nats-identities.conf" "$dir/nats-identities.conf"; then keep nats-identities.conf; fi
}

# A certificate authority of this deployment alone, and the NATS servers' certificate under it.
nats_certificate() {
    if [ ! -e "$dir/ca.pem" ]; then
        openssl req -x509 -newkey ed25519 -nodes -days 3650 -subj "/O=care-dispatch/CN=care-dispatch internal CA" \
            -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign" \
            -keyout "$work/ca.key" -out "$work/ca.pem" 2>/dev/null
        chmod 0400 "$work/ca.key"
        mv "$work/ca.key" "$dir/ca.key"
        keep ca.pem
    fi
    [ -e "$dir/nats.pem" ] && [ -e "$dir/nats.key" ] && return
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/O=care-dispatch/CN=nats" \
        -keyout "$work/nats.key" -out "$work/nats.csr" 2>/dev/null
    {
        echo "basicConstraints=critical,CA:FALSE"
        echo "keyUsage=critical,digitalSignature"
        # Servers of a cluster are each other's clients.
        echo "extendedKeyUsage=serverAuth,clientAuth"
        echo "subjectAltName=$(printf %s "$nats_names" | sed 's/[^,][^,]*/DNS:&/g'),IP:127.0.0.1"
    } >"$work/nats.ext"
    openssl x509 -req -in "$work/nats.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial \
        -CAserial "$work/serial" -days "$days" -extfile "$work/nats.ext" -out "$work/nats.pem" 2>/dev/null
    keep nats.key
    keep nats.pem
}

# Redis knows only the hash; the URL with the password is for the one who connects.
redis_user() {
    [ -e "$dir/redis.acl" ] && [ -e "$dir/redis-url" ] && return
    password=$(random)
    hash=$(printf %s "$password" | openssl dgst -sha256 -r | cut -c1-64)
    {
        echo "user default off"
        echo "user probe on nopass -@all +ping"
        echo "user care on #$hash resetkeys ~care:* resetchannels &care:* +@all -@admin -@dangerous +info"
    } >"$work/redis.acl"
    printf 'redis://care:%s@%s:6379/0' "$password" "${REDIS_HOST:-redis}" >"$work/redis-url"
    keep redis.acl
    keep redis-url
}

users="dispatch caregiver-location registry accounts emergency-call meal-delivery command-center district ops"
for user in $users; do nats_user "$user"; done
# shellcheck disable=SC2086  # a list
nats_identities $users
nats_certificate
redis_user
secret grafana-admin-password

echo "secrets are complete in $dir"
