"""Measurements, by hand: ``python -m benchmarks.phonons --model PATH``. No tests run them."""
