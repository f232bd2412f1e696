"""Benchmarks: a file is a question; `python -m benchmarks [QUESTION ...]` answers it with a table and a JSON file."""
