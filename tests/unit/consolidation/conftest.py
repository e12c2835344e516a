"""Fixtures of the batch side's unit tests."""

from collections.abc import Iterator

import pytest

from chargebacks.consolidation.landing import json_lines


@pytest.fixture(scope="module", params=["tiny files one by one", "tiny files at once"])
def either_way(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests' landing files are tiny: without this the fast way of reading would go untested."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "tiny files at once":
            patch.setattr(json_lines, "TINY", 0)
        yield
