"""Later work: kept in the database with its cause, done by whoever comes first, tried again, never lost.

Features enqueue; `timebank worker` does it, with the handlers and the timetable that `cli` fills in.
"""

from timebank.queue.models import Job as Job
from timebank.queue.service import enqueue as enqueue
from timebank.queue.service import failed_jobs as failed_jobs
from timebank.queue.service import find_job as find_job
from timebank.queue.service import last_done as last_done
from timebank.queue.service import rerun as rerun
from timebank.queue.service import tidy as tidy
from timebank.queue.service import waiting_jobs as waiting_jobs
from timebank.queue.timetable import Daily as Daily
from timebank.queue.timetable import Place as Place
from timebank.queue.timetable import put_up as put_up
from timebank.queue.worker import Handler as Handler
from timebank.queue.worker import NotDone as NotDone
from timebank.queue.worker import Outside as Outside
from timebank.queue.worker import Task as Task
from timebank.queue.worker import work_one as work_one
