"""The adversarial game: a discriminator learns to tell real from generated, a generator learns from its slopes.

Knows nothing of threads, files or screens. Shapes: b batch, z random numbers, … one example. Points and images are
in the units of the data outside, about -2..2 and -1..1 inside.
"""

from collections.abc import Iterator
from math import cos, pi
from time import perf_counter
from typing import Any

import torch
from torch import Tensor, nn

from ..data.base import Data
from ..data.dataset import Dataset
from ..data.points import Points
from ..models.gan import Adversaries
from ..options import OptionError
from ..quality.images import ImageQuality
from ..quality.points import mode_quality, point_quality, sliced_wasserstein
from ..recipes.gan import GanOptions
from ..runs.run import Record
from ..sampling.scaling import Scaling
from ..training.averaging import Average
from ..training.descent import Descent
from .adversarial_arena import plane, sheets
from .adversarial_losses import LOSSES, between, one_centered, squared_slopes, zero_centered
from .adversarial_turns import SIDES, Turns
from .batches import Shuffle
from .objective import Objective, Tell, silent

SAMPLES = 1000
"""Images that the test measures; points are twice as many."""
FEW_IMAGES = 300
PORTION = 256
"""Examples that are generated at once."""


class Adversarial(Objective):
    """Generator against discriminator; a slow average of the generator is validated, tested and sampled."""

    CURVES = ("loss/generator", "loss/discriminator")
    SIDES = SIDES
    model: Adversaries
    options: GanOptions
    data: Dataset | Points

    def __init__(
        self,
        model: nn.Module,
        data: Data,
        options: GanOptions,
        seed: int,
        device: torch.device,
        tell: Tell = silent,
    ) -> None:
        """Brings the training data into the networks' scale."""
        super().__init__(model, data, options, seed, device, tell)
        assert isinstance(model, Adversaries) and isinstance(data, Dataset | Points)
        self.classes = label_count(options, data)
        self.scaling = Scaling.of(data, device)
        self._x, self._y = self._split("train")
        self._order = Shuffle(len(self._x), seed, device)
        self._judge = list(model.discriminator.parameters())
        self._quality: ImageQuality | None = None
        self.turns = Turns()
        betas = options.beta1, options.beta2
        self.descents["discriminator"] = Descent(model.discriminator, options, betas)
        self.descents["generator"] = Descent(model.generator, options, betas)
        self.averages["generator"] = Average(model.generator, options.ema)

    @classmethod
    def build(cls, module: type[nn.Module], options: GanOptions, data: Data) -> nn.Module:
        """Both networks; raises OptionError."""
        if len(data.shape) != 3 and data.kind != "points":
            raise OptionError(f"gan needs images or points, but {data.name} holds {data.kind}")
        return module(options, data.shape, label_count(options, data))

    @classmethod
    def specimen(cls, options: GanOptions, data: Data) -> tuple[Tensor, ...]:
        """Random numbers for one example, and its label where there are any."""
        labels = (torch.zeros(1, dtype=torch.long),) if label_count(options, data) else ()
        return (torch.zeros(1, options.z), *labels)

    @property
    def equilibrium(self) -> dict[str, float]:
        """The losses where generated examples cannot be told from real ones, by series tag; for reference lines."""
        discriminator, generator = LOSSES[self.options.loss].equilibrium
        lines = {"loss/discriminator": discriminator, "loss/generator": generator}
        return {tag: value for tag, value in lines.items() if value is not None}

    def step(self, number: int, progress: float) -> dict[str, float]:
        """The discriminator's half-steps, as far as they are not done yet, then the generator's."""
        while self.turns.done < self.options.discriminator_steps:
            self.half("discriminator", number, progress)
        values = self.half("generator", number, progress)
        assert values is not None
        return values

    def half(self, side: str, number: int, progress: float) -> dict[str, float] | None:
        """The next half-step of a side in step `number`, which the generator's closes, however many came before it.

        Without any of the discriminator, its values are missing in what the step measured.
        """
        turns = self.options.discriminator_steps
        first = number * (turns + 1)
        if side == "generator":
            return self.turns.close(self.generate(first + turns, progress))
        self.turns.add(self.discriminate(first + self.turns.done, progress))
        return None

    def state_dict(self) -> dict[str, Any]:
        """As everywhere, and what was done of a step that is not closed."""
        return super().state_dict() | self.turns.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue exactly where `state_dict` was taken."""
        super().load_state_dict(state)
        self.turns.load_state_dict(state, self.device)

    def discriminate(self, number: int, progress: float) -> dict[str, Tensor]:
        """One update of the discriminator alone, on mini-batch `number`; returns scalars by series tag."""
        options, loss = self.options, LOSSES[self.options.loss]
        judge = self.model.discriminator.train()
        real, labels = self._batch(number)
        with torch.no_grad():
            fake = self.model.generator(self.noise(len(real)), labels)
        if options.penalty == "r1":  # apart: slopes at half of the examples cost half
            on_real, on_fake = judge(real.requires_grad_(), labels), judge(fake, labels)
            penalty = zero_centered(squared_slopes(on_real, real))
        else:
            both = torch.cat((real, fake)).requires_grad_(options.penalty == "r1+r2")
            answers = judge(both, None if labels is None else torch.cat((labels, labels)))
            on_real, on_fake = answers.chunk(2)
            if options.penalty == "r1+r2":
                penalty = 2 * zero_centered(squared_slopes(answers, both))  # R1 and R2: means of half as many each
            elif options.penalty == "gradient":
                middle = between(real, fake).requires_grad_()
                penalty = one_centered(squared_slopes(judge(middle, labels), middle))
            else:
                penalty = torch.zeros((), device=self.device)
        penalty = self._gamma(progress) * penalty
        value = loss.discriminator(on_real, on_fake)
        rate = options.lr_discriminator
        norm, _ = self.descents["discriminator"].step(value + penalty, options, progress, lr=rate)
        if options.weight_limit:
            with torch.no_grad():
                for weight in self._judge:
                    weight.clamp_(-options.weight_limit, options.weight_limit)
        return {
            "loss/discriminator": value.detach(),
            "discriminator/real": self._opinion(on_real),
            "discriminator/fake": self._opinion(on_fake),
            "penalty": penalty.detach(),
            "grad_norm/discriminator": norm,
        }

    def generate(self, number: int, progress: float) -> dict[str, Tensor]:
        """One update of the generator alone, on the labels of mini-batch `number`; returns scalars by series tag."""
        options, loss = self.options, LOSSES[self.options.loss]
        judge = self.model.discriminator.eval()  # its power iteration rests, so that nothing of it changes
        real, labels = self._batch(number)
        for weight in self._judge:
            weight.requires_grad_(False)
        try:
            on_fake = judge(self.model.generator.train()(self.noise(len(real)), labels), labels)
            on_real = judge(real, labels) if loss.paired else on_fake.detach()
            value = loss.generator(on_real, on_fake)
            norm, rate = self.descents["generator"].step(value, options, progress)
        finally:
            for weight in self._judge:
                weight.requires_grad_(True)
            judge.train()
        self.averages["generator"].update()
        return {
            "loss/generator": value.detach(),
            "grad_norm/generator": norm,
            "lr": torch.tensor(rate, device=self.device),
        }

    def validate(self) -> dict[str, float]:
        """How good few samples are, and what the discriminator thinks of real examples that it never saw."""
        labels = self._cycle(FEW_IMAGES)
        if isinstance(self.data, Points):
            points = self.sample(2 * SAMPLES).cpu().numpy()
            if len(self.data.centers):
                values = mode_quality(points, self.data)
                del values["modes_total"]
            else:
                values = {"sliced_wasserstein": sliced_wasserstein(points, self.data.val)}
        else:
            measured = self._measure(self.sample(FEW_IMAGES, labels), labels)
            values = {name: measured[name] for name in measured if name.endswith("frechet") or name == "recall"}
        return {f"quality/{name}": value for name, value in values.items()} | {"discriminator/val": self._unseen()}

    def test(self) -> dict[str, float]:
        """Quality of 1000 images or 2000 points of the averaged generator, and what drawing them took."""
        points = isinstance(self.data, Points)
        count = 2 * SAMPLES if points else SAMPLES
        labels = self._cycle(count)
        began = perf_counter()
        samples = self.sample(count, labels, seed=2)
        cost = {"sample_seconds": perf_counter() - began, "samples": float(count), "network_evaluations": 1.0}
        self.tell("measuring the samples", 1.0)
        if isinstance(self.data, Points):
            return point_quality(samples.cpu().numpy(), self.data) | cost
        return self._measure(samples, labels) | cost

    def inputs(self, split: str, index: int, count: int = 1) -> tuple[Tensor, ...]:
        """Random numbers that are always the same, and the labels of real examples."""
        rows = [self.noise(1, self.random(1_000_000 + (index + k) % 1_000_000)) for k in range(count)]
        if not self.classes:
            return (torch.cat(rows),)
        _, y = self._split(split)
        assert y is not None
        return torch.cat(rows), y[(torch.arange(count, device=self.device) + index) % len(y)]

    def records(self) -> Iterator[Record]:
        """Samples, always from the same random numbers, and for points the discriminator's surface."""
        yield from plane(self) if isinstance(self.data, Points) else sheets(self)

    def change(self, name: str, value: Any) -> None:
        """As everywhere; `ema` is the averaged generator's."""
        super().change(name, value)
        self.averages["generator"].decay = self.options.ema

    @torch.no_grad()
    def sample(self, count: int, labels: Tensor | None = None, seed: int = 1) -> Tensor:
        """`count` examples (count, …) of the averaged generator in the units of the data, the same for a seed."""
        generator, parts = self.random(seed), []
        for start in range(0, count, PORTION):
            self.tell(f"sampling {count:,} {self.data.kind}", start / count)
            chosen = None if labels is None else labels[start : start + PORTION]
            z = self.noise(min(PORTION, count - start), generator)
            parts.append(self.averages["generator"].module(z, chosen))
        return self.scaling.outside(torch.cat(parts))

    @torch.no_grad()
    def opinions(self, x: Tensor, labels: Tensor | None = None) -> Tensor:
        """D's answer (b,) to each example in the networks' scale: how probably it is real, if the loss has logits."""
        judge = self.model.discriminator
        was_training = judge.training
        judge.eval()
        try:
            answers: Tensor = judge(x, labels)
        finally:
            judge.train(was_training)
        return answers.sigmoid() if LOSSES[self.options.loss].logits else answers

    def _gamma(self, progress: float) -> float:
        end = self.options.gamma_end
        return float(self.options.gamma * (end + (1 - end) * (1 + cos(pi * progress)) / 2))

    def _opinion(self, answers: Tensor) -> Tensor:
        """The mean answer, as a probability where the loss has any."""
        detached = answers.detach()
        return (detached.sigmoid() if LOSSES[self.options.loss].logits else detached).mean()

    def _unseen(self) -> float:
        x, y = self._split("val")
        return float(self.opinions(x[: 2 * SAMPLES], None if y is None else y[: 2 * SAMPLES]).mean())

    def _batch(self, number: int) -> tuple[Tensor, Tensor | None]:
        index = self._order.batch(number, self.options.batch)
        return self._x[index], None if self._y is None else self._y[index]

    def _split(self, name: str) -> tuple[Tensor, Tensor | None]:
        """Examples in the networks' scale, and their labels where both networks are told them."""
        if isinstance(self.data, Points):
            return self.scaling.inside(torch.from_numpy(self.data.split(name)).to(self.device)), None
        split = self.data.split(name)
        y = torch.from_numpy(split.y).to(self.device) if self.classes else None
        return self.scaling.inside(torch.from_numpy(split.x).to(self.device)), y

    def noise(self, count: int, generator: torch.Generator | None = None) -> Tensor:
        """Random numbers (count, z), of torch's global generator if none is given."""
        return torch.randn(count, self.options.z, generator=generator).to(self.device)

    def random(self, salt: int) -> torch.Generator:
        """A generator of its own for every purpose, the same for the same seed."""
        return torch.Generator().manual_seed(self.seed * 1_000_003 + 17 * salt + 5)

    def _cycle(self, count: int) -> Tensor | None:
        """Every class in turn: (count,)."""
        return torch.arange(count, device=self.device) % self.classes if self.classes else None

    def _measure(self, images: Tensor, labels: Tensor | None) -> dict[str, float]:
        assert isinstance(self.data, Dataset)
        if self._quality is None:
            self._quality = ImageQuality(self.data)
        return self._quality.measure(images.cpu(), None if labels is None else labels.cpu())


def label_count(options: GanOptions, data: Data) -> int:
    """Classes that both networks are told; 0 where there are none to tell."""
    return len(data.classes) if options.conditional and len(data.classes) > 1 else 0
