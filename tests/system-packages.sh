#!/bin/sh
# Browser tests need Chromium and CJK fonts. As root they are installed; anyone else is told the one line to run.
set -eu
if command -v chromium >/dev/null 2>&1 && fc-list :lang=zh 2>/dev/null | grep -q .; then
    exit 0
fi
line="apt-get update && apt-get install -y --no-install-recommends chromium fonts-noto-cjk fontconfig"
if [ "$(id -u)" != 0 ]; then
    echo "需要系统软件包，请执行 / system packages are needed, please run:  sudo sh -c '$line'" >&2
    exit 1
fi
DEBIAN_FRONTEND=noninteractive sh -c "$line" >/dev/null
