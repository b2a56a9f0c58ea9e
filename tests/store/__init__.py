"""Stores under faults: killed processes, power cuts, full disks, broken files."""
