"""One pass of the decoder in training, one for each word when it writes: the frames of that. Torch-free."""

import numpy as np

from ..kit.figures import Card, Table
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from ..trainings.french import result
from .crossing import cached_logits, passes, work
from .translating import forced
from .translation_figures import captioned, sentence, tokens


def parallel(state: State) -> Frames:
    """Training first, then each pass of writing, then what both cost."""
    trained = result(state)
    model = trained.model
    said = sentence(state, model)
    t = len(said.target)
    full = forced(model, said.ids, said.target)[1]
    errors = np.abs(full - cached_logits(model, said.ids, said.target)).max(-1)
    rows = [[k + 1, word, k + 1, 1, float(f"{errors[k]:.1e}")] for k, word in enumerate(said.target_words)]

    def frame(k: int) -> Frame:
        if k == 0:
            return Frame(
                caption=captioned(
                    f"Training: the right English is given, and one masked pass writes {t} words at once.", said
                ),
                figures=(
                    tokens("read", f"the decoder reads {t} words in 1 pass", said.read_words),
                    tokens(
                        "written", "and at once gives p of each next word", said.target_words, new_row=True, join="↓"
                    ),
                ),
            )
        if k <= t:
            table = Table(
                name="passes",
                title="rows of words computed in each pass",
                about="Without a cache every pass reads all words again. The cache keeps their keys and values; the "
                "logits are the same but for rounding.",
                columns=("pass", "writes", "no cache", "cache", "logits differ by"),
                rows=rows[:k],
                marked=(k - 1,),
                digits=2,
                new_row=True,
            )
            seen = tokens("read", "the decoder reads", said.read_words, focus=k - 1, dimmed=tuple(range(k, t)))
            return Frame(
                caption=f"Writing, pass {k} of {t}: a word must be known before the next can be asked for.",
                figures=(seen, table),
                facts=("Z1",),
            )
        spent, count, often = trained.milliseconds, work(said.target), passes(said.target)
        cost = Table(
            name="cost",
            title="the decoder on one sentence",
            columns=("how", "passes", "rows computed", "ms (6 words)"),
            rows=(
                ("teacher forcing", often["training"], t, spent["one pass"]),
                ("word by word, no cache", often["generation"], count["without cache"], spent["each word"]),
                ("word by word, cache", often["generation"], count["with cache"], spent["cached"]),
            ),
            digits=3,
        )
        measured = Card(
            name="measured",
            kind="measured",
            title="measured",
            text="Milliseconds for the default sentence, on this machine, right after the training. In a model this "
            "small a pass is mostly overhead: the cache saves rows of words, but little time.",
        )
        return Frame(
            caption="Training is parallel thanks to teacher forcing and the mask, not to cross-attention. Writing is "
            "sequential.",
            figures=(cost, measured),
        )

    return Frames(t + 2, frame)
