"""The coordinators' pages: who wants to join, a form from paper, and what a member has consented to."""

from typing import Any

from flask import Blueprint
from flask import abort
from flask import current_app
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from timebank.i18n import language
from timebank.joining import consents
from timebank.joining import queries
from timebank.joining import service
from timebank.joining import wordings
from timebank.joining.forms import AcceptForm
from timebank.joining.forms import DeclineForm
from timebank.joining.forms import HealthForm
from timebank.joining.forms import NewGuardianForm
from timebank.joining.forms import OnPaperForm
from timebank.joining.forms import PaperForm
from timebank.joining.forms import RuleForm
from timebank.joining.models import HEALTH
from timebank.joining.models import USE
from timebank.joining.models import WAITING
from timebank.joining.models import Application
from timebank.members.guardians import GuardianConsent
from timebank.members.guardians import end_guardianship
from timebank.members.guardians import guardian_of
from timebank.members.guardians import record_guardian
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.members.queries import find_member
from timebank.members.queries import next_number
from timebank.members.queries import people_of
from timebank.paper import qr_code
from timebank.settings import LANGUAGES
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("applicants", __name__)


@bp.get("/applications/")
@needs("answer-applications")
def index() -> ResponseReturnValue:
    """List who wants to join, and who was declined lately."""
    return render_template(
        "joining/index.html",
        waiting=queries.waiting(session(), community=community()),
        declined=queries.lately_declined(session(), community=community()),
        takes=service.takes_applications(session(), community=community()),
        days=wordings.FORGOTTEN_AFTER_DAYS,
    )


@bp.get("/applications/<int:application_id>")
@needs("answer-applications")
def show(application_id: int) -> ResponseReturnValue:
    """Show what somebody said who wants to join, and what can be answered."""
    found = _application(application_id)
    if found.member_id is not None:
        return redirect(url_for(".of_member", member_id=found.member_id), 303)
    return _shown(found, AcceptForm())


@bp.post("/applications/<int:application_id>/accept")
@needs("answer-applications")
def accept(application_id: int) -> ResponseReturnValue:
    """Make a member of who wants to join."""
    found, form = _application(application_id), AcceptForm()
    has_address = bool(found.email)
    if form.validate_on_submit():
        with refusals(form):
            member = service.accept(session(), community=community(), application=found, actor=actor())
            if has_address:
                flash(_("%(name)s is a member now, and is told so by mail.", name=member.name))
            else:
                flash(
                    _(
                        "%(name)s is a member now. Please call, and give a one-time code if they want to "
                        "sign in.",
                        name=member.name,
                    )
                )
            return redirect(url_for("members.show", member_id=member.id), 303)
    return _shown(found, form)


@bp.route("/applications/<int:application_id>/decline", methods=["GET", "POST"])
@needs("answer-applications")
def decline(application_id: int) -> ResponseReturnValue:
    """Take somebody not in, and say why."""
    found, form = _application(application_id), DeclineForm()
    if form.validate_on_submit():
        with refusals(form):
            service.decline(session(), application=found, reason=form.reason.data or "")
            if found.email:
                flash(_("%(name)s is told so by mail.", name=found.name))
            else:
                flash(_("%(name)s has no e-mail address: please call.", name=found.name), "warn")
            return redirect(url_for(".show", application_id=found.id), 303)
    return form_page("joining/decline.html", form, application=found, possible=found.state == WAITING)


@bp.route("/applications/<int:application_id>/guardian", methods=["GET", "POST"])
@needs("answer-applications")
def on_paper(application_id: int) -> ResponseReturnValue:
    """Write down that a guardian has signed on paper."""
    found = _application(application_id)
    form = OnPaperForm(language=found.language)
    health = found.health_wording is not None
    if form.validate_on_submit():
        with force_locale(form.language.data):
            words = _guardian_words(found.name, health=health)
        with refusals(form):
            member = service.guardian_consents(
                session(),
                community=community(),
                application=found,
                wording=words,
                consented_on=form.signed_on.data,
                actor=actor("slip"),
            )
            flash(_("The guardian's consent is written down."))
            if member is not None:
                return redirect(url_for("members.show", member_id=member.id), 303)
            return redirect(url_for(".show", application_id=found.id), 303)
    words = _guardian_words(found.name, health=health)
    return form_page("joining/on_paper.html", form, application=found, words=words.split("\n"))


