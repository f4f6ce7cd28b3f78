# syntax=docker/dockerfile:1
# One image with every program of the house; the command chooses which one runs:
#
#   docker build -t care-dispatch:local .
#   docker run --rm care-dispatch:local dispatch --help

FROM node:22-bookworm-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund
COPY web/ ./
RUN npm run build

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# The web apps are embedded in command-center.
COPY --from=web /src/web/dist web/dist
ARG PROGRAMS="dispatch caregiver-location registry accounts emergency-call meal-delivery command-center district"
# The caches hold what was downloaded and compiled before; what is shipped is copied out of them.
# Unquoted on purpose: $packages is a list of words.
# hadolint ignore=SC2086
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    set -eu; \
    packages=""; \
    for program in $PROGRAMS; do packages="$packages -p $program"; done; \
    cargo build --locked --release $packages; \
    mkdir -p /out/bin /out/state; \
    for program in $PROGRAMS; do cp "target/release/$program" /out/bin/; done

# Statements on paper are in Chinese.
FROM debian:bookworm-slim AS font
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends fonts-noto-cjk

FROM busybox:1.37.0-musl AS busybox

# glibc, libgcc, certificates and nothing else: no shell, no package manager. Runs as user 65532.
FROM gcr.io/distroless/cc-debian12:nonroot
LABEL org.opencontainers.image.title="care-dispatch" \
      org.opencontainers.image.description="Real-time dispatch of a district's home and community elder care" \
      org.opencontainers.image.licenses="Apache-2.0"
# For the health checks of docker-compose.yml; called by this name it is wget and nothing more.
COPY --from=busybox /bin/busybox /usr/local/bin/wget
COPY --from=build /out/bin/ /usr/local/bin/
COPY --from=font /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc /usr/share/fonts/opentype/noto/
# State is mounted here; a fresh volume takes over the owner.
COPY --from=build --chown=65532:65532 /out/state /var/lib/care
USER 65532:65532
WORKDIR /var/lib/care
STOPSIGNAL SIGTERM
CMD ["district"]
