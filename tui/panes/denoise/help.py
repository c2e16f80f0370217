"""What `?` says of the denoise pane."""

HELP = """
# From noise to data

A diffusion model draws by removing noise step by step. At every step it sees **x_t** and answers which noise is in it;
from that follows what it takes for the image without noise, **predicted x_0**. The next x_t is a little less noisy:

x_t = sqrt(alpha-bar) x_0 + sqrt(1 - alpha-bar) noise        SNR = alpha-bar / (1 - alpha-bar)

| key | does |
|---|---|
| `p` | play, stop |
| `left`, `right` | a step back, a step |
| `home`, `end` | to the noise, to the data |
| `up`, `down` | faster, slower |
| `s` | sampler: DDPM adds fresh noise at every step, DDIM none |
| `n`, `N` | more, fewer steps: 10 to 1000 |
| `S`, `.`, `,` | another seed: other noise to begin with; `.` and `,` turn the real image beside `o` |
| `c`, `C` | class that is asked for; `any`: none |
| `u`, `U` (or `G`) | guidance: how far answers are pushed away from those without class |
| `o` | beside it, a real image noised with the same noise: the forward process |
| `v` | beside it, the other sampler from the same noise |
| `{`, `}`, `\\|` | the strips that the training has kept; now |

The walk is of the model as it was at the step below the frame: it keeps its weights while the training goes on, and a
new walk begins when that one is shown. Of a long walk 61 frames are kept, of large images fewer. Particles of 2-D data
have the colour of the mode to which they go. The classifier that names predicted x_0 is the shipped one of digits.
"""
