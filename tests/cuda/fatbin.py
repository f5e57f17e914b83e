"""What GPU code a library holds, read from its .nv_fatbin section (cuobjdump is not part of every toolkit)."""
import struct

MAGIC = 0xBA55ED50
KINDS = {1: "ptx", 2: "sm"}


def section(data, name):
    """Bytes of a section of a 64-bit ELF file."""
    table, = struct.unpack_from("<Q", data, 0x28)
    size, count, names = struct.unpack_from("<HHH", data, 0x3A)
    headers = [struct.unpack_from("<IIQQQQ", data, table + i * size) for i in range(count)]
    strings = headers[names][4]
    for title, _, _, _, offset, length in headers:
        start = strings + title
        if data[start:data.index(b"\0", start)] == name:
            return data[offset:offset + length]
    return b""


def contents(path):
    """A set of words such as sm_75 and ptx_120 for each kernel file that the library was made of."""
    with open(path, "rb") as file:
        code = section(file.read(), b".nv_fatbin")
    files, at = [], 0
    while at + 16 <= len(code):
        magic, _, header, length = struct.unpack_from("<IHHQ", code, at)
        if magic != MAGIC:  # padding between the files
            at += 8
            continue
        files.append(set(entries(code[at + header:at + header + length])))
        at += header + length
    return files


def entries(code):
    at = 0
    while at + 32 <= len(code):
        kind, _, header, length = struct.unpack_from("<HHIQ", code, at)
        architecture, = struct.unpack_from("<I", code, at + 28)
        yield f"{KINDS.get(kind, kind)}_{architecture}"
        at += header + length
