#!/bin/sh
# Python with venv, and Node with npm, must be there before the first step. What is missing is told in one line.
set -eu
python=${1:-python3}
missing=""
if ! command -v "$python" >/dev/null 2>&1; then
    missing="python3 python3-venv"
elif ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "需要 Python ≥ 3.11，可用 PYTHON=… 另指 / Python ≥ 3.11 is needed, PYTHON=… names another one: $("$python" --version)" >&2
    exit 1
elif ! .venv/bin/python -m pip --version >/dev/null 2>&1 && ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    missing="python3-venv"
fi
if ! command -v node >/dev/null 2>&1; then
    missing="$missing nodejs"
elif ! node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)'; then
    echo "需要 Node ≥ 20 / Node ≥ 20 is needed: $(node --version)" >&2
    exit 1
fi
command -v npm >/dev/null 2>&1 || missing="$missing npm"
if [ -n "$missing" ]; then
    missing=$(echo $missing)
    echo "缺少软件，请执行 / something is missing, please run:  sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends $missing'" >&2
    exit 1
fi
