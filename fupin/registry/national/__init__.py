"""The national register (row A8): its exports as they are, what differs, what must still be keyed in there."""
