"""Replays the moves of a game, from the seed or from a trained state; what was played before is kept. Imports torch."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from ..kit.wanting import still_wanted
from .ring_game import Game, Half, Rules, View

MOVES = {"d": ("d",), "g": ("g",), "m": ("d", "g"), "x": ("d", "g") * 25}
"""The half-steps of each move."""
STATES, VIEWS, GAMES = 130, 60, 4
"""How many of each are kept; a state is a quarter of a megabyte."""
APART = 25
"""Half-steps after which a state is kept on the way to another."""


@dataclass(frozen=True, eq=False)
class Replayed:
    """A state that moves led to: how it looks, what the next half-steps would do, and the losses so far."""

    view: View
    done: dict[str, int]
    losses: tuple[tuple[str, float], ...]
    tried: Callable[[], dict[str, Half]]

    @cached_property
    def halves(self) -> dict[str, Half]:
        """What the next half-step of `d` and of `g` would see and change; computed when it is first asked for."""
        return self.tried()


class Replays:
    """Games by their rules; each move is played once, and undone by taking up what was kept before it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._games: OrderedDict[Hashable, Game] = OrderedDict()
        self._states: OrderedDict[Hashable, tuple[Any, ...]] = OrderedDict()
        self._views: OrderedDict[Hashable, Replayed] = OrderedDict()

    def replay(self, rules: Rules, moves: str, trained: Any = None) -> Replayed:
        """The state after `moves`; `trained` has a `game` that goes on from where its training ended."""
        key = (rules, trained is not None)
        with self._lock:
            if (key, moves) not in self._views:
                game = self._at(rules, key, moves, trained)
                tried = partial(self._tried, rules, key, moves, trained)
                found = Replayed(game.view(), dict(game.done), tuple(game.losses), tried)
                _keep(self._views, (key, moves), found, VIEWS)
            self._views.move_to_end((key, moves))
            return self._views[key, moves]

    def snapshot(self, rules: Rules, moves: str) -> dict[str, Any]:
        """The state of the lab's objective after `moves` from the seed."""
        with self._lock:
            state: dict[str, Any] = self._at(rules, (rules, False), moves, None).snapshot()[0]
            return state

    def _tried(self, rules: Rules, key: Hashable, moves: str, trained: Any) -> dict[str, Half]:
        with self._lock:
            game = self._at(rules, key, moves, trained)
            return {side: game.tried(side) for side in "dg"}

    def _at(self, rules: Rules, key: Hashable, moves: str, trained: Any) -> Game:
        """The game after `moves`, from the longest beginning of them that is kept; raises Abandoned."""
        if key not in self._games:
            game = trained.game() if trained is not None else Game(rules)
            _keep(self._games, key, game, GAMES)
            _keep(self._states, (key, ""), game.snapshot(), STATES)
        game = self._games[key]
        known = next((n for n in range(len(moves), -1, -1) if (key, moves[:n]) in self._states), None)
        if known is None:  # its beginning was given up for others
            del self._games[key]
            return self._at(rules, key, moves, trained)
        self._states.move_to_end((key, moves[:known]))
        game.restore(self._states[key, moves[:known]])
        since = 0
        for at in range(known, len(moves)):
            still_wanted()
            for side in MOVES[moves[at]]:
                game.half(side)
            since += len(MOVES[moves[at]])
            if since >= APART or at + 1 == len(moves):
                _keep(self._states, (key, moves[: at + 1]), game.snapshot(), STATES)
                since = 0
        return game


def _keep(store: OrderedDict[Hashable, Any], key: Hashable, value: Any, most: int) -> None:
    store[key] = value
    store.move_to_end(key)
    while len(store) > most:
        store.popitem(last=False)


REPLAYS = Replays()
