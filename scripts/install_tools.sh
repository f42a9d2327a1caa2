# Installs what the tests need and the machine lacks: a C++ compiler, curl, OpenSSL, Python, Node, Chromium and two
# reverse proxies, from Debian's or Ubuntu's packages. To be sourced by bash, as it may add to the PATH.
# Rust is not installed: which one to trust is for the reader to decide.

# Exact version, so that two machines test with the same one.
node_fallback=22.23.3

# The client that draws requests from our own description of the interface.
schemathesis_version=4.32.5

# The independent calculation of retention and funnels, and the package that brings its data.
pandas_version=3.1.1
lifetimes_version=0.11.3

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

# Puts a proxy on the PATH without installing it: the package would start a server of its own with the machine.
unpack_proxy() {
  local name="$1" folder="${XDG_CACHE_HOME:-$HOME/.cache}/analytics/proxies"
  if ! has "$name" && [ ! -x "/usr/sbin/$name" ]; then
    if [ ! -x "$folder/usr/sbin/$name" ] && [ ! -x "$folder/usr/bin/$name" ]; then
      mkdir -p "$folder"
      # Without it the tests behind this proxy say that they were left out.
      if ! (cd "$folder" && apt-get download -q "$name" && dpkg -x "$name"_*.deb . && rm "$name"_*.deb); then
        echo "$name cannot be fetched; its tests are left out" >&2
        return 0
      fi
    fi
    export PATH="$folder/usr/sbin:$folder/usr/bin:$PATH"
  fi
}

install_tools() {
  local missing=()
  has g++ || missing+=(g++)
  has curl || missing+=(curl)
  has openssl || missing+=(openssl)
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
  unpack_proxy nginx
  unpack_proxy caddy
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

# Puts schemathesis into a folder of its own and its path into $schemathesis.
install_schemathesis() {
  python_folder "schemathesis-$schemathesis_version" "schemathesis==$schemathesis_version"
  schemathesis="$python_packages/bin/schemathesis"
}

install_pandas() {
  python_folder "pandas-$pandas_version-$lifetimes_version" "pandas==$pandas_version" "lifetimes==$lifetimes_version"
  python_with_pandas="$python_packages/bin/python"
}

# Makes the folder $1 of Python packages, the other arguments, unless it is there; it is in `python_packages` then.
python_folder() {
  python_packages="${XDG_CACHE_HOME:-$HOME/.cache}/analytics/$1"
  if [ ! -e "$python_packages/complete" ]; then
    # Debian keeps what makes such folders in a package of its own.
    python3 -c 'import ensurepip' 2>/dev/null || as_root apt-get install -q -y --no-install-recommends python3-venv
    python3 -m venv "$python_packages"
    "$python_packages/bin/pip" install -q "${@:2}"
    touch "$python_packages/complete"
  fi
}
