# The image: one static program, a folder for the market, one for temporary files, and nothing else.
#
#   docker build -t mturk-local .                          for this machine
#   docker build -t mturk-local --platform linux/arm64 .   for another one: compiled here, not emulated

FROM --platform=$BUILDPLATFORM rust:1.95-slim-bookworm AS build
# The architecture that the image is for: amd64 or arm64. BuildKit sets it.
ARG TARGETARCH
# Any version of Debian's compilers will do.
# hadolint ignore=DL3008
RUN dpkg --add-architecture "$TARGETARCH" \
    && apt-get update \
    && case "$TARGETARCH" in amd64) cpu=x86-64 ;; *) cpu=aarch64 ;; esac \
    && apt-get install -y --no-install-recommends "gcc-$cpu-linux-gnu" "musl-dev:$TARGETARCH" \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/target,sharing=locked \
    CARGO_TARGET_DIR=/target container/build-static.sh "$TARGETARCH" >/program \
    && container/tree.sh "$(cat /program)" /image

FROM scratch
LABEL org.opencontainers.image.title="mturk-local" \
      org.opencontainers.image.description="A local Amazon Mechanical Turk: the Requester API, on your own machine" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /image/root/ /
COPY --from=build --chown=1770:1770 /image/owned/ /
# Other containers reach it as "mturk" or "mturk-local"; MTURK_LOCAL_ALLOW_HOST names others instead.
ENV MTURK_LOCAL_LISTEN=0.0.0.0:1770 \
    MTURK_LOCAL_ALLOW_REMOTE=true \
    MTURK_LOCAL_ALLOW_HOST=mturk,mturk-local,host.docker.internal \
    MTURK_LOCAL_DATABASE=sqlite:/data/market.db
USER 1770:1770
WORKDIR /data
VOLUME ["/data"]
EXPOSE 1770
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["/usr/local/bin/mturk-local", "health"]
ENTRYPOINT ["/usr/local/bin/mturk-local"]
