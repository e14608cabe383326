"""The processes that post: started, killed and replaced, and told to finish."""

import random
import subprocess
import sys
import time
from pathlib import Path

_ROOT = Path(__file__).parent.parent
#: How long workers may take to begin, and to finish what they have begun.
_PATIENCE_SECONDS = 120


class Crew:
    """As many workers as are wanted, each with a number that no other had."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._at_work: dict[int, subprocess.Popen[bytes]] = {}
        self._numbers = 0
        #: What is wrong with workers that nobody killed and that ended all the same, or do not end.
        self.faults: list[str] = []

    @property
    def journals(self) -> list[Path]:
        """Where workers write, also those who were killed."""
        return [self._journal(number) for number in range(1, self._numbers + 1)]

    def _journal(self, number: int) -> Path:
        return self._folder / f"worker-{number}.journal"

    def _errors(self, number: int) -> Path:
        return self._folder / f"worker-{number}.errors"

    def start(self) -> None:
        """Start one more worker."""
        self._numbers += 1
        # It is there before the worker is: who is killed early has written nothing.
        self._journal(self._numbers).touch()
        with self._errors(self._numbers).open("wb") as errors:
            self._at_work[self._numbers] = subprocess.Popen(
                [sys.executable, "-m", "soak.worker", str(self._folder), str(self._numbers)],
                cwd=_ROOT,
                # The worker ends when this does, so it ends with us, too.
                stdin=subprocess.PIPE,
                stderr=errors,
                # Ctrl-C is for us alone: we then end the workers.
                start_new_session=True,
            )

    def begin(self, how_many: int) -> None:
        """Start workers and wait until all of them are posting."""
        for _ in range(how_many):
            self.start()
        until = time.monotonic() + _PATIENCE_SECONDS
        while not all(path.stat().st_size for path in self.journals):
            self.look_after()
            if self.faults or time.monotonic() > until:
                raise RuntimeError(self.faults[0] if self.faults else "the workers do not begin")
            time.sleep(0.02)

    def look_after(self) -> None:
        """Note who has ended though nobody said so."""
        for number, process in list(self._at_work.items()):
            if process.poll() is not None:
                self._note(number, f"ended by itself with status {process.returncode}")

    def kill_some(self, dice: random.Random, how_many: int) -> None:
        """Kill workers at the same moment, whatever they are doing, and start others in their place."""
        self.look_after()
        chosen = dice.sample(list(self._at_work), min(how_many, len(self._at_work)))
        killed = [self._at_work.pop(number) for number in chosen]
        for process in killed:
            process.kill()
        for process in killed:
            process.communicate()
            self.start()

    def finish(self) -> None:
        """Tell everybody to end, and wait until they have."""
        self.look_after()
        for process in self._at_work.values():
            assert process.stdin is not None
            process.stdin.close()
        until = time.monotonic() + _PATIENCE_SECONDS
        for number, process in list(self._at_work.items()):
            try:
                process.wait(max(0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                self._note(number, "did not end when it was told to")
                continue
            if process.returncode:
                self._note(number, f"ended with status {process.returncode}")
            else:
                del self._at_work[number]

    def kill_all(self) -> None:
        """End everybody at once."""
        for process in self._at_work.values():
            process.kill()
            process.communicate()
        self._at_work.clear()

    def _note(self, number: int, what: str) -> None:
        self._at_work.pop(number).communicate()
        said = self._errors(number).read_text(encoding="utf-8", errors="replace").strip().splitlines()
        self.faults.append(f"worker {number} {what}: {said[-1] if said else 'it said nothing'}")
