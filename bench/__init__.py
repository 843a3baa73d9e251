"""Measurements of the product against the limit of the same machine in the same run (docs/performance.md)."""
