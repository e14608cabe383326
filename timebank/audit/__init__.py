"""The audit trail: who did what, as whom and from where; rows are added and never changed."""

from timebank.audit.models import AuditEvent as AuditEvent
from timebank.audit.service import Sought as Sought
from timebank.audit.service import forget_addresses as forget_addresses
from timebank.audit.service import read_about as read_about
from timebank.audit.service import read_trail as read_trail
from timebank.audit.service import record as record
