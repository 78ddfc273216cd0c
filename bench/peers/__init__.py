"""The quality rules in libraries for data validation: run in an environment of their own, without the product."""
