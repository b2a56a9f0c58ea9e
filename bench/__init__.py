"""The benchmark: generated traffic, the usual ways of checking it, and the runner."""
