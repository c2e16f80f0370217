"""What `generation` claims, computed by PyTorch, by the lab's decoder, by enumeration."""

from collections.abc import Sequence
from math import log

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...models.gpt import Gpt
from ...sampling.text import chances
from ..generation import LESSON
from ..kit.facts import Claim, Outcome
from ..kit.fixtures import Floats
from ..kit.state import State
from ..trainings.grammar import STEPS, result
from ..trainings.grammar_lab import module
from ..workings.gpt_forward import gpt_logits
from ..workings.little_english import HELD_OUT, LONGEST, RULES, START, numbers, words
from ..workings.next_token import read_text
from .decoding_shown import asked, decoded, drawn, read_right, subtracting, table, uniforms
from .shown import bars_by_label, difference, figures, named, together

PREFIX = HELD_OUT[:5]


def derivations(symbols: tuple[str, ...], said: tuple[str, ...], begun: bool = False) -> float:
    """The probability that the symbols derive exactly these words: every alternative of the first symbol tried.

    `begun`: that they derive a sentence which begins with these words.
    """
    if begun and not said:
        return 1.0
    if not symbols:
        return float(not said)
    first, rest = symbols[0], symbols[1:]
    if first not in RULES:
        return derivations(rest, said[1:], begun) if said and said[0] == first else 0.0
    options = [part.split() for part in RULES[first].split("|")]
    total = sum(float(option[0]) for option in options)
    return sum(float(option[0]) / total * derivations((*option[1:], *rest), said, begun) for option in options)


def following(prefix: tuple[str, ...]) -> Floats:
    """(V,): the probability in the grammar of each word after `prefix`."""
    whole = derivations(("S",), prefix, begun=True)
    return np.array([derivations(("S",), (*prefix, word), begun=True) / whole for word in words()])


def after(lab: Gpt, ids: Sequence[int]) -> Tensor:
    """(V,): logits of the word after `ids`; <start> and <unk> can never come."""
    with torch.no_grad():
        scores: Tensor = lab(torch.tensor([ids]))[0, -1]
    scores[:2] = float("-inf")
    return scores


def learnt(state: State) -> Outcome:
    """The module's own cross-entropy on the sentence held out, word by word as it is shown, and the curve's ends."""
    trained, v = result(state), len(words())
    ids = torch.tensor([numbers(HELD_OUT)])
    pairs, each = [], []
    for k, model in enumerate((trained.fresh, trained.model), 1):
        with torch.no_grad():
            each.append(F.cross_entropy(module(model)(ids[:, :-1])[0], ids[0, 1:], reduction="none").numpy())
        sentence = figures(LESSON, "learning", state, k)["sentence"]
        pairs += [(sentence.weights, each[-1]), ([round(x, 2) for x in each[-1]], [float(x) for x in sentence.notes])]
    curve = figures(LESSON, "learning", state, 0)["curve"]
    outside = curve.lines["held-out sentence"]
    ends = difference((outside[[0, -1]], [part.mean() for part in each]), limit=1e-4)
    levels = (log(v), log(v) / 2, -log(derivations(("S",), HELD_OUT)) / len(HELD_OUT))
    ours = float(np.mean(sentence.weights))
    return together(
        {"nats a word": ours},
        {"nats a word": f"{each[-1].mean():.4g}, below {log(v) / 2:.3f}"},
        difference(*pairs[::2]),
        difference(*pairs[1::2], limit=0.0101),
        difference((list(curve.levels.values()), levels), limit=1e-9),
        ends,
        difference((curve.x, np.linspace(0, STEPS, len(outside))), (curve.lines["training"], trained.train)),
        tuple(sentence.tokens) == HELD_OUT,
        ours < log(v) / 2,
        abs(float(outside[0]) - log(v)) < 1e-4,
    )


def follows_the_grammar(state: State) -> Outcome:
    """The next word after `the cat sat on the`, as it is shown, against the grammar's own probabilities."""
    true = following(PREFIX)
    p = after(module(result(state).model), numbers(PREFIX)).softmax(0).numpy()
    bars = figures(LESSON, "next", state.with_values(text=" ".join(PREFIX)), 1)["both"]
    shown, places = bars_by_label(bars), [words().index(word) for word in bars.labels]
    told = [float(note.split()[-1].rstrip("%")) / 100 for note in bars.notes]
    apart, allowed = float(abs(p - true).sum() / 2), float(p[true > 0].sum())
    likeliest = max(shown, key=lambda word: shown[word])
    return together(
        {"likeliest": likeliest, "total variation": apart},
        {"likeliest": "mat", "total variation": "<= 0.25"},
        likeliest == "mat" == words()[int(p.argmax())],
        difference((list(shown.values()), p[places]), limit=1e-6),
        difference((told, true[places]), limit=5.1e-4),
        abs(float(true.sum()) - 1) < 1e-9,
        apart <= 0.25,
        allowed >= 0.8,
    )


