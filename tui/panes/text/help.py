"""What `?` says about the text pane: everything that it shows."""

HELP = """
# Text

What a model of language makes of a text while it learns, or as it was stored. Three looks, turned by `m`:

**Next token**: the prompt, the token under the cursor that is to come, and, quiet, how the text really goes on. Below
it the likeliest tokens: *rank*, *logit* (what the model puts out; of a translator the log-probability), *p* (their
softmax: what the model believes), *T* (p after the temperature, p^(1/T) made to sum to 1; also the bar) and *drawn*
(what is left when top-k and top-p have struck tokens out, shared among those that remain). A token that is struck out
is crossed and quiet, and the last column names the rule: `top-k` keeps the k likeliest, `top-p` the fewest that have
probability p together, `greedy` (temperature 0) the likeliest alone. `✓` is the true token. `left` and `right` move
through the passage: they make the prompt longer or shorter, or choose the token that a gap-filling model must guess.

**Generation**: what the model writes after the prompt, token by token, by the same rules and for a seed that repeats.
The tint is the probability that the model gave each token, the cursor chooses the step whose table is shown; `▸` is the
token that was drawn. A translator translates the sentence; `b` chooses greedy, beam search or sampling, and of a beam
the translations that it kept are listed.

**Cost**: cross-entropy of every token of a passage given those before it, in nats: 0 is certainty, the end of the scale
is guessing blindly among all tokens. Below: mean, bits per character (all of it over the characters, so that models
with different tokens can be compared), the token under the cursor, and the dearest tokens. Of a model that fills
gaps each token's cost is what it costs when it alone is hidden.

Where tokens are longer than a character every other one is underlined. `⏎` is a line feed, `␣` a space at a token's
end. **…** in the title: the answer to the latest question is on its way.

| key | does |
|---|---|
| `m` | the next look |
| `left` `right` | move the cursor |
| `up` `down` | scroll the table |
| `[` `]` | temperature lower, higher |
| `k` `K` | top-k: fewer, more tokens |
| `p` `P` | top-p: less, more probability |
| `n` | another seed |
| `b` | of a translator: greedy, beam, sampling |
| `g` | write it again before your eyes |
| `i` | type your own text; of a translator `sentence => its translation`; for a gap-filling model `_` is a gap |
| `,` `.` | previous, next passage (and away from your own text) |
| `{` `}` `\\|` | samples and costs kept at earlier steps, later ones, and now |
"""