# --- paper --------------------------------------------------------------------------------------------------


@bp.get("/applications/paper")
@needs("answer-applications")
def paper() -> ResponseReturnValue:
    """Give a form to print, with blank lines, in the language of whoever prints it or of whoever signs it."""
    name = community().name
    address = current_app.config["TIMEBANK_BASE_URL"] + url_for("joining.apply")
    with force_locale(_asked_language()):
        return render_template(
            "print/join.html",
            uses=wordings.uses(name),
            use_tick=wordings.use_tick(name),
            health_words=wordings.health_wording(),
            guardian_words=_guardian_words(_("(the name above)"), health=False).split("\n")[-1],
            address=address,
            qr=qr_code(address),
            takes=service.takes_applications(session(), community=community()),
            back=url_for(".index"),
        )


@bp.route("/applications/enter", methods=["GET", "POST"])
@needs("enter-members")
def enter() -> ResponseReturnValue:
    """Enter a member from a form that was signed on paper."""
    form = PaperForm(number=next_number(session(), community=community()), language=community().language)
    if form.validate_on_submit():
        with refusals(form):
            member = _enter(form)
            flash(_("%(name)s is a member now.", name=member.name))
            return redirect(url_for("members.show", member_id=member.id), 303)
    return form_page("joining/enter.html", form)


def _enter(form: PaperForm) -> Member:
    """Write down what was signed in the words of the paper, whatever language the coordinator reads."""
    signed = None
    with force_locale(form.language.data):
        newcomer = form.newcomer(language=form.language.data, day=form.signed_on.data)
        if newcomer.guardian is not None:
            words = _guardian_words(newcomer.name, health=newcomer.health_wording is not None)
            signed = service.GuardianSigned(words, form.guardian_signed_on.data)
    return service.enter_from_paper(
        session(),
        community=community(),
        newcomer=newcomer,
        number=form.number.data or "",
        guardian=signed,
        actor=actor("slip"),
    )


# --- about a member -----------------------------------------------------------------------------------------


@bp.get("/members/<int:member_id>/joining")
@needs("answer-applications")
def of_member(member_id: int) -> ResponseReturnValue:
    """Show what a member had said when they joined, their consents, and their guardian."""
    whose = _member(member_id)
    return render_template(
        "joining/of_member.html",
        whose=whose,
        application=queries.application_of(session(), member=whose),
        guardian=guardian_of(session(), member=whose),
        use=consents.consent_of(session(), member=whose, about=USE),
        health=consents.consent_of(session(), member=whose, about=HEALTH),
        here=whose.state != LEFT,
        signs_in=bool(people_of(session(), member=whose)),
    )


@bp.route("/members/<int:member_id>/health-consent", methods=["GET", "POST"])
@needs("answer-applications")
def health(member_id: int) -> ResponseReturnValue:
    """Write down that a member, or the guardian of one, has signed that notes about their health are kept."""
    whose = _member(member_id)
    if whose.state == LEFT or consents.consent_of(session(), member=whose, about=HEALTH):
        return redirect(url_for(".of_member", member_id=whose.id), 303)
    form = HealthForm(language=community().language)
    guardian = guardian_of(session(), member=whose)
    if form.validate_on_submit():
        with force_locale(form.language.data):
            words = _health_words(whose)
        with refusals(form):
            said = consents.Said(about=HEALTH, wording=words, given_on=form.signed_on.data)
            consents.write_down(
                session(), community=community(), member=whose, said=said, actor=actor("slip")
            )
            flash(_("The consent is written down."))
            return redirect(url_for(".of_member", member_id=whose.id), 303)
    return form_page("joining/health.html", form, whose=whose, guardian=guardian, words=_health_words(whose))


@bp.get("/members/<int:member_id>/health-consent/paper")
@needs("answer-applications")
def health_paper(member_id: int) -> ResponseReturnValue:
    """Give the words about notes on a member's health to be signed, in the language of whoever signs them."""
    whose = _member(member_id)
    back = url_for(".health", member_id=whose.id)
    with force_locale(_asked_language()):
        return render_template(
            "print/health.html",
            whose=whose,
            words=_health_words(whose),
            guardian=guardian_of(session(), member=whose),
            back=back,
        )


