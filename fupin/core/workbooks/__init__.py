"""Spreadsheets in and out, of every kind that offices send: read by their content, never by their name.

`reading.stage` brings a file into a Parquet file of texts with row numbers; `writing` makes templates, marked-up
rejects and exports. What a file tries (bombs, entities, a million empty rows, formulas) ends in a sentence.
"""
