"""What `?` says about the attention pane: everything that it shows."""

HELP = """
# Attention

Where every head of every layer looks while the model reads one example: the weights `softmax(Q Kᵀ / √d)` of the
layer's own forward pass, rows summing to 1. A **query** is a token that looks, a **key** one that is looked at. The
pane follows the model while it trains.

**Wall**: a row a layer, a small map a head, in order of the forward pass. *causal*: a token looks at itself and those
before; *self*: at any of its own sequence (with the option `directional`, half of the heads look back and half
ahead); *cross*: from the sentence that is written (queries: the words about to be written) to the one that was read.
A *rollout* (Abnar & Zuidema 2020) multiplies a stack's layers, heads averaged and half of each layer taken to pass by
on the residual path: how much of each first vector is in each last one.

**Matrix**: one head, queries down, keys across, with a crosshair and the exact weight at it. Hatched cells (`╱`, `//`
without colours) are **masked**: the query may not look there, the weight is exactly 0. An unmasked zero has the darkest
tint instead.

**Tokens**: one query in the focus, all keys tinted by its weights, and the five largest as bars from 0 to 1. Of a
translator the source stands above the target, and under each target word the source word it looks at most. Of an
image the tokens are pixels of the bottleneck's map, `row,column`.

**The numbers of a head** are means over the queries that have a choice: *entropy* in nats, and as a share of the
logarithm of how many keys may be looked at (100%: everywhere alike, 0%: one key); *distance* between query and key in
places (in pixels on a map); *first token*, the weight of the first key, where idle heads often look.

**Long sequences**: the matrix shows a window around the crosshair, or (`w`) all of it with blocks of weights pooled to
their largest; which it is, is said. Maps of the wall are pooled the same way. `␣` is a token's leading space, `⏎` a
line feed.

Attention is what the model mixes, which need not be why it answers as it does.

| key | does |
|---|---|
| `v` `enter` | wall, matrix, tokens |
| arrows | wall: head and layer; matrix: query and key; tokens: the focus, and (up, down) the head |
| `[` `]` | the head before, the next one, through all layers |
| `home` `end` | the first query, the last one |
| `m` | the mean of the layer's heads, or one head |
| `s` | tints from 0 to 1 for all heads, or to each head's own largest weight |
| `w` | long sequences: a window, or all of it pooled |
| `i` | type your own sentence (a translator translates it first; `<mask>` hides a token from an encoder of text) |
| `,` `.` | the example before, the next one |
| `p` | a translator's example with its padding, or without |
| `t` | the timestep of a diffusion model |
| `{` `}` `\\|` | weights kept earlier in this run, later ones, those of now |
| `f` | this pane alone on the screen, and back |

**Mouse**: click a map of the wall to choose it, once more to see it large.
"""
