# SPDX-License-Identifier: Apache-2.0
# Images of the project, one target each; hacks/images builds them.
#
# BASE is any Debian 12 or later; its own Python is used, so that its security updates reach us.
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS python
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        ca-certificates python3 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt/* /var/log/dpkg.log

FROM python AS uv
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends python3-venv
WORKDIR /src
COPY pyproject.toml uv.lock README.md LICENSE NOTICE ./
# The same uv and the same dependencies as on a developer's machine: both stand in uv.lock. Where a
# proxy has an authority of its own, the builder gives its certificates; they stay out of the image.
RUN --mount=type=secret,id=certificates \
    if [ -e /run/secrets/certificates ]; then export PIP_CERT=/run/secrets/certificates; fi \
    && python3 -m venv /uv \
    && version=$(awk '$0 == "name = \"uv\"" { getline; gsub(/[^0-9.]/, ""); print; exit }' uv.lock) \
    && /uv/bin/pip install --quiet --disable-pip-version-check "uv==$version"
ENV UV_PYTHON_DOWNLOADS=never UV_SYSTEM_CERTS=1 UV_LINK_MODE=copy

# `into-venv OPTION...` installs into UV_PROJECT_ENVIRONMENT: dependencies first, which change seldom,
# then the project. Byte-code is made once and never compared with its source: the root file system is
# read-only.
RUN printf '%s\n' '#!/bin/sh' 'set -eu' \
        'if [ -e /run/secrets/certificates ]; then export SSL_CERT_FILE=/run/secrets/certificates; fi' \
        '/uv/bin/uv sync --locked --no-default-groups --python /usr/bin/python3 "$@"' \
        '"$UV_PROJECT_ENVIRONMENT/bin/python" -m compileall -q --invalidation-mode unchecked-hash \' \
        '    "$UV_PROJECT_ENVIRONMENT/lib"' \
        >/usr/local/bin/into-venv \
    && chmod 0755 /usr/local/bin/into-venv

FROM uv AS build-extension
ENV UV_PROJECT_ENVIRONMENT=/opt/extension
RUN --mount=type=secret,id=certificates into-venv --extra controller --no-install-project
COPY controller controller
COPY resmgr resmgr
COPY charts charts
RUN --mount=type=secret,id=certificates into-venv --extra controller --no-editable

FROM uv AS build-webhook
ENV UV_PROJECT_ENVIRONMENT=/opt/webhook
RUN --mount=type=secret,id=certificates into-venv --extra webhook --no-install-project
COPY webhook webhook
COPY resmgr resmgr
RUN --mount=type=secret,id=certificates into-venv --extra webhook --no-editable

FROM python AS extension
ARG VERSION=unknown
LABEL org.opencontainers.image.title="gardener-extension-cri-resmgr" \
      org.opencontainers.image.description="Gardener extension that brings a CRI resource manager to the nodes of shoots" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build-extension /opt/extension /opt/extension
ENV PATH=/opt/extension/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 65532:65532
WORKDIR /
ENTRYPOINT ["gardener-extension-cri-resmgr"]

FROM python AS webhook
ARG VERSION=unknown
LABEL org.opencontainers.image.title="cri-resmgr-webhook" \
      org.opencontainers.image.description="Annotates pods with their resources, and judges configurations of the CRI resource manager" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build-webhook /opt/webhook /opt/webhook
ENV PATH=/opt/webhook/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 65534:65534
WORKDIR /
ENTRYPOINT ["cri-resmgr-webhook"]

# The node agent has the dependencies that every part has, and no others.
FROM uv AS build-agent
ENV UV_PROJECT_ENVIRONMENT=/opt/agent
RUN --mount=type=secret,id=certificates into-venv --no-install-project
COPY agent agent
COPY resmgr resmgr
RUN --mount=type=secret,id=certificates into-venv --no-editable

# It is uid 0, since the daemon's socket is root's, and needs neither a capability nor a root file
# system that can be written.
FROM python AS agent
ARG VERSION=unknown
LABEL org.opencontainers.image.title="gardener-extension-cri-resmgr-agent" \
      org.opencontainers.image.description="Brings configurations to the CRI resource manager of a node" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build-agent /opt/agent /opt/agent
RUN ln -s /opt/agent/bin/cri-resmgr-agent /opt/agent/bin/cri-resmgr-agent-probe /usr/bin/
ENV PATH=/opt/agent/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 0:0
WORKDIR /
ENTRYPOINT ["/bin/cri-resmgr-agent"]

# What the bundle needs of a system: glibc and its loader. There is nothing else to keep up to date.
FROM ${BASE} AS libc
RUN set -eu; loader=$(ls /lib64/ld-linux-x86-64.so.2 /lib/ld-linux-aarch64.so.1 2>/dev/null || true); \
    folder=$(dirname "$(readlink -f "$loader")"); \
    mkdir -p /image/tmp "/image$(dirname "$loader")" "/image$folder" /image/var/lib/dpkg/status.d; \
    chmod 1777 /image/tmp; \
    for name in libc.so.6 libdl.so.2 libm.so.6 libpthread.so.0 librt.so.1 libutil.so.1; do \
        cp -L "$folder/$name" "/image$folder/"; \
    done; \
    cp -L "$loader" "/image$loader"; \
    dpkg-query --status libc6 >/image/var/lib/dpkg/status.d/libc6

# The program that installs the bundle on a node. It is uid 0 there, since the files of a node are
# root's, and needs neither a capability nor a root file system that can be written.
FROM scratch AS installation
ARG VERSION=unknown
LABEL org.opencontainers.image.title="gardener-extension-cri-resmgr-installation" \
      org.opencontainers.image.description="Puts a CRI resource manager on a Gardener node, and takes it off again" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=libc /image /
COPY build/bundle /bundle
ENV PATH=/bundle
USER 0:0
WORKDIR /
ENTRYPOINT ["/bundle/cri-resmgr-installer"]
