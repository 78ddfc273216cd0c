"""Acts of retention: looking what is due, holding, proposing and deciding, destroying."""
