"""How a household comes into the register: the tables of steps by edition, their conditions, the acts."""
