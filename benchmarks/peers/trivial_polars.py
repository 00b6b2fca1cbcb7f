"""The least that a process which uses polars can do."""

import polars as pl

if __name__ == "__main__":
    print(pl.DataFrame({"days": [1, 2, 3]}).select(pl.col("days").sum()).item())
