"""Where a web server finds the application."""

import os

from timebank.app import create_app
from timebank.settings import Settings

app = create_app(Settings.from_env(os.environ))
