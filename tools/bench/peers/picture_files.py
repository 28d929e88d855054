"""What the loading peers share: picture files, or pictures in memory, as a data set; and a clock for a DataLoader."""

import argparse
import json
import pathlib
import time

import torch

MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)


class PictureFiles(torch.utils.data.Dataset):
    """Pictures of a folder with one folder a class. read(file): a decoded picture; transform(picture): a tensor.

    In memory means decoded: what a transform then gets is the decoded picture itself.
    """

    def __init__(self, folder, read, transform, in_memory=False):
        files = sorted(file for file in pathlib.Path(folder).glob("*/*") if file.is_file())
        if not files:
            raise SystemExit(f"there are no pictures in {folder}")
        classes = sorted({file.parent.name for file in files})
        self.labels = [classes.index(file.parent.name) for file in files]
        self.pictures = [read(file) for file in files] if in_memory else [str(file) for file in files]
        self.read = (lambda picture: picture) if in_memory else read
        self.transform = transform

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, index):
        return self.transform(self.read(self.pictures[index])), self.labels[index]


class Endless(torch.utils.data.Sampler):
    """All of a data set in a new order, again and again: between two epochs of a DataLoader its workers would idle and
    its prefetching begin anew, which Assay's loader doesn't either."""

    def __init__(self, dataset):
        self.count = len(dataset)

    def __iter__(self):
        while True:
            yield from torch.randperm(self.count).tolist()


def make_loader(dataset, workers, batch_size, worker_init=None):
    """It never ends."""
    return torch.utils.data.DataLoader(
        dataset, batch_size, sampler=Endless(dataset), num_workers=workers, worker_init_fn=worker_init
    )


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("folder", help="pictures, one folder a class")
    parser.add_argument("--in-memory", action="store_true", help="decode before the clock starts")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=3, help="that are timed, after one that isn't")
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--size", type=int, default=224)
    return parser


def time_loading(options, read, transform, worker_init=None):
    """Prints the pictures a second of each epoch after the first; an epoch is as many batches as hold the data set."""
    torch.manual_seed(1)
    dataset = PictureFiles(options.folder, read, transform, options.in_memory)
    batches = iter(make_loader(dataset, options.workers, options.batch_size, worker_init))
    rates = []
    for epoch in range(options.epochs + 1):
        begun = time.perf_counter()
        seen = 0
        while seen < len(dataset):
            images, _ = next(batches)
            assert images.dtype == torch.float32 and images.shape[1:] == (3, options.size, options.size)
            seen += len(images)
        if epoch > 0:
            rates.append(seen / (time.perf_counter() - begun))
    print(json.dumps({"images_per_s": rates, "images": len(dataset)}))
