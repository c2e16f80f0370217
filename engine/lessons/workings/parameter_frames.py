"""The frames that count the parameters of a dense layer and of a convolution side by side."""

from ..kit.figures import Bars, Formula, Origin, Table
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from . import layer_counts


def counts(state: State) -> Frames:
    """Dense against convolution, counted for the sliders; then how both grow with the image; then `valid` output."""
    n, k, c_in, c_out = state["n"], state["k"], state["c_in"], state["c_out"]

    def live() -> Frame:
        dense, conv = layer_counts.dense_parameters(n, c_in, c_out), layer_counts.conv_parameters(k, c_in, c_out)
        inputs, outputs = n * n * c_in, n * n * c_out
        whole = Formula(
            symbols="dense = (n²·C_in)·(n²·C_out) + n²·C_out",
            numbers=f"{inputs:,}·{outputs:,} + {outputs:,} = {dense:,}",
        )
        small = Formula(
            symbols="convolution = k²·C_in·C_out + C_out", numbers=f"{k * k}·{c_in}·{c_out} + {c_out} = {conv:,}"
        )
        weights, products = k * k * c_in * c_out, layer_counts.conv_products(n, k, c_in, c_out)
        made = {
            (0, 1): Formula(symbols="inputs · outputs", numbers=f"{inputs:,}·{outputs:,} = {inputs * outputs:,}"),
            (0, 2): Formula(symbols="n²·C_out", numbers=f"{n * n:,}·{c_out} = {outputs:,}"),
            (0, 3): whole,
            (0, 4): Formula(symbols="one for each weight", numbers=f"{inputs:,}·{outputs:,} = {inputs * outputs:,}"),
            (1, 1): Formula(symbols="k²·C_in·C_out", numbers=f"{k * k}·{c_in}·{c_out} = {weights:,}"),
            (1, 2): Formula(symbols="C_out", numbers=f"one for each channel that goes out: {c_out}"),
            (1, 3): small,
            (1, 4): Formula(
                symbols="places · weights, padding included", numbers=f"{n * n:,}·{weights:,} = {products:,}"
            ),
        }
        bars = Bars(
            name="parameters",
            title=f"parameters, {c_in} to {c_out} channels of {n}x{n}",
            about="Weights and biases of one layer that makes maps as large as its input, padded as needed.",
            labels=("dense", "convolution"),
            values=(dense, conv),
            high=float(max(dense, conv)),
            origin=lambda bar, _: Origin(formulas=((whole, small)[bar],)),
        )
        table = Table(
            name="counts",
            title="counted",
            columns=("layer", "weights", "biases", "parameters", "multiplications"),
            rows=(
                ("dense", inputs * outputs, outputs, dense, layer_counts.dense_products(n, c_in, c_out)),
                ("convolution", weights, c_out, conv, products),
            ),
            digits=12,
            marked=(1,),
            new_row=True,
            origin=lambda row, column: Origin(formulas=(made[row, column],)) if column else None,
        )
        times = f"{dense / conv:,.1f} times fewer" if dense >= conv else f"{conv / dense:,.1f} times more"
        return Frame(
            caption=f"Dense {dense:,} parameters, convolution {conv:,}: {times}. Change n, k and the channels.",
            figures=(bars, table),
            formulas=(whole, small),
        )

    def growth() -> Frame:
        sides = (6, 12, 24, 48, 96, 224)
        rows = tuple(
            (
                f"{side}x{side}",
                layer_counts.dense_parameters(side, c_in, c_out),
                layer_counts.conv_parameters(k, c_in, c_out),
            )
            for side in sides
        )

        def origin(row: int, column: int) -> Origin | None:
            if not column:
                return None
            side, number = sides[row], rows[row][column]
            formulas = (
                Formula(
                    symbols="(n²·C_in)·(n²·C_out) + n²·C_out",
                    numbers=f"{side**2 * c_in:,}·{side**2 * c_out:,} + {side**2 * c_out:,} = {number:,}",
                ),
                Formula(symbols="k²·C_in·C_out + C_out", numbers=f"{k * k}·{c_in}·{c_out} + {c_out} = {number:,}"),
            )
            return Origin(formulas=(formulas[column - 1],))

        return Frame(
            caption="Twice as wide an image: 16 times the weights of a dense layer, the same kernel for a convolution.",
            figures=(
                Table(
                    name="growth",
                    title="parameters",
                    columns=("image", "dense", "convolution"),
                    rows=rows,
                    digits=16,
                    origin=origin,
                ),
            ),
        )

    def without_padding() -> Frame:
        small = max(n - k + 1, 0)
        padded, free = layer_counts.dense_parameters(n, c_in, c_out), 0
        rows = [("padded, same size", f"{n}x{n}", padded)]
        caption = f"A kernel of {k}x{k} does not fit into {n}x{n} pixels: without padding there is no output."
        size = f"{n} - {k} + 1 = {small}"
        if small:
            free = layer_counts.dense_parameters(n, c_in, c_out, out=small)
            rows.append(("not padded", f"{small}x{small}", free))
            caption = (
                f"The comparison assumes padding: without it the output is {small}x{small}, and a dense layer to as "
                f"many units has {free:,} parameters."
            )
        else:
            size = f"{n} - {k} + 1 < 1: no output"
        return Frame(
            caption=caption,
            figures=(
                Table(
                    name="valid",
                    title="dense layer to as many units",
                    columns=("convolution", "output", "parameters"),
                    rows=rows,
                    digits=12,
                ),
            ),
            formulas=(Formula(symbols="rows of the output without padding = n - k + 1", numbers=size),),
        )

    return Frames(3, lambda i: (live, growth, without_padding)[i]())
