"""Mirrors the three packages, plus operations, architecture and benchmarks."""
