"""The checksum of POSIX `cksum`: what any machine can compute over there, computed here."""


def _table() -> tuple[int, ...]:
    rows = []
    for byte in range(256):
        crc = byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ (0x04C11DB7 if crc & 0x80000000 else 0)
        rows.append(crc & 0xFFFFFFFF)
    return tuple(rows)


_TABLE = _table()


def cksum(data: bytes) -> int:
    """Of all bytes of `data`, then of its length, least significant byte first; for some kilobytes."""
    crc, table = 0, _TABLE
    length = len(data)
    for byte in data + length.to_bytes((length.bit_length() + 7) // 8, "little"):
        crc = ((crc << 8) & 0xFFFFFFFF) ^ table[(crc >> 24) ^ byte]
    return crc ^ 0xFFFFFFFF
