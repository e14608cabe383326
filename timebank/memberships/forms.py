"""The forms of fees: what a member pays, what a treasurer writes down, and how a steward sets it up."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel import ngettext
from wtforms import BooleanField
from wtforms import IntegerField
from wtforms import RadioField
from wtforms import SelectField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from timebank.i18n import money
from timebank.members.fields import PersonField
from timebank.members.models import A_HOUSEHOLD
from timebank.members.models import AN_ORGANISATION
from timebank.members.models import PERSON
from timebank.memberships.models import CASH
from timebank.memberships.models import FISCAL
from timebank.memberships.models import LONGEST_NAME
from timebank.memberships.models import LONGEST_REASON
from timebank.memberships.models import LONGEST_SLUG
from timebank.memberships.models import LONGEST_WORDS
from timebank.memberships.models import MOST_YEARS
from timebank.memberships.models import ROLLING
from timebank.memberships.models import SUPPORTER
from timebank.memberships.models import TRANSFER
from timebank.memberships.models import VOTE
from timebank.memberships.models import Plan
from timebank.memberships.service import PlanFacts
from timebank.memberships.service import Rule
from timebank.web import DayField
from timebank.web import Form
from timebank.web import KeyedForm
from timebank.web import Line
from timebank.web import Lines
from timebank.web import MoneyField
from timebank.web import SelectChoice
from timebank.web import Written
from timebank.web import community

#: So many years a member may pay at once; an officer may write down more.
YEARS_AT_ONCE = 5
KIND_LABELS = {
    PERSON: _("For one person"),
    A_HOUSEHOLD: _("For households"),
    AN_ORGANISATION: _("For organisations"),
}
CARRIES_LABELS = {VOTE: _("With a vote at the meeting"), SUPPORTER: _("As a supporter, without a vote")}
WAY_LABELS = {CASH: _("In cash"), TRANSFER: _("By transfer")}
YEARS_LABELS = {
    FISCAL: _("The same year for everybody, from the community's first month on"),
    ROLLING: _("A year from the day of paying"),
}


class _OtherField(PersonField):
    """Another member; nobody where nothing is written."""

    def pre_validate(self, form: Any) -> None:
        """Find who is meant, where somebody is."""
        if (self.data or "").strip():
            super().pre_validate(form)


class _PlanForm(KeyedForm):
    """A form on which one of some plans is chosen."""

    plan: Any
    _plans: dict[str, Plan]

    def chosen(self) -> Plan:
        """Give the plan that was chosen."""
        return self._plans[self.plan.data]


class PayForm(_PlanForm):
    """Which plan, for how many years, and for whom."""

    plan = RadioField(_("Which plan?"))
    years = SelectField(_("For how many years?"))
    other = _OtherField(
        _("For somebody else"),
        description=_(
            "Only where you make it a gift to another member: part of the name, its reading, or the member "
            "number."
        ),
    )
    repeats = BooleanField(
        _("Have it taken every year by itself"),
        description=_("By card, when the paid time ends, until you stop it."),
    )

    def __init__(self, plans: Sequence[Plan], others: Sequence[Plan], *, plan_id: int | None) -> None:
        self._plans = {str(one.id): one for one in (*plans, *others)}
        usual = str(plan_id) if str(plan_id) in self._plans else next(iter(self._plans), "")
        super().__init__(plan=usual, years="1")
        # What is for another kind of member can only be a gift.
        self.plan.choices = [*_choices(plans), *_choices(others, with_kind=True)]
        self.years.choices = _years(YEARS_AT_ONCE)


class StartForm(_PlanForm):
    """Which plan a member who is at the desk pays, and for how many years."""

    plan = RadioField(_("Which plan?"))
    years = SelectField(_("For how many years?"))

    def __init__(self, plans: Sequence[Plan], *, plan_id: int | None) -> None:
        self._plans = {str(one.id): one for one in plans}
        usual = str(plan_id) if str(plan_id) in self._plans else next(iter(self._plans), "")
        super().__init__(plan=usual, years="1")
        self.plan.choices = _choices(plans)
        self.years.choices = _years(YEARS_AT_ONCE)


class IdentifyFeeForm(_PlanForm):
    """Whose fee something was, of which plan and for how many years."""

    other = PersonField(
        _("Whose fee is it?"), description=_("Part of the name, its reading, or the member number.")
    )
    plan = SelectField(_("Plan"))
    years = SelectField(_("Years"))

    def __init__(self, plans: Sequence[Plan], **known: Any) -> None:
        self._plans = {str(one.id): one for one in plans}
        super().__init__(years="1", **known)
        self.plan.choices = _choices(plans, with_kind=True)
        self.years.choices = _years(MOST_YEARS)


class TakeForm(IdentifyFeeForm):
    """A fee that was handed over or transferred."""

    amount = MoneyField(
        _("How much was it?"),
        [Written(_("Please write an amount, for example 3000."))],
        description=_("As counted, or as it stands on the bank's statement."),
    )
    way = RadioField(_("How did it come?"))
    paid_on = DayField(
        _("When was it paid?"),
        [Written(_("Please write the day, for example 2026-04-03."))],
        description=_("For a transfer the day on the bank's statement."),
    )
    payer = _OtherField(_("Paid by another member"), description=_("Only where it is a gift."))

    def __init__(self, plans: Sequence[Plan], **known: Any) -> None:
        super().__init__(plans, **known)
        self.way.choices = [SelectChoice(way, label) for way, label in WAY_LABELS.items()]


class LetOffForm(_PlanForm):
    """On which free plan a member goes for a year."""

    plan = RadioField(_("Plan"))

    def __init__(self, plans: Sequence[Plan]) -> None:
        self._plans = {str(one.id): one for one in plans}
        super().__init__(plan=next(iter(self._plans), ""))
        self.plan.choices = [SelectChoice(number, one.name) for number, one in self._plans.items()]


class TakeBackFeeForm(Form):
    """Why a fee is taken back."""

    reason = StringField(
        _("Why is it taken back?"),
        [InputRequired(_("Please say why, so that others understand it later.")), Line(LONGEST_REASON)],
    )


class PlanForm(Form):
    """What a plan costs, for whom it is, and what it carries."""

    name = StringField(_("Name of the plan"), [InputRequired(_("A plan needs a name.")), Line(LONGEST_NAME)])
    words = TextAreaField(
        _("For whom is it?"),
        [Lines(LONGEST_WORDS)],
        description=_("For a reduced fee: that anybody may choose it, and nobody is asked why."),
    )
    fee = MoneyField(
        _("Fee for a year"),
        description=_("Empty: it is free, and a coordinator decides who is on it."),
    )
    for_kind = SelectField(
        _("Which members may choose it?"),
        choices=[SelectChoice(kind, label) for kind, label in KIND_LABELS.items()],
    )
    carries = SelectField(
        _("What does it carry?"),
        choices=[SelectChoice(one, label) for one, label in CARRIES_LABELS.items()],
    )
    refund = TextAreaField(
        _("What of it can be had back?"),
        [Lines(LONGEST_WORDS)],
        description=_("For example: years that have not begun. Whoever pays reads it."),
    )
    open = BooleanField(
        _("It can be chosen"), description=_("Without the tick those who are on it stay to the end.")
    )

    def facts(self) -> PlanFacts:
        """Put together what the form says."""
        return PlanFacts(
            name=self.name.data or "",
            words=self.words.data or "",
            fee_minor=self.fee.data or 0,
            for_kind=self.for_kind.data,
            carries=self.carries.data,
            refund=self.refund.data or "",
            open=self.open.data,
        )


class NewPlanForm(PlanForm):
    """A plan that is opened."""

    slug = StringField(
        _("Short name"),
        [InputRequired(_("A plan needs a short name.")), Line(LONGEST_SLUG)],
        description=_("For the books, as full or reduced. It can never be changed."),
    )


_DAYS_MISSING = _("Please write a number of days, or 0.")


class MembershipRuleForm(Form):
    """How long a fee lasts, who is reminded when, and where a fee can be sent."""

    years = RadioField(
        _("What is a year of membership?"),
        choices=[SelectChoice(one, label) for one, label in YEARS_LABELS.items()],
    )
    early_days = IntegerField(
        _("Days before the new year from which the first fee counts for it, too"),
        [InputRequired(_DAYS_MISSING)],
        description=_(
            "So that nobody who joins in the last weeks pays for a whole year. Only where all have the "
            "same year."
        ),
    )
    grace_days = IntegerField(
        _("Days of grace"),
        [InputRequired(_DAYS_MISSING)],
        description=_(
            "So long a membership counts after its end, and goes on from there when it is paid. Hours are "
            "never touched."
        ),
    )
    days_before = IntegerField(
        _("Days before the end on which a member is reminded"),
        [InputRequired(_DAYS_MISSING)],
        description=_("By mail, where there is an address. 0: nobody is reminded."),
    )
    days_after = IntegerField(
        _("Days after the end on which a member is reminded once more"), [InputRequired(_DAYS_MISSING)]
    )
    bank = TextAreaField(
        _("Account at the bank"),
        [Lines(LONGEST_WORDS)],
        description=_("As it stands on a transfer slip: bank, branch, kind, number, holder."),
    )
    post_office = TextAreaField(
        _("Account at the post office"),
        [Lines(LONGEST_WORDS)],
        description=_("Sign and number, and the holder."),
    )
    konbini = BooleanField(
        _("Payment at a konbini is offered"),
        description=_("In Japan, for yen; Stripe has to allow it first."),
    )

    def rule(self) -> Rule:
        """Put together what the form says."""
        return Rule(
            years=self.years.data,
            early_days=self.early_days.data or 0,
            grace_days=self.grace_days.data or 0,
            days_before=self.days_before.data or 0,
            days_after=self.days_after.data or 0,
            bank=self.bank.data or "",
            post_office=self.post_office.data or "",
            konbini=self.konbini.data,
        )


def _choices(plans: Sequence[Plan], *, with_kind: bool = False) -> list[Any]:
    currency = community().currency
    return [
        SelectChoice(
            str(one.id),
            f"{one.name} · {money(one.fee_minor, currency)}"
            + (f" · {KIND_LABELS[one.for_kind]}" if with_kind else ""),
        )
        for one in plans
    ]


def _years(most: int) -> list[Any]:
    return [SelectChoice(str(one), ngettext("1 year", "%(num)d years", one)) for one in range(1, most + 1)]
