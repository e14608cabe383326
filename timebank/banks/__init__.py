"""Members' accounts at banks, and the files by which a bank in Japan pays many of them at once."""
