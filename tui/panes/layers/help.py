"""What `?` says about the layers pane: everything that it shows."""

HELP = """
# Layers

What the model is made of, and what each layer makes of one example. Four depths: `enter` goes in, `escape`
comes back; the frame's title says where you are, the lower edge says at which step it was computed, for
which example. A layer entered for the first time starts at the channel with the value farthest from 0, a map at
that value; afterwards it is where you moved the cursor.

**1 Ladder.** One line a layer, in the order of the forward pass: kind and settings (`3x3 p1 s2` is kernel,
padding, stride), output shape of one example (channels x rows x columns), parameters, multiply-adds (biases
not counted). The bar is the Euclidean **norm of the gradient** of the layer's parameters at the latest
step, on a **log scale** whose ends the last line tells: one power of ten is as long as any
other, so that a vanishing gradient (1e-9 beside 1) is seen. `-` is a layer without parameters,
or no step was taken yet.

**2 Layer.** All its maps as pictures, in the colours of the legend below them. A layer of units shows up to
16 as bars (blue to the left is negative), more as a numbered wall.

**3 Channel.** One map large: numbers where they fit. Beside it what the marked cell sees, and its kernel.

**4 Cell.** The formula of one number with its numbers. A convolution: patch x kernel for each input
channel, summed up, plus the bias if there is one. *Padding* is drawn hatched and counts as 0. A dense
layer: the largest products of input and weight. A pool: its window and which value won. The last line
compares the formula with what the layer itself put out: `✓` if they agree to a part in ten thousand;
where both are no number it says so.

**Legend.** From the least to the greatest value of the scale. Where values have both signs the scale is
symmetric and its middle is 0. What it spans is its *scope* (`g`): *unit*, each map its own; *layer*, all
maps of the layer for this example; *global*, all layers for this example, which makes layers comparable.
Values that are no finite numbers are grey crosses. *Pooled 2x2* means that each pixel stands for 2x2
values, the one farthest from 0 is shown.

**Outputs.** The histogram of the layer's outputs over a batch of examples, and the share that is exactly 0.
After a ReLU a good half is usual; a map that is *all zero* for every image you try is a **dead unit**: no
gradient reaches it any more.

**Kernels** (`K`). The weights themselves; with one input channel all kernels, else those of the chosen
output channel, one for each input channel. A dense layer right behind the image shows its weights in the
image's shape.

**…** in the title: the engine has not answered the latest question yet; what is drawn is the last answer.

| key | does |
|---|---|
| `enter` `escape` | one depth in, one depth back |
| arrows, `h` `j` `k` `l` | choose layer, channel or cell; at depth 4 slide to the next cell |
| `,` `.` | previous, next example |
| `[` `]` | previous, next channel; at depth 4 pages of input channels |
| `t` | test or validation split |
| `g` | scope of the colour scale: unit, layer, global |
| `D` | draw an image of your own, by mouse or keys; `,` `.` go back to the data |
| `{` `}` `\\|` | the maps as they were: what the run kept at earlier steps; now |
| `K` `w` | kernels instead of maps |
| `f` | this pane alone on the screen, and back |

**Mouse**: click a layer, a map or a cell to choose it, once more to go in; the wheel moves through layers
and maps.
"""