@bp.post("/members/<int:member_id>/health-consent/withdraw")
@needs("answer-applications")
def withdraw(member_id: int) -> ResponseReturnValue:
    """Write down that a member has taken back the consent to notes about their health."""
    whose = _member(member_id)
    consents.withdraw_health(session(), community=community(), member=whose, actor=actor("telephone"))
    flash(_("The consent is withdrawn."))
    return redirect(url_for(".of_member", member_id=whose.id), 303)


@bp.route("/members/<int:member_id>/guardian", methods=["GET", "POST"])
@needs("answer-applications")
def guardian(member_id: int) -> ResponseReturnValue:
    """Write down a guardian who has signed, in place of one who was there before."""
    whose, form = _member(member_id), NewGuardianForm(language=community().language)
    if whose.state == LEFT:
        return redirect(url_for(".of_member", member_id=whose.id), 303)
    if form.validate_on_submit():
        with force_locale(form.language.data):
            words = _guardian_words(whose.name, health=False)
        with refusals(form):
            said = GuardianConsent(
                name=form.guardian_name.data or "",
                reached_by=form.guardian_reached_by.data or "",
                email=form.guardian_email.data or None,
                wording=words,
                consented_on=form.signed_on.data,
            )
            record_guardian(session(), community=community(), member=whose, consent=said, actor=actor("slip"))
            flash(_("The guardian's consent is written down."))
            return redirect(url_for(".of_member", member_id=whose.id), 303)
    words = _guardian_words(whose.name, health=False)
    return form_page("joining/guardian.html", form, whose=whose, words=words.split("\n"))


@bp.route("/members/<int:member_id>/of-age", methods=["GET", "POST"])
@needs("answer-applications")
def of_age(member_id: int) -> ResponseReturnValue:
    """Write down that a member is of age, and needs no guardian any more."""
    whose, form = _member(member_id), AcceptForm()
    now = guardian_of(session(), member=whose)
    if now is None:
        return redirect(url_for(".of_member", member_id=whose.id), 303)
    if form.validate_on_submit():
        with refusals(form):
            end_guardianship(session(), community=community(), member=whose, actor=actor())
            flash(_("%(name)s needs no guardian any more.", name=whose.name))
            return redirect(url_for(".of_member", member_id=whose.id), 303)
    return form_page("joining/of_age.html", form, whose=whose, guardian=now)


@bp.route("/settings/joining", methods=["GET", "POST"])
@needs("change-settings")
def rule() -> ResponseReturnValue:
    """Say whether anybody may ask to join."""
    form = RuleForm(takes=service.takes_applications(session(), community=community()))
    if form.validate_on_submit():
        service.set_rule(session(), community=community(), takes=bool(form.takes.data))
        flash(_("It is saved."))
        return redirect(url_for("communities.settings"), 303)
    return form_page("joining/rule.html", form)


# --- the leaves ---------------------------------------------------------------------------------------------


def _application(application_id: int) -> Application:
    """Find an application of this community; another community's is simply not there."""
    return queries.find_application(session(), community=community(), application_id=application_id) or abort(
        404
    )


def _member(member_id: int) -> Member:
    return find_member(session(), community=community(), member_id=member_id) or abort(404)


def _shown(found: Application, form: AcceptForm) -> tuple[str, int]:
    known: dict[str, Any] = {"application": found, "possible": found.state == WAITING}
    same = queries.known_already(session(), community=community(), application=found)
    return form_page("joining/show.html", form, same=same, **known)


def _asked_language() -> str:
    """Tell in which language a page is to be printed: the reader's, where none is asked for."""
    asked = request.args.get("language", "")
    return asked if asked in LANGUAGES else language()


def _health_words(whose: Member) -> str:
    """Say what is signed about a member's health: by themselves, or by their guardian."""
    guardian = guardian_of(session(), member=whose)
    return wordings.health_wording_for(None if guardian is None else whose.name)


def _guardian_words(name: str, *, health: bool) -> str:
    return wordings.guardian_wording(community().name, name, health=health)
