#!/usr/bin/env bash
# Build what is deployed. `./build.sh [--arm64] [FOLDER]` makes, in dist/ (or FOLDER):
#
#   releases/<version>/consolidation-updater.zip     the Lambda: lambda_function.lambda_handler, python3.11, x86_64
#   releases/<version>/consolidation-updater-arm64.zip       the same for arm64, with --arm64; as pinned now, this is
#                                                    refused: jsonschema-rs has no such wheel for Lambda's python3.11
#   releases/<version>/consolidate_chargebacks.py    the Glue job's script
#   releases/<version>/chargebacks.gluewheels.zip    every wheel that the job needs, ours too, for Glue's
#                                                    --additional-python-modules (Python 3.11, manylinux x86_64)
#   releases/<version>/chargebacks-*-py3-none-any.whl        our package alone
#   releases/<version>/manifest.json                 SHA-256 of each of them and of each wheel within
#   consolidation-updater.zip                        the same zip, where it always was
#
# <version> is the package's version and the commit, like 0.1.0-1a2b3c4d5e6f, with -dirty and a hash of the changes
# behind it when the checkout has some that are not committed; RELEASE=name names it otherwise. The same commit gives the same bytes.
#
# releases/ lies in the artifact bucket as it lies here, so a release is put there by
#   aws s3 sync dist/releases/<version> s3://<artifact bucket>/releases/<version>
# and a deployment, or a rollback, is its version in one Terraform variable.
#
# Glue in a private subnet reaches no package index: give it --python-modules-installer-option --no-index as well.
# Wheels come from requirements.lock with its hashes. boto3 and pyspark are not among them: Glue brings them. It brings
# an older pyarrow, too; ours takes its place, because it is the one that was tested.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

python=.venv/bin/python
uv=.venv/bin/uv
export UV_CACHE_DIR=${UV_CACHE_DIR:-$PWD/.cache/uv} PIP_CACHE_DIR=${PIP_CACHE_DIR:-$PWD/.cache/pip}
requirements=consumers/consolidation_updater/requirements.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf 'build: %s\n' "$*" >&2; }

check_requirements() {
    "$python" scripts/locked_requirements.py updater >"$work/requirements.txt"
    cmp --silent "$work/requirements.txt" "$requirements" && return
    say "$requirements differs from requirements.lock: run" \
        "$python scripts/locked_requirements.py updater > $requirements"
    return 1
}

# boto3 is not among them: Lambda's runtime brings it.
install_updater() { # platform
    "$uv" pip install --quiet --python "$python" --no-deps --require-hashes --only-binary :all: --link-mode copy \
        --python-platform "$1-manylinux2014" --python-version 3.11 \
        --target "$work/$1" --requirement "$requirements"
}

build_updater() { # platform, zip
    install_updater "$1"
    "$python" -m scripts.pack_updater "$work/$1" "$2"
}

# Lambda's python3.11 runs on Amazon Linux 2: glibc 2.26, so a wheel for manylinux_2_28 would not load there.
check_arm64() {
    install_updater aarch64 && return
    say "--arm64: a pinned library has no wheel for arm64 and glibc 2.26, which Lambda's python3.11 has (named above);" \
        "pin a version that has one (pyproject.toml, make lock), or deploy x86_64"
    return 1
}

build_package() {
    SOURCE_DATE_EPOCH=315532800 "$uv" build --quiet --python "$python" --wheel \
        --no-create-gitignore --out-dir "$release" .
}

# Glue 5 runs on Amazon Linux 2023, whose glibc takes both kinds of wheels.
build_wheels() {
    "$python" scripts/locked_requirements.py job >"$work/job.txt"
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
        --platform manylinux2014_x86_64 --platform manylinux_2_28_x86_64 \
        --implementation cp --python-version 3.11 --abi cp311 --abi abi3 --abi none \
        --dest "$work/wheels" --requirement "$work/job.txt"
    cp "$release"/chargebacks-*.whl "$work/wheels"
    "$python" -m scripts.pack_wheels "$work/wheels" "$release/chargebacks.gluewheels.zip"
}

arm64=
[ "${1:-}" = --arm64 ] && arm64=yes && shift
dist=${1:-dist}
[ -x "$uv" ] || make setup
version=$("$python" -m scripts.release_version)
check_requirements
[ -z "$arm64" ] || check_arm64
release=$dist/releases/$version
rm -rf "$release"
mkdir -p "$release"
build_updater x86_64 "$release/consolidation-updater.zip"
[ -z "$arm64" ] || build_updater aarch64 "$release/consolidation-updater-arm64.zip"
cp "$release/consolidation-updater.zip" "$dist/"
cp glue_jobs/consolidate_chargebacks.py "$release/"
build_package
build_wheels
"$python" -m scripts.release_manifest "$version" "$release" "$work/wheels" >"$work/manifest.json"
mv "$work/manifest.json" "$release/"
for made in "$release"/*; do
    say "made $made ($(du --apparent-size --human-readable "$made" | cut -f 1))"
done
