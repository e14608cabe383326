"""What is known of somebody who signs in."""

from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from timebank.errors import N_
from timebank.known import Known
from timebank.known import Whom
from timebank.known import taken_away
from timebank.people.models import Authenticator
from timebank.people.models import HalfSignIn
from timebank.people.models import KeptForm
from timebank.people.models import Office
from timebank.people.models import OfficeEvent
from timebank.people.models import PasswordOfOne
from timebank.people.models import Person
from timebank.people.models import RecoveryCode
from timebank.people.models import ShownSignIn
from timebank.people.models import SignIn
from timebank.people.models import SignInCode
from timebank.people.models import SignInLink


def _forget_person(session: Session, _known: Known, whom: Whom) -> None:
    """Let nobody sign in any more; who takes part elsewhere goes on doing so there."""
    if whom.only_here:
        gone = update(Person).where(Person.id == whom.person_id)
        nothing = gone.values(email=None, password_hash=None, language=None)
        session.execute(nothing.execution_options(synchronize_session=False))


def _if_only_here(session: Session, known: Known, whom: Whom) -> None:
    if whom.only_here:
        taken_away(session, known, whom)


KNOWN: Final = (
    Known(
        label=N_("Signing in"),
        table=Person,
        about=lambda whom: Person.id == whom.person_id,
        told={
            "email": N_("E-mail address"),
            "language": N_("Language"),
            "created_at": N_("Since"),
        },
        untold=frozenset({"id", "password_hash"}),
        erase=_forget_person,
        kept=N_("Whoever takes part in another community, too, keeps the sign-in for that one."),
    ),
    Known(
        label=N_("Where you are signed in"),
        table=SignIn,
        about=lambda whom: SignIn.person_id == whom.person_id,
        told={
            "begun_by": N_("Signed in by"),
            "begun_at": N_("Signed in on"),
            "seen_at": N_("Last seen"),
            "browser": N_("Browser"),
            "system": N_("System"),
            "second_factor_at": N_("Second step given on"),
            "ended_at": N_("Ended on"),
        },
        untold=frozenset({"id", "person_id", "community_id", "token_hash"}),
        erase=_if_only_here,
    ),
    Known(
        label=N_("Sign-ins that wait for the second step"),
        table=HalfSignIn,
        about=lambda whom: HalfSignIn.person_id == whom.person_id,
        told={"begun_by": N_("Signed in by"), "begun_at": N_("Signed in on")},
        untold=frozenset({"id", "person_id", "community_id", "token_hash", "next_path", "kept"}),
        erase=_if_only_here,
    ),
    Known(
        label=N_("Authenticator"),
        table=Authenticator,
        about=lambda whom: Authenticator.person_id == whom.person_id,
        told={"set_up_at": N_("Since")},
        untold=frozenset({"person_id", "locked_secret", "last_step"}),
        erase=_if_only_here,
    ),
    Known(
        label=N_("Recovery codes"),
        table=RecoveryCode,
        about=lambda whom: RecoveryCode.person_id == whom.person_id,
        told={},
        untold=frozenset({"person_id", "code_hash", "salt"}),
        erase=_if_only_here,
    ),
    Known(
        label=N_("Links to sign in with"),
        table=SignInLink,
        about=lambda whom: SignInLink.person_id == whom.person_id,
        told={
            "asked_at": N_("Asked for on"),
            "used_at": N_("Used on"),
            "next_path": N_("Page that you were going to"),
        },
        untold=frozenset({"id", "community_id", "person_id", "token_hash"}),
        erase=taken_away,
    ),
    Known(
        label=N_("One-time code"),
        table=SignInCode,
        about=lambda whom: (
            (SignInCode.person_id == whom.person_id) & (SignInCode.community_id == whom.community_id)
        ),
        told={"good_until": N_("Good until")},
        untold=frozenset({"person_id", "community_id", "code_hash"}),
        erase=taken_away,
    ),
    Known(
        label=N_("Password for this community only"),
        table=PasswordOfOne,
        about=lambda whom: PasswordOfOne.person_id == whom.person_id,
        told={},
        untold=frozenset({"person_id", "community_id"}),
        erase=_if_only_here,
    ),
    Known(
        label=N_("Offices"),
        table=Office,
        about=lambda whom: (Office.person_id == whom.person_id) & (Office.community_id == whom.community_id),
        told={"role": N_("Office")},
        untold=frozenset({"person_id", "community_id"}),
        erase=taken_away,
    ),
    Known(
        label=N_("Offices given and taken"),
        table=OfficeEvent,
        about=lambda whom: (
            (OfficeEvent.person_id == whom.person_id) & (OfficeEvent.community_id == whom.community_id)
        ),
        told={"role": N_("Office"), "what": N_("What was done"), "happened_at": N_("When")},
        untold=frozenset({"id", "community_id", "person_id", "actor"}),
        kept=N_("Which offices were held, without a name: for as long as the community keeps its books."),
    ),
    Known(
        label=N_("What you had typed when a session ended"),
        table=KeptForm,
        about=lambda whom: KeptForm.person_id == whom.person_id,
        told={"path": N_("Page"), "fields": N_("What was typed"), "kept_at": N_("When")},
        untold=frozenset({"person_id", "target"}),
        erase=_if_only_here,
    ),
    Known(
        # The demo's own people: their passwords are for everybody to read.
        label=N_("Shown on the demo's sign-in page"),
        table=ShownSignIn,
        about=lambda whom: ShownSignIn.person_id == whom.person_id,
        told={"label": N_("Name"), "sign_in_name": N_("Signs in with")},
        untold=frozenset({"person_id", "community_id", "position", "password"}),
        erase=taken_away,
    ),
)
