"""Screens under /national/."""
