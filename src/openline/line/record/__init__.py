"""The record: entries under a Merkle tree whose head the parties sign."""
