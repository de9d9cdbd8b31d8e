"""How large a file may be, and why.

A workbook is a compressed archive: small on disk, boundless in memory (a sheet of 0.9 MB was measured at 1.75 GB).
So its size is judged three times: on disk, by the directory of the archive, and by the memory and the time of the
process that opens it.
"""

from __future__ import annotations

MEGABYTE = 1024 * 1024

MAX_CSV_BYTES = 50 * MEGABYTE
MAX_XLSX_BYTES = 20 * MEGABYTE

# Sheets of real guest lists shrink 5 to 30 times; an archive made to harm shrinks about 1,000 times.
MAX_UNPACKED_BYTES = 400 * MEGABYTE
MAX_UNPACKED_RATIO = 150
# Below this size no ratio can do harm, and a sheet of equal rows shrinks very well.
RATIO_IS_JUDGED_FROM_BYTES = 8 * MEGABYTE
MAX_ARCHIVE_ENTRIES = 2_000

WORKBOOK_MEMORY_BYTES = 2048 * MEGABYTE
WORKBOOK_OUTPUT_BYTES = 1024 * MEGABYTE
WORKBOOK_SECONDS = 90

MAX_ROWS = 1_000_000
MAX_COLUMNS = 200
# The longest text a spreadsheet can hold in one cell.
MAX_CELL_CHARACTERS = 32_767
