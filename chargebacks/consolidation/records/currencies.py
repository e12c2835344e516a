"""Read currency codes: three letters (ISO 4217), folded to upper case."""

from typing import Final

import polars as pl

_CODE: Final = "^[A-Z]{3}$"
_ANY_CASE: Final = "^[A-Za-z]{3}$"  # ASCII only: folding other letters does not make a code


def currencies(values: pl.Series) -> pl.Series:
    """Return the codes in upper case, null where a value is not three letters. `values` are text."""
    if values.str.contains(_CODE).all():
        return values
    text = pl.col("text")
    folded = pl.when(text.str.contains(_ANY_CASE)).then(text.str.to_uppercase())
    return pl.DataFrame({"text": values}).select(folded).to_series()
