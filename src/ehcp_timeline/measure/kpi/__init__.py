"""Measures counted by period and group, as the rulebook defines them in `kpis.toml`."""
