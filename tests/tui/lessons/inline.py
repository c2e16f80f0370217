"""A study that answers at once, in the same thread: what the screen asks for is there when the key was handled."""

from collections.abc import Sequence
from contextlib import asynccontextmanager
from typing import Any

from dlviz.engine.lessons.index import load
from dlviz.engine.lessons.study.desk import Desk, training_of
from dlviz.engine.lessons.study.messages import Cancel, Place, Point, Prove, Show, Told, Train, Trained
from dlviz.engine.lessons.study.study import Study
from dlviz.tui.lessons.app import LessonApp
from dlviz.tui.lessons.pane import LessonsPane
from dlviz.tui.lessons.reading import Reading
from dlviz.tui.lessons.visited import Visited


class InlineStudy(Study):
    """The face of Study on a desk of its own; `asked` tells what was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.asked: list[Any] = []
        self.opened = self.closed = False
        self.proves = True
        self.held: list[Any] | None = None
        """Frames that are asked for while the study is slow; None: it answers at once."""
        self.place_training: tuple[Place, str]

    def open(self) -> "InlineStudy":
        self.opened = True
        return self

    def close(self) -> None:
        self.closed = True

    def _ask(self, request: Any) -> None:
        self.asked.append(request)
        match request:
            case Show() if self.held is not None:
                self.held.append(request)
            case Show():
                self.take(self.desk.show(request))
            case Point():
                self.take(self.desk.point(request))
            case Prove() if self.proves:
                for proved in self.desk.prove(request):
                    self.take(proved)
            case Cancel():
                self.take(Trained(training=self.place_training[1], place=self.place_training[0], cancelled=True))
            case Train():
                self.place_training = (request.place, request.training)
                self.take(
                    Told(
                        training=request.training,
                        place=request.place,
                        share=0.5,
                        text="half",
                        curves={"loss": (2.0, 1.0)},
                    )
                )

    def finish(self, request: Train, result: Any) -> None:
        """The training is done."""
        training, state = training_of(request.place, request.training)
        self.desk.keep(training.key(state), result)
        self.take(Trained(training=request.training, place=request.place))

    def answer(self) -> None:
        """What was asked for while the study was slow, the newest; from now on it answers at once."""
        held, self.held = self.held, None
        if held:
            self.take(self.desk.show(held[-1]))


def text_of(widget: Any) -> str:
    """What a pane shows."""
    return "\n".join(widget.render_line(y).text for y in range(widget.size.height))


@asynccontextmanager
async def opened(
    name: str = "convolution", size: tuple[int, int] = (80, 24), texts: Sequence[str] = (), **arguments: Any
) -> Any:
    """The app with a lesson, or the index where there is no name."""
    study = InlineStudy()
    reading = Reading.of(name, load(name).parse(texts)) if name else None
    pane = LessonsPane(study=study, reading=reading, visited=Visited(), id="lessons", **arguments)
    app = LessonApp(pane)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield pane, pilot, study
