#!/bin/sh
# Make .venv with the development install of this repository. Needs Python 3.11 or later; PYTHON=... names one.
#
# .venv/.installed is written last, so it stands for a set-up that is complete. A .venv that was being made when
# something failed is removed; one that was being changed when this script was killed is made anew the next time.
#
# Exit codes: 0 done, 1 a step failed, 3 no Python here can make a virtual environment (the message has the command).
set -eu
cd "$(dirname "$0")/.."

venv=.venv
stamp=$venv/.installed
half_made=$venv/.half-made
is_fresh=no

say() { printf 'setup: %s\n' "$*" >&2; }

is_recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

# Names alone are not enough: a pyenv shim for a version that is not active exists and fails.
find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        if is_recent "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    if [ -n "${PYTHON:-}" ]; then
        say "PYTHON=$PYTHON is not a Python 3.11 or later that runs"
    else
        say "no Python 3.11 or later found (tried python3, python3.14 to python3.11, python)"
    fi
    printf '  fix: install one, or name it: make PYTHON=/path/to/python3.11\n' >&2
    exit 3
}

has_pip() { "$venv/bin/python" -m pip --version >/dev/null 2>&1; }

# Debian's python3 may lack ensurepip; `python3 -m venv` then fails and still leaves bin/python behind.
make_venv() {
    "$1" -m venv "$venv" >/dev/null 2>&1 && has_pip && return
    rm -rf "$venv"
    uv venv --quiet --seed --python "$1" "$venv" >/dev/null 2>&1 && has_pip && return
    rm -rf "$venv"
    virtualenv --quiet --python "$1" "$venv" >/dev/null 2>&1 && has_pip && return
    rm -rf "$venv"
    say "$1 cannot make a virtual environment (no ensurepip), and neither uv nor virtualenv can"
    printf '  fix: %s\n' "$(mending_command)" >&2
    exit 3
}

mending_command() {
    ids=$(sed -n 's/^ID\(_LIKE\)\{0,1\}=//p' "${OS_RELEASE:-/etc/os-release}" 2>/dev/null | tr -d '"' | tr '\n' ' ')
    case " $ids" in
        *" debian "* | *" ubuntu "*) echo "apt-get install python3-venv" ;;
        *" fedora "* | *" rhel "*) echo "dnf install python3-virtualenv" ;;
        *" alpine "*) echo "apk add py3-virtualenv" ;;
        *) echo "python3 -m pip install --user virtualenv" ;;
    esac
}

pip_install() {
    "$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --constraint constraints.txt "$@" &&
        return
    # pip changes nothing before it has everything, so an environment that was whole before is kept.
    rm -f "$half_made"
    say "pip install failed (its message is above); run the same command again once that is mended"
    exit 1
}

clean_up() {
    status=$?
    if [ "$status" -ne 0 ] && [ "$is_fresh" = yes ]; then rm -rf "$venv"; fi
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -e "$half_made" ] || { [ -e "$venv" ] && ! has_pip; }; then
    say "removing $venv, an earlier set-up did not finish"
    rm -rf "$venv"
fi
if [ -e "$venv" ] && ! is_recent "$venv/bin/python"; then
    say "$venv holds a Python older than 3.11"
    printf '  fix: rm -rf %s\n' "$venv" >&2
    exit 1
fi
if [ ! -e "$venv" ]; then
    python=$(find_python)
    say "making $venv with $("$python" --version 2>&1) ($python)"
    is_fresh=yes
    make_venv "$python"
fi

rm -f "$stamp"
: >"$half_made"
# A constraints file does not reach pip's build isolation: what builds this project is installed first, pinned too.
say "installing what builds the project"
pip_install hatchling editables
say "installing the project with its development tools"
pip_install --no-build-isolation --editable '.[dev]'
"$venv/bin/python" -m pip check --disable-pip-version-check >&2
rm -f "$half_made"
: >"$stamp"
say "done"
