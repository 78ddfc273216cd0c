"""Fupin 精准扶贫: the open targeted-poverty-alleviation system."""

import os

__version__ = "0.1.0"

# What polars no longer needs is given back at once: by its own habit a second and a half later, by which time the next
# piece of work has taken as much again. Read when polars is loaded.
os.environ.setdefault("_RJEM_MALLOC_CONF", "background_thread:true,dirty_decay_ms:200,muzzy_decay_ms:0")
