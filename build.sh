#!/usr/bin/env bash
# Build what is deployed. `./build.sh [FOLDER]` makes, in dist/ (or FOLDER):
#
#   releases/<version>/consolidation-updater-arm64.zip       the Lambda: lambda_function.lambda_handler, python3.13, arm64
#   releases/<version>/consolidation-updater.zip             the Lambda for x86_64, python3.13 and python3.11
#   releases/<version>/consolidate_chargebacks.py            the Glue job's script
#   releases/<version>/chargebacks-glue-6.0.gluewheels.zip   every wheel that the job needs, ours too, for Glue 6.0 (Python
#                                                            3.13); Glue's --additional-python-modules takes it
#   releases/<version>/chargebacks.gluewheels.zip            these wheels for Glue 5.1 (Python 3.11)
#   releases/<version>/chargebacks-*-py3-none-any.whl        our package alone
#   releases/<version>/manifest.json                         the runtimes of each zip, and the SHA-256 of every file and wheel
#   consolidation-updater.zip                                the zip for x86_64, where it always was
#
# <version> is the package's version and the commit, like 0.1.0-1a2b3c4d5e6f, with -dirty and a hash of the changes
# behind it when the checkout has some that are not committed; RELEASE=name names it otherwise. The same commit gives the same bytes.
#
# releases/ has the layout of the artifact bucket, so this command uploads a release:
#   aws s3 sync dist/releases/<version> s3://<artifact bucket>/releases/<version>
# A deployment, or a rollback, is that version in one Terraform variable; Terraform reads the runtimes from the manifest.
#
# Glue in a private subnet reaches no package index: give it --python-modules-installer-option --no-index as well.
# Wheels come from requirements.lock with its hashes. boto3 and pyspark are not among them: Glue brings them. It brings
# an older pyarrow, too; ours takes its place, because it is the one that was tested.
# A library in the updater's zips that a runtime could not load (architecture, glibc, Python) fails the build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

python=.venv/bin/python
uv=.venv/bin/uv
export UV_CACHE_DIR=${UV_CACHE_DIR:-$PWD/.cache/uv} PIP_CACHE_DIR=${PIP_CACHE_DIR:-$PWD/.cache/pip}
requirements=consumers/consolidation_updater/requirements.txt
work=$(mktemp -d)
release=
# A release without its manifest is not finished: leave nothing that `aws s3 sync` would upload.
trap 'rm -rf "$work"; [ -z "$release" ] || [ -e "$release/manifest.json" ] || rm -rf "$release"' EXIT

say() { printf 'build: %s\n' "$*" >&2; }

check_requirements() {
    "$python" scripts/locked_requirements.py updater >"$work/requirements.txt"
    cmp --silent "$work/requirements.txt" "$requirements" && return
    say "$requirements differs from requirements.lock: run" \
        "$python scripts/locked_requirements.py updater > $requirements"
    return 1
}

# boto3 is not among them: Lambda's runtime brings it.
build_updater() { # zip, uv's platform, Python
    local installed=$work/$1-installed
    "$uv" pip install --quiet --python "$python" --no-deps --require-hashes --only-binary :all: --link-mode copy \
        --python-platform "$2" --python-version "$3" --target "$installed" --requirement "$requirements" || {
        say "$1: a pinned library has no wheel for $2 and Python $3 (named above):" \
            "pin a version that has one (pyproject.toml, make lock)"
        return 1
    }
    "$python" -m scripts.pack_updater "$installed" "$release/$1"
}

build_package() {
    SOURCE_DATE_EPOCH=315532800 "$uv" build --quiet --python "$python" --wheel \
        --no-create-gitignore --out-dir "$release" .
}

# Glue 5 and 6 run on Amazon Linux 2023, whose glibc takes both kinds of wheels.
build_wheels() { # zip, Python
    local wheels=$work/wheels/$2
    "$python" scripts/locked_requirements.py --python "$2" job >"$work/job-$2.txt"
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
        --platform manylinux2014_x86_64 --platform manylinux_2_28_x86_64 \
        --implementation cp --python-version "$2" --abi "cp${2/./}" --abi abi3 --abi none \
        --dest "$wheels" --requirement "$work/job-$2.txt"
    cp "$release"/chargebacks-*.whl "$wheels"
    "$python" -m scripts.pack_wheels "$wheels" "$release/$1"
}

if [ "${1:-}" = --arm64 ]; then
    say "--arm64 is no longer needed: every release has the zip for arm64"
    shift
fi
dist=${1:-dist}
[ -x "$uv" ] || make setup
version=$("$python" -m scripts.release_version)
check_requirements
release=$dist/releases/$version
rm -rf "$release"
mkdir -p "$release"
"$python" -m scripts.targets functions >"$work/functions"
while read -r zip platform oldest_python <&3; do
    build_updater "$zip" "$platform" "$oldest_python"
done 3<"$work/functions"
cp glue_jobs/consolidate_chargebacks.py "$release/"
build_package
"$python" -m scripts.targets jobs >"$work/jobs"
while read -r zip glue_python <&3; do
    build_wheels "$zip" "$glue_python"
done 3<"$work/jobs"
"$python" -m scripts.release_manifest "$version" "$release" "$work"/wheels/* >"$work/manifest.json"
cp "$release/consolidation-updater.zip" "$dist/"
mv "$work/manifest.json" "$release/"
for made in "$release"/*; do
    say "made $made ($(du --apparent-size --human-readable "$made" | cut -f 1))"
done
