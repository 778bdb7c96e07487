# Sourced by packaging/run and tests/run: finds out which packages are missing, and installs them.

debian_packages() { # PURPOSE… : one package (or a|b) a line
    local purpose
    for purpose in "$@"; do
        sed -n "s/^$purpose  *//p" "$(dirname "${BASH_SOURCE[0]}")/debian-packages"
    done
}

is_installed() { # a|b : either is there
    local one
    for one in ${1//|/ }; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$one" 2>/dev/null)" = installed ] && return 0
    done
    return 1
}

# No package may start a service of its own, and Postfix may not ask questions.
install_quietly() {
    local root="" policy=/usr/sbin/policy-rc.d status=0 made=""
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || { echo "Missing packages: $*. Install them as root, then start again." >&2; return 1; }
        root="sudo"
    fi
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | $root tee "$policy" >/dev/null && $root chmod 755 "$policy" && made=1
    fi
    echo "postfix postfix/main_mailer_type select No configuration" | $root debconf-set-selections 2>/dev/null || true
    $root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >/dev/null ||
        { $root apt-get update >/dev/null && $root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >/dev/null; } || status=$?
    [ -z "$made" ] || $root rm -f "$policy"
    return "$status"
}

other_systems() {
    cat <<'TEXT'
This is not Debian or Ubuntu, so nothing is installed for you. Kakitome needs Rust 1.95 (https://rustup.rs) and:
  Fedora   sudo dnf install gcc make perl pkgconf-pkg-config clang-devel capnproto mesa-libEGL mesa-dri-drivers libX11 libX11-xcb libXcursor libXi libXrandr libxkbcommon-x11 libwayland-client fontconfig google-noto-sans-cjk-fonts
  Arch     sudo pacman -S --needed gcc make perl pkgconf clang capnproto mesa libx11 libxcursor libxi libxrandr libxkbcommon-x11 wayland fontconfig noto-fonts-cjk
  macOS    xcode-select --install; brew install llvm perl capnp    (export LIBCLANG_PATH="$(brew --prefix llvm)/lib")
  Windows  Visual Studio Build Tools (C++), LLVM, Strawberry Perl, NASM
TEXT
}

ensure_packages() { # PURPOSE… ; 0 when everything is there
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        other_systems >&2
        return 0
    fi
    local missing=() package
    while read -r package; do
        is_installed "$package" || missing+=("${package%%|*}")
    done < <(debian_packages "$@")
    [ ${#missing[@]} = 0 ] && return 0
    echo "Installing: ${missing[*]}"
    install_quietly "${missing[@]}"
}

ensure_rust() {
    command -v cargo >/dev/null || { [ -x "$HOME/.cargo/bin/cargo" ] && PATH="$HOME/.cargo/bin:$PATH"; } ||
        { echo "Rust is missing: install Rust 1.95 or newer from https://rustup.rs, then start again." >&2; return 1; }
    local have
    have=$(cargo --version | sed -E 's/^cargo ([0-9]+)\.([0-9]+).*/\1 \2/')
    read -r major minor <<<"$have"
    if [ "$major" -eq 1 ] && [ "$minor" -lt 95 ]; then
        echo "Rust 1.$minor is too old: Kakitome needs 1.95 (rustup update)." >&2
        return 1
    fi
}
