"""Packs in h5py, and a second reader, written from docs/pack-format.md alone."""
import hashlib
import pathlib
import struct
import sys

try:
    import h5py
    import numpy as np
    from PIL import Image
except ImportError:
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from cli import CliTest, SMILEYS, main  # noqa: E402


def second_reader(path):
    """Pictures, names, labels and class names."""
    data = path.read_bytes()
    magic, version, reserved, length, index_at = struct.unpack_from("<8sIIQQ", data)
    assert (magic, version, reserved, length) == (b"cganpack", 1, 0, len(data))
    index = data[index_at:]
    assert hashlib.sha256(data[:32] + index).digest() == data[32:64] and data[64:512] == bytes(448)
    count, channels, height, width, chunk, classes, name_bytes, class_bytes = struct.unpack_from("<8Q", index)
    sections, at = [], 96
    for size in (count * name_bytes, count * 4 if classes else 0, classes * class_bytes, count * 32, count * 32):
        place, = struct.unpack_from("<Q", index, at)
        sections.append(data[place:place + size])
        assert not size or hashlib.sha256(sections[-1]).digest() == index[at + 8:at + 40]
        at += 40
    chunks = struct.unpack_from(f"<{-(-count // chunk)}Q", index, at)
    assert at + 8 * len(chunks) == len(index)
    size = channels * height * width
    pictures = []
    for i in range(count):
        place = chunks[i // chunk] + i % chunk * size
        pictures.append(np.frombuffer(data, np.uint8, size, place).reshape(channels, height, width))
        assert hashlib.sha256(pictures[-1].tobytes()).digest() == sections[4][32 * i:32 * i + 32]
    def texts(section, room):
        return [section[i:i + room].rstrip(b"\0").decode() for i in range(0, len(section), room)]
    return (np.stack(pictures), texts(sections[0], name_bytes), np.frombuffer(sections[1], "<i4").tolist(),
            texts(sections[2], class_bytes), index[64:96].hex())


class PackTest(CliTest):
    def test_h5py_and_the_second_reader_see_what_was_packed(self):
        folder, wanted = self.folder / "data", {}
        for i, path in enumerate(sorted(SMILEYS.glob("*.png"))[:40]):
            name = ("äpfel/" if i % 3 else "birnen/") + path.name
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(path.read_bytes())
            wanted[name] = np.asarray(Image.open(path).convert("RGB")).transpose(2, 0, 1)
        self.good("pack", "--data", folder, "--out", "set.h5")
        pictures, names, labels, classes, fingerprint = second_reader(self.folder / "set.h5")
        self.assertEqual(names, sorted(wanted, key=str.encode))
        self.assertEqual(classes, ["birnen", "äpfel"])
        for name, picture, label in zip(names, pictures, labels):
            self.assertTrue((picture == wanted[name]).all())
            self.assertEqual(classes[label], name.split("/")[0])
        with h5py.File(self.folder / "set.h5") as file:
            self.assertEqual(file.userblock_size, 512)
            self.assertEqual(file.attrs["format"], b"centigan-pack" if isinstance(file.attrs["format"], bytes) else "centigan-pack")
            self.assertEqual(file.attrs["version"], 1)
            self.assertTrue((file["images"][()] == pictures).all())
            self.assertEqual(file["images"].chunks[1:], (3, 128, 128))
            self.assertEqual(list(file["names"].asstr()), names)
            self.assertEqual(list(file["class_names"].asstr()), classes)
            self.assertEqual(file["labels"][()].tolist(), labels)
            sources = [hashlib.sha256((folder / name).read_bytes()).digest() for name in names]
            self.assertEqual([row.tobytes() for row in file["source_sha256"][()]], sources)
        self.assertNotIn(fingerprint, self.good("inspect", "set.h5"))  # which is over the labels, too
        self.good("pack", "--data", folder, "--out", "plain.h5", "--data.labels", "none")
        self.assertIn(fingerprint, self.good("inspect", "plain.h5"))

    def test_large_chunks_and_many_pictures(self):
        folder = self.folder / "data"
        folder.mkdir()
        rng = np.random.default_rng(0)
        for i in range(700):
            Image.fromarray(rng.integers(0, 256, (16, 16, 3), np.uint8)).save(folder / f"{i}.png", compress_level=0)
        self.good("pack", "--data", folder, "--out", "set.h5")
        pictures, names, labels, classes, _ = second_reader(self.folder / "set.h5")
        self.assertEqual((len(pictures), names[:11], labels, classes),
                         (700, [f"{i}.png" for i in range(11)], [], []))
        with h5py.File(self.folder / "set.h5") as file:
            self.assertTrue((file["images"][()] == pictures).all())


if __name__ == "__main__":
    main()
