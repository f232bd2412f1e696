"""The tests; README.md says which test goes where."""
