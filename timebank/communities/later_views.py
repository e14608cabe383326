"""The page of later work: what waits, what was given up and why, and trying that again."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank import queue
from timebank.web import community
from timebank.web import hooks
from timebank.web import needs
from timebank.web import session

bp = Blueprint("later", __name__)


@bp.get("/later-work")
@needs("see-later-work")
def work() -> ResponseReturnValue:
    """List what was given up, what waits, and when each kind of work was last done."""
    here = {"community_id": community().id}
    return render_template(
        "communities/later.html",
        failed=queue.failed_jobs(session(), **here),
        waiting=queue.waiting_jobs(session(), **here),
        done=queue.last_done(session(), **here),
        kinds=hooks().kinds_of_work,
    )


@bp.post("/later-work/<int:job_id>/again")
@needs("do-work-again")
def again(job_id: int) -> ResponseReturnValue:
    """Try something anew that was given up."""
    job = queue.find_job(session(), community_id=community().id, job_id=job_id) or abort(404)
    if queue.rerun(session(), job, now=clock.now()):
        flash(_("It is tried again within a minute."))
    else:
        flash(_("This was tried again already."))
    return redirect(url_for(".work"), 303)
