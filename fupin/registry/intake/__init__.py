"""Importing households, persons and income set-wise: identity, differences from the register, the merge in chunks."""