def only_the_past(state: State) -> Outcome:
    """One token after the other changed in the module, which is masked; and its logits word by word with a cache."""
    model = result(state).model
    text = read_text(state["text"])[0]
    ids = numbers(text)
    lab, t = module(model), len(ids)
    right = np.zeros((t, t))
    with torch.no_grad():
        scores = lab(torch.tensor([ids]))[0]
        for j in range(t):
            other = [*ids[:j], 2 + (ids[j] - 1) % (len(words()) - 2), *ids[j + 1 :]]
            right[:, j] = (lab(torch.tensor([other]))[0] - scores).abs().amax(-1).numpy()
        cached = []
        for n in (1, 3):
            caches = lab.caches()
            parts = [torch.tensor([ids[k : k + n]]) for k in range(0, t, n)]
            cached.append(torch.cat([lab(part, caches)[0] for part in parts]))
    grid = figures(LESSON, "past", state, 0)["changes"]
    changed = np.asarray(grid.values)
    before = float(np.triu(changed, 1).max(initial=0.0))
    same = difference(
        (gpt_logits(model, ids, state["mask"]), scores.numpy()),
        (changed, right),
        *((part.numpy(), scores.numpy()) for part in cached),
    )
    return together(
        {"change before it": before, "at it": float(np.diag(changed).min())},
        {"change before it": 0.0, "at it": "> 0"},
        before == 0 == float(np.triu(right, 1).max(initial=0.0)),
        bool((np.diag(right) > 1e-6).all()),
        tuple(grid.row_labels) == tuple(grid.column_labels) == (START, *text),
        same,
    )


def next_in_the_lab(state: State) -> Outcome:
    """The next word of the text, as the lab's decoder has it from the module's logits; at T = 5, too."""
    ids = numbers(read_text(state["text"])[0])
    scores, right, pairs = after(module(result(state).model), ids), [], []
    for here in (state, state.with_values(temperature=5.0)):
        seen = figures(LESSON, "next", here, 0)
        lab, shown = chances(scores, *asked(here)), bars_by_label(seen["bars"])
        pairs.append((list(shown.values()), [float(lab[words().index(token)]) for token in shown]))
        right.append(read_right(seen["table"], seen["bars"], words(), scores, asked(here)))
    same = difference(*pairs, limit=1e-6)
    return together(same.computed, same.expected, same, *right)


def written(state: State) -> Outcome:
    """Every word written, greedily and drawn: the likeliest of the module's, or the one in whose share u lies."""
    lab, start = module(result(state).model), numbers(read_text(state["text"])[0])
    count, wrong = 0, 0
    for how in ("greedy", "sampled"):
        here = state.with_values(decoding=how)
        ids, draws = list(start), uniforms(state["draw"])
        frames = next(scene for scene in LESSON.scenes if scene.name == "writing").frames(here)
        for frame in frames:
            seen = named(frame)
            scores, u = after(lab, ids), next(draws)
            token = int(scores.argmax())
            if how == "sampled":
                token = subtracting(chances(scores, *asked(here)).numpy(), u)
            name = seen["table"].rows[seen["table"].marked[0]][0]
            right = read_right(seen["table"], seen["bars"], words(), scores, asked(here))
            count, wrong = count + 1, wrong + (name != words()[token] or not right)
            wrong += seen["text"].tokens[seen["text"].focus] != name
            ids.append(token)
        wrong += words()[ids[-1]] != HELD_OUT[-1] and len(ids) < LONGEST
    return together({"words": count, "that differ": wrong}, {"words": count, "that differ": 0}, wrong == 0)


CLAIMS = (
    Claim(id="R1", says="a sentence never trained on costs less than ln V / 2", check=learnt, needs="grammar"),
    Claim(
        id="R1", says="what follows is about what the grammar lets follow", check=follows_the_grammar, needs="grammar"
    ),
    Claim(id="R2", says="changing a token leaves all logits before it identical", check=only_the_past, needs="grammar"),
    Claim(id="R3", says="softmax of 2, 1, 0 at T = 1, 0.2 and 10", check=table),
    Claim(id="R3", says="T, top-k and top-p leave what the lab's decoder leaves", check=decoded),
    Claim(id="R3", says="u draws the token in whose share it lies", check=drawn),
    Claim(
        id="R3",
        says="so it is for the next word of the text",
        check=next_in_the_lab,
        needs="grammar",
    ),
    Claim(id="R3", says="each word written is the likeliest, or the one u draws", check=written, needs="grammar"),
)
