"""The usual loop with timm: a frozen EfficientNet-B0 (random weights) goes over every picture of every epoch, fed by
torchvision and a DataLoader. With --extract there is no head: the features are kept, as a loop written by hand over
cached views does it first."""

import itertools
import json
import time

import torchvision_operators  # noqa: F401
import timm
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from cached_head import make_head, make_optimizer
from picture_files import PictureFiles, arguments, make_loader
from torchvision_loading import make_transform, read


def train_step(backbone, head, optimizer, images, labels):
    with torch.no_grad():
        features = backbone(images)
    optimizer.zero_grad()
    loss = binary_cross_entropy_with_logits(head(features), labels.float().unsqueeze(1))
    loss.backward()
    optimizer.step()
    return loss.item()


if __name__ == "__main__":
    parser = arguments(__doc__)
    parser.add_argument("--steps", type=int, default=8, help="that are timed, after two that aren't")
    parser.add_argument("--extract", action="store_true")
    options = parser.parse_args()
    torch.manual_seed(1)
    dataset = PictureFiles(options.folder, read, make_transform(options.size), options.in_memory)
    loader = make_loader(dataset, options.workers, options.batch_size)
    backbone = timm.create_model("efficientnet_b0", pretrained=False, num_classes=0).eval()
    head = make_head()
    optimizer = make_optimizer(head.parameters())
    kept = []
    seen = 0
    for step, (images, labels) in enumerate(itertools.islice(loader, options.steps + 2)):
        if step == 2:
            begun = time.perf_counter()
        if options.extract:
            with torch.no_grad():
                kept.append(backbone(images))
        else:
            train_step(backbone, head, optimizer, images, labels)
        seen += len(images) if step >= 2 else 0
    print(json.dumps({"images_per_s": [seen / (time.perf_counter() - begun)]}))
