"""A study that answers at once, in the same thread: what the screen asks for is there when the key was handled."""

from typing import Any

from dlviz.engine.lessons.study.desk import Desk, training_of
from dlviz.engine.lessons.study.messages import Cancel, Place, Point, Prove, Show, Told, Train, Trained
from dlviz.engine.lessons.study.study import Study


class InlineStudy(Study):
    """The face of Study on a desk of its own; `asked` tells what was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.asked: list[Any] = []
        self.opened = self.closed = False
        self.proves = True
        self.place_training: tuple[Place, str]

    def open(self) -> "InlineStudy":
        self.opened = True
        return self

    def close(self) -> None:
        self.closed = True

    def _ask(self, request: Any) -> None:
        self.asked.append(request)
        match request:
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
