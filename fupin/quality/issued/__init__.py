"""Lists of problem data issued from above: mapped once, matched, answered as tickets, given back in the sender's own file."""
