"""What `?` says about the latent pane."""

HELP = """
# Latent space

A variational autoencoder writes an image as a few *latent numbers* z and draws it again from them. The plane
shows where the images of a split lie: each cell has the glyph and colour of the class that has most images there.
With two latent numbers the plane *is* the latent space. With more it is the plane of the two **principal
components** of the means (`pc1`, `pc2`), through their mean: the frame's title says how much of their variance
it holds, and what is decoded at the cursor lies exactly in it.

**Decoded.** The mean image at the cursor, decoded by the model as it is now. Move the cursor and watch it
change. A *conditional* model is told a class besides: choose it by `[` `]`.

**Image.** `◆` is an example; the line around it is one standard deviation of its posterior q(z|x). Beside the plane
stand the input and what comes back when the posterior's mean is decoded. Below, in nats, both terms of minus
its evidence lower bound: -log p(x|z), averaged over draws of z, and KL(q(z|x) ‖ p(z)). The likelihood of grey
pixels is a density, so that the first term may be negative.

**KL by number.** What each latent number says, in nats, on average over the images. *In use* is a number whose means
vary by more than 0.01 over the images; the others could be left out. With a mixture as the prior the numbers are
estimated from draws, and their sum is not the whole, as the mixture ties them.

**Outlines** (`p`). The *prior*: circles at one and two standard deviations, or one at each Gaussian of a mixture.
Or the *aggregated posterior*: the spread of all posteriors together, which a good model brings close to the prior.

| key | does |
|---|---|
| arrows, `h` `j` `k` `l` | move the cursor; `H` `J` `K` `L` by five |
| `,` `.` | previous, next example |
| `[` `]` | previous, next class that a conditional decoder is told; `\\` the example's own again |
| `g` | decoded images of the whole plane instead of the points |
| `i` | keep this example as a start: the way from it to the next ones is decoded; again to end it |
| `c` | cursor to the example, so that its reconstruction can be varied |
| `p` | outline of the prior, of the aggregated posterior, or none |
| `t` | test, validation or training images |
| `m` | where all does not fit: plane, image, numbers |
| `f` | this pane alone on the screen, and back |
| `{` `}` `\\|` | go through what was kept earlier in the training; back to now |

**Mouse**: click or drag in the plane to move the cursor.
"""
