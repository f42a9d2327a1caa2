#!/usr/bin/env bash
# Installs what the tests need and runs all of them: front end, Rust, browser, interface, README. Stops at the first failure.
#
# Everything is built with the release profile, so that DuckDB compiles once (about 15 minutes on two cores).
# From the environment: CARGO_TARGET_DIR (default: target), CHROMIUM (default: the one on the PATH).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/install_tools.sh
source scripts/install_tools.sh

say() { printf '\n== %s\n' "$*"; }

say "tools"
install_tools
export CHROMIUM="${CHROMIUM:-$(command -v chromium)}"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
npm ci

say "front end"
npm test

say "server"
# The gallery of all blocks is written by a unit test and looked at by the browser tests.
GALLERY_DIR="$(mktemp -d)"
export GALLERY_DIR
# Builds the binary too. A `cargo build` after it would compile many packages again, with fewer features.
cargo test --release --locked
binary="$CARGO_TARGET_DIR/release/analytics"

say "browser"
work="$(mktemp -d)"
server=""
finish() {
  local status=$?
  if [ -n "$server" ] && kill -0 "$server" 2>/dev/null; then
    kill -TERM "$server"
    wait "$server" || true
  fi
  if [ "$status" -ne 0 ] && [ -f "$work/server.log" ]; then
    echo "the server said:" >&2
    tail -n 40 "$work/server.log" >&2
  fi
  rm -rf "$work" "$GALLERY_DIR"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

ANALYTICS__STORAGE__ANSWER_AGE_S=0 "$binary" serve --listen 127.0.0.1:0 --data "$work/data" >"$work/server.log" 2>&1 </dev/null &
server=$!

# Prints the first match of a pattern in what the server said, waiting for it.
heard() {
  local found
  for _ in $(seq 300); do
    found="$(grep -Eo -m 1 "$1" "$work/server.log" | head -n 1 || true)"
    if [ -n "$found" ]; then
      echo "$found"
      return 0
    fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  echo "the server did not say $1" >&2
  return 1
}

listening="$(heard 'listening on http://[^ ]+')"
SETUP_URL="$(heard 'http://[^ ]*/setup[^ ]*')"
export SETUP_URL BASE_URL="${listening#listening on }"
export BINARY="$binary" EMAIL=ana@example.com PASSWORD='correct horse battery staple'
npm run test:browser
kill -TERM "$server"
wait "$server"
server=""

say "interface"
scripts/fuzz_api.sh "$binary"

say "people"
install_pandas
"$python_with_pandas" scripts/check_people.py --binary "$binary"

say "README"
python3 scripts/check_readme.py "$binary"
