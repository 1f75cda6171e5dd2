"""Dataset files: rows in and out, and rows as examples, in every format that we export.

read_rows(path)            → Row(place, data)       any file by its ending; JSONL, CSV and text are streamed
recognise(data)            → "alpaca"               which format the field names tell of
to_example(data, place)    → Example                what the row says, whatever its format
Naming().example(row)      → Example                the same with an id that no other row has
write_rows(path, rows)                              all rows or no file
"""

from tutelage.rows.formats import FORMATS, Naming, recognise, to_example
from tutelage.rows.reading import ENDINGS, Row, read_rows, read_text
from tutelage.rows.writing import WRITABLE, RowWriter, json_line, write_rows

__all__ = [
    "ENDINGS",
    "FORMATS",
    "WRITABLE",
    "Naming",
    "Row",
    "RowWriter",
    "json_line",
    "read_rows",
    "read_text",
    "recognise",
    "to_example",
    "write_rows",
]
