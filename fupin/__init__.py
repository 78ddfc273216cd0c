"""Fupin 精准扶贫: the open targeted-poverty-alleviation system."""

__version__ = "0.1.0"
