"""Polars writes a frame that is there as NDJSON; prints the seconds of the writing alone: wall, CPU."""

import sys
import time

import polars as pl


def main(frame: str, out: str) -> None:
    """Print how many seconds the writing took."""
    findings = pl.read_parquet(frame)
    wall, cpu = time.perf_counter(), time.process_time()
    findings.write_ndjson(out)
    print(time.perf_counter() - wall, time.process_time() - cpu)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
