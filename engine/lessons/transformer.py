"""The transformer: an encoder, a decoder, and one sentence followed through both."""

from dataclasses import replace

from .kit.lesson import Frame, Frames, Lesson, Note, Preset, Scene
from .kit.settings import Choice, Slider, Switch
from .kit.state import State
from .trainings.french import FRENCH, PLAN
from .workings.fresh_translator import SMALL, fresh
from .workings.inference_frames import inference
from .workings.input_frames import embedding, paths
from .workings.layer_ladders import counting, opened
from .workings.loss_frames import losses
from .workings.norm_frames import norms
from .workings.through_frames import through
from .workings.translating import Plan
from .workings.translation_figures import (
    decoder_ladder,
    encoder_ladder,
    focus_setting,
    sentence_untrained,
    target_setting,
    text_setting,
)
from .workings.writing import decoding_settings


def plan_of(state: State) -> Plan:
    """The trained model's sizes, with the layers and the norm of the settings."""
    return replace(PLAN, layers=state["layers"], norm_first=state["norm"] == "pre")


def stacks(state: State) -> Frames:
    """Both stacks, then a layer of each."""
    plan = plan_of(state)
    model = fresh(state.seed, SMALL)
    said = sentence_untrained(state, model)
    s, t = len(said.ids), len(said.target)

    def frame(k: int) -> Frame:
        if k == 0:
            return Frame(
                caption=f"{plan.layers} encoder layers read the French, {plan.layers} decoder layers write English. "
                f"D = {plan.width}, as trained here; scenes 3 and 4 take D = {SMALL.width}, to be read.",
                figures=(encoder_ladder(plan, s), decoder_ladder(plan, s, t, len(model.target_words), active="")),
                facts=("AA3", "AA4"),
            )
        stack, count = (("encoder", s), ("decoder", t))[k - 1]
        what = "two sub-layers" if k == 1 else "three sub-layers"
        return Frame(
            caption=f"One of {plan.layers} {stack} layers: {what}, each with a residual path and a layer norm "
            f"({state['norm']}-LN; turn with v).",
            figures=(opened(plan, stack, count),),
            formulas=counting(plan, stack),
            facts=("AB1",) if k == 1 else ("AB2",),
        )

    return Frames(3, frame)


LESSON = Lesson(
    name="transformer",
    chapter="transformers",
    title="The transformer, from words to words",
    summary="Encoder and decoder layer by layer, what each reads, how it is trained, and how it writes.",
    settings=(
        text_setting(),
        target_setting(),
        focus_setting("the word that is looked at"),
        Slider(name="layers", default=2, low=1, high=6, step=1, help="N, layers of each stack", key="n"),
        Choice(name="norm", default="pre", choices=("pre", "post"), help="layer norm before or after", key="v"),
        Switch(name="shift", default=True, help="the decoder reads the target shifted right", key="s"),
        Switch(name="zeroed", default=False, help="all sub-layers give zeros", key="z"),
        Choice(
            name="weights",
            default="trained",
            choices=("trained", "untrained"),
            help="after or before training",
            key="u",
        ),
        *decoding_settings(),
        Slider(name="slip", default=0, low=0, high=9, step=1, help="the place of a wrong word; 0: none", key="x"),
    ),
    scenes=(
        Scene(
            name="stacks",
            title="Two stacks of layers",
            ids=("AA3", "AA4", "AB1", "AB2"),
            frames=stacks,
            settings=("layers", "norm", "text"),
        ),
        Scene(
            name="paths", title="What is read", ids=("AA1", "AA4"), frames=paths, settings=("text", "target", "shift")
        ),
        Scene(name="embedding", title="Words and places", ids=("AA2",), frames=embedding, settings=("text", "focus")),
        Scene(
            name="norms",
            title="Residual stream and layer norm",
            ids=("AB3",),
            frames=norms,
            settings=("norm", "zeroed", "focus", "text"),
        ),
        Scene(
            name="through",
            title="One sentence, all the way",
            ids=("AA2", "AA3", "AA4", "AA5", "AA6"),
            frames=through,
            needs="french",
            settings=("text", "target", "focus", "weights"),
        ),
        Scene(
            name="loss",
            title="Teacher forcing and its loss",
            ids=("AA6",),
            frames=losses,
            needs="french",
            settings=("text", "target", "weights"),
        ),
        Scene(
            name="inference",
            title="Writing word by word",
            ids=("AA7",),
            frames=inference,
            needs="french",
            settings=("text", "decoding", "temperature", "top_k", "top_p", "draw", "slip", "weights"),
        ),
    ),
    presets=(
        Preset(
            name="own-target",
            values={"target": "a white dog drinks milk"},
            why="Each wrong word costs nats of its own; the words after are predicted as if it had been right.",
            scene="loss",
        ),
        Preset(
            name="not-shifted",
            values={"shift": False},
            why="The decoder reads the very word that it has to write: copying is enough.",
            good=False,
            scene="paths",
            frame=2,
        ),
        Preset(
            name="post-norm",
            values={"norm": "post", "zeroed": True},
            why="As in 2017: the sum is normalised, so a silent layer is not the identity.",
            scene="norms",
            frame=3,
        ),
        Preset(
            name="too-hot",
            values={"decoding": "sampled", "temperature": 5.0, "draw": 3},
            why='At T = 5 the right word "a" falls from 99.8 % to about a sixth; the rest spreads over 107 words.',
            good=False,
            scene="inference",
        ),
        Preset(
            name="a-slip",
            values={"slip": 2},
            why="As word 2 the second likeliest is written, then read like a right one: the rest is built on it.",
            good=False,
            scene="inference",
            frame=2,
        ),
    ),
    notes=(
        Note(
            id="AA1",
            said="Input sequence, Target sequence",
            right="The decoder reads the target shifted right by one, a begin mark in front; else it would copy.",
        ),
        Note(
            id="AA4",
            said="Uses encoder output and target embeddings",
            right="Of the target shifted right, behind a look-ahead mask; else it would copy.",
        ),
    ),
    trainings=(FRENCH,),
    probe={"text": "le vieux cheval ne court pas", "focus": 2, "layers": 3, "norm": "post"},
    source="Vaswani et al., 2017, arXiv 1706.03762; Xiong et al., 2020, arXiv 2002.04745 (pre-LN)",
)
