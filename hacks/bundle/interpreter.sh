#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: hacks/bundle/interpreter.sh ZIG DIR
#
# Makes DIR: a CPython with the libraries that it needs inside, built by zig for the glibc of
# glibc.txt, from Debian's sources with Debian's security fixes. DIR/sources.json names those, and
# DIR/bin/cri-resmgr is launcher.c with that interpreter in it. Locks wait on the monotonic clock:
# with an old glibc CPython's semaphores would follow a clock that somebody sets.
# INTERPRETER_WORK names a folder that is kept, and goes on where a run before it has ended.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
zig=$1 out=$2
glibc=$(cat "$here/glibc.txt")
suite=bookworm
jobs=$(nproc)
sources=(python3.11 openssl sqlite3 zlib)

say() { printf 'interpreter: %s\n' "$*" >&2; }
die() {
    printf 'interpreter: cannot %s\n' "$1" >&2
    [ $# -lt 2 ] || printf 'interpreter: hint: %s\n' "$2" >&2
    exit 1
}

work=${INTERPRETER_WORK:-$(mktemp -d)}
mkdir -p "$work"
# shellcheck disable=SC2064 # the folder of now
[ -n "${INTERPRETER_WORK:-}" ] || trap "rm -rf '$work'" EXIT

need() {
    local missing=() pair
    for pair in dpkg-source:dpkg-dev make:make perl:perl tclsh:tcl xz:xz-utils patch:patch; do
        command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
    done
    [ ${#missing[@]} = 0 ] && return
    command -v apt-get >/dev/null || die "find ${missing[*]}" "a Debian 12 or later, or --python"
    [ "$(id -u)" = 0 ] || die "find ${missing[*]}" "sudo apt-get install ${missing[*]}"
    say "installing ${missing[*]}"
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes \
        --no-install-recommends "${missing[@]}"; } >&2 ||
        die "install ${missing[*]}" "apt-get install ${missing[*]}"
}

# Debian's own lists and settings of this machine stay as they are. Security fixes come first; a
# mirror that lacks one of them still has the one before it.
build_sources() {
    mkdir -p "$work/apt/lists/partial" "$work/apt/archives/partial" "$work/src"
    local main="deb-src http://deb.debian.org/debian $suite main"
    local security="deb-src http://deb.debian.org/debian-security $suite-security main"
    local lines apt=(apt-get -qq -o "Dir::Etc::sourcelist=$work/apt/sources.list"
        -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$work/apt/lists"
        -o "Dir::Cache=$work/apt" -o APT::Sandbox::User=root)
    for lines in "$main"$'\n'"$security" "$main"; do
        echo "$lines" >"$work/apt/sources.list"
        (cd "$work/src" && rm -rf ./* && "${apt[@]}" update &&
            "${apt[@]}" source --download-only "${sources[@]}") && break
        [ "$lines" != "$main" ] || return 1
        say "the newest security fixes cannot be had here; taking those of $suite" 2>&3
    done
    local dsc
    for dsc in "$work"/src/*.dsc; do
        (cd "$work/src" && dpkg-source --no-check -x "$dsc")
    done
}

die_log() {
    tail -n 20 "$work/log" >&2
    die "$@"
}

tools() {
    mkdir -p "$work/bin" "$libs/lib" "$libs/include"
    # Questions about the machine are answered here, since zig does not know them of a versioned target.
    export ZIG_GLOBAL_CACHE_DIR=$work/zig ZIG_LOCAL_CACHE_DIR=$work/zig
    cat >"$work/bin/zcc" <<EOF
#!/bin/sh
case "\$*" in -dumpmachine | *-print-multiarch) echo $(uname -m)-linux-gnu && exit ;; esac
exec '$zig' cc -target $(uname -m)-linux-gnu.$glibc -fno-sanitize=undefined "\$@"
EOF
    local tool
    for tool in ar ranlib; do
        printf "#!/bin/sh\nexec '%s' %s \"\$@\"\n" "$zig" $tool >"$work/bin/z$tool"
    done
    chmod +x "$work"/bin/*
    export PATH=$work/bin:$PATH CC=zcc AR=zar RANLIB=zranlib LC_ALL=C
    export SOURCE_DATE_EPOCH=1 ZERO_AR_DATE=1
    # Neither these flags nor a prefix name a folder of this build: OpenSSL keeps both as text.
    plain="-g0 -fPIC -ffunction-sections -fdata-sections"
}

step() {
    [ ! -e "$work/done-$1" ] || return 0
    say "building $1"
    # A shell of its own, since a step whose failure is asked for goes on after its errors.
    (set -e && "build_$1") >"$work/log" 2>&1 </dev/null &
    wait $! || die_log "build $1"
    touch "$work/done-$1"
}

build_zlib() {
    cd "$work"/src/zlib-*/
    CFLAGS="-O3 $plain" ./configure --static --prefix="$libs"
    make -j "$jobs" libz.a
    cp libz.a "$libs/lib/"
    cp zlib.h zconf.h "$libs/include/"
}

build_sqlite() {
    cd "$work"/src/sqlite3-*/
    ./configure --disable-shared --disable-tcl --disable-readline
    make sqlite3.c sqlite3.h
    # shellcheck disable=SC2086 # a list of words
    zcc -O2 $plain -DSQLITE_THREADSAFE=1 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_DQS=0 \
        -DSQLITE_DEFAULT_MEMSTATUS=0 -c sqlite3.c -o sqlite3.o
    zar rcs "$libs/lib/libsqlite3.a" sqlite3.o
    cp sqlite3.h "$libs/include/"
}

# TLS 1.2 and 1.3 of a client, with the ciphers that API servers speak.
build_openssl() {
    cd "$work"/src/openssl-*/
    # shellcheck disable=SC2086 # a list of words
    ./Configure "linux-$(uname -m)" --prefix=/usr --libdir=lib --openssldir=/etc/ssl no-shared \
        no-tests no-engine no-dso no-module no-legacy no-comp no-srp no-ct no-cms no-ts no-cmp no-sm2 \
        no-sm3 no-sm4 no-idea no-seed no-camellia no-aria no-bf no-cast no-rc2 no-rc4 no-rc5 no-mdc2 \
        no-md4 no-rmd160 no-whirlpool no-gost no-ec2m no-dtls no-ssl3 no-nextprotoneg no-srtp \
        no-ui-console no-siphash no-blake2 no-scrypt no-des no-dsa no-async -O2 $plain
    make -j "$jobs" build_libs
    cp libcrypto.a libssl.a "$libs/lib/"
    cp -r include/openssl "$libs/include/"
}

build_python() {
    cd "$work"/src/python3.11-*/
    export PKG_CONFIG_LIBDIR=$libs/lib/pkgconfig
    local flags="-O3 ${plain/-fPIC /}"
    CFLAGS=$flags LDFLAGS=-Wl,-s CPPFLAGS="-DHAVE_BROKEN_POSIX_SEMAPHORES=1" ./configure --prefix=/python \
        --without-ensurepip --with-computed-gotos --disable-test-modules --without-readline \
        --with-builtin-hashlib-hashes=md5,sha1,sha256,sha512,sha3,blake2
    sed "s|@LIBS@|$libs|g" "$here/modules.setup" >Modules/Setup.local
    local made=(BUILD_DATE="Jan  1 1980" BUILD_TIME=00:00:00)
    make -j "$jobs" "${made[@]}"
    make altbininstall sharedinstall DESTDIR="$work/tree" "${made[@]}"
    # shellcheck disable=SC2086 # a list of words
    zcc $flags -I. -IInclude "$here/launcher.c" -o "$work/tree/python/bin/cri-resmgr" \
        libpython3.11.a -L"$libs/lib" -lsqlite3 -lz -lm -ldl -lpthread -lutil \
        -Wl,--export-dynamic -Wl,--gc-sections -Wl,-s -Wl,-z,now
}

place() {
    local tree=$work/tree/python
    cp -r "$work"/src/python3.11-*/Lib/. "$tree/lib/python3.11/"
    cp "$work"/src/python3.11-*/build/lib.*/_sysconfigdata_*.py "$tree/lib/python3.11/"
    (cd "$tree/lib/python3.11" &&
        rm -rf test tests idlelib tkinter turtledemo lib2to3 ensurepip pydoc_data distutils \
            sqlite3/test unittest/test ctypes/test config-3.11* site-packages dist-packages &&
        mkdir site-packages && find . -name __pycache__ -prune -exec rm -rf {} +)
    ln -sf python3.11 "$tree/bin/python3"
    ln -sfn lib/python3.11/lib-dynload "$tree/extensions"
    mkdir -p "$tree/licences"
    local name
    for name in "${sources[@]}"; do
        cp "$work/src/$name"-*/debian/copyright "$tree/licences/$name"
    done
    {
        printf '['
        local comma=
        for name in "${sources[@]}"; do
            printf '%s{"name": "%s", "version": "%s"}' "$comma" "$name" \
                "$(sed -n 's/^Version: //p' "$work/src/$name"_*.dsc | head -1)"
            comma=', '
        done
        printf ']\n'
    } >"$tree/sources.json"
    mkdir -p "$(dirname "$out")"
    rm -rf "$out"
    cp -a "$tree" "$out"
}

libs=$work/libs
exec 3>&2
need
tools
step sources
step zlib
step sqlite
step openssl
step python
place
say "made $out/bin/python3.11"
