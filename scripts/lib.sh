# shellcheck shell=bash
# What the scripts share. Sourced, never run.

set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

step() { printf '\n── %s\n' "$*"; }
note() { printf '   %s\n' "$*"; }
die() {
  printf '\n%s\n' "$*" >&2
  exit 1
}

# Downloads and built files stay in one place that every checkout of this user shares, unless told otherwise: a
# fresh clone then compiles only what is its own.
cache="${XDG_CACHE_HOME:-$HOME/.cache}/venuebox"
: "${CARGO_TARGET_DIR:=$cache/target}"
export CARGO_TARGET_DIR

# What scripts/setup installs beside the system's own.
for tools in "$HOME/.cargo/bin" "$cache/node/node_modules/.bin"; do
  if [ -d "$tools" ]; then PATH="$tools:$PATH"; fi
done
export PATH
