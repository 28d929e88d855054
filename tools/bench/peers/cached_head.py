"""What the head peers share: rows of features in memory, the head that Assay trains, and the command line."""

import argparse
import json

import torch
from torch import nn

FEATURES = 1280


def make_head():
    """As Assay's fully_connected: dropout before every layer."""
    return nn.Sequential(nn.Dropout(0.2), nn.Linear(FEATURES, 256), nn.ReLU(), nn.Dropout(0.2), nn.Linear(256, 1))


def make_optimizer(parameters, fused=None):
    """fused: as torch's; None is what a user gets who doesn't ask."""
    return torch.optim.AdamW(parameters, lr=1e-3, weight_decay=1e-2, fused=fused)


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--images", type=int, default=10661, help="of the training split")
    parser.add_argument("--validation", type=int, default=109, help="images judged after each epoch")
    parser.add_argument("--views", type=int, default=1, help="of each training image; epoch e sees view e mod views")
    parser.add_argument("--epochs", type=int, default=5, help="that are timed, after one that isn't")
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--fused", action="store_true", default=None, help="torch's fused AdamW")
    parser.add_argument("--threads", type=int, default=0, help="of torch; 0: as many as it takes")
    return parser


def prepare(options):
    """Features [views, images, 1280], labels [images, 1] and validation features, random."""
    torch.manual_seed(1)
    if options.threads:
        torch.set_num_threads(options.threads)
    features = torch.rand(options.views, options.images, FEATURES)
    labels = torch.randint(2, (options.images, 1)).float()
    return features, labels, torch.rand(options.validation, FEATURES)


def report(options, seconds):
    """Prints the seconds of each epoch after the first."""
    steps = -(-options.images // options.batch_size)
    print(json.dumps({"seconds_per_epoch": seconds[1:], "steps": steps}))
