"""Albumentations in a DataLoader, OpenCV decoding."""

import os

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # it asks the network for a newer one otherwise
import albumentations
import cv2
from albumentations.pytorch import ToTensorV2

from picture_files import MEAN, STD, arguments, time_loading


def read(file):
    return cv2.cvtColor(cv2.imread(str(file)), cv2.COLOR_BGR2RGB)


def make_transform(size):
    chain = albumentations.Compose(
        [
            albumentations.RandomResizedCrop(size=(size, size), scale=(0.08, 1.0)),
            albumentations.Rotate(limit=45, p=1.0),
            albumentations.HorizontalFlip(p=0.5),
            albumentations.Normalize(MEAN, STD),
            ToTensorV2(),
        ]
    )
    return lambda picture: chain(image=picture)["image"]


def one_thread(_worker):
    cv2.setNumThreads(0)  # the workers are the threads


if __name__ == "__main__":
    options = arguments(__doc__).parse_args()
    time_loading(options, read, make_transform(options.size), one_thread)
