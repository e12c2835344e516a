"""A build that would deploy what a runtime cannot load stops, says why, and leaves no release behind."""

from pathlib import Path

import pytest

from tests.e2e.packages import copy_sources, run_build

ARM64_PLATFORM = "aarch64-manylinux_2_34"


@pytest.mark.parametrize(
    ("platform", "reason"),
    [
        pytest.param(
            "x86_64-manylinux_2_34",
            "jsonschema_rs/jsonschema_rs.abi3.so is for x86_64, the zip for arm64. Pin a version",
            id="another architecture",
        ),
        pytest.param(
            "aarch64-manylinux2014",
            "a pinned library has no wheel for aarch64-manylinux2014 and Python 3.13 (named above)",
            id="no wheel",
        ),
    ],
)
def test_a_zip_that_its_runtime_cannot_load_is_not_built(platform: str, reason: str, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    copy_sources(source)
    targets = source / "scripts/targets.py"
    text = targets.read_text()
    assert text.count(ARM64_PLATFORM) == 1
    targets.write_text(text.replace(ARM64_PLATFORM, platform))
    done = run_build(source, tmp_path / "dist")
    assert done.returncode == 1
    assert f"build: consolidation-updater-arm64.zip: {reason}" in done.stderr
    assert [path for path in tmp_path.glob("dist/**/*") if path.is_file()] == []
    assert list(tmp_path.glob("dist/releases/*")) == []
