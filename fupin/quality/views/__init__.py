"""The screens of quality."""
