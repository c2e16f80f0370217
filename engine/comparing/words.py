"""What a comparison found, in plain words: computed from its numbers, and from nothing else."""

import math
from collections.abc import Sequence

from .metrics import METRICS, Metric, metric
from .outcome import Difference, Result


def judged(name: str) -> bool:
    """Whether models are compared by this metric; floors and totals belong to the data."""
    return name not in METRICS or METRICS[name].better != 0


def verdict(found: Difference) -> str:
    """`cnn better by 1.4 ± 0.5 points`, or `no difference seen (-0.4 … 0.9 points)`."""
    how, gap = metric(found.metric), found.interval
    if not math.isfinite(gap.mean):
        return "not to be compared: a value is no number"
    mean, unit = gap.mean * how.scale, _unit(how)
    ahead, word = _ahead(found, how)
    if gap.known and gap.half == 0:
        if mean == 0:
            return f"no difference: equal in {_seeds(found)}"
        return f"{ahead} {word} by {abs(mean):.3g}{unit} in {_seeds(found)}"
    if gap.sign and gap.half >= abs(gap.mean):  # a lopsided interval, of which ± would say that it holds zero
        return f"{ahead} {word} by {digits(abs(mean), gap.half * how.scale)} ({reach(found, _higher(found))})"
    if gap.sign:
        return f"{ahead} {word} by {digits(abs(mean), gap.half * how.scale)} ± {_arm(gap.half * how.scale)}{unit}"
    if gap.known:
        return f"no difference seen ({found.first} minus {found.second}: {reach(found, found.first)})"
    if mean == 0:
        return "no difference; one seed, so no interval"
    return f"{ahead} {word} by {abs(mean):.3g}{unit}; one seed, so no interval"


def summary(name: str, results: Sequence[Result], differences: Sequence[Difference]) -> str:
    """One sentence on a metric: for two models the verdict, for more the best against each other one."""
    how = metric(name)
    having = [result for result in results if name in result.metrics]
    if len(having) < 2:
        return ""
    if len(having) == 2:
        found = find(differences, name, having[0].name, having[1].name)
        return f"{how.label}: {verdict(found)}" if found else ""
    order = ranked(name, having)
    if not order:
        return ""
    best = order[0]
    if len({value for result in order for value in result.metrics[name].values}) == 1:
        return f"{how.label}: all the same ({value(name, best)})"
    parts = []
    for other in order[1:]:
        found = find(differences, name, best.name, other.name)
        if found is None:
            continue
        if not found.interval.known:
            equal = found.interval.mean == 0
            parts.append(f"{other.name} {'the same' if equal else value(name, other)}")
        elif found.interval.sign:
            said = verdict(found).removeprefix(f"{best.name} ")
            parts.append(f"{said.replace(' by ', f' than {other.name} by ', 1)}")
        else:
            parts.append(f"{other.name}: {_unseen(found, other.name)}")
    word = "best" if how.better else "highest"
    return "; ".join([f"{how.label}: {best.name} {word} ({value(name, best)})", *parts])


def ranked(name: str, results: Sequence[Result]) -> list[Result]:
    """Those that state the metric, the best first; values that are no numbers last."""
    sign = metric(name).better or 1
    having = [result for result in results if name in result.metrics]

    def place(result: Result) -> float:
        mean = result.metrics[name].mean
        return -sign * mean if math.isfinite(mean) else math.inf

    return sorted(having, key=place)


def leaders(name: str, results: Sequence[Result], differences: Sequence[Difference]) -> list[str]:
    """The best by mean, and those of which the intervals do not show that they are worse."""
    order = ranked(name, results)
    if len(order) < 2 or not judged(name) or not metric(name).better:
        return []
    best = order[0]
    names = [best.name]
    for other in order[1:]:
        found = find(differences, name, best.name, other.name)
        equal = other.metrics[name].mean == best.metrics[name].mean
        if equal or (found is not None and found.interval.known and not found.interval.sign):
            names.append(other.name)
    return names


def reading(results: Sequence[Result]) -> list[str]:
    """What the numbers say about the whole: distances to floors, what one alone states, what it costs."""
    ended = [result for result in results if result.runs]
    said = [_floors(name, ended) for name in ("frechet", "nearest_train")]
    names = list(dict.fromkeys(name for result in ended for name in result.metrics))
    alone: dict[str, list[str]] = {}
    for name in names:
        having = [result.name for result in ended if name in result.metrics]
        if len(having) == 1 < len(ended) and judged(name):
            alone.setdefault(having[0], []).append(metric(name).label)
    said += [f"Only {owner} states: {', '.join(labels)}." for owner, labels in alone.items()]
    if len(ended) > 1:
        said.append(_cost(ended))
    return [sentence for sentence in said if sentence]


