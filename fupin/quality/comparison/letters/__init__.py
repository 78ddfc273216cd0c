"""Letters 发函比对: our list goes to a department with a letter and comes back with a result in each line.

`models` and `steps` say what a letter is and who leads it on, `making` draws up the list from the newest extract,
`operations` are its acts, `returning` reads what comes back and finds each line again by its own mark.
"""
