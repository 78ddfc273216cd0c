"""Screens of retention."""
