"""Polars writes a frame that is there already as NDJSON; the seconds of the writing alone are printed."""

import sys
import time

import polars as pl


def main(frame: str, out: str) -> None:
    """Print how many seconds the writing took."""
    findings = pl.read_parquet(frame)
    begun = time.perf_counter()
    findings.write_ndjson(out)
    print(time.perf_counter() - begun)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
