"""Screens of publicity: lists and pages, acts, papers, objections, and the public pages."""
