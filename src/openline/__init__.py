"""Openline: who is in whose way, where, when and how close."""