def _unseen(found: Difference, name: str) -> str:
    """A verdict without a difference, the interval seen from the side of `name`."""
    return verdict(found) if found.interval.half == 0 else f"no difference seen ({reach(found, name)})"


def reach(found: Difference, name: str) -> str:
    """The interval in the metric's unit, of `name` minus the other."""
    how, gap = metric(found.metric), found.interval
    ends = (gap.low, gap.high) if name == found.first else (-gap.high, -gap.low)
    low, high = (digits(end * how.scale, gap.half * how.scale) for end in ends)
    return f"{low} … {high}{_unit(how)}"


def find(differences: Sequence[Difference], name: str, first: str, second: str) -> Difference | None:
    """The difference of two, whichever came first."""
    return next((d for d in differences if d.metric == name and {d.first, d.second} == {first, second}), None)


def value(name: str, result: Result) -> str:
    """The mean of a metric in its unit."""
    how, found = metric(name), result.metrics[name]
    return digits(found.mean * how.scale, (found.sd or 0.0) * how.scale) + (f" {how.unit}" if how.unit else "")


def digits(number: float, spread: float) -> str:
    """`number` to the second digit of `spread`; in four digits without one."""
    if not math.isfinite(number):
        return f"{number:g}"
    if not (math.isfinite(spread) and spread > 0):
        return f"{number:.4g}"
    return f"{number:.{_places(spread)}f}"


def times(ratio: float) -> str:
    """How many times: two digits, or whole."""
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.2g}"


def _arm(spread: float) -> str:
    return f"{spread:.{_places(spread)}f}"


def _places(spread: float) -> int:
    """Decimals that show the second digit of `spread`, or the first where that is a large one; one at least."""
    exponent = math.floor(math.log10(spread)) if spread > 0 else 0
    leading = spread / 10**exponent
    return min(max(1 if exponent < 2 else 0, -exponent + (1 if leading < 3 else 0)), 8)


def _ahead(found: Difference, how: Metric) -> tuple[str, str]:
    sign = (how.better or 1) * found.interval.mean
    return (found.first if sign >= 0 else found.second), ("better" if how.better else "higher")


def _higher(found: Difference) -> str:
    """The name of the one with the greater mean."""
    return found.first if found.interval.mean >= 0 else found.second


def _unit(how: Metric) -> str:
    return f" {how.points}" if how.points else ""


def _seeds(found: Difference) -> str:
    n = len(found.values)
    return "the one seed" if n == 1 else f"each of {n} seeds"


def _floors(name: str, results: Sequence[Result]) -> str:
    """How many times its floor each one's distance is."""
    found = []
    for result in ranked(name, results):
        binary = f"{name}_floor_binarised" in result.metrics
        floor = f"{name}_floor_binarised" if binary else f"{name}_floor"
        if floor in result.metrics and (base := result.metrics[floor].mean) > 0:
            found.append((result.metrics[name].mean / base, result.name, " (of binary ones)" if binary else ""))
    if not found:
        return ""
    parts = [f"{owner} {times(ratio)}{of}" for ratio, owner, of in sorted(found)]
    what = {"frechet": "Fréchet distance", "nearest_train": "Distance to the nearest training image"}[name]
    return f"{what}, as a multiple of that of real test images: {', '.join(parts)}."


def _cost(results: Sequence[Result]) -> str:
    """The cheapest and the dearest."""
    parts = []
    sized = sorted((r for r in results if r.parameters), key=lambda r: r.parameters or 0)
    if sized and sized[0].parameters != sized[-1].parameters:
        few, many = sized[0], sized[-1]
        ratio = (many.parameters or 0) / (few.parameters or 1)
        parts.append(f"{few.name} has the fewest parameters, {many.name} {times(ratio)} times as many")
    timed = sorted((r for r in results if r.seconds.mean > 0), key=lambda r: r.seconds.mean)
    if len(timed) > 1:
        fast, slow = timed[0], timed[-1]
        ratio = slow.seconds.mean / fast.seconds.mean
        parts.append(
            f"{fast.name} trained the shortest ({fast.seconds.mean:.3g} s), {slow.name} {times(ratio)} times as long"
        )
    text = "; ".join(parts)
    return text + "." if text else ""
