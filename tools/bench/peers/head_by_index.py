"""A head on cached features by a loop written by hand: rows by index, torch's loss and optimiser."""

import time

import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from cached_head import arguments, make_head, make_optimizer, prepare, report


def train_epoch(head, optimizer, features, labels, batch_size):
    head.train()
    total = 0.0
    for rows in torch.randperm(len(features)).split(batch_size):
        optimizer.zero_grad()
        loss = binary_cross_entropy_with_logits(head(features[rows]), labels[rows])
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total


@torch.no_grad()
def judge(head, validation):
    head.eval()
    return torch.sigmoid(head(validation))


if __name__ == "__main__":
    options = arguments(__doc__).parse_args()
    features, labels, validation = prepare(options)
    head = make_head()
    optimizer = make_optimizer(head.parameters(), options.fused)
    seconds = []
    for epoch in range(options.epochs + 1):
        begun = time.perf_counter()
        train_epoch(head, optimizer, features[epoch % options.views], labels, options.batch_size)
        judge(head, validation)
        seconds.append(time.perf_counter() - begun)
    report(options, seconds)
