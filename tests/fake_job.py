"""A job that counts, for tests: `python -m fake_job RUN_DIR` in place of `fashion-studio …`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from fashion_studio.domain.errors import StudioError
from fashion_studio.jobs.specification import replace_text
from fashion_studio.jobs.worker import JobWorker

GO_ON = "go_on"
"""A file of this name in the run folder lets a job go on that halts, by its orders, at a certain number."""


def main(run_dir: Path) -> int:
    job = JobWorker(run_dir)
    done = run_dir / "counted.txt"
    try:
        with job:
            orders = job.spec.parameters
            start = int(done.read_text(encoding="utf-8")) if done.exists() else 0
            for number in range(start, int(orders["count"])):
                job.checkpoint()
                time.sleep(orders.get("step_s", 0.01))
                while number == orders.get("halt_at") and not (run_dir / GO_ON).exists():
                    job.checkpoint()
                    time.sleep(0.01)
                if number == orders.get("fail_at"):
                    raise {"bug": RuntimeError("odd"), "disk": OSError(28, "No space left on device")}[
                        orders["how"]
                    ]
                replace_text(done, str(number + 1))
                job.progress(number + 1, int(orders["count"]), "counting")
    except (StudioError, OSError, RuntimeError) as error:
        print(error, file=sys.stderr)
    return int(job.exit_code)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
