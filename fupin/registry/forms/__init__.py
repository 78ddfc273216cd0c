"""What is typed into the screens of the register: filters, households, persons, acts."""
