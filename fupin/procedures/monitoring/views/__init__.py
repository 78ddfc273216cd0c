"""The screens of monitoring."""
