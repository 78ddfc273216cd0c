"""How a household leaves the register by getting out of poverty: the list of the year, its standards, the table of steps."""
