"""Benchmarks: how quickly Coperto takes bookings and finds guests, beside a bare peer and a limit in the same run."""
