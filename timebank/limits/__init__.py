"""Limits: how often something may be tried, counted in the database for every process.

`count` counts a try before anybody looks at it; `give_back` takes back what has succeeded.
"""

from timebank.limits.models import Tries as Tries
from timebank.limits.service import Limit as Limit
from timebank.limits.service import count as count
from timebank.limits.service import forget_tries as forget_tries
from timebank.limits.service import give_back as give_back
