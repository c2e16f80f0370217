"""How a program ended, as far as what it printed tells: a traceback, a kill, the words of one that is done."""

import re

_RANK = re.compile(
    r"^\s*(?:\[?(?:rank|default|node|worker|pid|gpu)[\w =:-]*\]?[:|]?\s|\d+:\s|\[\d+\][:,]?\s?|\(\w+ pid=[^)]*\)\s?)"
)
_RAISED = re.compile(
    r"[A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit|Warning|Failure|Abort|Iteration|Timeout)\b(?::.*)?$|[A-Za-z_]\w*(?:\.\w+)+(?::.*)?$"
)
_FATAL = re.compile(
    r"CUDA out of memory|OutOfMemoryError|CUDA error: |NCCL error|(?:^|\s)Killed(?:\s|$)|(?:^|\s)Terminated$"
    r"|srun: error: .*|slurmstepd: error: .*|Segmentation fault|[Cc]ore dumped|Bus error|DUE TO TIME LIMIT|oom-kill"
    r"|Out Of Memory|ChildFailedError|^KeyboardInterrupt|terminate called after throwing"
)
_DONE = re.compile(
    r"(?i)^\W{0,20}(?:finished training|training (?:is )?(?:complete[d]?|finished|done|over)|done training"
    r"|training complete|[\w.`]*\s*stopped: `?max_(?:epochs|steps|time)|training time:? "
    r"|total training time|training completed)"
    r"|done training in|`Trainer\.fit` stopped|saving final model|'train_runtime'|Training completed\. Do not forget"
)
LONGEST, WIDEST = 300, 1_000
"""Characters of a reason, and of a line that are looked at."""


class Ending:
    """Follows the lines that are no metrics; `status` is failed or finished as soon as they say so."""

    def __init__(self) -> None:
        self.status = ""
        self.reason = ""
        self.inside = False
        """Whether a traceback is being printed."""

    def feed(self, line: str) -> None:
        """Take in one line."""
        line = line[:WIDEST]
        if self.inside:
            bare = _RANK.sub("", line) if not line.startswith(" ") else line
            if not bare.startswith((" ", "\t", "During handling", "The above exception", "Traceback")) and bare.strip():
                if _RAISED.match(bare.strip()):
                    self.status, self.reason = "failed", bare.strip()[:LONGEST]
                self.inside = False
            return
        if "Traceback (most recent call last)" in line:
            self.inside = True
        elif _FATAL.search(line):
            if not (self.status == "failed" and self.reason):
                self.reason = line.strip()[:LONGEST]
            self.status = "failed"
        elif _DONE.search(line):
            self.status, self.reason = "finished", ""

    def go_on(self) -> None:
        """The training went on after all: a handled error, a second run in the same log."""
        if self.status:
            self.status = self.reason = ""
