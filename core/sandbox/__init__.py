"""Imitation vendors over real HTTP, seeded: the demonstration, the tests and the benchmarks run against them."""
