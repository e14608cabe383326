"""Documents: files that were uploaded or made, kept as bytes in the database and never changed."""
