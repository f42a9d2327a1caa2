#!/usr/bin/env bash
# Tests the interface for programs against its own description: starts the binary on a temporary folder, makes a key,
# fills it with a few events, and lets schemathesis draw requests from /api/v1/openapi.json, sound and unsound ones.
# Fails on any 5xx and on any answer that the description does not name.
#
#   scripts/fuzz_api.sh [BINARY] [EXAMPLES]     a second for some ten examples an operation on two cores
#
# Not asked: that every sound request is granted. Whether a question can be answered depends on its parameters
# together (a matrix needs two dimensions), which a description cannot say; those are refused with 422.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/install_tools.sh
source scripts/install_tools.sh

binary="${1:-${CARGO_TARGET_DIR:-target}/release/analytics}"
examples="${2:-40}"
install_schemathesis
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
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

"$binary" serve --listen 127.0.0.1:0 --data "$work/data" >"$work/server.log" 2>&1 </dev/null &
server=$!
url=""
for _ in $(seq 300); do
  url="$(grep -Eo -m 1 'listening on http://[^ ]+' "$work/server.log" | head -n 1 || true)"
  url="${url#listening on }"
  [ -z "$url" ] || break
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
[ -n "$url" ] || { echo "the server did not start" >&2; exit 1; }
key="$("$binary" key create --kind admin --name fuzz --data "$work/data")"

# A few events, so that answers hold figures and not only nothing.
curl -sS --fail-with-body "$url/v1/events" -H "Authorization: Bearer $key" -H 'Content-Type: application/x-ndjson' \
  --data-binary @- >/dev/null <<'EVENTS'
{"type":"response_received","user_id":"ana","provider":"openai","model":"gpt-4o-mini","feature":"chat","input_tokens":1200,"output_tokens":350,"latency_ms":840,"ttft_ms":120,"metadata":{"page":"pricing","n":3}}
{"type":"response_received","user_id":"bo","provider":"anthropic","model":"claude-sonnet-4-5","feature":"chat","input_tokens":900,"output_tokens":80,"latency_ms":1900}
{"type":"error_occurred","user_id":"bo","provider":"openai","model":"gpt-4o-mini","status_code":429,"latency_ms":30}
{"type":"feedback","user_id":"ana","rating":5,"model":"gpt-4o-mini"}
{"type":"payment_completed","user_id":"ana","amount":"49.90","currency":"USD"}
{"type":"page_view","user_id":"cy","url":"https://app.example.com/start?utm_source=news"}
EVENTS

SCHEMATHESIS_HOOKS=scripts.fuzz_bodies PYTHONPATH=. PYTHONDONTWRITEBYTECODE=1 "$schemathesis" --config-file scripts/fuzz_api.toml run "$url/api/v1/openapi.json" \
  --header "Authorization: Bearer $key" \
  --phases examples,coverage,fuzzing \
  --exclude-checks positive_data_acceptance \
  --max-examples "$examples" --seed 1 --generation-database none \
  --continue-on-failure --warnings off --no-color --report-dir "$work/report"
kill -0 "$server" || { echo "the server is gone" >&2; exit 1; }
