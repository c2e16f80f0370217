"""What `?` explains in the arena."""

HELP = """
# Arena

Two networks play against each other: the generator (G) makes examples from random numbers, the discriminator (D)
tells them from real ones, and each learns from the other. The random numbers shown are always the same, so what moves
is the network.

| key | does |
|---|---|
| `R` `G` `S` `M` `V` | layers on and off: real points, fake (generated) ones, D's surface, G's manifold, arrows |
| `d` | train D alone: one half-step, then stand still |
| `g` | train G alone: its half-step closes the step, which is counted then |
| `b` | both: a whole step, or what is left of one that `d` has begun |
| `k` | choose what `[` and `]` change: G's learning rate, D's learning rate, steps of D before each of G |
| `[` `]` | halve, double the rate; one step of D fewer, more; also in flight |
| `n` | another pair of latent numbers for the manifold |
| `u` | the generator that plays, or its slow average, which is validated and kept |
| `{` `}` `\\|` | samples kept before, after; now |

**Surface**: orange where D takes points for real, blue for generated; the line is where it cannot tell. Losses whose D
is a probability have the line at 0.5, hinge at 0; relativistic and wasserstein only compare answers, so the line lies
midway between D's mean answers to real and to generated points.

**Manifold**: a square lattice of two latent numbers, all others 0, as G maps it. Where its lines meet many latent
vectors become the same point; a collapsed generator folds all of it onto few places.

**Arrows**: where G's loss pulls its own points (minus the slope of that loss at each point), the mean of neighbours.

**Modes**: a mode counts as covered when at least a fifth of its fair share of the samples lies within four deviations
of its centre; missing ones are crossed. The verdict comes from the validations, whose samples are of the average.

**Losses**: dashed lines are the values where generated and real examples cannot be told apart. A G loss without a line
has no such value, since D is free up to a constant. Rates are peaks: the schedule scales both.

**Variety** is the mean distance between two generated examples (of a class) over that of real ones; far below 1 says
that they are all alike. Histograms: each to its own peak; *unseen* are real examples that D was not trained on.
"""
