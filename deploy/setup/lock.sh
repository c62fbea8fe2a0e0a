#!/usr/bin/env bash
# Writes the locks anew from pyproject.toml: versions and hashes for every platform and Python since 3.11, no host names.
# UPGRADE=1 takes newer versions; without it only what pyproject.toml asks for changes.
set -euo pipefail
cd "$(dirname "$0")/../.."

compile() { # OUTPUT ARGUMENT...
    local output=$1
    shift
    echo "writing $output"
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-emit-find-links --no-header --no-annotate ${UPGRADE:+--upgrade} --output-file "$output" "$@"
}

compile requirements.lock pyproject.toml
compile requirements-dev.lock pyproject.toml --group dev --constraints requirements.lock
compile deploy/setup/installer.lock deploy/setup/installer.in
compile deploy/setup/build.lock deploy/setup/build.in
compile deploy/package/kiosk.lock deploy/package/requirements.in --constraints requirements.lock
