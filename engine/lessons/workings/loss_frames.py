"""Teacher forcing and its loss: -log p of every right word, before training and on the way. Torch-free."""

import numpy as np

from ..kit.figures import Bars, Curves, Formula, Origin, Table
from ..kit.fixtures import Floats
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from ..trainings.french import BATCH, result
from .crossing import chances_of
from .translating import Model, forced, nll
from .translation_figures import captioned, sentence, tokens

CROSS_ENTROPY = Formula(symbols="CE = mean over the places of -ln p(right word)")


def chosen_model(state: State) -> Model:
    """The trained translator, or the same before its first step."""
    trained = result(state)
    return trained.model if state["weights"] == "trained" else trained.fresh


def uniform_loss(vocabulary: int) -> float:
    """Cross-entropy in nats of who gives every one of V words the same logit: ln V."""
    return float(nll(np.zeros((1, vocabulary)), (0,))[0])


def expected_loss(scores: Floats) -> float:
    """ln V + variance / 2: about what logits that know nothing cost, the more the wider they spread."""
    return float(np.log(scores.shape[-1]) + scores.var(-1).mean() / 2)


def losses(state: State) -> Frames:
    """The loss of the sentence, that of ignorance, and the curve from one to the other."""
    trained, model = result(state), chosen_model(state)
    said = sentence(state, trained.model)
    scores = forced(model, said.ids, said.target)[1]
    each = nll(scores, said.target)
    mean, v = float(each.mean()), len(model.target_words)

    def origin(_: int, k: int) -> Origin:
        p = float(chances_of(scores, said.target)[k])
        here = Formula(symbols="-ln p", numbers=f"-ln {p:.6f} = {each[k]:.4f}")
        listed = " + ".join(f"{part:.4f}" for part in each)
        whole = Formula(symbols="CE = mean", numbers=f"({listed}) / {len(each)} = {mean:.4f}")
        return Origin(formulas=(here, whole), cells={"read": tuple((0, i) for i in range(k + 1))})

    def barred(k: int, _: int) -> Origin:
        return origin(0, k)

    def frame(k: int) -> Frame:
        if k == 0:
            caption = (
                f"Every place is asked for the next right word; the loss is the mean of -ln p: {mean:.3f} nats a word."
            )
            return Frame(
                caption=captioned(caption, said, "Another English: e; before training: u."),
                figures=(
                    tokens("read", "the decoder reads (given)", said.read_words),
                    tokens(
                        "target",
                        "it must write, tinted by -ln p",
                        said.target_words,
                        weights=each,
                        scope="-ln p",
                        notes=[f"{part:.3f}" for part in each],
                        origin=origin,
                        new_row=True,
                        join="↓",
                        about="The darker the tint, the less the model expected the word. Under teacher forcing the "
                        "words before are the right ones, whatever the model would have written.",
                    ),
                    Bars(
                        name="losses",
                        title="-ln p, nats",
                        labels=said.target_words,
                        values=each,
                        reference=("ln V", float(np.log(v))),
                        origin=barred,
                        new_row=True,
                    ),
                ),
                formulas=(CROSS_ENTROPY,),
            )
        if k == 1:
            first = float(trained.losses[0])
            drawn = forced(trained.fresh, said.ids, said.target)[1]
            table = Table(
                name="ignorance",
                title="before any training",
                about="All logits alike cost exactly ln V. Logits drawn at random cost about half their variance more.",
                columns=("who guesses", "V", "loss in nats"),
                rows=(
                    ("uniform over 10 words", 10, uniform_loss(10)),
                    (f"uniform over {v} words", v, uniform_loss(v)),
                    ("ln V + variance of the logits / 2", v, expected_loss(drawn)),
                    (f"this model's first {BATCH} sentences", v, first),
                ),
                digits=4,
            )
            return Frame(
                caption=f"Knowing nothing costs about ln V: {np.log(v):.2f} nats for {v} words, 2.303 for 10.",
                figures=(table,),
            )
        curve = Curves(
            name="curve",
            title="loss of each mini-batch, nats a word",
            x=np.arange(1, len(trained.losses) + 1),
            lines={"loss": trained.losses},
            x_label="step",
            y_label="nats",
            levels={"ln V": float(np.log(v))},
        )
        share = f"{trained.exact:.0%}"
        return Frame(
            caption=f"Down from ln V. Of sentences with pairs of noun and adjective never trained on, such as black "
            f"cat, {share} are then translated without any mistake.",
            figures=(curve,),
        )

    return Frames(3, frame)
