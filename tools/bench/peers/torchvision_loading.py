"""torchvision's v2 transforms in a DataLoader: Pillow decodes; 8-bit tensors are transformed, which its documentation
calls fastest, and which is: on Pillow's pictures the same transforms are a fifth slower."""

import torchvision_operators  # noqa: F401
import torch
from PIL import Image
from torchvision.transforms import InterpolationMode, v2

from picture_files import MEAN, STD, arguments, time_loading


def read(file):
    with Image.open(file) as picture:
        return v2.functional.pil_to_tensor(picture.convert("RGB"))


def make_transform(size):
    return v2.Compose(
        [
            v2.RandomResizedCrop(size, scale=(0.08, 1.0), antialias=True),
            v2.RandomRotation(45, interpolation=InterpolationMode.BILINEAR),
            v2.RandomHorizontalFlip(),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize(MEAN, STD),
        ]
    )


if __name__ == "__main__":
    options = arguments(__doc__).parse_args()
    time_loading(options, read, make_transform(options.size))
