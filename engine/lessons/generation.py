"""Generation: the next token from the past alone, and how it is chosen."""

from math import log

from .kit.figures import Curves, Formula, Grid, Origin, Tokens
from .kit.fixtures import S1_OPEN
from .kit.lesson import Frame, Frames, Lesson, Preset, Scene
from .kit.settings import Numbers, Switch, Words, matrix
from .kit.state import State
from .trainings.grammar import GRAMMAR, result
from .workings.little_english import HELD_OUT, START, numbers, surprise, words
from .workings.next_token import reach, read_text, word_losses
from .workings.softmax_frames import softmax_frames
from .workings.writing import decoding_settings
from .workings.writing_frames import next_word, writing

LOGITS = {"2-1-0": matrix([[2, 1, 0]]), "close": matrix([[1, 0.9, 0.8]]), "sure": matrix([[6, 1, 0]])}


def past(state: State) -> Frames:
    """Which logits change when one word is another one."""
    model = result(state).model
    text, warning = read_text(state["text"])
    changes = reach(model, numbers(text), state["mask"])
    labels = (START, *text)
    t = len(labels)

    def frame(k: int) -> Frame:
        j = min(k + 1, t - 1)
        earlier = float(changes[:j, j].max()) if j else 0.0
        word = labels[j]
        masked = f'Another word for "{word}": the logits before it change by {earlier:g}, those from it on do.'
        peeking = f'No mask: another word for "{word}" changes logits before it by {earlier:.2g}. They see the future.'

        def origin(i: int, c: int) -> Origin:
            numbers_told = f'largest over {len(words())} logits after "{labels[i]}": {changes[i, c]:.3g}'
            formula = Formula(
                symbols=f'max |logits with another word for "{labels[c]}" - logits|', numbers=numbers_told
            )
            return Origin(formulas=(formula,), cells={"text": ((0, i), (0, c))})

        grid = Grid(
            name="changes",
            title=f"largest change of a logit, {t}x{t}",
            about="Row i: the logits of the word after word i. Column j: word j was replaced by another. With the "
            "look-ahead mask all that lies above the diagonal is exactly 0.",
            values=changes,
            scope="changes of logits",
            digits=1,
            row_labels=labels,
            column_labels=labels,
            row_axis="logits after",
            column_axis="changed",
            marks={"source": tuple((i, j) for i in range(t))},
            cursor=(min(j, t - 1), j),
            origin=origin,
            new_row=True,
        )
        row = Tokens(name="text", title="one word is replaced", tokens=labels, focus=j, dimmed=tuple(range(j + 1, t)))
        return Frame(
            caption=" ".join(part for part in (warning, masked if state["mask"] else peeking) if part),
            figures=(row, grid),
        )

    return Frames(max(1, t - 1), frame)


def learning(state: State) -> Frames:
    """The loss on the way, and word by word of the sentence that was held out."""
    trained = result(state)
    v = len(words())
    floor = surprise(HELD_OUT)
    each = {name: word_losses(model, HELD_OUT) for name, model in (("before", trained.fresh), ("after", trained.model))}

    def frame(k: int) -> Frame:
        if k == 0:
            curve = Curves(
                name="curve",
                title="nats a word",
                about="At first all words are alike: ln V. A model that had the grammar itself would reach the line "
                "`the grammar` on the sentence held out, whose words are of the likeliest. Training sentences "
                "are drawn, rarer words and all: they cost more, in the grammar itself too.",
                x=trained.steps,
                lines={"held-out sentence": trained.held_out, "training": trained.train},
                x_label="step",
                y_label="nats a word",
                levels={"ln V": log(v), "ln V / 2": log(v) / 2, "the grammar, held-out": floor},
            )
            caption = (
                f'"{" ".join(HELD_OUT)}", never trained on: from ln {v} = {log(v):.2f} to {trained.held_out[-1]:.2f} '
                f"(grammar: {floor:.2f}). Training has rarer words: it costs more."
            )
            return Frame(caption=caption, figures=(curve,))
        losses = each["before" if k == 1 else "after"]
        caption = (
            f"Before training every word costs ln {v} = {log(v):.2f} nats."
            if k == 1
            else f"After: {losses.mean():.2f} nats a word. What the grammar fixes is cheap, what it leaves open is not."
        )
        return Frame(
            caption=caption,
            figures=(
                Tokens(
                    name="sentence",
                    title="-ln p of each word of the sentence held out",
                    tokens=HELD_OUT,
                    weights=losses,
                    scope="-ln p",
                    notes=[f"{x:.2f}" for x in losses],
                ),
            ),
        )

    return Frames(3, frame)


LESSON = Lesson(
    name="generation",
    chapter="transformers",
    title="Writing one token after the other",
    summary="A language model predicts the next token from the past; temperature, top-k and top-p shape the draw.",
    settings=(
        Words(name="text", default=S1_OPEN, most=120, help="a beginning in the words of the grammar", key="i"),
        *decoding_settings(),
        Numbers(
            name="logits",
            default=LOGITS["2-1-0"],
            named=LOGITS,
            low=-9,
            high=9,
            step=0.5,
            rows=(1, 6),
            help="of softmax",
            key="e",
        ),
        Switch(name="mask", default=True, help="hide the future from every word", key="c"),
    ),
    scenes=(
        Scene(
            name="softmax",
            title="From logits to probabilities",
            ids=("R3",),
            frames=softmax_frames,
            settings=("logits", "temperature", "top_k", "top_p"),
        ),
        Scene(
            name="learning",
            title="A model of a small grammar",
            ids=("R1",),
            frames=learning,
            needs="grammar",
            settings=(),
        ),
        Scene(
            name="next",
            title="The cat sat on the ~",
            ids=("R3",),
            frames=next_word,
            needs="grammar",
            settings=("text", "temperature", "top_k", "top_p"),
        ),
        Scene(
            name="writing",
            title="Word by word",
            ids=("R1", "R2"),
            frames=writing,
            needs="grammar",
            settings=("text", "decoding", "temperature", "top_k", "top_p", "draw"),
        ),
        Scene(
            name="past",
            title="Only the past counts",
            ids=("R2",),
            frames=past,
            needs="grammar",
            settings=("text", "mask"),
        ),
    ),
    presets=(
        Preset(
            name="cold", values={"temperature": 0.01}, why="T = 0.01 is greedy, and no power overflows.", scene="next"
        ),
        Preset(
            name="story",
            values={"text": "the", "decoding": "sampled", "draw": 1},
            why="Drawn at T = 1 the model writes sentences as various as those of the grammar; turn draw with d.",
            scene="writing",
        ),
        Preset(
            name="nucleus",
            values={"top_p": 0.7, "decoding": "sampled"},
            why="Top-p keeps few words where the model is sure and many where it is not.",
            scene="writing",
        ),
        Preset(
            name="too-hot",
            values={"temperature": 10.0, "decoding": "sampled"},
            why="At T = 10 all words are nearly alike: no sentence comes out.",
            good=False,
            scene="writing",
        ),
        Preset(
            name="no-mask",
            values={"mask": False},
            why="Without the look-ahead mask earlier logits depend on later words, which writing does not have yet.",
            good=False,
            scene="past",
        ),
    ),
    trainings=(GRAMMAR,),
    probe={"logits": "sure", "temperature": 2.0, "top_k": 2, "top_p": 0.9},
    source="Radford et al., 2019; Fan et al., 2018, arXiv 1805.04833; Holtzman et al., 2020, arXiv 1904.09751",
)
