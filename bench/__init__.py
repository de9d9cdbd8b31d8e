"""Benchmarks: how quickly Coperto takes guests in and finds them, beside a bare peer and a limit in the same run."""
