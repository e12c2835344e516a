"""Pack the job's wheels for Glue 5 and later: one zip that holds `wheels/`, in it every wheel and requirements.txt.

`python -m scripts.pack_wheels WHEELS ZIP` (AWS Glue Developer Guide, "Using Python libraries with AWS Glue",
appendix "Creating a Zip of Wheels Artifact"; the zip's name must end in `.gluewheels.zip`).
"""

import sys
import zipfile
from pathlib import Path

from packaging.utils import parse_wheel_filename

from scripts.zipping import pack


def requirement(wheel: Path) -> str:
    """The line that asks for exactly this wheel."""
    name, version, _, _ = parse_wheel_filename(wheel.name)
    return f"{name}=={version}\n"


def contents(wheels: Path) -> dict[str, Path | bytes]:
    """Everything by its name in the zip."""
    found = sorted(wheels.glob("*.whl"))
    listed = "".join(map(requirement, found)).encode()
    return {f"wheels/{wheel.name}": wheel for wheel in found} | {"wheels/requirements.txt": listed}


if __name__ == "__main__":
    # Wheels are compressed already.
    pack(contents(Path(sys.argv[1])), Path(sys.argv[2]), zipfile.ZIP_STORED)
