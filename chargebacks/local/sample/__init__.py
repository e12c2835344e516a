"""A day of landing files, as an upstream delivers them: small, many, at least once, not all of them clean.

    deliveries   which record arrives in which window (numbers only: light enough for millions)
    columns      a slice of deliveries as the records themselves
    recipe       how one file looks: its name, layout, format, clock, scale
    encode       records as the file's bytes
    generate     all of it, file by file, into a folder or a bucket

Everything follows from a seed: the same seed gives the same bytes.
"""
