#!/bin/sh
# Browser tests need Chromium; screens in them and papers as PDF need fonts; PDF needs Pango.
# As root they are installed; anyone else is told the one line to run.
set -eu
has_pango() { ldconfig -p 2>/dev/null | grep -q libpangoft2-1.0 && ldconfig -p | grep -q libharfbuzz-subset; }
has_rare() { fc-list ':charset=2a6d0' 2>/dev/null | grep -q .; }
if command -v chromium >/dev/null 2>&1 && fc-list :lang=zh 2>/dev/null | grep -q . && has_pango && has_rare; then
    exit 0
fi
line="apt-get update && apt-get install -y --no-install-recommends chromium fonts-noto-cjk fonts-hanazono fontconfig libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
if [ "$(id -u)" != 0 ]; then
    echo "需要系统软件包，请执行 / system packages are needed, please run:  sudo sh -c '$line'" >&2
    exit 1
fi
DEBIAN_FRONTEND=noninteractive sh -c "$line" >/dev/null
