"""CRC-32C over many records at once.

A CRC is affine: for rows of one length, crc(a ^ b ^ c) = crc(a) ^ crc(b) ^ crc(c). So the XOR of many rows has the XOR
of their checksums, and one call answers for all of them.
"""

from functools import cache
from typing import Any

import numpy as np
from crc32c import crc32c
from numpy.typing import NDArray

UInt32s = NDArray[np.uint32]
Words = NDArray[np.uint64]

MASK = 0xA282EAD8
CLASSES = 128, 131
"""Rows are summed by their number modulo each of these. They share no factor: two rows of 16,384 that are in
one class of one are in two of the other, so that fewer than four damaged rows never hide behind each other."""
FEW = 512
"""As many rows are checked one by one."""


def masked(crc: int) -> int:
    """The form in which records keep a checksum (tensorflow/core/lib/hash/crc32c.h)."""
    return ((crc >> 15 | crc << 17) + MASK) & 0xFFFFFFFF


def unmasked(stored: UInt32s) -> UInt32s:
    """The checksums that `masked` hides."""
    turned = stored - np.uint32(MASK)
    return np.asarray(turned << np.uint32(15) | turned >> np.uint32(17), np.uint32)


@cache
def header_checksums() -> UInt32s:
    """The masked checksum in the header of a record, for every length below 65,536."""
    lengths = np.arange(65_536, dtype=np.uint32)
    nothing = crc32c(bytes(8))
    crcs = np.full(65_536, nothing, np.uint32)
    for bit in range(16):
        adds = crc32c((1 << bit).to_bytes(8, "little")) ^ nothing
        crcs ^= (lengths >> np.uint32(bit) & np.uint32(1)) * np.uint32(adds)
    return np.asarray((crcs >> np.uint32(15) | crcs << np.uint32(17)) + np.uint32(MASK), np.uint32)


def wrong(rows: Words, length: int, stored: UInt32s) -> NDArray[np.bool_] | None:
    """Which rows, of whose bytes the first `length` count, do not match their stored checksums; None if all do.

    A few rows are checked one by one. Of many, sums are checked first, in which up to three damaged rows always show,
    and more with a probability of 1 - 2^-32; where a sum is wrong, all rows are checked one by one.
    """
    crcs = unmasked(stored)
    if len(rows) > FEW and all(_sums_match(rows, length, crcs, classes) for classes in CLASSES):
        return None
    found = np.asarray(np.array(_each(rows, length), np.uint32) != crcs)
    return found if found.any() else None


def _sums_match(rows: Words, length: int, crcs: UInt32s, classes: int) -> bool:
    found = _each(_summed(rows, classes), length)
    whole, left = divmod(len(rows), classes)
    # Where an even number is summed, what a CRC adds to nothing cancels out.
    nothing = crc32c(bytes(length))
    for k, (crc, told) in enumerate(zip(found, _summed(crcs, classes).tolist(), strict=True)):
        if crc != (told if (whole + (k < left)) % 2 else told ^ nothing):
            return False
    return True


def _summed(a: NDArray[Any], classes: int) -> NDArray[Any]:
    """The XOR of the rows whose numbers are alike modulo `classes`."""
    whole = len(a) // classes * classes
    sums = np.bitwise_xor.reduce(a[:whole].reshape(-1, classes, *a.shape[1:]), axis=0)
    sums[: len(a) - whole] ^= a[whole:]
    return np.asarray(sums)


def _each(rows: Words, length: int) -> list[int]:
    width, flat = 8 * rows.shape[1], np.ascontiguousarray(rows).data.cast("B")
    return [crc32c(flat[at : at + length]) for at in range(0, width * len(rows), width)]
