"""The pages of the sharing rules: reading them, agreeing to them, and a steward's and coordinators' part."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank.contacts import sharing
from timebank.contacts.desk_views import heard
from timebank.contacts.forms import AUDIENCE_LABELS
from timebank.contacts.forms import ConsentForm
from timebank.contacts.forms import RulesForm
from timebank.members.queries import find_member
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import may
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("sharing", __name__)


@bp.get("/sharing-rules")
@needs("see-home")
def rules() -> ResponseReturnValue:
    """Show the rules on who may know how members are reached, as they are and as they were."""
    now = sharing.rules_of(session(), community_id=community().id)
    me = oneself()
    return render_template(
        "contacts/rules.html",
        rules=now,
        past=sharing.past_rules(session(), community=community()),
        audiences=AUDIENCE_LABELS,
        consent=sharing.consent_of(session(), member=me, rules=now) if now and me else None,
        given=sharing.count_consents(session(), rules=now) if now and may("write-contacts") else None,
    )


@bp.post("/membership/reach/agree")
@needs("keep-own-contacts")
def agree() -> ResponseReturnValue:
    """Agree to the rules that were read."""
    sharing.agree(session(), member=oneself(), version=_version(request.form.get("version")), actor=actor())
    flash(_("Thank you. From now on those whom you chose see how you are reached."))
    return redirect(url_for("contacts.own"), 303)


@bp.post("/membership/reach/end-consent")
@needs("keep-own-contacts")
def end_consent() -> ResponseReturnValue:
    """Agree no longer."""
    sharing.end_consent(session(), member=oneself(), actor=actor())
    flash(_("It is written down. From now on only coordinators see how you are reached."))
    return redirect(url_for("contacts.own"), 303)


@bp.route("/settings/sharing-rules", methods=["GET", "POST"])
@needs("change-settings")
def change() -> ResponseReturnValue:
    """Decide anew who may know how members are reached."""
    now = sharing.rules_of(session(), community_id=community().id)
    known = {"words": now.words, "widest": now.widest, "suggested": now.suggested} if now else {}
    form = RulesForm(**known)
    if form.validate_on_submit():
        with refusals(form):
            sharing.write_rules(
                session(),
                community=community(),
                words=form.words.data or "",
                widest=form.widest.data,
                suggested=form.suggested.data,
                actor=actor(),
            )
            flash(_("The rules are saved. Members are asked on their first page."))
            return redirect(url_for(".rules"), 303)
    return form_page("contacts/change_rules.html", form, now=now)


@bp.get("/members/sharing-rules")
@needs("write-contacts")
def to_ask() -> ResponseReturnValue:
    """List who has not agreed to the rules, for coordinators to call those who do not sign in."""
    return render_template(
        "contacts/to_ask.html",
        rules=sharing.rules_of(session(), community_id=community().id),
        members=sharing.still_to_ask(session(), community=community()),
    )


@bp.route("/members/<int:member_id>/sharing-rules", methods=["GET", "POST"])
@needs("write-contacts")
def of_member(member_id: int) -> ResponseReturnValue:
    """Write down whether a member agrees to the rules, as they told it."""
    whose = find_member(session(), community=community(), member_id=member_id) or abort(404)
    now = sharing.rules_of(session(), community_id=community().id)
    form = ConsentForm(data={"version": now.version if now else 0})
    if form.validate_on_submit():
        with refusals(form):
            who = heard(form.heard.data)
            if form.answer.data == "yes":
                sharing.agree(session(), member=whose, version=_version(form.version.data), actor=who)
            else:
                sharing.end_consent(session(), member=whose, actor=who)
            flash(_("It is written down."))
            return redirect(url_for("contact_desk.of_member", member_id=whose.id), 303)
    consent = sharing.consent_of(session(), member=whose, rules=now) if now else None
    return form_page("contacts/consent_of.html", form, whose=whose, rules=now, consent=consent)


def _version(typed: str | None) -> int:
    """Read which rules were read; what is no number is none of ours."""
    return int(typed) if typed and typed.isascii() and typed.isdecimal() and len(typed) < 10 else 0
