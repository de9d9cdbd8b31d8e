"""From an uploaded file to rows of cells: kind, encoding, delimiter, limits (R-IO-1). Knows nothing of contacts."""
