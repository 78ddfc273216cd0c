"""The six lights of a household: the guarantees judged by rule from the records, and explained."""
