"""What `?` says about the evidence pane."""

HELP = """
# Bayesian network

The class and the black-and-white pixels of an image as one probability distribution, learned by counting. Each pixel
depends on the class and on one other pixel at most, its *parent*: of all trees the one whose edges share the most
**mutual information** (Chow and Liu, 1968). Every number here is exact: belief propagation, no sampling.

**Evidence.** The pixels that you know: `1` is on, `0` off. All others follow: beside it p(on | evidence) of every
pixel, and p(class | evidence) by Bayes' rule. log p(evidence) says how likely a network like this would have shown
just that. A conflict of evidence and class is seen at once: the classes change places.

**Tree.** A line from each pixel to its parent, the brighter the more the two share; those that share less than
0.01 nats have none. The focused pixel's own lines are in the cursor's colour, its parent has a `^`, its children
a `v`. There is a tree for each class: shown is that of the most probable class, or one that you choose by `[` `]`.

**Image** (`m`). The posterior of each pixel by itself; the *most probable* whole image together with its class
(max-product), which is not the same as each pixel at its most probable value; a *sample* that agrees with the
evidence (`s` draws another); or the example itself. The numbers are log p of image and class, in nats.

| key | does |
|---|---|
| arrows, `h` `j` `k` `l` | move the focus |
| `x` `o` `backspace` | the pixel is on, off, unknown |
| `enter` | on, off, unknown in turn |
| `c` | nothing is known |
| `u` | the upper half of the example is known; `,` `.` that of the previous, next one |
| `m` | posterior, most probable image, sample, example |
| `s` | another sample |
| `[` `]` | the tree of another class; `\\` that of the most probable one again |
| `g` | lines of the whole tree, of the focused pixel, none |
| `t` | examples of the test, validation or training split |
| `f` | this pane alone on the screen, and back |
| `{` `}` `\\|` | go through the trees that were kept earlier; back to now |

**Mouse**: a click on a pixel turns it on, off, unknown.
"""
