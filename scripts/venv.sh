# Sourced by the other scripts: a virtual environment in .venv that holds exactly what a lock says.

find_python() {
  for name in ${PYTHON:-} python3.12 python3.11 python3.13 python3; do
    if command -v "$name" >/dev/null 2>&1 &&
      "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  echo "Parley needs Python 3.11 or newer on PATH (or name one: PYTHON=/path/to/python $0)" >&2
  return 1
}

# install_lock PYTHON LOCK: exactly what the lock says.
install_lock() {
  echo "installing $2" >&2
  # wheels if they suffice; else what there is as source only is built
  "$1" -m pip install --quiet --disable-pip-version-check --no-input \
    --require-hashes --only-binary :all: -r "$2" 2>/dev/null ||
    "$1" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$2"
}

# ensure_peers: .venv-peers, with the far sides that tests talk to.
ensure_peers() {
  local stamp=.venv-peers/.stamp lock=requirements-peers.lock wanted
  wanted=$(cksum <"$lock")
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && return
  rm -rf .venv-peers
  .venv/bin/python -m venv .venv-peers && install_lock .venv-peers/bin/python "$lock" &&
    echo "$wanted" >"$stamp"
}

# ensure_venv NAME LOCK...: install the locks into .venv, unless that was done for these very locks.
ensure_venv() {
  local name=$1
  shift
  local stamp=.venv/.stamp-$name wanted
  wanted=$(cat "$@" | cksum)
  if [ -x .venv/bin/python ] && [ -x .venv/bin/parley ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
    return
  fi
  if [ ! -x .venv/bin/python ]; then
    local python
    python=$(find_python)
    echo "making .venv with $python" >&2
    if ! "$python" -m venv .venv; then
      rm -rf .venv
      echo "$python cannot make a virtual environment; on Debian: apt install python3-venv" >&2
      return 1
    fi
  fi
  local lock
  for lock in "$@"; do
    install_lock .venv/bin/python "$lock" || return 1
  done
  # the `parley` command, on the sources as they are: nothing is fetched, nothing is copied
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
    --no-deps --no-build-isolation --no-index --editable . || return 1
  echo "$wanted" >"$stamp"
}
