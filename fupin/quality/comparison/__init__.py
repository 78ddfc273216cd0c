"""Comparison with other departments: their files in, our lists out, who is whom, and what a hit asks.

`sources` reads the declarations, `reading` a file, `matching` finds the persons (exactly, then by `linking`), `findings`
judges what was matched. Raw numbers leave memory only sealed or as tokens; a hit opens a question and changes nothing.
"""
