"""An office's own sources on screen: laid open, proposed, a later version, an end; a second person confirms them."""
