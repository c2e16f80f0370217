"""Parameters and multiplications of one layer on n x n maps, `same` output unless told otherwise. Pure Python."""


def dense_parameters(n: int, c_in: int = 1, c_out: int = 1, out: int | None = None) -> int:
    """Weights and biases of a dense layer from c_in maps of n x n to c_out maps of out x out, `out` being n."""
    inputs, outputs = n * n * c_in, (n if out is None else out) ** 2 * c_out
    return inputs * outputs + outputs


def conv_parameters(k: int, c_in: int = 1, c_out: int = 1) -> int:
    """Weights and biases of a convolution: a k x k x c_in kernel and a bias for each of c_out channels."""
    return k * k * c_in * c_out + c_out


def dense_products(n: int, c_in: int = 1, c_out: int = 1) -> int:
    """Multiplications of the dense layer: one a weight."""
    return (n * n * c_in) * (n * n * c_out)


def conv_products(n: int, k: int, c_in: int = 1, c_out: int = 1) -> int:
    """Multiplications of the convolution, those with padded zeros included: every weight at every place."""
    return n * n * k * k * c_in * c_out
