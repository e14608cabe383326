"""Mail: written in the reader's language, kept in the database, carried by SMTP or into a folder.

`send_letter` writes one down together with its cause; `timebank worker` carries it. What only
its reader may know goes by `write_letter` and `carry_later`, and is kept nowhere.
"""

from timebank.mail.carriers import Carrier as Carrier
from timebank.mail.carriers import MailUrlRefused as MailUrlRefused
from timebank.mail.carriers import carrier_of as carrier_of
from timebank.mail.letters import send_letter as send_letter
from timebank.mail.letters import write_letter as write_letter
from timebank.mail.service import MAIL as MAIL
from timebank.mail.service import Attached as Attached
from timebank.mail.service import Letter as Letter
from timebank.mail.service import carry_later as carry_later
from timebank.mail.service import carry_with as carry_with
from timebank.mail.service import forget_mails as forget_mails
