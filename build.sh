#!/usr/bin/env bash
# Build what is deployed, into dist/ (or the folder given as argument):
#   consolidation-updater.zip      the Lambda: handler lambda_function.lambda_handler, python3.11, x86_64
#   consolidate_chargebacks.py     the Glue job's script
#   chargebacks-<version>-py3-none-any.whl   our package, for Glue's --additional-python-modules
# The same commit gives the same bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

dist=${1:-dist}
python=.venv/bin/python
uv=.venv/bin/uv
export UV_CACHE_DIR=${UV_CACHE_DIR:-$PWD/.cache/uv}
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
build_updater() {
    "$uv" pip install --quiet --python "$python" --no-deps --require-hashes --only-binary :all: --link-mode copy \
        --python-platform x86_64-manylinux2014 --python-version 3.11 \
        --target "$work/dependencies" --requirement "$requirements"
    "$python" scripts/pack_updater.py "$work/dependencies" "$dist/consolidation-updater.zip"
}

build_job() {
    rm -f "$dist"/chargebacks-*.whl
    cp glue_jobs/consolidate_chargebacks.py "$dist/"
    SOURCE_DATE_EPOCH=315532800 "$uv" build --quiet --python "$python" --wheel \
        --no-create-gitignore --out-dir "$dist" .
}

[ -x "$uv" ] || make setup
mkdir -p "$dist"
check_requirements
build_updater
build_job
(cd "$dist" && for made in consolidation-updater.zip consolidate_chargebacks.py chargebacks-*.whl; do
    say "made $dist/$made ($(du --apparent-size --human-readable "$made" | cut -f 1))"
done)
