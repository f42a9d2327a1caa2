# Installs what the tests need and the machine lacks: a C++ compiler, curl, Python, Node and Chromium, from
# Debian's or Ubuntu's packages. To be sourced by bash, as it may put a newer Node first on the PATH.
# Rust is not installed: which one to trust is for the reader to decide.

# Exact version, so that two machines test with the same one.
node_fallback=22.23.3

# Runs its arguments as root.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

has() {
  command -v "$1" >/dev/null 2>&1
}

node_is_new_enough() {
  has node && [ "$(node -p 'Number(process.versions.node.split(".")[0])')" -ge 20 ]
}

install_tools() {
  local missing=()
  has g++ || missing+=(g++)
  has curl || missing+=(curl)
  has python3 || missing+=(python3)
  has node || missing+=(nodejs)
  has npm || missing+=(npm)
  has chromium || [ -n "${CHROMIUM:-}" ] || missing+=(chromium)
  if [ ${#missing[@]} -gt 0 ]; then
    if ! has apt-get; then
      echo "install these first (this script knows only apt-get): ${missing[*]}" >&2
      return 1
    fi
    echo "installing ${missing[*]}"
    as_root apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
  fi
  # Debian 12 has Node 18; the browser driver wants 20. The npm package holds the same binary that nodejs.org offers.
  if ! node_is_new_enough; then
    local machine folder
    case "$(uname -m)" in
      x86_64) machine=x64 ;;
      aarch64) machine=arm64 ;;
      *) echo "install Node 20 or newer; there is no package for $(uname -m)" >&2; return 1 ;;
    esac
    folder="${XDG_CACHE_HOME:-$HOME/.cache}/analytics/node-$node_fallback"
    if [ ! -x "$folder/node_modules/node-linux-$machine/bin/node" ]; then
      npm install --prefix "$folder" --no-save --ignore-scripts "node-linux-$machine@$node_fallback"
    fi
    export PATH="$folder/node_modules/node-linux-$machine/bin:$PATH"
    node_is_new_enough
  fi
  if ! has cargo; then
    echo "install Rust 1.95 or newer first, for example from https://rustup.rs" >&2
    return 1
  fi
}
