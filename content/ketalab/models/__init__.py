"""The pharmacology and the statistics: pure functions, no YAML and no display."""
