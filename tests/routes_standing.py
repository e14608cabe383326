"""Who may use the routes about standing arrangements: one line for each."""

from tests.rows_of_rights import MEMBERS
from tests.rows_of_rights import C
from tests.rows_of_rights import Row
from tests.rows_of_rights import may

STANDING: dict[str, Row] = {
    "standing.index": may(C),
    "standing.sheets": may(C),
    "standing.mine": may(MEMBERS),
    "standing.new": may(C),
    "standing.show": may(C),
    "standing.change": may(C, on="to be changed"),
    "standing.end": may(C, on="to be ended"),
    "standing_month.confirm": may(C),
}
