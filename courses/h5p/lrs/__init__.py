"""Results sent outward, to a Learning Record Store. See `docs/lrs.md`."""
