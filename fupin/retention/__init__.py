"""What is kept how long, what is due to go, what must not go, and the proof of what went."""
