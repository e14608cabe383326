"""The web's own part: one request is one transaction, who is asking, what they may, how a refusal is shown.

Features import from here; what they fill in stands in `hooks`.
"""

from timebank.web.edge import TimeBank as TimeBank
from timebank.web.files import pdf as pdf
from timebank.web.files import spreadsheet as spreadsheet
from timebank.web.forms import DayField as DayField
from timebank.web.forms import Form as Form
from timebank.web.forms import HoursField as HoursField
from timebank.web.forms import KeyedForm as KeyedForm
from timebank.web.forms import Line as Line
from timebank.web.forms import Lines as Lines
from timebank.web.forms import MoneyField as MoneyField
from timebank.web.forms import PeriodForm as PeriodForm
from timebank.web.forms import SelectChoice as SelectChoice
from timebank.web.forms import Written as Written
from timebank.web.forms import form_page as form_page
from timebank.web.forms import refusals as refusals
from timebank.web.forms import show_refusal as show_refusal
from timebank.web.guards import endpoints_needing as endpoints_needing
from timebank.web.guards import needs as needs
from timebank.web.guards import open_to_all as open_to_all
from timebank.web.here import actor as actor
from timebank.web.here import asleep as asleep
from timebank.web.here import community as community
from timebank.web.here import may as may
from timebank.web.here import member as member
from timebank.web.here import person as person
from timebank.web.here import safe_next as safe_next
from timebank.web.here import session as session
from timebank.web.hooks import DeskItem as DeskItem
from timebank.web.hooks import Hooks as Hooks
from timebank.web.hooks import NavItem as NavItem
from timebank.web.hooks import Question as Question
from timebank.web.hooks import hooks as hooks
from timebank.web.hooks import waiting_here as waiting_here
from timebank.web.kept import Kept as Kept
from timebank.web.kept import kept as kept
from timebank.web.kept import unseal as unseal
from timebank.web.phases import afterwards as afterwards
from timebank.web.phases import begin_writing as begin_writing
from timebank.web.phases import done as done
from timebank.web.phases import from_machines as from_machines
from timebank.web.phases import leave_database as leave_database
from timebank.web.phases import reads_first as reads_first
from timebank.web.safety import lead_to as lead_to
from timebank.web.standing import Standing as Standing
from timebank.web.standing import choose as choose
from timebank.web.standing import standing as standing
from timebank.web.tries import community_named as community_named
from timebank.web.tries import is_this_machine as is_this_machine
from timebank.web.tries import key_of as key_of
from timebank.web.tries import limited as limited
from timebank.web.tries import network as network
from timebank.web.tries import refuse_too_many as refuse_too_many
from timebank.web.tries import succeeded as succeeded
