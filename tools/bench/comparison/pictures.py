"""The 512 picture files that the loading parts read: cells of 450 px, in a folder of BMP and one of JPEG files.

OpenCV is imported where it is used: --help is answered by a Python without it.
"""

import functools

from .processes import say
from .table import ROOT

CELLS = ROOT.parent / "shared/data/cnmc"  # real ones; where they are missing, the synthetic set is drawn at their size
FOLDERS = {"all": "malignant", "hem": "healthy", "malignant": "malignant", "healthy": "healthy"}
SIDE = 450
JPEG_QUALITY = 90


@functools.lru_cache
def picture_files(bench):
    """Folders "bmp" and "jpg", one folder a class in each. Returns them and what the pictures are."""
    import cv2

    count = bench.sized(512, 48)
    sources, name = source_files(bench, count)
    for number in range(count):
        source = sources[number % len(sources)]
        picture = varied(cv2.imread(str(source)), number // len(sources))
        for kind, quality in (("bmp", []), ("jpg", [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])):
            folder = bench.folder(f"pictures/{kind}/{FOLDERS[source.parent.name]}")
            cv2.imwrite(str(folder / f"{number:04}.{kind}"), picture, quality)
    return {kind: bench.scratch / "pictures" / kind for kind in ("bmp", "jpg")}, f"{count} files of {SIDE} px, {name}"


def source_files(bench, count):
    if CELLS.exists():
        return sorted(CELLS.glob("*/*.bmp")), "C-NMC cells turned and brightened"
    say(f"there are no cells in {CELLS}; the synthetic set is used")
    sizes = {"dataset.demo.images": count, "dataset.demo.size": SIDE}
    bench.runner("dataset", bench.experiment, *settings(sizes))
    return sorted(bench.cache.glob("demo-*/*/*.png")), "synthetic cells"


def varied(picture, number):
    """Another picture of the same cell, turned and brightened or darkened by up to a fifth."""
    import cv2
    import numpy

    if number == 0:
        return picture
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 27 * number, 1)
    turned = cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_LINEAR)
    return numpy.clip(turned * (0.8 + 0.4 * (number * 0.618 % 1)), 0, 255).astype(numpy.uint8)


def settings(values):
    """As command-line words."""
    return [word for key, value in values.items() for word in ("--set", f"{key}={value}")]
