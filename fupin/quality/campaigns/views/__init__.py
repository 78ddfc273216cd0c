"""Screens of collection."""
